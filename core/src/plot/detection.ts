import { checkDetection } from '../detection/check-detection.js';
import { checkRecord, checkSeries } from '../check-argument.js';
import type { AnomalyEvent, Detection } from '../detection/types.js';
import type { Series } from '../series/series.js';
import {
  drawHorizontalAxis,
  drawVerticalAxis,
  paddedExtent,
  timeAxis,
  valueAxis,
  type Box,
  type HorizontalAxis,
  type VerticalAxis,
} from './axes.js';
import { typicalStep, type DrawRange } from './downsample.js';
import { drawLegend, type LegendEntry } from './legend.js';
import { drawBand, drawLine } from './lines.js';
import {
  chooseChannels,
  chooseRange,
  checkExtent,
  plotHeight,
  plotWidth,
  type SeriesPlotOptions,
} from './options.js';
import { element, svgDocument, textElement, textWidth } from './svg.js';
import { severityClass, severityClasses } from '../detection/severity.js';
import { colors } from './theme.js';

const bandOpacity = 0.36;
const regionOpacity = 0.3;
const headHeight = 20;
/** Stops of lines and bands in one drawing: what keeps 100,000 points of eight channels under 200 KB. */
const stopBudget = 2700;

/** Extent of the finite values in range; NaN extents where there are none. */
function extent(values: ArrayLike<number>, range: DrawRange): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let t = range.start; t < range.end; t++) {
    if (values[t]! < low) low = values[t]!;
    if (values[t]! > high) high = values[t]!;
  }
  return [low, high];
}

/**
 * The band may widen the axis, but not so far that the measured line becomes flat, nor below zero for a quantity
 * that is never negative.
 */
function panelExtent(series: Series, detection: Detection | undefined, c: number, range: DrawRange) {
  const [low, high] = extent(series.channels[c]!.values, range);
  if (!(low <= high)) return paddedExtent(low, high);
  const room = (high - low) * 0.6;
  let [from, to] = [low, high];
  for (const curve of [detection?.expected?.[c], detection?.lower?.[c], detection?.upper?.[c]]) {
    if (!curve) continue;
    const [least, most] = extent(curve, range);
    if (least < from) from = Math.max(least, low - room, low >= 0 ? 0 : -Infinity);
    if (most > to) to = Math.min(most, high + room, high <= 0 ? 0 : Infinity);
  }
  return paddedExtent(from, to);
}

interface Panel {
  readonly box: Box;
  readonly y: VerticalAxis;
  readonly channel: number;
}

interface Frame {
  readonly series: Series;
  readonly detection: Detection | undefined;
  readonly range: DrawRange;
  readonly x: HorizontalAxis;
  readonly columns: number;
  /** Usual distance of neighboring points in ms. */
  readonly step: number;
}

function inRange(event: AnomalyEvent, range: DrawRange): boolean {
  return event.endIndex >= range.start && event.startIndex < range.end;
}

/** Left and right edge of the points start…end (inclusive): half a step around, never thinner than 2 px. */
function edges(frame: Frame, start: number, end: number): [number, number] {
  const { time } = frame.series;
  const half = frame.step / 2;
  const left = frame.x.position(time[Math.max(start, frame.range.start)]! - half);
  const right = frame.x.position(time[Math.min(end, frame.range.end - 1)]! + half);
  const missing = Math.max(0, 2 - (right - left)) / 2;
  return [left - missing, right + missing];
}

/** One path per severity class, so that thousands of events stay a small drawing. */
function drawRegions(frame: Frame, box: Box): string {
  const paths = new Map<string, string>();
  for (const event of frame.detection?.events ?? []) {
    if (!inRange(event, frame.range)) continue;
    const [left, right] = edges(frame, event.startIndex, event.endIndex);
    const { color } = severityClass(event.severity);
    const across = (right - left).toFixed(1);
    const d = `M${left.toFixed(1)},${box.y}h${across}v${box.height}h-${across}z`;
    paths.set(color, (paths.get(color) ?? '') + d);
  }
  return [...paths].map(([fill, d]) => element('path', { d, fill, 'fill-opacity': regionOpacity })).join('');
}

/** Numbers of the events above the first panel; where two would touch, the more severe one stays. */
function drawEventNumbers(frame: Frame, box: Box): string {
  const placed: [number, number][] = [];
  const parts: string[] = [];
  const numbered = (frame.detection?.events ?? [])
    .map((event, i) => ({ event, label: String(i + 1) }))
    .filter(({ event }) => inRange(event, frame.range))
    .sort((a, b) => b.event.severity - a.event.severity);
  for (const { event, label } of numbered) {
    const [left, right] = edges(frame, event.startIndex, event.endIndex);
    const half = textWidth(label, 11, true) / 2;
    const middle = Math.min(Math.max((left + right) / 2, box.x + half), box.x + box.width - half);
    if (placed.some(([from, to]) => middle - half - 3 < to && middle + half + 3 > from)) continue;
    placed.push([middle - half, middle + half]);
    parts.push(textElement(middle, box.y - 4, label, { anchor: 'middle', bold: true }));
  }
  return parts.join('');
}

