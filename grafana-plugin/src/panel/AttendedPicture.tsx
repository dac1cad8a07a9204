import type { GrafanaTheme2 } from '@grafana/data';
import type { AnomalyEvent, PlainSeries } from '../engine/protocol.js';
import { severityColor } from '../datasource/frames.js';
import { attendedColor } from './drawing.js';

interface Props {
  readonly series: PlainSeries;
  readonly channel: number;
  readonly event: AnomalyEvent;
  readonly format: (value: number) => string;
  readonly theme: GrafanaTheme2;
}

const width = 560;
const height = 180;
const margin = { left: 64, right: 8, top: 8, bottom: 22 };
const drawnStretches = 6;

/**
 * The event and, laid over it, the normal stretches it was compared with: the heavier a stretch weighed, the
 * stronger its line. Stretch and event are laid start on start, with as many points around the event as a stretch
 * is long.
 */
export function AttendedPicture({ series, channel, event, format, theme }: Props) {
  const values = series.channels[channel]!.values;
  const n = values.length;
  const stretches = event.attended.filter(({ weight }) => weight >= 0.01).slice(0, drawnStretches);
  const longest = Math.max(
    8,
    ...stretches.map((s) => s.end - s.start + 1),
    event.endIndex - event.startIndex + 1,
  );
  const middle = Math.round((event.startIndex + event.endIndex) / 2);
  const from = Math.max(0, Math.min(n - longest, middle - Math.floor(longest / 2)));
  const at = (start: number, k: number) => (start + k >= 0 && start + k < n ? values[start + k]! : NaN);

  const lines = stretches.map((stretch) => {
    const centre = Math.round((stretch.start + stretch.end) / 2);
    return { weight: stretch.weight, start: centre - (middle - from) };
  });
  let low = Infinity;
  let high = -Infinity;
  for (const start of [from, ...lines.map((line) => line.start)]) {
    for (let k = 0; k < longest; k++) {
      const value = at(start, k);
      if (Number.isNaN(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return null;
  if (low === high) [low, high] = [low - 1, high + 1];
  const pad = 0.06 * (high - low);
  const x = (k: number) =>
    margin.left + (k / Math.max(1, longest - 1)) * (width - margin.left - margin.right);
  const y = (value: number) =>
    margin.top + (1 - (value - low + pad) / (high - low + 2 * pad)) * (height - margin.top - margin.bottom);
  const path = (start: number) => {
    let d = '';
    let pen = false;
    for (let k = 0; k < longest; k++) {
      const value = at(start, k);
      if (Number.isNaN(value)) pen = false;
      else {
        d += `${pen ? 'L' : 'M'}${x(k).toFixed(1)} ${y(value).toFixed(1)}`;
        pen = true;
      }
    }
    return d;
  };
  const most = Math.max(...lines.map((line) => line.weight), 1e-9);
  const color = severityColor(event.severity);
  const text = theme.colors.text.secondary;
  const before = event.startIndex - from;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width="100%"
      role="img"
      aria-label="The event over the stretches it was compared with"
      data-testid="heed-attended"
    >
      <rect
        x={x(before) - 1}
        y={margin.top}
        width={Math.max(3, x(event.endIndex - from) - x(before) + 2)}
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
            stroke={text}
            opacity={0.2}
          />
          <text x={margin.left - 6} y={y(value) + 4} textAnchor="end" fontSize={11} fill={text}>
            {format(value)}
          </text>
        </g>
      ))}
      {lines.map((line, i) => (
        <path
          key={i}
          d={path(line.start)}
          fill="none"
          stroke={attendedColor}
          strokeWidth={1 + 2 * (line.weight / most)}
          opacity={0.25 + 0.65 * (line.weight / most)}
        />
      ))}
      <path d={path(from)} fill="none" stroke={color} strokeWidth={2.5} />
      <text x={margin.left} y={height - 6} fontSize={11} fill={color}>
        this event
      </text>
      <text x={margin.left + 70} y={height - 6} fontSize={11} fill={attendedColor}>
        what it was compared with
      </text>
    </svg>
  );
}
