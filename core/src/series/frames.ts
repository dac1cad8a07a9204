import { checkParts, checkRecord, checkRecords, checkSeries, type What } from '../check-argument.js';
import { HeedError } from '../errors.js';
import { mergeRows } from './merge.js';
import type { ReadOptions, ReadResult } from './read/options.js';
import { createSeries, type Series } from './series.js';

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

/** @throws HeedError bad-value */
export function checkFrame(what: What, frame: unknown): void {
  checkParts(what, frame, { fields: checkRecords });
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
  checkFrame('frame', frame);
  checkRecord('options', options);
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
  const n = time.values.length;
  if (n === 0) {
    throw new HeedError('empty-input', 'the frame has no points', 'Widen the time range.', {
      file: frame.name,
    });
  }
  const times = Float64Array.from({ length: n }, (_, t) => {
    const at = time.values[t];
    if (typeof at === 'number' && !Number.isNaN(at)) return at;
    throw new HeedError('bad-time', `"${String(at)}" is not a time`, 'Give epoch milliseconds.', {
      file: frame.name,
      line: t + 1,
      column: time.name,
    });
  });
  const notes: string[] = [];
  const channels = numbers.flatMap((field, c) => {
    const values = Float64Array.from({ length: n }, (_, t) => {
      const value = field.values[t];
      // Grafana sends ±Infinity as text for divisions by zero: no value to compare with.
      return typeof value === 'number' && Number.isFinite(value) ? value : NaN;
    });
    if (values.every(Number.isNaN)) {
      notes.push(`Column "${names[c]!}" was left out: every value is missing.`);
      return [];
    }
    const unit = field.config?.unit;
    return [{ name: names[c]!, ...(unit === undefined ? {} : { unit }), values }];
  });
  if (channels.length === 0) {
    throw new HeedError('all-missing', 'every value is missing', 'Query something that has values.', {
      file: frame.name,
    });
  }
  const rows = { time: times, channels };
  const merged = mergeRows(rows, { ...options, ...name });
  if (merged !== rows) notes.push(...(merged as { notes: string[] }).notes);
  return { notes, series: createSeries({ ...name, ...merged }) };
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
  checkSeries(series);
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
