import { HeedError } from '../errors.js';
import { CellParser, MISSING, NUMBER } from './number.js';
import type { ReadOptions, ReadResult } from './read-options.js';
import type { Series } from './series.js';
import { TableBuilder } from './table.js';

/** One point as an object: a time, channels, a label. */
export type SeriesRecord = Readonly<Record<string, unknown>>;

/**
 * A series from an array of records, such as rows of JSON or of a database. Columns are the properties of all
 * records in order of appearance; `ReadOptions` says which becomes what. Numbers, numeric text, Date, boolean labels
 * are understood; null, undefined, NaN and the texts CSV has for it are missing.
 * @param lines line of each record in its source, for messages; default its number, from 1
 * @throws HeedError as `createCsvReader`, without what concerns the text
 */
export function seriesFromRecords(
  records: readonly SeriesRecord[],
  options: ReadOptions = {},
  lines?: ArrayLike<number>,
): ReadResult {
  if (records.length === 0) {
    throw new HeedError('empty-input', 'there are no records', 'Give at least one record.', {
      file: options.name,
    });
  }
  const names = new Set<string>();
  for (let t = 0; t < records.length; t++) {
    const record = records[t];
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw new HeedError(
        'bad-json',
        `record ${t + 1} is no object with named values`,
        'Give records such as {"time": "2024-05-06T07:08:09Z", "cpu": 0.5}.',
        { file: options.name, ...(lines ? { line: lines[t] } : {}) },
      );
    }
    for (const name of Object.keys(record)) names.add(name);
  }
  const columns = [...names];
  const table = new TableBuilder(columns, options, undefined);
  const parser = new CellParser(false);
  records.forEach((record, t) => {
    const line = lines ? lines[t]! : t + 1;
    columns.forEach((name, c) => {
      const value = record[name];
      if (value === null || value === undefined) table.missing(c, line);
      else if (typeof value === 'number' || typeof value === 'bigint') {
        if (Number.isNaN(value)) table.missing(c, line);
        else table.number(c, Number(value), line);
      } else if (value instanceof Date) {
        const ms = value.getTime();
        if (Number.isNaN(ms)) table.text(c, 'Invalid Date', line);
        else table.text(c, value.toISOString(), line);
      } else {
        const text = typeof value === 'object' ? JSON.stringify(value) : String(value).trim();
        const kind = parser.parse(text, 0, text.length);
        if (kind === NUMBER) table.number(c, parser.value, line);
        else if (kind === MISSING) table.missing(c, line);
        else table.text(c, text, line);
      }
    });
    table.endRow();
  });
  return table.finish();
}

/**
 * The points of a series as records: `time` as a Date (the row number where the series has no times), each channel
 * by its name (null = missing), `label` where there are labels.
 */
export function seriesToRecords(series: Series): Record<string, Date | number | null>[] {
  return Array.from(series.time, (time, t) => {
    const record: Record<string, Date | number | null> = { time: series.indexTime ? time : new Date(time) };
    for (const { name, values } of series.channels)
      record[name] = Number.isNaN(values[t]!) ? null : values[t]!;
    if (series.labels) record.label = series.labels[t]!;
    return record;
  });
}

/** One column of a table as Grafana's data frames have it. */
export interface FrameField {
  readonly name: string;
  /** `time` (epoch ms) and `number` are read; others are left out. */
  readonly type: string;
  /** Missing values are null, undefined or NaN. */
  readonly values: ArrayLike<unknown>;
  readonly config?: { readonly unit?: string; readonly displayName?: string };
  readonly labels?: Readonly<Record<string, string>>;
}

/** Columns of equal length: the shape of a Grafana data frame. */
export interface FrameLike {
  readonly name?: string;
  readonly fields: readonly FrameField[];
}

/**
 * A series from a frame: its first time field, and all number fields as channels. A field's display name comes
 * before its name; labels are added where names alone are not unique. Fields without any value are left out.
 * @throws HeedError no-numeric-column, bad-time, empty-input, non-monotonic-time, duplicate-time, all-missing
 */
export function seriesFromFrame(
  frame: FrameLike,
  options: Pick<ReadOptions, 'sort' | 'duplicates'> = {},
): ReadResult {
  const name = frame.name === undefined || frame.name === '' ? {} : { name: frame.name };
  const time = frame.fields.find(({ type }) => type === 'time');
  const numbers = frame.fields.filter(({ type }) => type === 'number');
  if (!time) {
    throw new HeedError('bad-time', 'the frame has no time field', 'Query a time series.', {
      file: frame.name,
    });
  }
  if (numbers.length === 0) {
    throw new HeedError('no-numeric-column', 'the frame has no number field', 'Query at least one number.', {
      file: frame.name,
    });
  }
  const names = uniqueNames(numbers);
  const table = new TableBuilder(
    ['time', ...names.map((field) => (field === 'time' ? 'time (value)' : field))],
    { ...options, ...name, time: 'time', timeUnit: 'ms', label: null },
    undefined,
  );
  for (let t = 0; t < time.values.length; t++) {
    const at = time.values[t];
    if (typeof at === 'number' && !Number.isNaN(at)) table.number(0, at, t + 1);
    else table.text(0, String(at), t + 1);
    numbers.forEach((field, c) => {
      const value = field.values[t];
      // Grafana sends ±Infinity as text for divisions by zero: no value to compare with.
      if (typeof value === 'number' && Number.isFinite(value)) table.number(c + 1, value, t + 1);
      else table.missing(c + 1, t + 1);
    });
    table.endRow();
  }
  if (table.rows === 0) {
    throw new HeedError('empty-input', 'the frame has no points', 'Widen the time range.', {
      file: frame.name,
    });
  }
  const { series, notes } = table.finish();
  const units = new Map(numbers.map((field, c) => [names[c]!, field.config?.unit]));
  return {
    notes,
    series: {
      ...series,
      channels: series.channels.map((channel) => {
        const unit = units.get(channel.name);
        return unit === undefined ? channel : { ...channel, unit };
      }),
    },
  };
}

function uniqueNames(fields: readonly FrameField[]): string[] {
  const short = fields.map((field) => field.config?.displayName ?? field.name);
  const used = new Set<string>();
  return fields.map((field, i) => {
    let name = short[i]!;
    if (short.indexOf(name) !== short.lastIndexOf(name) && field.labels) {
      const labels = Object.entries(field.labels).map(([key, value]) => `${key}="${value}"`);
      name = `${name} {${labels.join(', ')}}`;
    }
    let unique = name;
    for (let copy = 2; used.has(unique); copy++) unique = `${name} ${copy}`;
    used.add(unique);
    return unique;
  });
}

/** A series as a frame: a time field (epoch ms), a number field per channel (NaN = missing), a label field. */
export function seriesToFrame(series: Series): FrameLike {
  return {
    ...(series.name === undefined ? {} : { name: series.name }),
    fields: [
      { name: 'time', type: 'time', values: series.time },
      ...series.channels.map(({ name, unit, values }) => ({
        name,
        type: 'number',
        values,
        ...(unit === undefined ? {} : { config: { unit } }),
      })),
      ...(series.labels ? [{ name: 'label', type: 'number', values: series.labels }] : []),
    ],
  };
}
