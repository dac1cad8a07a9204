import { Combobox, InlineField, RadioButtonGroup } from '@grafana/ui';
import type { View } from '../datasource/types.js';
import type { HeedPanelOptions } from '../panel/types.js';
import { BudgetSelect } from '../shared/BudgetSelect.js';
import { NumberInput } from '../shared/inputs.js';
import { useDetectors } from '../shared/useDetectors.js';
import { t } from '../shared/i18n.js';

interface Props {
  readonly options: HeedPanelOptions;
  readonly several: boolean;
  readonly onChange: (options: HeedPanelOptions) => void;
}

/** How a table is scored. */
export function TryOptions({ options, several, onChange }: Props) {
  const detectors = useDetectors();
  const together = options.mode === 'joint';
  const change = (part: Partial<HeedPanelOptions>) => onChange({ ...options, ...part });
  return (
    <>
      <InlineField label={t('view.label', 'View')}>
        <RadioButtonGroup<View>
          options={[
            { value: 'live', label: t('view.live', 'As it happened') },
            { value: 'hindsight', label: t('view.hindsight', 'In hindsight') },
          ]}
          value={options.view}
          onChange={(view) => change({ view })}
        />
      </InlineField>
      {options.view === 'live' ? (
        <InlineField label={t('budget.label', 'Alert budget')} htmlFor="heed-try-budget">
          <BudgetSelect
            id="heed-try-budget"
            width={20}
            value={options.budget}
            onChange={(budget) => change({ budget })}
          />
        </InlineField>
      ) : (
        <>
          <InlineField label={t('query.detector', 'Detector')} htmlFor="heed-try-detector">
            <Combobox
              id="heed-try-detector"
              width={30}
              options={detectors
                .filter(
                  ({ input, tags }) =>
                    !tags.needsTraining && input === 'series' && (!together || tags.multivariate),
                )
                .map((d) => ({ value: d.id, label: d.id, description: d.summary }))}
              value={options.detector}
              onChange={({ value }) => change({ detector: value })}
            />
          </InlineField>
          <InlineField label={t('query.sensitivity', 'Sensitivity')} htmlFor="heed-try-sensitivity">
            <NumberInput
              id="heed-try-sensitivity"
              min={0}
              max={100}
              value={options.sensitivity}
              onCommit={(sensitivity) => change({ sensitivity: sensitivity ?? 50 })}
            />
          </InlineField>
        </>
      )}
      {several && (
        <RadioButtonGroup<'each' | 'joint'>
          options={[
            { value: 'each', label: t('query.each', 'Each series') },
            { value: 'joint', label: t('query.together', 'Together') },
          ]}
          value={together ? 'joint' : 'each'}
          onChange={(mode) => change({ mode })}
        />
      )}
    </>
  );
}
