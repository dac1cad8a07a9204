import { useTheme2 } from '@grafana/ui';
import { severityClass } from '@heed/core';
import { useWidth } from '../shared/useWidth.js';
import { attendedColor } from './drawing.js';

export interface ComparedLine {
  /** As many as there are places on the x axis; NaN is a gap. */
  readonly values: ArrayLike<number>;
  /** Attention weight: the heavier, the stronger the line. */
  readonly weight: number;
}

interface Props {
  /** For those who cannot see it. */
  readonly description: string;
  readonly testId: string;
  /** Places on the x axis, ascending, in any unit. */
  readonly x: ArrayLike<number>;
  /** What the event was seen in. */
  readonly own: { readonly name: string; readonly values: ArrayLike<number> };
  /** What it was compared with. */
  readonly others: { readonly name: string; readonly lines: readonly ComparedLine[] };
  /** Width of the line with the largest weight. */
  readonly heaviest: number;
  /** Where the event is, in the unit of `x`. */
  readonly event: { readonly start: number; readonly end: number; readonly severity: number };
  readonly format: (value: number) => string;
}

const usualWidth = 560;
const height = 180;
const margin = { left: 64, right: 8, top: 8, bottom: 22 };

/** An event over what it was compared with: the one shaded and in the color of its severity, the others behind it. */
export function ComparisonPicture(props: Props) {
  const { x, own, others, heaviest, event, format } = props;
  const theme = useTheme2();
  // In the units of the page, so that its words are as large as the others on a phone, too.
  const [measured, box] = useWidth();
  const width = Math.max(240, measured || usualWidth);
  let low = Infinity;
  let high = -Infinity;
  for (const values of [own.values, ...others.lines.map((line) => line.values)]) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return null;
  if (low === high) [low, high] = [low - 1, high + 1];
  const pad = 0.06 * (high - low);
  const [first, last] = [x[0]!, x[x.length - 1]!];
  const atX = (place: number) =>
    margin.left + ((place - first) / Math.max(1, last - first)) * (width - margin.left - margin.right);
  const atY = (value: number) =>
    margin.top + (1 - (value - low + pad) / (high - low + 2 * pad)) * (height - margin.top - margin.bottom);
  const path = (values: ArrayLike<number>) => {
    let d = '';
    let pen = false;
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i]!)) pen = false;
      else {
        d += `${pen ? 'L' : 'M'}${atX(x[i]!).toFixed(1)} ${atY(values[i]!).toFixed(1)}`;
        pen = true;
      }
    }
    return d;
  };
  const most = Math.max(...others.lines.map((line) => line.weight), 1e-9);
  const color = severityClass(event.severity).color;
  const faint = theme.colors.text.secondary;
  return (
    <div ref={box}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width="100%"
        role="img"
        aria-label={props.description}
        data-testid={props.testId}
      >
        <rect
          x={atX(event.start) - 1}
          y={margin.top}
          width={Math.max(3, atX(event.end) - atX(event.start) + 2)}
          height={height - margin.top - margin.bottom}
          fill={color}
          opacity={0.15}
        />
        {[low, (low + high) / 2, high].map((value) => (
          <g key={value}>
            <line
              x1={margin.left}
              x2={width - margin.right}
              y1={atY(value)}
              y2={atY(value)}
              stroke={faint}
              opacity={0.2}
            />
            <text x={margin.left - 6} y={atY(value) + 4} textAnchor="end" fontSize={11} fill={faint}>
              {format(value)}
            </text>
          </g>
        ))}
        {others.lines.map(({ values, weight }, i) => (
          <path
            key={i}
            d={path(values)}
            fill="none"
            stroke={attendedColor}
            strokeWidth={(heaviest * (1 + (2 * weight) / most)) / 3}
            opacity={0.2 + (0.6 * weight) / most}
          />
        ))}
        <path d={path(own.values)} fill="none" stroke={color} strokeWidth={2.5} />
        <text x={margin.left} y={height - 6} fontSize={11} fill={color}>
          {own.name}
        </text>
        <text x={width - margin.right} y={height - 6} textAnchor="end" fontSize={11} fill={attendedColor}>
          {others.name}
        </text>
      </svg>
    </div>
  );
}
