import type uPlot from 'uplot';
import { severityClass } from '@heed/core';
import type { Aligned } from './align.js';
import type { GroupEvent } from './model.js';

/** Green of the Okabe–Ito palette: what the detector compared with. */
export const attendedColor = '#009e73';

export interface Picture {
  readonly aligned: Aligned;
  readonly events: readonly GroupEvent[];
  readonly names: readonly string[];
  readonly selected: GroupEvent | undefined;
  readonly regionOpacity: number;
  readonly showMarkers: boolean;
  /** Other people's annotations: [start, end, color]. */
  readonly notes: ReadonlyArray<readonly [number, number, string]>;
  readonly background: string;
}

function clipped(u: uPlot, draw: (ctx: CanvasRenderingContext2D) => void): void {
  const { ctx } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  ctx.clip();
  draw(ctx);
  ctx.restore();
}

function alpha(hex: string, opacity: number): string {
  const byte = Math.round(255 * Math.max(0, Math.min(1, opacity)));
  return hex + byte.toString(16).padStart(2, '0');
}

/** Under the lines: anomalous regions, what the selected one was compared with, other annotations. */
export function drawRegions(u: uPlot, picture: Picture): void {
  const px = devicePixelRatio;
  clipped(u, (ctx) => {
    const region = (start: number, end: number) => {
      const x0 = u.valToPos(start, 'x', true);
      const x1 = u.valToPos(end, 'x', true);
      const width = Math.max(3 * px, x1 - x0);
      return { x: x1 - x0 < 3 * px ? (x0 + x1) / 2 - width / 2 : x0, width };
    };
    // The gravest event of each pixel column: regions of many series would otherwise add up to a wall of color.
    const columns = new Float64Array(Math.ceil(u.bbox.width)).fill(-1);
    for (const { event } of picture.events) {
      const { x, width } = region(event.start, event.end);
      const first = Math.max(0, Math.floor(x - u.bbox.left));
      const last = Math.min(columns.length, Math.ceil(x + width - u.bbox.left));
      for (let c = first; c < last; c++) columns[c] = Math.max(columns[c]!, event.severity);
    }
    for (let c = 0; c < columns.length;) {
      if (columns[c]! < 0) {
        c++;
        continue;
      }
      const color = severityClass(columns[c]!).color;
      let end = c + 1;
      while (end < columns.length && columns[end]! >= 0 && severityClass(columns[end]!).color === color)
        end++;
      ctx.fillStyle = alpha(color, picture.regionOpacity / 100);
      ctx.fillRect(u.bbox.left + c, u.bbox.top, end - c, u.bbox.height);
      ctx.fillStyle = color;
      ctx.fillRect(u.bbox.left + c, u.bbox.top, end - c, 3 * px);
      c = end;
    }
    if (picture.selected) {
      const { x, width } = region(picture.selected.event.start, picture.selected.event.end);
      ctx.strokeStyle = severityClass(picture.selected.event.severity).color;
      ctx.lineWidth = 2 * px;
      ctx.strokeRect(x, u.bbox.top + px, width, u.bbox.height - 2 * px);
    }
    for (const interval of picture.selected?.event.attended ?? []) {
      const { x, width } = region(interval.startTime, interval.endTime);
      ctx.fillStyle = alpha(attendedColor, 0.08 + 0.3 * interval.weight);
      ctx.fillRect(x, u.bbox.top, width, u.bbox.height);
      ctx.strokeStyle = attendedColor;
      ctx.setLineDash([4 * px, 3 * px]);
      ctx.lineWidth = px;
      ctx.strokeRect(x, u.bbox.top + px, width, u.bbox.height - 2 * px);
      ctx.setLineDash([]);
    }
    for (const [start, end, color] of picture.notes) {
      const { x, width } = region(start, end);
      ctx.strokeStyle = color;
      ctx.lineWidth = px;
      ctx.setLineDash([2 * px, 4 * px]);
      ctx.beginPath();
      ctx.moveTo(x, u.bbox.top);
      ctx.lineTo(x, u.bbox.top + u.bbox.height);
      ctx.moveTo(x + width, u.bbox.top);
      ctx.lineTo(x + width, u.bbox.top + u.bbox.height);
      ctx.stroke();
      ctx.setLineDash([]);
    }
  });
}

