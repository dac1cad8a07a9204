import { checkRecord, checkSeries, checkTextOrBytes } from '../../check-argument.js';
import { HeedError } from '../../errors.js';
import type { Series } from '../series.js';
import type { TableReader } from './csv.js';
import { createTextDecoder } from './decode.js';
import { charts } from './json-described.js';
import { jsonLayouts } from './json-layouts.js';
import { prometheus, victoria } from './json-prometheus.js';
import { readColumns, searchColumns } from './json-columns.js';
import { isObject, jsonShape as shape, type Json } from './json-shapes.js';
import { readBesideFault } from './json-faults.js';
import { faultIn, withLines, withText, type JsonPath } from './json-place.js';
import type { ReadOptions, ReadResult } from './options.js';
import {
  findTimeCell,
  hasHeader,
  readFrame,
  readNested,
  searchFrames,
  searchRecords,
} from './json-tables.js';
import { seriesFromColumns, seriesFromRecords, type SeriesRecord } from './records.js';
import { otlp } from './json-otlp.js';
import { notText } from './rows.js';
import { readTurnedRecords } from './transposed.js';
import { createWholeReader } from './whole.js';

/**
 * Reads JSON: an array of records (`[{"time": …, "cpu": 0.5}, …]`); columns
 * (`{"time": […], "channels": [{"name", "unit"?, "values"}], "labels"?: […]}`, as `seriesToJson` writes, or
 * `{"time": […], "cpu": […]}`); one record per line (NDJSON); what pandas writes in its orients; and the answers of
 * Prometheus, InfluxDB, CloudWatch, Datadog, Graphite, Netdata, OpenTSDB, Elasticsearch, Grafana, Azure and Google
 * Cloud. Missing values are null.
 * @throws HeedError empty-input, not-text, bad-json, and what `seriesFromRecords` throws
 */
export function readJson(text: string | Uint8Array, options: ReadOptions = {}): ReadResult {
  checkTextOrBytes('text', text);
  checkRecord('options', options);
  const decoder = createTextDecoder(options.name);
  const json = decoder.decode(text) + decoder.end();
  if (json.includes('\0')) throw notText(options.name, 'it holds NUL characters');
  const trimmed = json.trim();
  if (trimmed === '') {
    throw new HeedError('empty-input', 'there is nothing in it', 'Give records or columns.', {
      file: options.name,
    });
  }
  const lines = json.split('\n');
  const readWhole = (): ReadResult =>
    withinStack(() => {
      const value = parse(json, options.name);
      const own = withText(options, json);
      return readBesideFault(value, own, () => readValue(value, own));
    }, options.name);
  const readRecords = (): ReadResult => readLines(lines, options);
  const isOneLine = !trimmed.includes('\n');
  const result = isOneLine
    ? lines.length > 1 && trimmed.startsWith('{')
      ? readOneLine(readWhole, readRecords)
      : readWhole()
    : isRecordLine(lines.find((line) => line.trim() !== '')!)
      ? readRecords()
      : readWhole();
  return decoder.notes.length > 0 ? { ...result, notes: [...decoder.notes, ...result.notes] } : result;
}

/** A line that ends may be a whole answer or the only record of a log; what says more of it is told where it is neither. */
function readOneLine(readWhole: () => ReadResult, readRecord: () => ReadResult): ReadResult {
  try {
    return readWhole();
  } catch (error) {
    if (!(error instanceof HeedError)) throw error;
    try {
      return readRecord();
    } catch {
      throw error;
    }
  }
}

/** Lists in lists without end take more of the stack than there is. */
function withinStack(work: () => ReadResult, file: string | undefined): ReadResult {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new HeedError('bad-json', 'the JSON is nested too deep', shape, { file }, error);
  }
}

/** A reader for pieces of JSON; it holds the whole text, because JSON may name its columns last. */
export function createJsonReader(options: ReadOptions = {}): TableReader {
  checkRecord('options', options);
  return createWholeReader('JSON', options, readJson);
}

/** A series as the JSON text that `readJson` reads back: numbers exactly, missing values as null. */
export function seriesToJson(series: Series): string {
  checkSeries(series);
  return JSON.stringify({
    ...(series.name === undefined ? {} : { name: series.name }),
    ...(series.indexTime ? {} : { time: Array.from(series.time) }),
    timeUnit: 'ms',
    channels: series.channels.map(({ name, unit, values }) => ({ name, unit, values: Array.from(values) })),
    ...(series.labels ? { labels: Array.from(series.labels) } : {}),
  });
}