/** Bars under the last panel where the series is labeled as anomalous. */
function drawTruth(frame: Frame, box: Box): string {
  const labels = frame.series.labels!;
  const parts: string[] = [];
  let drawnTo = -Infinity;
  for (let t = frame.range.start; t < frame.range.end; t++) {
    if (!labels[t]) continue;
    const start = t;
    while (t + 1 < frame.range.end && labels[t + 1]) t++;
    const [left, right] = edges(frame, start, t);
    if (right < drawnTo + 0.5) continue;
    drawnTo = right;
    parts.push(`M${left.toFixed(1)},${box.y}H${right.toFixed(1)}v${box.height}H${left.toFixed(1)}z`);
  }
  return parts.length === 0 ? '' : element('path', { d: parts.join(''), fill: colors.truth });
}

function drawPanel(frame: Frame, panel: Panel): string {
  const { series, detection, range, x, columns } = frame;
  const { box, y, channel } = panel;
  const axes = { x, y };
  const { name, unit, values } = series.channels[channel]!;
  const lower = detection?.lower?.[channel];
  const upper = detection?.upper?.[channel];
  const expected = detection?.expected?.[channel];
  return [
    textElement(box.x, box.y - 5, unit ? `${name} (${unit})` : name, {
      bold: true,
      // The event numbers stand in the same lane of the first panel.
      maxWidth: box.width,
    }),
    drawRegions(frame, box),
    drawVerticalAxis(y, box),
    lower && upper
      ? drawBand(series.time, lower, upper, range, axes, columns, {
          color: colors.expected,
          opacity: bandOpacity,
        })
      : '',
    expected && !(lower && upper)
      ? drawLine(series.time, expected, range, axes, columns, {
          color: colors.expected,
          width: 1,
          dashed: range.end - range.start < 400,
        })
      : '',
    drawLine(series.time, values, range, axes, columns, { color: colors.measured }),
  ].join('');
}

/** The score under the panels, by square root, so that the threshold stays visible below high peaks. */
function drawScore(frame: Frame, box: Box): string {
  const score = frame.detection!.score;
  const [, highest] = extent(score, frame.range);
  const top = Math.max(1.5, highest);
  const y: VerticalAxis = {
    position: (value) => box.y + box.height * (1 - Math.sqrt(Math.max(0, value) / top)),
    ticks: [],
    labelWidth: 0,
  };
  const zero = new Float32Array(score.length);
  const threshold = y.position(1);
  const labels: [number, string][] = [[threshold, '1']];
  if (threshold - box.y > 13)
    labels.push([box.y + 4, highest >= 10 ? String(Math.round(top)) : top.toFixed(1)]);
  if (box.y + box.height - threshold > 13) labels.push([box.y + box.height, '0']);
  return [
    textElement(box.x, box.y - 5, 'score (above 1 is anomalous; square-root axis)', {
      bold: true,
      maxWidth: box.width,
    }),
    element('rect', { ...box, fill: '#f7f7f7' }),
    drawRegions(frame, box),
    drawBand(frame.series.time, zero, score, frame.range, { x: frame.x, y }, frame.columns, {
      color: colors.threshold,
      opacity: 0.55,
    }),
    element('path', {
      d: `M${box.x},${threshold.toFixed(1)}h${box.width}`,
      stroke: colors.text,
      'stroke-dasharray': '4 3',
    }),
    ...labels.map(([at, label]) => textElement(box.x - 6, at + 4, label, { anchor: 'end' })),
  ].join('');
}

function legendEntries(frame: Frame, truth: boolean): LegendEntry[] {
  const { detection, range } = frame;
  const entries: LegendEntry[] = [{ kind: 'line', color: colors.measured, label: 'measured' }];
  if (detection?.lower && detection.upper) {
    entries.push({ kind: 'area', color: colors.expected, opacity: bandOpacity, label: 'expected' });
  } else if (detection?.expected) {
    entries.push({ kind: 'line', color: colors.expected, label: 'expected' });
  }
  const events = detection?.events.filter((event) => inRange(event, range)) ?? [];
  for (const { name, color } of severityClasses) {
    if (events.some((event) => severityClass(event.severity).name === name)) {
      entries.push({ kind: 'area', color, opacity: regionOpacity + 0.2, label: `${name} severity` });
    }
  }
  if (truth) entries.push({ kind: 'area', color: colors.truth, label: 'labeled anomalous' });
  return entries;
}

