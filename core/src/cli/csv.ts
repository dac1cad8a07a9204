import Papa from 'papaparse';
import { cleanText } from '../plot/svg.js';
import type { Detection } from '../detection/types.js';
import { uniqueNames } from '../series/index.js';
import type { Series } from '../series/series.js';

/** Columns that are not of a channel, or that readers take for ground truth. */
const taken = new Set([
  'row',
  'time',
  'timestamp',
  'date',
  'ts',
  'score',
  'anomaly',
  'event',
  'label',
  'is_anomaly',
]);

/** The column of a channel's values; one that would be taken for another gets a longer name. */
function nameColumn(name: string): string {
  return taken.has(name.trim().toLowerCase()) ? `${name} value` : name;
}

/**
 * One row per input row: its time, score, whether it is anomalous, the number of its event (from 1), and per channel
 * the value with what was expected. Names are made safe for spreadsheets and terminals: what begins as a formula gets an
 * apostrophe, control characters are replaced.
 */
export function detectionCsv(series: Series, detection: Detection): string {
  const n = series.time.length;
  const eventAt = new Uint32Array(n);
  detection.events.forEach((event, i) => eventAt.fill(i + 1, event.startIndex, event.endIndex + 1));
  const header = uniqueNames([
    series.indexTime ? 'row' : 'time',
    'score',
    'anomaly',
    'event',
    ...series.channels.flatMap(({ name }, c) => [
      nameColumn(name),
      ...(detection.expected?.[c] ? [`${name} expected`] : []),
      ...(detection.lower?.[c] ? [`${name} lower`] : []),
      ...(detection.upper?.[c] ? [`${name} upper`] : []),
    ]),
  ]);
  // Measured values go out as they came in; what was computed has no more than seven digits worth reading.
  const cells: ((t: number) => number | '')[] = series.channels.flatMap(({ values }, c) => [
    (t: number) => (Number.isNaN(values[t]!) ? ('' as const) : values[t]!),
    ...[detection.expected?.[c], detection.lower?.[c], detection.upper?.[c]]
      .filter((curve): curve is Float64Array => curve !== undefined)
      .map(
        (curve) => (t: number) =>
          Number.isNaN(curve[t]!) ? ('' as const) : Number(curve[t]!.toPrecision(7)),
      ),
  ]);
  const rows: (string | number)[][] = [];
  for (let t = 0; t < n; t++) {
    rows.push([
      series.indexTime ? t : new Date(series.time[t]!).toISOString(),
      Number(detection.score[t]!.toPrecision(7)),
      eventAt[t]! > 0 ? 1 : 0,
      eventAt[t]! > 0 ? eventAt[t]! : '',
      ...cells.map((cell) => cell(t)),
    ]);
  }
  return csvText([header, ...rows]);
}

/** What begins a formula in a cell; East Asian spreadsheets take the wide signs too. */
const formula = /(^|;)(["'\s]*[=+\-@＝＋－＠])/g;

/**
 * Rows as CSV that is safe to open: a spreadsheet would take a text that begins with =, +, - or @ for a formula, which
 * gets an apostrophe, as does what begins a cell where semicolons part them; control characters, which terminals obey,
 * are replaced.
 */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  const clean = rows.map((row) =>
    row.map((cell) =>
      typeof cell === 'string' ? cleanText(cell).replace(/\s/g, ' ').replace(formula, "$1'$2") : cell,
    ),
  );
  return `${Papa.unparse(clean, { newline: '\n' })}\n`;
}
