import { Combobox, InlineField } from '@grafana/ui';
import { useDetectors, useModels } from '../shared/useDetectors.js';
import type { FieldsProps } from './fields.js';
import { t } from '../shared/i18n.js';

/** Detectors that need no training, and the models of the Models page. */
export function DetectorSelect({ query, change, id }: FieldsProps) {
  const detectors = useDetectors();
  const models = useModels();
  const choices = [
    ...detectors
      .filter(
        ({ input, tags }) =>
          !tags.needsTraining && input === 'series' && (query.mode === 'each' || tags.multivariate),
      )
      .map((d) => ({ value: d.id, label: d.id, description: d.summary })),
    ...models.map((m) => ({
      value: `model:${m.name}`,
      label: m.name,
      description: t('query.model', 'model ({{detector}})', { detector: m.detector }),
    })),
  ];
  const current = query.model ? `model:${query.model}` : (query.detector ?? 'auto');
  if (!choices.some(({ value }) => value === current))
    choices.unshift({ value: current, label: current, description: '' });
  return (
    <InlineField label={t('query.detector', 'Detector')} htmlFor={id('detector')}>
      <Combobox
        id={id('detector')}
        width={34}
        options={choices}
        value={current}
        onChange={({ value }) =>
          change(value.startsWith('model:') ? { model: value.slice(6) } : { detector: value, model: '' })
        }
      />
    </InlineField>
  );
}
