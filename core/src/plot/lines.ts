import { area, line } from 'd3-shape';
import type { HorizontalAxis, VerticalAxis } from './axes.js';
import { bandSegments, lineSegments, type BandStop, type DrawRange } from './downsample.js';
import { element } from './svg.js';

export interface LineStyle {
  readonly color: string;
  readonly width?: number;
  readonly dashed?: boolean;
  readonly opacity?: number;
  /** False draws through holes in time; default true. */
  readonly holes?: boolean;
}

/** A line through the finite values of `range`; a value standing alone becomes a dot. */
export function drawLine(
  time: Float64Array,
  values: ArrayLike<number>,
  range: DrawRange,
  axes: { readonly x: HorizontalAxis; readonly y: VerticalAxis },
  columns: number,
  style: LineStyle,
): string {
  const path = line<number>()
    .digits(1)
    .x((t) => axes.x.position(time[t]!))
    .y((t) => axes.y.position(values[t]!));
  const d = lineSegments(time, values, range, columns, style.holes !== false)
    .map((segment) => {
      if (segment.length > 1) return path(segment);
      const t = segment[0]!;
      return `M${axes.x.position(time[t]!).toFixed(1)},${axes.y.position(values[t]!).toFixed(1)}h0`;
    })
    .join('');
  if (d === '') return '';
  return element('path', {
    d,
    fill: 'none',
    stroke: style.color,
    'stroke-width': style.width ?? 1.3,
    'stroke-opacity': style.opacity,
    'stroke-dasharray': style.dashed ? '4 3' : undefined,
    'stroke-linejoin': 'round',
    'stroke-linecap': 'round',
  });
}

/** The area between two curves. */
export function drawBand(
  time: Float64Array,
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
  range: DrawRange,
  axes: { readonly x: HorizontalAxis; readonly y: VerticalAxis },
  columns: number,
  style: { readonly color: string; readonly opacity: number },
): string {
  const shape = area<BandStop>()
    .digits(1)
    .x((stop) => axes.x.position(stop.time))
    .y0((stop) => axes.y.position(stop.low))
    .y1((stop) => axes.y.position(stop.high));
  const d = bandSegments(time, lower, upper, range, columns)
    .map((segment) => shape(segment))
    .join('');
  return d === '' ? '' : element('path', { d, fill: style.color, 'fill-opacity': style.opacity });
}
