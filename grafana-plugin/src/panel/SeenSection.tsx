import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { lowerBound, lowerEdge } from './align.js';
import type { DrawnSeries, GroupEvent } from './model.js';
import { formatValue } from './plot.js';
import { t } from '../shared/i18n.js';

const shown = 8;

/** What was seen at the peak and what was expected there, of the series to blame. */
export function SeenSection({ item: { group, event } }: { item: GroupEvent }) {
  const styles = useStyles2(getStyles);
  const blamed = event.channels.slice(0, shown);
  const more = event.channels.length - blamed.length;
  const several = event.channels.length > 1;
  return (
    <section>
      <h5>{t('why.seen-expected', 'Seen and expected')}</h5>
      <table className={styles.table}>
        <thead>
          <tr>
            {several && <th>{t('why.series', 'series')}</th>}
            {several && <th className={styles.number}>{t('why.share', 'share of the blame')}</th>}
            <th className={several ? styles.number : undefined}>
              {t('why.seen-at-peak', 'seen at the peak')}
            </th>
            <th className={several ? styles.number : undefined}>{t('why.expected', 'expected')}</th>
          </tr>
        </thead>
        <tbody>
          {blamed.map(({ name, share }) => {
            const member = group.members.find((candidate) => candidate.name === name) ?? group.members[0]!;
            const { seen, expected } = atPeak(member, event.peak);
            return (
              <tr key={name}>
                {several && <td className={styles.name}>{name}</td>}
                {several && (
                  <td className={styles.number}>
                    <span className={styles.bar} style={{ width: Math.max(2, 40 * share) }} />
                    {Math.round(100 * share)}%
                  </td>
                )}
                <td className={several ? styles.number : undefined}>{seen}</td>
                <td className={several ? styles.number : undefined}>{expected}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {more > 0 && (
        <div className={styles.faint}>
          {t('why.more-shares', 'and {{more}} more with smaller shares', { more })}
        </div>
      )}
    </section>
  );
}

function atPeak(member: DrawnSeries, peak: number): { seen: string; expected: string } {
  const at = lowerBound(member.time, peak);
  const lower = member.lower && member.upper ? lowerEdge(member)[at] : undefined;
  const upper = member.upper?.[at];
  return {
    seen: formatValue(member.field, member.values[at]),
    expected:
      typeof lower === 'number' && typeof upper === 'number'
        ? t('why.range', '{{lower}} to {{upper}}', {
            lower: formatValue(member.field, lower),
            upper: formatValue(member.field, upper),
          })
        : formatValue(member.field, member.expected?.[at]),
  };
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    width: '100%',
    '& thead': { color: theme.colors.text.secondary },
    '& th, & td': { padding: '2px 8px 2px 0', verticalAlign: 'top' },
    '& th': { fontWeight: theme.typography.fontWeightRegular },
  }),
  name: css({ overflowWrap: 'anywhere', minWidth: 80 }),
  number: css({ textAlign: 'right', fontVariantNumeric: 'tabular-nums' }),
  bar: css({ display: 'inline-block', height: 8, marginRight: 6, background: theme.colors.text.secondary }),
  faint: css({ color: theme.colors.text.secondary }),
});
