import type { Detection, AnomalyEvent } from '../detection/types.js';
import type { Series } from '../series/series.js';
import { plotDetection, plotSeries } from './detection.js';
import { formatCount, humanDuration } from '../format.js';
import { typicalStep } from './downsample.js';
import { formatTimestamp } from './times.js';
import { plotMatrix } from './heatmap.js';
import { escapeXml } from './svg.js';

/** What Jupyter front ends show: one entry per MIME type, the richest they know wins. */
export type MimeBundle = Record<string, string>;

const mostEvents = 20;

/**
 * How a notebook shows a value by itself: Series and Detection as plots, events as a table, a matrix of weights
 * (rows of numbers, at least 2 × 2, all finite) as a heat map, a finished SVG as a picture.
 * @returns undefined for every other value
 */
export function toMimeBundle(value: unknown): MimeBundle | undefined {
  if (typeof value === 'string') {
    return value.startsWith('<svg ') && value.trimEnd().endsWith('</svg>')
      ? { 'image/svg+xml': value }
      : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (isDetection(value)) return detectionBundle(value);
  if (isSeries(value)) return { 'image/svg+xml': plotSeries(value) };
  if (isEvents(value)) return { 'text/html': eventTable(value) };
  if (isMatrix(value)) return { 'image/svg+xml': plotMatrix(value) };
  return undefined;
}

function detectionBundle(detection: Detection): MimeBundle {
  // One read from JSON has no series.
  const { series } = detection as Partial<Detection>;
  const table = eventTable(detection.events, series);
  if (!series) return { 'text/html': table };
  const picture = plotDetection(series, detection);
  // Front ends draw one MIME type per output: the picture and the table go together as HTML.
  return { 'text/html': `${picture}${table}`, 'image/svg+xml': picture };
}

/** Of a series without times, the row is the time. */
const isByRow = ({ start, startIndex }: AnomalyEvent): boolean => start === startIndex;

/** How long an event lasts: its last point counts, for one step. Without its series, the event's own steps tell. */
function tellLength(event: AnomalyEvent, series: Series | undefined): string {
  const { start, end, startIndex, endIndex } = event;
  const points = endIndex - startIndex + 1;
  if (isByRow(event) || (!series && points === 1)) return formatCount(points, 'point');
  const step = series
    ? typicalStep(series.time, { start: 0, end: series.time.length })
    : (end - start) / (points - 1);
  return humanDuration(end - start + step);
}

function eventTable(events: readonly AnomalyEvent[], series?: Series): string {
  if (events.length === 0) return '<p>No anomalies found.</p>';
  const cell = (text: string | number) => `<td>${escapeXml(String(text))}</td>`;
  const rows = events.slice(0, mostEvents).map((event, at) => {
    const start = isByRow(event) ? `row ${event.startIndex}` : formatTimestamp(event.start);
    const channels = event.channels
      .slice(0, 3)
      .map(({ name, share }) => `${name} ${Math.round(100 * share)}%`)
      .join(', ');
    return `<tr>${[at + 1, start, tellLength(event, series), Math.round(event.severity), channels, event.reason].map(cell).join('')}</tr>`;
  });
  const head = ['', 'start', 'lasts', 'severity', 'channels', 'why']
    .map((name) => `<th>${name}</th>`)
    .join('');
  const rest = events.length > mostEvents ? `<p>… and ${events.length - mostEvents} more</p>` : '';
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>${rest}`;
}

function isDetection(value: object): value is Detection {
  return 'score' in value && 'threshold' in value && 'events' in value && 'detector' in value;
}

function isSeries(value: object): value is Series {
  const { time, channels } = value as Partial<Series>;
  return (
    time instanceof Float64Array &&
    Array.isArray(channels) &&
    channels.every((one) => one?.values?.length === time.length)
  );
}

function isEvents(value: object): value is readonly AnomalyEvent[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => one?.severity !== undefined && one?.attended !== undefined)
  );
}

function isMatrix(value: object): value is readonly ArrayLike<number>[] {
  if (!Array.isArray(value) || value.length < 2) return false;
  const width = (value[0] as ArrayLike<number> | null)?.length ?? 0;
  return (
    width >= 2 &&
    value.every(
      (row) =>
        (Array.isArray(row) || ArrayBuffer.isView(row)) &&
        (row as unknown as ArrayLike<number>).length === width &&
        Array.prototype.every.call(row, (cell) => typeof cell === 'number' && Number.isFinite(cell)),
    )
  );
}
