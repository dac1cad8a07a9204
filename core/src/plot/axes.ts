import { scaleLinear, scaleUtc } from 'd3-scale';
import { formatTicks } from '../format.js';
import { formatDay, formatTick, zoneOffset } from './times.js';
import { element, textElement, textWidth } from './svg.js';
import { colors } from './theme.js';

/** A rectangle of the drawing, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One tick: position on the page and its label. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** The common horizontal axis of stacked panels. */
export interface HorizontalAxis {
  /** Pixel of an epoch ms (or a row number), held within the panel. */
  readonly position: (value: number) => number;
  readonly ticks: readonly Tick[];
  /** Says what the ticks leave out: the day and time zone, or `row`. */
  readonly caption: string;
}

/** Leaves out labels that would touch their left neighbor. */
function withoutOverlap(ticks: readonly Tick[], gap = 10): Tick[] {
  const kept: Tick[] = [];
  let free = -Infinity;
  for (const tick of ticks) {
    const half = textWidth(tick.label) / 2;
    if (tick.at - half < free) continue;
    kept.push(tick);
    free = tick.at + half + gap;
  }
  return kept;
}

/** Axis over epoch ms with ticks at round wall-clock times of the zone, or over row numbers. */
export function timeAxis(
  from: number,
  to: number,
  box: Box,
  options: { readonly indexTime?: boolean; readonly timeZone?: string },
): HorizontalAxis {
  const [start, end] = to > from ? [from, to] : [from - 0.5, from + 0.5];
  const scale = scaleLinear([start, end], [box.x, box.x + box.width]).clamp(true);
  const position = (value: number) => scale(value);
  const count = Math.max(2, Math.floor(box.width / 85));
  if (options.indexTime) {
    const ticks = scale.ticks(count).filter(Number.isInteger);
    return {
      position,
      ticks: withoutOverlap(ticks.map((tick) => ({ at: position(tick), label: String(tick) }))),
      caption: 'row',
    };
  }
  const zone = options.timeZone ?? 'UTC';
  const offset = zoneOffset(start, zone);
  const walls = scaleUtc([start + offset, end + offset], [0, 1])
    .ticks(count)
    .map(Number);
  const step =
    walls.length > 1 ? Math.min(...walls.slice(1).map((wall, i) => wall - walls[i]!)) : end - start;
  const ticks = walls
    // Across a change to or from summer time the offset of the tick itself counts.
    .map((wall) => ({ wall, time: wall - zoneOffset(wall - offset, zone) }))
    .filter(({ time }) => time >= start && time <= end)
    .map(({ wall, time }) => ({ at: position(time), label: formatTick(wall, step) }));
  const [firstDay, lastDay] = [formatDay(start, zone), formatDay(end, zone)];
  return {
    position,
    ticks: withoutOverlap(ticks),
    caption: `${firstDay === lastDay ? firstDay : `${firstDay} – ${lastDay}`}, ${zone}`,
  };
}

/** The axis line, ticks and labels under `box`, the caption at the right end below them. 30 px high. */
export function drawHorizontalAxis(axis: HorizontalAxis, box: Box): string {
  const bottom = box.y + box.height;
  const right = box.x + box.width;
  const marks = axis.ticks.map(({ at }) => `M${at.toFixed(1)},${bottom}v4`).join('');
  const labels = axis.ticks.map(({ at, label }) => {
    const half = textWidth(label) / 2;
    return textElement(Math.max(half, at), bottom + 16, label, { anchor: 'middle' });
  });
  return [
    element('path', { d: `M${box.x},${bottom}H${right}${marks}`, stroke: colors.axis, fill: 'none' }),
    ...labels,
    textElement(right, bottom + 30, axis.caption, { anchor: 'end', fill: colors.faint }),
  ].join('');
}

/** A vertical value axis. */
export interface VerticalAxis {
  readonly position: (value: number) => number;
  readonly ticks: readonly Tick[];
  /** Width of the widest label. */
  readonly labelWidth: number;
}

/** Linear axis over [low, high] with ticks at round numbers; `tickCount` is a wish. */
export function valueAxis(
  low: number,
  high: number,
  box: Pick<Box, 'y' | 'height'>,
  tickCount = Math.max(2, Math.round(box.height / 45)),
): VerticalAxis {
  const scale = scaleLinear([low, high], [box.y + box.height, box.y]).clamp(true);
  const values = scale.ticks(tickCount);
  const labels = formatTicks(values);
  return {
    position: (value) => scale(value),
    ticks: values.map((value, i) => ({ at: scale(value), label: labels[i]! })),
    labelWidth: Math.max(0, ...labels.map((label) => textWidth(label))),
  };
}

/** Grid lines across `box` and the labels at its left. */
export function drawVerticalAxis(axis: VerticalAxis, box: Box): string {
  const lines = axis.ticks.map(({ at }) => `M${box.x},${at.toFixed(1)}h${box.width}`).join('');
  return [
    element('path', { d: lines, stroke: colors.grid, fill: 'none' }),
    ...axis.ticks.map(({ at, label }) => textElement(box.x - 6, at + 4, label, { anchor: 'end' })),
  ].join('');
}

/**
 * Extent of what is drawn with a little room around it, never empty. Quantities that are never negative stay above
 * zero, and zero is on the axis where it is near.
 */
export function paddedExtent(low: number, high: number): [number, number] {
  if (!(low <= high)) return [0, 1];
  if (low === high) {
    const room = low === 0 ? 1 : Math.abs(low) * 0.1;
    return low === 0 ? [0, 1] : [low - room, high + room];
  }
  const room = (high - low) * 0.06;
  const bottom = low >= 0 && low <= (high - low) * 0.35 ? 0 : low - room;
  const top = high <= 0 && -high <= (high - low) * 0.35 ? 0 : high + room;
  return [bottom, top];
}
