import { memo } from 'react';
import { css, cx } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Button, Icon, useStyles2 } from '@grafana/ui';
import { humanDuration } from '@heed/core/plot';
import { toIncident } from '../shared/heedMeta.js';
import type { GroupEvent } from './model.js';
import { SeverityBadge } from './SeverityBadge.js';
import type { PanelFeedback } from './types.js';
import { t } from '../shared/i18n.js';

interface Props {
  readonly item: GroupEvent;
  readonly selected: boolean;
  /** What was answered on this event. */
  readonly answer: PanelFeedback['kind'] | undefined;
  readonly timeZone: string;
  readonly narrow: boolean;
  readonly several: boolean;
  readonly onPick: (event: GroupEvent) => void;
}

/** Severity, time and one line of the reason; the rest is one click away. */
export const EventRow = memo(function EventRow(props: Props) {
  const { item, selected, answer, timeZone, narrow, several, onPick } = props;
  const styles = useStyles2(getStyles);
  const { group, event } = item;
  const reason = withoutName(event.reason, group.name);
  const label = t('list.why-of', 'Why: {{name}} at {{time}}', {
    name: group.name,
    time: dateTimeFormat(event.start, { timeZone }),
  });
  const time = dateTimeFormat(event.start, { timeZone, format: 'MM-DD HH:mm:ss' });
  const isOpen = toIncident(event)?.open ?? false;
  const said = (answer || isOpen) && (
    <span className={styles.aside}>
      {[
        isOpen && t('list.open', 'open'),
        answer &&
          (answer === 'normal' ? t('list.marked-normal', 'marked normal') : t('list.confirmed', 'confirmed')),
      ]
        .filter(Boolean)
        .join(', ')}
    </span>
  );
  if (narrow) {
    return (
      <div role="listitem">
        <button
          type="button"
          className={cx(styles.button, selected && styles.selected)}
          aria-label={label}
          onClick={() => onPick(item)}
        >
          <span className={styles.line}>
            <SeverityBadge severity={event.severity} />
            <span className={styles.time}>{time}</span>
            {several && <span className={styles.name}>{group.name}</span>}
            {said}
            <Icon name="angle-right" className={styles.arrow} />
          </span>
          <span className={styles.reason}>{reason}</span>
        </button>
      </div>
    );
  }
  return (
    <div role="listitem" className={cx(styles.row, selected && styles.selected)}>
      <SeverityBadge severity={event.severity} />
      <span className={styles.time}>{time}</span>
      <span className={styles.duration}>{humanDuration(measureDuration(item))}</span>
      {several && (
        <span className={styles.name} title={group.name}>
          {group.name}
        </span>
      )}
      <span className={styles.reason} title={event.reason}>
        {reason}
      </span>
      {said}
      <Button size="sm" variant="secondary" onClick={() => onPick(item)} aria-label={label}>
        {t('list.why', 'Why')}
      </Button>
    </div>
  );
});

/** The reason beside a name that it would only repeat. */
export const withoutName = (reason: string, name: string) =>
  reason.startsWith(`${name} `) ? reason.slice(name.length + 1) : reason;

/** From the first anomalous point to the end of the last one's step, as the reason counts it. */
export function measureDuration({ group, event }: GroupEvent): number {
  const { time } = group.members[0]!;
  const step = time.length > 1 ? (time[time.length - 1]! - time[0]!) / (time.length - 1) : 0;
  return event.end - event.start + step;
}

const getStyles = (theme: GrafanaTheme2) => {
  const ellipsis = { whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' } as const;
  const line = { display: 'flex', alignItems: 'center', gap: 8 } as const;
  return {
    row: css({ ...line, padding: '2px 4px', fontSize: 12 }),
    button: css({
      display: 'block',
      width: '100%',
      height: 46,
      padding: '3px 4px',
      border: 0,
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      background: 'none',
      color: 'inherit',
      fontSize: 12,
      textAlign: 'left',
      '&:hover': { background: theme.colors.action.hover },
      // The paler words would be too faint on the brighter ground.
      '&:hover span': { color: theme.colors.text.primary },
    }),
    selected: css({
      background: theme.colors.action.selected,
      '& span': { color: theme.colors.text.primary },
    }),
    line: css(line),
    time: css({ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
    duration: css({ whiteSpace: 'nowrap', minWidth: 74, color: theme.colors.text.secondary }),
    name: css({ ...ellipsis, flexShrink: 1, minWidth: 40, maxWidth: '26%' }),
    reason: css({ ...ellipsis, display: 'block', flex: 1, minWidth: 0, color: theme.colors.text.secondary }),
    aside: css({ whiteSpace: 'nowrap', color: theme.colors.text.secondary }),
    arrow: css({ marginLeft: 'auto', flexShrink: 0 }),
  };
};
