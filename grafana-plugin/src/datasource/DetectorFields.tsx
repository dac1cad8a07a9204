import { useState } from 'react';
import { css } from '@emotion/css';
import { Icon, InlineField, InlineFieldRow, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { useDetectors } from '../shared/useDetectors.js';
import { labelWidth, type FieldsProps } from './fields.js';
import { DetectorSelect } from './DetectorSelect.js';
import { HindsightFields } from './HindsightFields.js';
import { LiveFields } from './LiveFields.js';
import { MoreFields } from './MoreFields.js';
import { NumberInput } from '../shared/inputs.js';
import { defaultQuery, peerDetector, type HeedQuery, type Mode, type View } from './types.js';
import { t } from '../shared/i18n.js';

interface Props {
  readonly query: HeedQuery;
  readonly onChange: (query: HeedQuery) => void;
  readonly onRunQuery: () => void;
  readonly annotation?: boolean;
}

/** Everything about detection, in the order in which people need it; the rest is folded away. */
export function DetectorFields({ query, onChange, onRunQuery, annotation }: Props) {
  const detectors = useDetectors();
  const styles = useStyles2(getStyles);
  const [more, setMore] = useState(false);
  const full = { ...defaultQuery, ...query };
  const change = (part: Partial<HeedQuery>) => {
    onChange({ ...query, ...part });
    onRunQuery();
  };
  const id = (name: string) => `heed-${query.refId}-${name}`;
  const fields: FieldsProps = { query: full, change, id };
  const isLive = full.view === 'live';
  return (
    <div data-testid="heed-detector-fields">
      <InlineFieldRow>
        <InlineField
          label={t('query.score', 'Score')}
          labelWidth={labelWidth}
          tooltip={t('query.score-tip', 'One by one, all together as one system, or each against the others')}
        >
          <RadioButtonGroup<Mode>
            id={id('mode')}
            options={[
              { value: 'each', label: t('query.each', 'Each series') },
              { value: 'joint', label: t('query.together', 'Together') },
              ...(detectors.some((d) => d.id === peerDetector) || full.mode === 'peers'
                ? [{ value: 'peers' as const, label: t('query.peers', 'Against peers') }]
                : []),
            ]}
            value={full.mode!}
            onChange={(mode) => change({ mode, ...(mode === 'peers' ? { view: 'hindsight' as const } : {}) })}
          />
        </InlineField>
        {full.mode !== 'peers' && (
          <InlineField
            label={t('view.label', 'View')}
            tooltip={t(
              'view.tip',
              'As it happened: what a monitor said of each point when it came, never revised. In hindsight: what a detector finds with all that is known by now',
            )}
          >
            <RadioButtonGroup<View>
              id={id('view')}
              options={[
                { value: 'live', label: t('view.live', 'As it happened') },
                { value: 'hindsight', label: t('view.hindsight', 'In hindsight') },
              ]}
              value={full.view ?? 'hindsight'}
              onChange={(view) =>
                change({ view, ...(view === 'live' ? { detector: 'auto', model: '' } : {}) })
              }
            />
          </InlineField>
        )}
        {full.mode !== 'peers' && !isLive && <DetectorSelect {...fields} />}
      </InlineFieldRow>
      <InlineFieldRow>
        {isLive ? <LiveFields {...fields} /> : <HindsightFields {...fields} />}
        {annotation ? (
          <InlineField
            label={t('query.least-severity', 'Least severity')}
            htmlFor={id('severity')}
            tooltip={t('query.least-severity-tip', '0 to 100; milder events are left out')}
          >
            <NumberInput
              id={id('severity')}
              value={query.minSeverity}
              min={0}
              max={100}
              onCommit={(minSeverity) => change({ minSeverity: minSeverity ?? 0 })}
            />
          </InlineField>
        ) : (
          <InlineField label={t('query.return', 'Return')}>
            <RadioButtonGroup
              id={id('output')}
              options={[
                { value: 'overlay' as const, label: t('query.overlay', 'Values and band') },
                { value: 'scores' as const, label: t('query.scores', 'Scores') },
                { value: 'events' as const, label: t('query.events', 'Events') },
              ]}
              value={full.output!}
              onChange={(output) => change({ output })}
            />
          </InlineField>
        )}
      </InlineFieldRow>
      {!isLive && (
        <button type="button" aria-expanded={more} onClick={() => setMore(!more)} className={styles.more}>
          <Icon name={more ? 'angle-down' : 'angle-right'} />{' '}
          {t('query.more', 'History, resolution, smallest deviation, calendar')}
        </button>
      )}
      {!isLive && more && <MoreFields {...fields} />}
    </div>
  );
}

const getStyles = () => ({
  more: css({ background: 'none', border: 0, padding: '4px 0', color: 'inherit', cursor: 'pointer' }),
});
