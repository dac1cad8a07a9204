import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { Groups } from './useGroups.js';

export const statusHeight = 18;

/** What a person should know about the picture besides it; empty where that is nothing. */
export function statusOf({ groups, ranked, progress, busy }: Groups, shown: number): string {
  const failed = groups.filter((group) => group.error);
  return [
    ranked.length > shown
      ? `${shown} of ${progress?.total ?? ranked.length} series shown, the gravest first`
      : '',
    progress ? `${progress.scored} scored so far…` : busy ? 'scoring…' : '',
    failed.length > 0
      ? `${failed[0]!.name}: ${failed[0]!.error}${failed.length > 1 ? ` (and ${failed.length - 1} more)` : ''}`
      : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

export function StatusLine({ text }: { text: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.line} role="status" data-testid="heed-status" title={text}>
      {text}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({
    fontSize: 12,
    lineHeight: `${statusHeight}px`,
    color: theme.colors.text.secondary,
    overflow: 'hidden',
    whiteSpace: 'nowrap',
    textOverflow: 'ellipsis',
  }),
});