/** Over the lines: one marker per event at its peak; its size says the severity too, for those who cannot tell colors. */
export function drawMarkers(u: uPlot, picture: Picture): void {
  if (!picture.showMarkers) return;
  const px = devicePixelRatio;
  clipped(u, (ctx) => {
    for (const { group, event } of picture.events) {
      const name = event.channels[0]?.name;
      const inGroup = (at: number) => group.members.some((member) => member.name === picture.names[at]);
      let column = picture.names.findIndex((candidate, at) => candidate === name && inGroup(at));
      if (column < 0) column = picture.names.findIndex((_, at) => inGroup(at));
      const drawn = picture.aligned.series[column];
      if (!drawn) continue;
      const y = valueAt(picture.aligned, drawn.value, event.peak);
      const scale = u.series[drawn.value + 1]?.scale;
      if (y === undefined || !scale) continue;
      const radius = (3 + event.severity / 30) * px;
      ctx.beginPath();
      ctx.arc(u.valToPos(event.peak, 'x', true), u.valToPos(y, scale, true), radius, 0, 2 * Math.PI);
      ctx.fillStyle = severityClass(event.severity).color;
      ctx.fill();
      ctx.lineWidth = 1.5 * px;
      ctx.strokeStyle = picture.background;
      ctx.stroke();
    }
  });
}

function valueAt(aligned: Aligned, column: number, time: number): number | undefined {
  const at = aligned.time.indexOf(time);
  const value = at < 0 ? undefined : aligned.columns[column]![at];
  return typeof value === 'number' ? value : undefined;
}

/** A square root keeps small scores visible beside great ones; 9 fills the strip. */
const shareOfStrip = (score: number) => Math.min(1, Math.sqrt(score) / 3);

/** px from the bottom of a strip of a height to the line of its threshold. */
export const thresholdHeight = (height: number) => shareOfStrip(1) * (height - 1);

/** The strip of scores: a bar per pixel column, the dotted line is the threshold (score 1). */
export function drawStrip(
  canvas: HTMLCanvasElement,
  picture: Pick<Picture, 'aligned' | 'events'>,
  range: readonly [number, number],
  colors: { bar: string; threshold: string },
): void {
  const ctx = canvas.getContext('2d');
  if (!ctx) return;
  const { width, height } = canvas;
  ctx.clearRect(0, 0, width, height);
  const columns = new Float64Array(width);
  const [from, to] = range;
  const step = picture.aligned.time.length > 1 ? picture.aligned.time[1]! - picture.aligned.time[0]! : 0;
  const perPoint = Math.max(1, Math.ceil((step / (to - from)) * width));
  for (const { score } of picture.aligned.series) {
    if (!score) continue;
    for (let i = 0; i < score.length; i++) {
      const value = score[i];
      if (typeof value !== 'number') continue;
      const x = Math.floor(((picture.aligned.time[i]! - from) / (to - from)) * width);
      for (let k = 0; k < perPoint; k++) {
        if (x + k >= 0 && x + k < width) columns[x + k] = Math.max(columns[x + k]!, value);
      }
    }
  }
  const severities = new Float64Array(width).fill(-1);
  for (const { event } of picture.events) {
    const x0 = Math.max(0, Math.floor(((event.start - from) / (to - from)) * width));
    const x1 = Math.min(width - 1, Math.ceil(((event.end + step - from) / (to - from)) * width));
    for (let x = x0; x <= x1; x++) severities[x] = Math.max(severities[x]!, event.severity);
  }
  const barHeight = (score: number) => shareOfStrip(score) * (height - 1);
  for (let x = 0; x < width; x++) {
    if (columns[x]! <= 0) continue;
    ctx.fillStyle = severities[x]! >= 0 && columns[x]! > 0 ? severityClass(severities[x]!).color : colors.bar;
    const h = Math.max(1, barHeight(columns[x]!));
    ctx.fillRect(x, height - h, 1, h);
  }
  ctx.strokeStyle = colors.threshold;
  ctx.setLineDash([3, 4]);
  ctx.beginPath();
  ctx.moveTo(0, height - barHeight(1) - 0.5);
  ctx.lineTo(width, height - barHeight(1) - 0.5);
  ctx.stroke();
}
