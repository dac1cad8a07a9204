import { checkDetection } from '../detection/check-detection.js';
import { checkParts, checkRecord, checkRecords, checkSeries } from '../check-argument.js';
import type { AnomalyEvent, Detection } from '../detection/types.js';
import type { Series } from '../series/series.js';
import { drawVerticalAxis, paddedExtent, timeAxis, valueAxis, type Box } from './axes.js';
import { plotDetection } from './detection.js';
import { typicalStep } from './downsample.js';
import { humanDuration } from '../format.js';
import { drawLegend, type LegendEntry } from './legend.js';
import { drawLine } from './lines.js';
import { plotWidth, type PlotOptions } from './options.js';
import { element, svgDocument, textElement, textWidth } from './svg.js';
import { severityClass } from '../detection/severity.js';
import { colors } from './theme.js';

/** Options of the plots of one event. */
export interface EventPlotOptions extends PlotOptions {
  /** Most channels to draw, those with the largest share first; default 3. */
  readonly maxChannels?: number;
  /** Most attended intervals to draw, heaviest first; default 8. */
  readonly maxAttended?: number;
  /** Points drawn before and after the event; default from its length and the period. */
  readonly context?: number;
}

function topChannels(series: Series, event: AnomalyEvent, most: number): string[] {
  const known = new Set(series.channels.map(({ name }) => name));
  const names = event.channels
    .filter(({ name, share }, i) => known.has(name) && (i === 0 || share >= 0.05))
    .map(({ name }) => name);
  return (names.length > 0 ? names : series.channels.map(({ name }) => name)).slice(0, Math.max(1, most));
}

/** The points to draw around an event: several times its length, and a whole period where that is not too much. */
function chooseContext(series: Series, detection: Detection, event: AnomalyEvent, wish?: number) {
  const length = event.endIndex - event.startIndex + 1;
  const context = wish ?? Math.max(40, 2 * length, Math.min(Math.ceil(detection.period ?? 0), 300));
  return [
    Math.max(0, Math.floor(event.startIndex - context)),
    Math.min(series.time.length - 1, Math.ceil(event.endIndex + context)),
  ] as const;
}

/**
 * Draws one event and its surroundings: the channels with the largest shares, what was expected, the score.
 * @returns a static SVG document
 * @throws HeedError bad-option
 */
export function plotEvent(
  series: Series,
  detection: Detection,
  event: AnomalyEvent,
  options: EventPlotOptions = {},
): string {
  checkSeries(series);
  checkDetection(detection);
  checkParts('event', event, { channels: checkRecords, attended: checkRecords });
  checkRecord('options', options);
  return plotDetection(series, detection, {
    width: options.width,
    timeZone: options.timeZone,
    title: options.title ?? '',
    channels: topChannels(series, event, options.maxChannels ?? 3),
    range: chooseContext(series, detection, event, options.context),
  });
}

/** An interval of the series laid over the event: the values at offsets (points) from the event's first one. */
interface Overlay {
  readonly from: number;
  readonly to: number;
  /** Index in the series of offset 0. */
  readonly origin: number;
}

/** Intervals of another length than the event's are aligned by their middles, as the windows were compared. */
function makeOverlay(event: AnomalyEvent, start: number, end: number): Overlay {
  const eventMiddle = (event.startIndex + event.endIndex) / 2;
  const shift = Math.round((start + end) / 2 - eventMiddle);
  const origin = event.startIndex + shift;
  return { from: start - origin, to: end - origin, origin };
}

/**
 * Lays the normal intervals the detector attended to over the event, aligned in time, heavier ones darker, with
 * their weights in the legend: what the event was compared with.
 * @returns a static SVG document; undefined where the event names no attended interval
 * @throws HeedError bad-option
 */
