import { css, cx } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import { t } from '../shared/i18n.js';
import { withoutName } from './EventRow.js';
import { SeverityBadge } from './SeverityBadge.js';
import { filterFor, type FleetIncident, type Row } from './triage.js';

/** `12 of 40 pods, first web-3`, with the labels that they share. */
function tellIncident({ affected, of, by, shared, members }: FleetIncident): string {
  const labels = Object.entries(shared).map(([key, value]) => `${key}=${value}`);
  const first = members[0]!.series;
  const values = {
    affected,
    of,
    what:
      by === undefined ? t('incident.series', 'series') : t('incident.label', '{{label}}s', { label: by }),
    first: (by === undefined ? undefined : first.labels?.[by]) ?? first.name,
    labels: labels.join(', '),
  };
  return labels.length > 0
    ? t('incident.words-shared', '{{affected}} of {{of}} {{what}} with {{labels}}, first {{first}}', values)
    : t('incident.words', '{{affected}} of {{of}} {{what}}, first {{first}}', values);
}

interface IncidentProps {
  readonly row: Extract<Row, { kind: 'incident' }>;
  readonly opened: boolean;
  readonly timeZone: string;
  readonly narrow: boolean;
  readonly onOpen: () => void;
}

/** What several series have in common; a click draws these series alone and lists them. */
export function IncidentRow({ row, opened, timeZone, narrow, onOpen }: IncidentProps) {
  const styles = useStyles2(getStyles);
  const { incident, isOn } = row;
  const { event, series } = incident.members[0]!;
  const words = tellIncident(incident);
  const time = dateTimeFormat(incident.start, { timeZone, format: 'MM-DD HH:mm:ss' });
  const reason = withoutName(event.reason, series.name);
  const wordsOfIt = (
    <b className={styles.words} title={words}>
      {words}
    </b>
  );
  return (
    <div role="listitem">
      <button
        type="button"
        className={cx(styles.row, narrow && styles.tall, opened && styles.selected)}
        aria-expanded={opened}
        onClick={onOpen}
      >
        <span className={styles.line}>
          <Icon name={opened ? 'angle-down' : 'angle-right'} className={styles.arrow} />
          <SeverityBadge severity={incident.severity} />
          <span className={styles.time}>{time}</span>
          {!narrow && wordsOfIt}
          {!narrow && <span className={styles.faint}>{reason}</span>}
          {isOn && <span className={styles.on}>{t('incident.on', 'now')}</span>}
        </span>
        {narrow && <span className={styles.line}>{wordsOfIt}</span>}
      </button>
    </div>
  );
}

interface LabelProps {
  readonly row: Extract<Row, { kind: 'label' }>;
  readonly onPick: () => void;
}

/** One value of a label: how many of its series are anomalous; a click leaves these series alone. */
export function LabelRow({ row, onPick }: LabelProps) {
  const styles = useStyles2(getStyles);
  const { label, value, series, now, events, severity } = row;
  return (
    <div role="listitem">
      <button type="button" className={styles.row} title={filterFor(label, value)} onClick={onPick}>
        <span className={styles.line}>
          {severity >= 0 ? <SeverityBadge severity={severity} /> : <span className={styles.calm} />}
          <b className={styles.words}>{value}</b>
          <span className={styles.faint}>
            {t('triage.label-row', '{{now}} of {{series}} anomalous now, events in this range: {{events}}', {
              now,
              series,
              events,
            })}
          </span>
        </span>
      </button>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const ellipsis = { whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' } as const;
  return {
    row: css({
      display: 'block',
      width: '100%',
      height: 29,
      padding: '2px 4px',
      border: 0,
      background: 'none',
      color: 'inherit',
      fontSize: 12,
      textAlign: 'left',
      '&:hover': { background: theme.colors.action.hover },
      // The paler words would be too faint on the brighter ground.
      '&:hover span': { color: theme.colors.text.primary },
    }),
    tall: css({ height: 46, borderBottom: `1px solid ${theme.colors.border.weak}` }),
    selected: css({
      background: theme.colors.action.selected,
      '& span': { color: theme.colors.text.primary },
    }),
    line: css({ display: 'flex', alignItems: 'center', gap: 8, minWidth: 0 }),
    time: css({ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
    words: css({ ...ellipsis, flexShrink: 1, minWidth: 60 }),
    faint: css({ ...ellipsis, display: 'block', flex: 1, minWidth: 0, color: theme.colors.text.secondary }),
    on: css({ whiteSpace: 'nowrap', marginLeft: 'auto', color: theme.colors.error.text }),
    calm: css({ flex: '0 0 82px' }),
    arrow: css({ flexShrink: 0 }),
  };
};
