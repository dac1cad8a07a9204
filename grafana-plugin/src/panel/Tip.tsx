import { css, cx } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { severityClass } from '@heed/core';
import type { Aligned } from './align.js';
import { withoutName } from './EventRow.js';
import type { DrawnSeries, GroupEvent } from './model.js';
import { formatValue } from './plot.js';
import { severityName } from './words.js';
import { t } from '../shared/i18n.js';

interface Props {
  readonly aligned: Aligned;
  readonly series: readonly DrawnSeries[];
  readonly colors: readonly string[];
  readonly index: number;
  /** Column uPlot says is nearest, counted from 1. */
  readonly column: number | null;
  readonly single: boolean;
  readonly events: readonly GroupEvent[];
  readonly timeZone: string;
  /** Beside the finger there is half a phone's width. */
  readonly narrow: boolean;
}

const rowsAtMost = 12;
const unknown = '–';

/** What was seen, what was expected, how unusual that is. */
export function Tip(props: Props) {
  const { aligned, series, index, column, single, events, timeZone, narrow } = props;
  const styles = useStyles2(getStyles);
  const time = aligned.time[index];
  if (time === undefined) return null;
  // The nearest column may be an invisible edge of a band; its series is what the reader means.
  const nearest =
    column === null
      ? -1
      : aligned.series.findIndex((parts) =>
          [parts.value, parts.expected, parts.lower, parts.upper].includes(column - 1),
        );
  const shown = single ? [Math.max(0, nearest)] : series.map((_, at) => at).slice(0, narrow ? 6 : rowsAtMost);
  const more = single ? 0 : series.length - shown.length;
  const here = events.filter(({ event }) => time >= event.start && time <= event.end);
  return (
    <div className={cx(styles.tip, narrow && styles.narrow)} data-testid="heed-tooltip">
      <div className={styles.faint}>{dateTimeFormat(time, { timeZone })}</div>
      <table className={styles.table}>
        {!narrow && (
          <thead>
            <tr className={styles.faint}>
              <th />
              <th className={styles.number}>{t('tip.seen', 'seen')}</th>
              <th className={styles.number}>{t('tip.expected', 'expected')}</th>
              <th className={styles.number}>{t('tip.score', 'score')}</th>
            </tr>
          </thead>
        )}
        <tbody>
          {shown.map((at) => (
            <TipRow key={at} {...props} at={at} isNearest={at === nearest && series.length > 1} />
          ))}
        </tbody>
      </table>
      {more > 0 && <div className={styles.faint}>{t('tip.more', 'and {{more}} more', { more })}</div>}
      {here.slice(0, narrow ? 1 : 3).map(({ group, event }) => (
        <div
          key={`${group.name}${event.start}`}
          className={styles.event}
          style={{ borderColor: severityClass(event.severity).color }}
        >
          <b>
            {t('tip.event', '{{severity}} anomaly ({{number}})', {
              severity: severityName(event.severity),
              number: Math.round(event.severity),
            })}
          </b>{' '}
          {series.length > 1 ? event.reason : withoutName(event.reason, group.name)}
          <div className={styles.faint}>{t('tip.click', 'Click the region to see why')}</div>
        </div>
      ))}
    </div>
  );
}

function TipRow({
  aligned,
  series,
  colors,
  index,
  narrow,
  at,
  isNearest,
}: Props & { at: number; isNearest: boolean }) {
  const styles = useStyles2(getStyles);
  const { name, field } = series[at]!;
  const parts = aligned.series[at]!;
  const value = (column: number | undefined) =>
    column === undefined ? undefined : aligned.columns[column]![index];
  const lower = value(parts.lower);
  const upper = value(parts.upper);
  const score = parts.score?.[index];
  const seen = formatValue(field, value(parts.value));
  const expected =
    typeof lower === 'number' && typeof upper === 'number'
      ? t('why.range', '{{lower}} to {{upper}}', {
          lower: formatValue(field, lower),
          upper: formatValue(field, upper),
        })
      : formatValue(field, value(parts.expected));
  const label = (
    <>
      <span className={styles.swatch} style={{ background: colors[at]! }} />
      {name}
    </>
  );
  if (narrow) {
    return (
      <tr className={cx(isNearest && styles.bold)}>
        <td>
          <div className={styles.name}>{label}</div>
          {seen}
          <div className={styles.faint}>{t('tip.expected-value', 'expected {{expected}}', { expected })}</div>
        </td>
      </tr>
    );
  }
  return (
    <tr className={cx(isNearest && styles.bold)}>
      <td className={styles.name}>{label}</td>
      <td className={styles.number}>{seen}</td>
      <td className={styles.number}>{expected}</td>
      <td className={styles.number}>{typeof score === 'number' ? score.toFixed(2) : unknown}</td>
    </tr>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  tip: css({ padding: 8, fontSize: 12, maxWidth: 'min(420px, 80vw)', overflowWrap: 'anywhere' }),
  narrow: css({ maxWidth: 'min(172px, 48vw)', whiteSpace: 'normal' }),
  faint: css({ color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular }),
  table: css({ width: '100%', margin: '4px 0' }),
  name: css({
    maxWidth: 170,
    padding: '1px 0',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  }),
  number: css({
    padding: '1px 0 1px 12px',
    textAlign: 'right',
    whiteSpace: 'nowrap',
    fontVariantNumeric: 'tabular-nums',
  }),
  bold: css({ fontWeight: theme.typography.fontWeightBold }),
  swatch: css({ display: 'inline-block', width: 10, height: 3, marginRight: 6, verticalAlign: 'middle' }),
  event: css({ marginTop: 6, borderLeft: '4px solid', paddingLeft: 6 }),
});
