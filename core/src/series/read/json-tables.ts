import { HeedError } from '../../errors.js';
import { isObject } from './json-shapes.js';
import { countsTime, isEpoch } from './counted-times.js';
import { pathText, type JsonPath } from './json-place.js';
import type { ReadOptions, ReadResult } from './options.js';
import { seriesFromColumns, seriesFromRecords, type SeriesRecord } from './records.js';
import { timeRank } from './roles.js';
import { TimeForm } from './iso-time.js';
import { TimeParser } from './times.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * What pandas writes: `to_json` with orient split, table, columns or index, and of a Series; null for anything else.
 * Keys that are times are the index.
 */
export function readFrame(value: Json, options: ReadOptions): ReadResult | null {
  if (Array.isArray(value.columns) && Array.isArray(value.data) && value.data.every(Array.isArray)) {
    const names = value.columns.map((name) =>
      Array.isArray(name) ? name.map(String).join(' ') : String(name),
    );
    const rows = value.data as unknown[][];
    const index = Array.isArray(value.index) && value.index.length === rows.length ? value.index : null;
    const all = index ? [indexName(names, index), ...names] : names;
    const at = new Map(all.map((name, c) => [name, c]));
    return seriesFromColumns(
      all,
      rows.length,
      (name, row) => {
        const c = at.get(name)!;
        return index ? (c === 0 ? index[row] : rows[row]![c - 1]) : rows[row]![c];
      },
      { ...options },
      {
        path: (row, column) => {
          const c = at.get(column ?? '');
          if (c === undefined) return ['data', row];
          return index && c === 0 ? ['index', row] : ['data', row, index ? c - 1 : c];
        },
      },
    );
  }
  if (isObject(value.schema) && Array.isArray(value.data) && value.data.every(isObject)) {
    return seriesFromRecords(value.data as SeriesRecord[], options, undefined, ['data']);
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return null;
  if (entries.every(([, inner]) => isObject(inner) && isFlat(inner))) {
    const inner = Object.keys(entries[0]![1] as Json);
    // Records under their times, or columns of values under times.
    if (entries.length > 1 && areTimes(entries.map(([key]) => key))) {
      const index = indexName(inner, [entries[0]![0]]);
      const names = [...new Set(entries.flatMap(([, record]) => Object.keys(record as Json)))];
      return seriesFromColumns(
        [index, ...names],
        entries.length,
        (name, row) =>
          name === index ? keyOfTime(entries[row]![0]) : (entries[row]![1] as SeriesRecord)[name],
        { sort: true, ...options },
        {
          path: (row, column) => [
            entries[row]![0],
            ...(column === undefined || column === index ? [] : [column]),
          ],
        },
      );
    }
    if (inner.length > 1 && (areTimes(inner) || inner.every((key) => /^\d+$/.test(key)))) {
      const names = entries.map(([name]) => name);
      const keys = [...new Set(entries.flatMap(([, cells]) => Object.keys(cells as Json)))];
      const timed = areTimes(keys);
      const all = timed ? [indexName(names, keys), ...names] : names;
      return seriesFromColumns(
        all,
        keys.length,
        (name, row) => (timed && name === all[0] ? keyOfTime(keys[row]!) : (value[name] as Json)[keys[row]!]),
        { ...(timed ? { sort: true } : {}), ...options },
        { path: (row, column) => [column !== undefined && column in value ? column : names[0]!, keys[row]!] },
      );
    }
    if (entries.length > 1 && entries.every(([key]) => /^\d+$/.test(key)) && inner.length > 0) {
      return seriesFromRecords(
        entries.map(([, record]) => record as SeriesRecord),
        options,
        undefined,
        (record) => [entries[record]![0]],
      );
    }
    return null;
  }
  // A Series: values under their times.
  if (
    entries.length > 1 &&
    areTimes(entries.map(([key]) => key)) &&
    entries.every(([, cell]) => typeof cell !== 'object' || cell === null)
  ) {
    return seriesFromColumns(
      ['time', 'value'],
      entries.length,
      (name, row) => (name === 'time' ? keyOfTime(entries[row]![0]) : entries[row]![1]),
      { sort: true, ...options },
      { path: (row) => [entries[row]![0]] },
    );
  }
  return null;
}

function isFlat(value: Json): boolean {
  return Object.values(value).every((cell) => typeof cell !== 'object' || cell === null);
}

const parser = new TimeParser();

/** A date, or epoch seconds or milliseconds of our days. */
function isKeyOfTime(key: string): boolean {
  const form = parser.parse(key);
  return form === TimeForm.number ? /^\d{9,19}$/.test(key) : form !== TimeForm.none;
}

/** Keys that are times, though one may be damaged: the error of a time names that one. */
function areTimes(keys: readonly string[]): boolean {
  const bad = keys.filter((key) => !isKeyOfTime(key)).length;
  return bad === 0 || 10 * bad <= keys.length;
}

function keyOfTime(key: string): unknown {
  return /^\d+$/.test(key) ? Number(key) : key;
}

/** Name of an index column, beside columns that may have it already. */
function indexName(names: readonly string[], index: readonly unknown[]): string {
  const timed = areTimes(index.map(String));
  const name = timed ? 'time' : 'index';
  return names.includes(name) ? `${name} (index)` : name;
}

/**
 * Values or records under their times in one part of an object, as Alpha Vantage and NASA POWER have them, or rows of
 * cells, as Kraken has; null where there are none, or several.
 */
export function searchFrames(
  value: Json,
  options: ReadOptions,
  readRows: (rows: readonly (readonly unknown[])[], options: ReadOptions, base: JsonPath) => ReadResult,
): ReadResult | null {
  const frames: { path: JsonPath; part: Json }[] = [];
  const tables: { path: JsonPath; part: unknown[][] }[] = [];
  const visit = (node: Json, path: JsonPath): void => {
    const keys = Object.keys(node);
    const inner = Object.values(node);
    const holdsTimes = (one: unknown): boolean =>
      isObject(one) && Object.keys(one).length > 2 && areTimes(Object.keys(one));
    if (
      path.length > 0 &&
      ((keys.length > 2 && areTimes(keys)) || (inner.length > 0 && inner.every(holdsTimes)))
    ) {
      frames.push({ path, part: node });
      return;
    }
    for (const [key, one] of Object.entries(node)) {
      if (isObject(one) && path.length < 6) visit(one, [...path, key]);
      else if (isTable(one) && isTimed(one)) tables.push({ path: [...path, key], part: one });
    }
  };
  visit(value, []);
  if (frames.length + tables.length !== 1) return null;
  const [frame] = frames;
  const { path } = frame ?? tables[0]!;
  const result = frame ? readFrame(frame.part, options) : readRows(tables[0]!.part, options, path);
  return (
    result && { ...result, notes: [`The records were found under "${pathText(path)}".`, ...result.notes] }
  );
}

/** Rows of as many cells each, three or more. */
function isTable(value: unknown): value is unknown[][] {
  return (
    Array.isArray(value) &&
    value.length > 2 &&
    value.every(
      (row) =>
        Array.isArray(row) &&
        row.length > 1 &&
        row.length === (value[0] as unknown[]).length &&
        row.every((cell) => typeof cell !== 'object' || cell === null),
    )
  );
}

/** Rows with a time: positions, as GeoJSON has them, and matrices have none. */
function isTimed(rows: readonly (readonly unknown[])[]): boolean {
  return (
    findTimeCell(rows, rows[0]!.length) >= 0 ||
    (hasHeader(rows) && rows[0]!.some((name) => timeRank(String(name)) >= 0))
  );
}

/** True where the first of several rows names the columns. */
export function hasHeader(rows: readonly (readonly unknown[])[]): boolean {
  return rows.length > 1 && rows[0]!.every((cell) => typeof cell === 'string' && !/^[-+\d]/.test(cell));
}

/**
 * Which cell of rows without names is the time: the first one of dates or epoch times, though a few may be damaged; -1
 * for none.
 */
export function findTimeCell(rows: readonly (readonly unknown[])[], width: number): number {
  const some = rows.slice(hasHeader(rows) ? 1 : 0, 101);
  const isTime = (c: number): boolean => {
    const cells = some.map((row) => row[c]);
    const numbers = cells
      .map((cell) => (typeof cell === 'string' && /^\d{8,19}(\.\d+)?$/.test(cell) ? Number(cell) : cell))
      .filter((cell) => typeof cell === 'number');
    const counted = isEpoch(numbers) || countsTime('time', numbers) ? numbers.length : 0;
    const dates = cells.filter((cell) => typeof cell === 'string' && parser.parse(cell) > TimeForm.number);
    return 10 * (counted + dates.length) >= 9 * cells.length;
  };
  return Array.from({ length: width }, (_, c) => c).findIndex(isTime);
}

/** A number or a time, also as text, at most four lists or objects below. */
function holdsMeasure(cell: unknown, depth = 0): boolean {
  if (typeof cell === 'string') return cell.length < 60 && parser.parse(cell) !== TimeForm.none;
  if (typeof cell !== 'object' || cell === null) return typeof cell === 'number';
  return depth < 4 && Object.values(cell).some((one) => holdsMeasure(one, depth + 1));
}

/** Two records or more in a list, at most three lists or objects below; tags of names alone are none. */
function holdsRecords(cell: unknown, depth = 0): boolean {
  if (Array.isArray(cell)) {
    if (cell.length > 1 && cell.some((one) => isObject(one) && holdsMeasure(one))) return true;
    return depth < 3 && cell.some((one) => holdsRecords(one, depth + 1));
  }
  return isObject(cell) && depth < 3 && Object.values(cell).some((one) => holdsRecords(one, depth + 1));
}

/**
 * Records below records, as SolarEdge and iostat have them: `[{ type, values: [{ date, value }, …] }, …]`. What the outer
 * one says holds for all below it. Null where an outer one holds none or several lists, or no time is among them.
 */
export function readNested(
  parents: readonly Json[],
  keys: JsonPath,
  options: ReadOptions,
): ReadResult | null {
  const places: JsonPath[] = [];
  const records: SeriesRecord[] = [];
  let measured = false;
  for (const [i, parent] of parents.entries()) {
    const inner = Object.entries(parent).filter(
      ([, cell]) => holdsRecords(cell) || (Array.isArray(cell) && cell.some(isObject)),
    );
    const [only] = inner;
    if (!only || inner.length > 1) return null;
    const [key, list] = only;
    if (
      !Array.isArray(list) ||
      !list.every((one) => isObject(one) && !Object.values(one).some((cell) => holdsRecords(cell)))
    )
      return null;
    const told = Object.fromEntries(
      Object.entries(parent).filter(([name, cell]) => name !== key && !Array.isArray(cell)),
    );
    for (const [j, record] of (list as Json[]).entries()) {
      records.push({ ...told, ...record });
      places.push([...keys, i, key, j]);
      measured ||= holdsMeasure(record);
    }
  }
  // Names alone, as tags are, belong to what is measured in the outer record.
  if (!measured) return null;
  const isTimeCell = ([name, cell]: [string, unknown]): boolean =>
    timeRank(name) >= 0 || (typeof cell === 'number' && /time|date/i.test(name) && isEpoch([cell]));
  if (records.length < 2 || !Object.entries(records[0]!).some(isTimeCell)) return null;
  return seriesFromRecords(records, options, undefined, (row) => places[row]!);
}

/**
 * The only list of records that an object of another shape holds, wherever it lies; null where there is none.
 * @throws HeedError bad-json where there are several
 */
export function searchRecords(value: Json, options: ReadOptions): ReadResult | null {
  const found: { path: string; keys: JsonPath; records: SeriesRecord[] }[] = [];
  /** Records that hold lists of records; the first ones count. */
  const nests: { path: string; keys: JsonPath; parents: readonly Json[] }[] = [];
  const visit = (node: unknown, path: string, keys: JsonPath): void => {
    if (keys.length > 6) return;
    if (Array.isArray(node)) {
      if (node.length > 0 && node.every(isObject)) {
        const nested = node.flatMap((one: Json) => Object.values(one)).some((cell) => holdsRecords(cell));
        if (nested && node.length > 1) nests.push({ path, keys, parents: node as Json[] });
        if (nested && node.length === 1) visit(node[0], `${path}[0]`, [...keys, 0]);
        else if (!nested) found.push({ path, keys, records: node as SeriesRecord[] });
      }
      return;
    }
    if (isObject(node)) {
      for (const [key, inner] of Object.entries(node))
        visit(inner, path === '' ? key : `${path}.${key}`, [...keys, key]);
    }
  };
  visit(value, '', []);
  const large = found.filter(({ records }) => records.length > 1);
  const lists = large.length > 0 ? large : found;
  // Beside measurements stand descriptions of fields and the like, which have no times.
  const timed = lists.filter(({ records }) => Object.keys(records[0]!).some((name) => timeRank(name) >= 0));
  const [only, ...others] = timed.length === 1 ? timed : lists;
  const [deep] = nests;
  if (deep && timed.length !== 1) {
    const nested = readNested(deep.parents, deep.keys, options);
    if (nested) return nested;
    throw new HeedError(
      'bad-json',
      `the records under ${deep.path} hold lists of records of their own, in a layout that is not known`,
      'Give one of those lists, or a list of records with a time and values each.',
      { file: options.name },
    );
  }
  if (!only) return null;
  if (others.length > 0) {
    throw new HeedError(
      'bad-json',
      `there are several lists of records: ${[only, ...others]
        .slice(0, 5)
        .map(({ path }) => path)
        .join(', ')}`,
      'Give one of them as a file of its own.',
      { file: options.name },
    );
  }
  const result = seriesFromRecords(only.records, options, undefined, only.keys);
  return { ...result, notes: [`The records were found under "${only.path}".`, ...result.notes] };
}
