import { css, cx } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { MonitorState } from '@heed/core/live';
import { AlertButton } from '../alert/AlertButton.js';
import type { AlertSubject } from '../alert/texts.js';
import type { View } from '../datasource/types.js';
import type { Groups } from './useGroups.js';
import { stateName } from './words.js';
import { t } from '../shared/i18n.js';

export const statusHeight = 22;

/** Gravest first. */
const states: readonly MonitorState[] = ['anomalous', 'recovering', 'no data', 'learning', 'normal'];

/** What a person should know about the picture besides it; empty where that is nothing. */
export function tellStatus({ groups, ranked, progress, busy }: Groups, shown: number): string {
  const failed = groups.filter((group) => group.error);
  return [
    ranked.length > shown
      ? t('status.shown', '{{shown}} of {{all}} series shown, the gravest first', {
          shown,
          all: progress?.total ?? ranked.length,
        })
      : '',
    progress
      ? t('status.scored', '{{scored}} scored so far…', { scored: progress.scored })
      : busy
        ? t('status.scoring', 'scoring…')
        : '',
    failed.length > 0
      ? `${failed[0]!.name}: ${failed[0]!.error}${failed.length > 1 ? ` ${t('status.more', '(and {{more}} more)', { more: failed.length - 1 })}` : ''}`
      : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

/** How the series are now, where they are watched: of one with since when, of several how many. */
export function tellState(
  { groups }: Groups,
  timeZone: string,
): { state: MonitorState; text: string } | undefined {
  const watched = groups.flatMap((group) => (group.state ? [group.state] : []));
  if (watched.length === 0) return undefined;
  const counts = states
    .map((state) => ({ state, count: watched.filter((item) => item.state === state).length }))
    .filter(({ count }) => count > 0);
  const { state } = counts[0]!;
  if (watched.length > 1)
    return { state, text: counts.map(({ state, count }) => `${count} ${stateName(state)}`).join(', ') };
  const isToday = Date.now() - watched[0]!.since < 86_400_000;
  const format = isToday ? 'HH:mm:ss' : 'MM-DD HH:mm:ss';
  const since = dateTimeFormat(watched[0]!.since, { timeZone, format });
  return {
    state,
    text:
      state === 'learning'
        ? stateName(state)
        : t('status.since', '{{state}} since {{since}}', { state: stateName(state), since }),
  };
}

interface Props {
  readonly text: string;
  readonly state: ReturnType<typeof tellState>;
  /** What is shown, where the reader has the choice. */
  readonly view: View | undefined;
  readonly onView: (view: View) => void;
  readonly alert: () => AlertSubject;
}

const views: ReadonlyArray<{ view: View; label: () => string; title: () => string }> = [
  {
    view: 'live',
    label: () => t('view.live', 'As it happened'),
    title: () => t('view.live-tip', 'What was said of each point when it came; it is never revised'),
  },
  {
    view: 'hindsight',
    label: () => t('view.hindsight', 'In hindsight'),
    title: () => t('view.hindsight-tip', 'What the detector finds with all that is known by now'),
  },
];

export function StatusLine({ text, state, view, onView, alert }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.line}>
      <span className={styles.text} role="status" data-testid="heed-status" title={text}>
        {state && (
          <span data-testid="heed-state" className={cx(styles.state, styles[tone(state.state)])}>
            {state.text}
          </span>
        )}
        {text}
      </span>
      {view && <AlertButton small subject={alert} />}
      {view && (
        <span className={styles.views} role="group" aria-label={t('view.label', 'View')}>
          {views.map((choice) => (
            <button
              key={choice.view}
              type="button"
              aria-pressed={choice.view === view}
              title={choice.title()}
              className={cx(styles.view, choice.view === view && styles.chosen)}
              onClick={() => onView(choice.view)}
            >
              {choice.label()}
            </button>
          ))}
        </span>
      )}
    </div>
  );
}

const tone = (state: MonitorState) =>
  state === 'anomalous' ? 'bad' : state === 'recovering' ? 'better' : state === 'normal' ? 'good' : 'unknown';

const getStyles = (theme: GrafanaTheme2) => {
  const ellipsis = { overflow: 'hidden', whiteSpace: 'nowrap', textOverflow: 'ellipsis' } as const;
  return {
    line: css({
      display: 'flex',
      gap: 8,
      height: statusHeight,
      fontSize: 12,
      lineHeight: `${statusHeight}px`,
      color: theme.colors.text.secondary,
    }),
    text: css({ ...ellipsis, flex: 1, minWidth: 0 }),
    state: css({ marginRight: 8, fontWeight: theme.typography.fontWeightMedium }),
    bad: css({ color: theme.colors.error.text }),
    better: css({ color: theme.colors.warning.text }),
    good: css({ color: theme.colors.success.text }),
    unknown: css({ color: theme.colors.text.secondary }),
    views: css({ whiteSpace: 'nowrap', flexShrink: 0 }),
    view: css({
      border: 0,
      padding: '0 6px',
      fontSize: 12,
      height: statusHeight,
      background: 'none',
      color: theme.colors.text.secondary,
      lineHeight: `${statusHeight}px`,
    }),
    chosen: css({
      color: theme.colors.text.primary,
      boxShadow: `inset 0 -2px ${theme.colors.primary.border}`,
    }),
  };
};
