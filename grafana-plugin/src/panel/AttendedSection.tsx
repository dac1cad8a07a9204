import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import type { AnomalyEvent, Series } from '@heed/core';
import { AttendedPicture } from './AttendedPicture.js';
import { attendedColor } from './drawing.js';
import type { DrawnSeries } from './model.js';
import { formatValue } from './plot.js';
import { t } from '../shared/i18n.js';

interface Props {
  readonly event: AnomalyEvent;
  /** The series that is to blame most. */
  readonly member: DrawnSeries;
  readonly series: Series | undefined;
  readonly timeZone: string;
  readonly onZoom: (start: number, end: number) => void;
}

const shown = 6;
/** Weights closer to each other than this say nothing that words do not say better. */
const alike = 1.1;

/** The normal intervals that the event was compared with, those that counted most first. */
export function AttendedSection({ event, member, series, timeZone, onZoom }: Props) {
  const styles = useStyles2(getStyles);
  const intervals = event.attended
    .filter(({ weight }) => weight >= 0.01)
    .sort((a, b) => b.weight - a.weight || b.startTime - a.startTime);
  const heaviest = intervals[0]?.weight ?? 0;
  const equal = intervals.length > 1 && heaviest < alike * intervals.at(-1)!.weight;
  const channel = Math.max(0, series?.channels.findIndex(({ name }) => name === member.name) ?? 0);
  const values = series?.channels[channel]?.values;
  const mean = (start: number, end: number) =>
    values ? formatValue(member.field, average(values.subarray(start, end + 1))) : '';
  const time = (ms: number) => dateTimeFormat(ms, { timeZone });
  return (
    <section>
      <h5>
        <span className={styles.accent}>
          {t('why.compared', '', {
            count: intervals.length,
            defaultValue_one: 'Compared with {{count}} normal interval',
            defaultValue_other: 'Compared with {{count}} normal intervals',
          })}
        </span>
      </h5>
      {intervals.length > 0 && series ? (
        <>
          <AttendedPicture
            series={series}
            channel={channel}
            event={event}
            format={(value) => formatValue(member.field, value)}
          />
          <table className={styles.table}>
            <thead>
              <tr>
                {!equal && <th>{t('why.weight', 'weight')}</th>}
                <th>{t('why.from', 'from')}</th>
                <th className={styles.number}>{t('why.mean-then', 'mean then')}</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {intervals.slice(0, shown).map(({ start, end, startTime, endTime, weight }) => (
                <tr key={startTime}>
                  {!equal && (
                    <td>
                      <span className={styles.bar} style={{ width: Math.max(2, (40 * weight) / heaviest) }} />
                      {Math.round(100 * weight)}%
                    </td>
                  )}
                  <td>{time(startTime)}</td>
                  <td className={styles.number}>{mean(start, end)}</td>
                  <td className={styles.number}>
                    <Button
                      size="sm"
                      fill="text"
                      aria-label={t('why.show-interval', 'Show {{time}}', { time: time(startTime) })}
                      onClick={() => onZoom(Math.min(startTime, event.start), Math.max(endTime, event.end))}
                    >
                      {t('why.show', 'Show')}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className={styles.faint}>
            {t('why.own-mean', 'The mean of the event itself is {{mean}}.', {
              mean: mean(event.startIndex, event.endIndex),
            })}{' '}
            {equal
              ? t(
                  'why.alike',
                  'All of them counted alike (attention weight {{weight}}% each); the latest comes first.',
                  { weight: Math.round(100 * heaviest) },
                )
              : t(
                  'why.weight-means',
                  'The weight is how much each interval counted when the detector worked out what was to be expected here.',
                )}
          </div>
        </>
      ) : (
        <div className={styles.faint}>
          {intervals.length === 0
            ? t(
                'why.no-intervals',
                'This detector does not compare with intervals of the past; choose an attention detector to see them.',
              )
            : t('why.forgotten', 'The history is no longer in memory; refresh the dashboard to see it.')}
        </div>
      )}
    </section>
  );
}

function average(values: Float64Array): number | null {
  const seen = values.filter((value) => !Number.isNaN(value));
  return seen.length > 0 ? seen.reduce((sum, value) => sum + value, 0) / seen.length : null;
}

const getStyles = (theme: GrafanaTheme2) => ({
  accent: css({ color: theme.isDark ? attendedColor : '#00795a' }),
  table: css({
    width: '100%',
    '& thead': { color: theme.colors.text.secondary },
    '& th': { fontWeight: theme.typography.fontWeightRegular },
    '& th, & td': { paddingRight: 8 },
  }),
  number: css({ textAlign: 'right', fontVariantNumeric: 'tabular-nums' }),
  bar: css({ display: 'inline-block', height: 6, marginRight: 6, background: attendedColor }),
  faint: css({ color: theme.colors.text.secondary }),
});