function eventImportance(series: Series, detection: Detection | undefined): number[] | undefined {
  if (!detection) return undefined;
  const importance = new Map<string, number>();
  for (const event of detection.events) {
    for (const { name, share } of event.channels) {
      importance.set(name, (importance.get(name) ?? 0) + share * event.severity);
    }
  }
  return series.channels.map(({ name }) => importance.get(name) ?? 0);
}

function defaultPanelHeight(channels: number): number {
  return channels === 1 ? 220 : channels === 2 ? 150 : channels <= 4 ? 100 : 72;
}

function plot(series: Series, detection: Detection | undefined, options: SeriesPlotOptions): string {
  const width = plotWidth(options);
  const range = chooseRange(series, options.range);
  const chosen = chooseChannels(series, options, eventImportance(series, detection));
  const truth = options.labels !== false && series.labels !== undefined;
  const title = options.title ?? series.name ?? '';
  const height = plotHeight(options.panelHeight ?? defaultPanelHeight(chosen.length));
  const extents = chosen.map((c) => panelExtent(series, detection, c, range));
  extents.forEach((extent, i) => checkExtent(extent, `"${series.channels[chosen[i]!]!.name}"`));
  const axesAt = (y: number, i: number) => valueAxis(...extents[i]!, { y, height });
  const left = Math.ceil(Math.max(28, ...chosen.map((_, i) => axesAt(0, i).labelWidth)) + 14);
  const inner = { x: left, width: width - left - 16 };

  const parts: string[] = [];
  let y = 10;
  if (title !== '') {
    parts.push(textElement(left, y + 12, title, { size: 15, bold: true, maxWidth: inner.width }));
    y += 22;
  }
  const columns = Math.max(60, Math.min(Math.round(inner.width), Math.floor(stopBudget / chosen.length)));
  const x = timeAxis(
    series.time[range.start]!,
    series.time[range.end - 1]!,
    { ...inner, y: 0, height: 0 },
    {
      indexTime: series.indexTime,
      timeZone: options.timeZone,
    },
  );
  const frame: Frame = { series, detection, range, x, columns, step: typicalStep(series.time, range) };
  const legend = drawLegend(legendEntries(frame, truth), left, y + 8, inner.width);
  parts.push(legend.svg);
  y += legend.height + 4;

  const hasEvents = detection !== undefined && detection.events.some((event) => inRange(event, range));
  if (hasEvents) y += 14;
  let box: Box = { ...inner, y, height: 0 };
  chosen.forEach((channel, i) => {
    y += headHeight;
    box = { ...inner, y, height };
    parts.push(drawPanel(frame, { box, y: axesAt(y, i), channel }));
    if (i === 0 && hasEvents) parts.push(drawEventNumbers(frame, { ...box, y: y - headHeight + 4 }));
    y += height;
  });
  const hidden = series.channels.length - chosen.length;
  if (hidden > 0 && !options.channels) {
    y += 16;
    const note = `${hidden} more ${hidden === 1 ? 'channel' : 'channels'} not drawn`;
    parts.push(textElement(left, y, note, { fill: colors.faint }));
    y += 6;
  }
  if (detection) {
    y += headHeight + 2;
    box = { ...inner, y, height: 54 };
    parts.push(drawScore(frame, box));
    y += box.height;
  }
  if (truth) {
    box = { ...inner, y: y + 4, height: 7 };
    parts.push(drawTruth(frame, box));
    y += 11;
    box = { ...inner, y, height: 0 };
  }
  parts.push(drawHorizontalAxis(x, box));
  const label = detection
    ? `${title || 'Series'}: ${detection.events.length} anomalous events found by ${detection.detector}`
    : title || 'Series';
  return svgDocument(width, y + 38, label, parts);
}

/**
 * Draws the channels of a series, one panel each.
 * @returns a static SVG document
 * @throws HeedError bad-option, unknown-column
 */
export function plotSeries(series: Series, options: SeriesPlotOptions = {}): string {
  checkSeries(series);
  checkRecord('options', options);
  return plot(series, undefined, options);
}

/**
 * Draws what a detector found: the channels with the expected band, the events colored by severity and numbered as
 * in the detection, and the score with its threshold.
 * @returns a static SVG document; 100,000 points stay under 200 KB
 * @throws HeedError bad-option, unknown-column
 */
export function plotDetection(series: Series, detection: Detection, options: SeriesPlotOptions = {}): string {
  checkSeries(series);
  checkDetection(detection);
  checkRecord('options', options);
  return plot(series, detection, options);
}
