import { dateTimeFormat } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { severityClass } from '@heed/core';
import type { Aligned } from './align.js';
import { formatValue } from './Chart.js';
import type { DrawnSeries, GroupEvent } from './model.js';

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
}

/** What was seen, what was expected, how unusual that is. */
export function Tip({ aligned, series, colors, index, column, single, events, timeZone }: Props) {
  const theme = useTheme2();
  const time = aligned.time[index];
  if (time === undefined) return null;
  // The nearest column may be an invisible edge of a band; its series is what the reader means.
  const nearest =
    column === null
      ? -1
      : aligned.series.findIndex((parts) =>
          [parts.value, parts.expected, parts.lower, parts.upper].includes(column - 1),
        );
  const rows = series
    .map((s, at) => ({ s, at }))
    .filter(({ at }) => (single ? at === Math.max(0, nearest) : true))
    .slice(0, 12);
  const here = events.filter(({ event }) => time >= event.start && time <= event.end);
  const cell = { padding: '1px 6px', whiteSpace: 'nowrap' as const };
  const right = { ...cell, textAlign: 'right' as const, fontVariantNumeric: 'tabular-nums' };
  return (
    <div style={{ padding: 8, fontSize: 12, maxWidth: 460 }} data-testid="heed-tooltip">
      <div style={{ color: theme.colors.text.secondary, marginBottom: 4 }}>
        {dateTimeFormat(time, { timeZone })}
      </div>
      <table>
        <thead>
          <tr style={{ color: theme.colors.text.secondary }}>
            <th />
            <th style={right}>seen</th>
            <th style={right}>expected</th>
            <th style={right}>score</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ s, at }) => {
            const parts = aligned.series[at]!;
            const value = (c: number | undefined) =>
              c === undefined ? undefined : aligned.columns[c]![index];
            const lower = value(parts.lower);
            const upper = value(parts.upper);
            const score = parts.score?.[index];
            const expected =
              typeof lower === 'number' && typeof upper === 'number'
                ? `${formatValue(s.field, lower)} to ${formatValue(s.field, upper)}`
                : formatValue(s.field, value(parts.expected));
            return (
              <tr key={s.name} style={{ fontWeight: at === nearest ? 600 : 400 }}>
                <td style={{ ...cell, maxWidth: 180, overflow: 'hidden', textOverflow: 'ellipsis' }}>
                  <span
                    style={{
                      display: 'inline-block',
                      width: 10,
                      height: 3,
                      background: colors[at]!,
                      marginRight: 6,
                      verticalAlign: 'middle',
                    }}
                  />
                  {s.name}
                </td>
                <td style={right}>{formatValue(s.field, value(parts.value))}</td>
                <td style={right}>{expected}</td>
                <td style={right}>{typeof score === 'number' ? score.toFixed(2) : '–'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {!single && series.length > 12 && (
        <div style={{ color: theme.colors.text.secondary }}>and {series.length - 12} more</div>
      )}
      {here.slice(0, 3).map(({ group, event }) => (
        <div
          key={`${group.name}${event.start}`}
          style={{
            marginTop: 6,
            borderLeft: `4px solid ${severityClass(event.severity).color}`,
            paddingLeft: 6,
          }}
        >
          <b>
            {severityClass(event.severity).name} anomaly ({Math.round(event.severity)})
          </b>{' '}
          {event.reason}
          <div style={{ color: theme.colors.text.secondary }}>Click the region to see why</div>
        </div>
      ))}
    </div>
  );
}
