import type { GrafanaTheme2 } from '@grafana/data';
import { fitScaler } from '@heed/core';
import type { AnomalyEvent, PlainSeries } from '../engine/protocol.js';
import { severityColor } from '../datasource/frames.js';
import { lowerBound } from './align.js';
import { formatValue } from './Chart.js';
import { attendedColor } from './drawing.js';
import type { DrawnSeries } from './model.js';

interface Props {
  readonly event: AnomalyEvent;
  readonly peers: NonNullable<AnomalyEvent['peers']>;
  /** The series that the event is about. */
  readonly member: DrawnSeries;
  /** All the series that were scored together, where they are still known. */
  readonly series: PlainSeries | undefined;
  readonly theme: GrafanaTheme2;
}

const shown = 8;

/** The peers that one series was compared with at the same time, in a picture and with their weights. */
export function PeersSection({ event, peers, member, series, theme }: Props) {
  const more = peers.length - shown;
  const faint = theme.colors.text.secondary;
  const valueAtPeak = (name: string): string => {
    const channel = series?.channels.find((candidate) => candidate.name === name);
    return channel && series
      ? formatValue(member.field, channel.values[lowerBound(series.time, event.peak)])
      : '';
  };
  return (
    <section data-testid="heed-peers">
      <h5>
        Compared with{' '}
        <span style={{ color: attendedColor }}>
          {peers.length} {peers.length === 1 ? 'peer' : 'peers'}
        </span>{' '}
        at the same time
      </h5>
      {series && <PeersPicture event={event} peers={peers} member={member} series={series} theme={theme} />}
      <table style={{ width: '100%' }}>
        <thead style={{ color: faint }}>
          <tr>
            <th colSpan={2}>attention</th>
            <th>series</th>
            <th style={{ textAlign: 'right' }}>at the peak</th>
          </tr>
        </thead>
        <tbody>
          {peers.slice(0, shown).map(({ name, weight }) => (
            <tr key={name}>
              <td style={{ color: attendedColor, width: 60 }}>{Math.round(100 * weight)}%</td>
              <td style={{ width: 98, paddingRight: 8 }}>
                <div
                  style={{
                    height: 6,
                    width: `${Math.round(100 * weight)}%`,
                    background: attendedColor,
                    minWidth: 2,
                  }}
                />
              </td>
              <td style={{ maxWidth: 220, overflow: 'hidden', textOverflow: 'ellipsis' }}>{name}</td>
              <td style={{ textAlign: 'right', fontVariantNumeric: 'tabular-nums' }}>{valueAtPeak(name)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div style={{ color: faint }}>
        {more > 0 && `and ${more} more with smaller weights. `}
        The percentages are attention weights: how alike the series usually are, measured at other times. In
        the picture the peers are brought to the level and spread of {member.name}.
      </div>
    </section>
  );
}

const width = 560;
const height = 180;
const margin = { left: 64, right: 8, top: 8, bottom: 22 };
/** Fewest points shown on either side of the event. */
const fewestAround = 12;

function PeersPicture({ event, peers, member, series, theme }: Props & { readonly series: PlainSeries }) {
  const channelOf = (name: string) => series.channels.find((channel) => channel.name === name);
  const own = channelOf(event.channels[0]!.name);
  if (!own) return null;
  const around = Math.max(fewestAround, event.endIndex - event.startIndex + 1);
  const from = Math.max(0, event.startIndex - around);
  const to = Math.min(series.time.length - 1, event.endIndex + around);
  const level = fitScaler(own.values, 'robust');
  const lines = peers.flatMap(({ name, weight }) => {
    const channel = channelOf(name);
    if (!channel || channel.values.every(Number.isNaN)) return [];
    const scaler = fitScaler(channel.values, 'robust');
    return [{ name, weight, values: level.invert(scaler.apply(channel.values.subarray(from, to + 1))) }];
  });
  const event0 = own.values.subarray(from, to + 1);
  let low = Infinity;
  let high = -Infinity;
  for (const values of [event0, ...lines.map((line) => line.values)]) {
    for (const value of values) {
      if (Number.isNaN(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return null;
  if (low === high) [low, high] = [low - 1, high + 1];
  const pad = 0.06 * (high - low);
  const [t0, t1] = [series.time[from]!, series.time[to]!];
  const x = (t: number) =>
    margin.left + ((t - t0) / Math.max(1, t1 - t0)) * (width - margin.left - margin.right);
  const y = (value: number) =>
    margin.top + (1 - (value - low + pad) / (high - low + 2 * pad)) * (height - margin.top - margin.bottom);
  const path = (values: ArrayLike<number>) => {
    let d = '';
    let pen = false;
    for (let k = 0; k < values.length; k++) {
      if (Number.isNaN(values[k]!)) pen = false;
      else {
        d += `${pen ? 'L' : 'M'}${x(series.time[from + k]!).toFixed(1)} ${y(values[k]!).toFixed(1)}`;
        pen = true;
      }
    }
    return d;
  };
  const most = Math.max(...lines.map((line) => line.weight), 1e-9);
  const color = severityColor(event.severity);
  const faint = theme.colors.text.secondary;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width="100%"
      role="img"
      aria-label="The series among the peers it was compared with"
      data-testid="heed-peers-picture"
    >
      <rect
        x={x(event.start) - 1}
        y={margin.top}
        width={Math.max(3, x(event.end) - x(event.start) + 2)}
        height={height - margin.top - margin.bottom}
        fill={color}
        opacity={0.15}
      />
      {[low, (low + high) / 2, high].map((value) => (
        <g key={value}>
          <line
            x1={margin.left}
            x2={width - margin.right}
            y1={y(value)}
            y2={y(value)}
            stroke={faint}
            opacity={0.2}
          />
          <text x={margin.left - 6} y={y(value) + 4} textAnchor="end" fontSize={11} fill={faint}>
            {formatValue(member.field, value)}
          </text>
        </g>
      ))}
      {lines.map((line) => (
        <path
          key={line.name}
          d={path(line.values)}
          fill="none"
          stroke={attendedColor}
          strokeWidth={0.8 + line.weight / most}
          opacity={0.2 + 0.5 * (line.weight / most)}
        />
      ))}
      <path d={path(event0)} fill="none" stroke={color} strokeWidth={2.5} />
      <text x={margin.left} y={height - 6} fontSize={11} fill={color}>
        {member.name}
      </text>
      <text x={width - margin.right} y={height - 6} textAnchor="end" fontSize={11} fill={attendedColor}>
        its peers
      </text>
    </svg>
  );
}