export function plotAttended(
  series: Series,
  event: AnomalyEvent,
  options: EventPlotOptions = {},
): string | undefined {
  checkSeries(series);
  checkParts('event', event, { channels: checkRecords, attended: checkRecords });
  checkRecord('options', options);
  const width = plotWidth(options);
  const attended = [...event.attended]
    .sort((a, b) => b.weight - a.weight)
    .slice(0, Math.max(1, options.maxAttended ?? 8));
  if (attended.length === 0) return undefined;
  const n = series.time.length;
  const names = topChannels(series, event, options.maxChannels ?? 3);
  const overlays = attended.map(({ start, end }) => makeOverlay(event, start, end));
  const eventLength = event.endIndex - event.startIndex + 1;
  // A single point says nothing about shape: at least some points around it are drawn.
  const margin = Math.max(4, Math.ceil(eventLength * 0.25));
  const from = Math.min(-margin, ...overlays.map((overlay) => overlay.from));
  const to = Math.max(eventLength - 1 + margin, ...overlays.map((overlay) => overlay.to));

  // All intervals share one axis of offsets from the start of the event.
  const count = to - from + 1;
  const step = typicalStep(series.time, { start: 0, end: n }) || 1;
  const offsets = Float64Array.from({ length: count }, (_, i) => from + i);
  const take = (values: Float64Array, origin: number) =>
    Float64Array.from({ length: count }, (_, i) => values[origin + from + i] ?? NaN);

  const heaviest = attended[0]!.weight || 1;
  const toOpacity = (weight: number) => 0.3 + 0.6 * Math.min(1, weight / heaviest);
  const eventColor = severityClass(event.severity).color;
  const entries: LegendEntry[] = [{ kind: 'line', color: eventColor, label: 'this event' }];
  for (const interval of attended) {
    const when = series.indexTime
      ? `rows ${interval.start}–${interval.end}`
      : `${humanDuration(Math.abs(event.start - interval.startTime))} ${interval.startTime < event.start ? 'earlier' : 'later'}`;
    entries.push({
      kind: 'line',
      color: colors.attended,
      opacity: toOpacity(interval.weight),
      label: `${when}, weight ${interval.weight.toFixed(2)}`,
    });
  }

  const height = names.length === 1 ? 170 : 110;
  const panels = names.map((name) => {
    const channel = series.channels.find((candidate) => candidate.name === name)!;
    const mine = take(channel.values, event.startIndex);
    const others = overlays.map((overlay) => take(channel.values, overlay.origin));
    const finite = [mine, ...others].flatMap((values) => Array.from(values)).filter(Number.isFinite);
    const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
    const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
    return { channel, mine, others, extent: paddedExtent(low, high) };
  });
  const labelWidths = panels.map(({ extent }) => valueAxis(...extent, { y: 0, height }).labelWidth);
  const left = Math.ceil(Math.max(28, ...labelWidths) + 14);
  const inner = { x: left, width: width - left - 16 };
  const x = timeAxis(from, to, { ...inner, y: 0, height: 0 }, { indexTime: true });
  const range = { start: 0, end: count };
  const columns = Math.min(400, Math.round(inner.width));

  const parts: string[] = [];
  let y = 10;
  const title = options.title ?? 'What it was compared with';
  if (title !== '') {
    parts.push(textElement(left, y + 12, title, { size: 15, bold: true, maxWidth: inner.width }));
    y += 22;
  }
  const legend = drawLegend(entries, left, y + 8, inner.width);
  parts.push(legend.svg);
  y += legend.height + 4;
  for (const { channel, mine, others, extent } of panels) {
    y += 20;
    const box: Box = { ...inner, y, height };
    const axis = valueAxis(...extent, box);
    const axes = { x, y: axis };
    const [first, last] = [x.position(-0.5), x.position(eventLength - 0.5)];
    const name = channel.unit ? `${channel.name} (${channel.unit})` : channel.name;
    parts.push(
      textElement(left, y - 5, name, { bold: true, maxWidth: inner.width }),
      drawVerticalAxis(axis, box),
      element('rect', {
        x: first,
        y,
        width: Math.max(2, last - first),
        height,
        fill: eventColor,
        'fill-opacity': 0.14,
      }),
      // The lightest first, so that the heaviest lies on top of them.
      ...others
        .map((values, i) =>
          drawLine(offsets, values, range, axes, columns, {
            color: colors.attended,
            opacity: toOpacity(attended[i]!.weight),
          }),
        )
        .reverse(),
      drawLine(offsets, mine, range, axes, columns, { color: eventColor, width: 2.2 }),
    );
    y += height;
  }
  const labels = x.ticks.map(({ at, label }) => {
    const points = Number(label);
    const text =
      series.indexTime || points === 0
        ? label
        : `${points < 0 ? '−' : '+'}${humanDuration(Math.abs(points) * step)}`;
    const half = textWidth(text) / 2;
    return textElement(Math.min(Math.max(half, at), width - half), y + 16, text, { anchor: 'middle' });
  });
  const marks = x.ticks.map(({ at }) => `M${at.toFixed(1)},${y}v4`).join('');
  parts.push(
    element('path', { d: `M${left},${y}h${inner.width}${marks}`, stroke: colors.axis, fill: 'none' }),
    ...labels,
    textElement(
      left + inner.width,
      y + 30,
      series.indexTime ? 'rows from the start of the event' : 'time from the start of the event',
      { anchor: 'end', fill: colors.faint },
    ),
  );
  return svgDocument(width, y + 38, 'The event and the normal intervals it was compared with', parts);
}
