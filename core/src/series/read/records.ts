import { checkArray, checkRecord, checkSeries } from '../../check-argument.js';
import { HeedError } from '../../errors.js';
import type { Series } from '../series.js';
import { finishTable } from './finish.js';
import { CellParser, isMissingText, MISSING, NUMBER, Shape } from './numbers.js';
import { faultAt, placed, withRealPlaces, type JsonPath } from './json-place.js';
import type { ReadOptions, ReadResult } from './options.js';
import { TableBuilder } from './table.js';

/** One point as an object: a time, channels, a label. */
export type SeriesRecord = Readonly<Record<string, unknown>>;

/**
 * A series from an array of records, such as rows of JSON or of a database. Columns are the properties of all
 * records in order of appearance; `ReadOptions` says which becomes what. Numbers, numeric text, Date, boolean labels
 * are understood; null, undefined, NaN and the texts CSV has for it are missing.
 * @param lines line of each record in its source, for messages; default its number, from 1
 * @param path where the list of records stands in JSON, or each of them
 * @throws HeedError as `createCsvReader`, without what concerns the text
 */
export function seriesFromRecords(
  records: readonly SeriesRecord[],
  options: ReadOptions = {},
  lines?: ArrayLike<number>,
  path?: JsonPath | ((record: number) => JsonPath),
): ReadResult {
  checkArray('records', records);
  checkRecord('options', options);
  if (records.length === 0) {
    throw new HeedError('empty-input', 'there are no records', 'Give at least one record.', {
      file: options.name,
    });
  }
  const makePlace =
    path && (typeof path === 'function' ? path : (record: number): JsonPath => [...path, record]);
  const names = new Set<string>();
  const flat = records.map((record, t) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      const fault = {
        code: 'bad-json',
        what: `record ${t + 1} is no object with named values`,
        remedy: 'Give records such as {"time": "2024-05-06T07:08:09Z", "cpu": 0.5}.',
      } as const;
      if (makePlace) throw faultAt(options, makePlace(t), fault);
      throw new HeedError(fault.code, fault.what, fault.remedy, {
        file: options.name,
        ...(lines ? { line: lines[t] } : {}),
      });
    }
    const own = flatten(record);
    for (const name of Object.keys(own)) names.add(name);
    return own;
  });
  const place =
    makePlace &&
    ((row: number, column: string | undefined): JsonPath => [
      ...makePlace(row),
      ...(column === undefined || !(column in (flat[row] ?? {})) ? [] : listKeys(records[row]!, column)),
    ]);
  return seriesFromColumns([...names], flat.length, (name, t) => flat[t]![name], options, {
    lines,
    path: place,
  });
}

/** The keys that a flattened name was made of. */
function listKeys(record: SeriesRecord, name: string): string[] {
  if (Object.hasOwn(record, name)) return [name];
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const inner = findInner(record[name.slice(0, dot)]);
    if (inner) return [name.slice(0, dot), ...listKeys(inner, name.slice(dot + 1))];
  }
  return [name];
}

/** Where rows come from. */
export interface RowSource {
  /** Line of each row; default its number, from 1. */
  readonly lines?: ArrayLike<number> | undefined;
  /** Where a row, or its cell in a column, stands in JSON. */
  readonly path?: ((row: number, column: string | undefined) => JsonPath) | undefined;
  /** The note that tells the layout. */
  readonly note?: string;
}

/** Nested objects as names with dots: `{ cpu: { user: 1 } }` is `cpu.user`. */
function flatten(record: SeriesRecord): SeriesRecord {
  let nested = false;
  for (const name in record) if (findInner(record[name])) nested = true;
  if (!nested) return record;
  const out: Record<string, unknown> = {};
  const visit = (value: SeriesRecord, path: string, depth: number): void => {
    for (const [name, inner] of Object.entries(value)) {
      const full = path === '' ? name : `${path}.${name}`;
      const deeper = depth < 6 ? findInner(inner) : undefined;
      if (deeper) visit(deeper, full, depth + 1);
      else out[full] = inner;
    }
  };
  visit(record, '', 0);
  return out;
}

/** An object in a record, alone or as the only one of a list. */
function findInner(value: unknown): SeriesRecord | undefined {
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return isObject(one) ? one : undefined;
}

function isObject(value: unknown): value is SeriesRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** A series from cells of any kind by column and row; see `seriesFromRecords`. */
export function seriesFromColumns(
  names: readonly string[],
  count: number,
  cellAt: (name: string, row: number) => unknown,
  options: ReadOptions,
  from: RowSource = {},
): ReadResult {
  const { path: pathOf } = from;
  // A number in a message may be none of a row.
  const path =
    pathOf &&
    ((row: number, column: string | undefined): JsonPath =>
      Number.isInteger(row) && row >= 0 && row < count ? pathOf(row, column) : []);
  if (!path) return readColumns(names, count, cellAt, options, from);
  try {
    const result = readColumns(names, count, cellAt, options, from);
    return { ...result, notes: result.notes.map((note) => withRealPlaces(note, options, path)) };
  } catch (error) {
    throw placed(error, options, path);
  }
}

function readColumns(
  names: readonly string[],
  count: number,
  cellAt: (name: string, row: number) => unknown,
  options: ReadOptions,
  { lines, note }: RowSource,
): ReadResult {
  const textAt = (c: number, t: number): string => toText(cellAt(names[c]!, t));
  const sample = Array.from({ length: Math.min(count, 100) }, (_, t) =>
    names.map((_name, c) => textAt(c, t)),
  );
  const table = new TableBuilder(names, options, undefined, sample);
  if (note !== undefined) table.layoutNote = note;
  const parser = new CellParser();
  for (let t = 0; t < count; t++) {
    const line = lines ? lines[t]! : t + 1;
    if (!table.beginRow((c) => textAt(c, t), line)) continue;
    for (let c = 0; c < names.length; c++) {
      const value = cellAt(names[c]!, t);
      if (typeof value === 'number' && Number.isFinite(value)) {
        // A number of JSON leaves no mark open.
        parser.value = value;
        parser.shape = Number.isInteger(value) ? Shape.otherGroups : Shape.point;
        parser.unit = null;
        table.number(c, parser, line, '', 0, 0);
        continue;
      }
      const text = toText(value);
      const kind = parser.parse(text, 0, text.length);
      if (kind === NUMBER) table.number(c, parser, line, text, 0, text.length);
      else if (kind === MISSING) table.missing(c, line);
      else table.text(c, text, line);
    }
    table.endRow();
  }
  return finishTable(table);
}

/** A cell as the text that a table would have; empty where it is missing. */
function toText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return isMissingText(value.trim()) ? '' : value.trim();
  if (typeof value === 'number') return Number.isNaN(value) ? '' : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value as boolean | bigint);
}

/**
 * The points of a series as records: `time` as a Date (the row number where the series has no times), each channel
 * by its name (null = missing), `label` where there are labels.
 */
export function seriesToRecords(series: Series): Record<string, Date | number | null>[] {
  checkSeries(series);
  return Array.from(series.time, (time, t) => {
    const record: Record<string, Date | number | null> = { time: series.indexTime ? time : new Date(time) };
    for (const { name, values } of series.channels)
      record[name] = Number.isNaN(values[t]!) ? null : values[t]!;
    if (series.labels) record.label = series.labels[t]!;
    return record;
  });
}