function readValue(value: unknown, options: ReadOptions): ReadResult {
  for (const layout of jsonLayouts) {
    const result = tryLayout(layout, value, options);
    if (result) return result;
  }
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every((one) => typeof one === 'number' || one === null)) {
      return seriesFromColumns(['value'], value.length, (_, row) => value[row] as unknown, options, {
        path: (row) => [row],
      });
    }
    if (value.length > 0 && value.every((one) => Array.isArray(one) && one.length > 0 && one.every(isObject)))
      return readLists(value as Json[][], options);
    if (value.length > 0 && value.every(Array.isArray)) return readRows(value as unknown[][], options);
    const nested =
      value.length > 0 && value.every(isObject) ? readNested(value as Json[], [], options) : null;
    if (nested) return nested;
    return (
      readTurnedRecords(value, options) ?? seriesFromRecords(value as SeriesRecord[], options, undefined, [])
    );
  }
  if (isObject(value)) {
    if ('nbformat' in value && Array.isArray(value.cells)) {
      throw new HeedError(
        'bad-json',
        'this is a Jupyter notebook, and no series',
        'Write the data of the notebook to a file, for instance with DataFrame.to_csv.',
        { file: options.name },
      );
    }
    // Wavefront has the lines of a chart under one of its parts.
    const drawn = Object.values(value).map((part) =>
      Array.isArray(part) && part.every(isObject) ? charts(part, options) : null,
    );
    const [chart, ...others] = drawn.filter((one) => one !== null);
    if (chart && others.length === 0) return chart;
    return (
      readFrame(value, options) ??
      readColumns(value, options) ??
      searchColumns(value, options) ??
      searchFrames(value, options, readRows) ??
      searchRecords(value, options) ??
      failShape(options)
    );
  }
  throw new HeedError('bad-json', 'this is neither an array nor an object', shape, { file: options.name });
}

/** Reads a layout; what has its head and not its body is a damaged one. */
function tryLayout(
  layout: (value: unknown, options: ReadOptions) => ReadResult | null,
  value: unknown,
  options: ReadOptions,
): ReadResult | null {
  try {
    return layout(value, options);
  } catch (cause) {
    // A part of another type than the layout has there; every other fault is told by its own error.
    if (!(cause instanceof TypeError)) throw cause;
    throw new HeedError(
      'bad-json',
      'this begins like the answer of a known program, but a part of it has another shape',
      'Export it again, or give records: [{"time": …, "cpu": …}, …].',
      { file: options.name },
      cause,
    );
  }
}

function failShape(options: ReadOptions): never {
  throw new HeedError('empty-input', 'there are no values with times in it', shape, { file: options.name });
}

/** Lists of records, one per series, as Home Assistant has them: what only the first record tells holds for its list. */
function readLists(lists: readonly (readonly Json[])[], options: ReadOptions): ReadResult {
  const places = lists.flatMap((list, l) => list.map((_, i): JsonPath => [l, i]));
  const records = lists.flatMap((list) => {
    const told = Object.fromEntries(Object.entries(list[0]!).filter(([, cell]) => typeof cell === 'string'));
    return list.map((record) => ({ ...told, ...record }));
  });
  return seriesFromRecords(records, options, undefined, (row) => places[row]!);
}

/** Rows of cells; the first may name the columns, else the first cell is the time. */
function readRows(
  rows: readonly (readonly unknown[])[],
  options: ReadOptions,
  base: JsonPath = [],
): ReadResult {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const header = hasHeader(rows);
  const timed = Math.max(0, findTimeCell(rows, width));
  const names = Array.from({ length: width }, (_, c) =>
    header ? String(rows[0]![c] ?? `column ${c + 1}`) : c === timed && width > 1 ? 'time' : `column ${c + 1}`,
  );
  const body = header ? rows.slice(1) : rows;
  const at = new Map(names.map((name, c) => [name, c]));
  return seriesFromColumns(names, body.length, (name, row) => body[row]![at.get(name)!], options, {
    path: (row, column) => [
      ...base,
      row + (header ? 1 : 0),
      ...(column === undefined || !at.has(column) ? [] : [at.get(column)!]),
    ],
  });
}

function isRecordLine(line: string): boolean {
  if (!line.trim().startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function readLines(lines: readonly string[], options: ReadOptions): ReadResult {
  const records: SeriesRecord[] = [];
  const numbers: number[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    records.push(parse(line, options.name, i + 1) as SeriesRecord);
    numbers.push(i + 1);
  });
  // k6 declares its metrics between the points.
  const isPoint = (record: SeriesRecord): boolean => record?.type === 'Point' && 'metric' in record;
  const isDeclared = (record: SeriesRecord): boolean => record?.type === 'Metric' && 'metric' in record;
  if (records.some(isPoint) && records.every((record) => isPoint(record) || isDeclared(record))) {
    const at = records.map((record, i) => (isPoint(record) ? i : -1)).filter((i) => i >= 0);
    const points = at.map((i) => records[i]!);
    return seriesFromRecords(points, withLines(options, at.map((i) => numbers[i]!)), undefined, []); // prettier-ignore
  }
  const placed = withLines(options, numbers);
  return (
    tryLayout(victoria, records, placed) ??
    tryLayout(prometheus, records, placed) ??
    tryLayout(otlp, records, placed) ??
    seriesFromRecords(records, placed, undefined, [])
  );
}

function parse(json: string, file: string | undefined, line?: number): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    // Python writes NaN and Infinity into JSON, which has neither.
    const mended = json.replace(/(?<=[[,:]\s*)(NaN|-?Infinity)(?=\s*[,\]}])/g, 'null');
    if (mended !== json) {
      try {
        return JSON.parse(mended);
      } catch {
        // Told below, of the text as it is.
      }
    }
    const message = (error as Error).message;
    const position = /position (\d+)/.exec(message);
    const end = position ? Number(position[1]) : faultIn(json);
    const at = line ?? json.slice(0, end).split('\n').length;
    throw new HeedError(
      'bad-json',
      `this is not JSON: ${message.replace(/\s+/g, ' ').replace(/ in JSON at position.*$/, '')}`,
      'Correct the JSON there, or export it again.',
      { file, line: at },
      error,
    );
  }
}
