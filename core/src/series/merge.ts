import {} from '../check-number.js';
import { HeedError, shownValue } from '../errors.js';

/** What to do with points that have the same time. */
export type DuplicatePolicy = 'reject' | 'mean' | 'first' | 'last' | 'max' | 'min' | 'sum';

/** Rows of a table: n times, d × n values, n labels. */
interface Rows {
  readonly time: Float64Array;
  readonly channels: readonly {
    readonly name: string;
    readonly unit?: string;
    readonly values: Float64Array;
  }[];
  readonly labels?: Float64Array;
}

const policies: readonly DuplicatePolicy[] = ['reject', 'mean', 'first', 'last', 'max', 'min', 'sum'];

/**
 * Sorts rows by time (stably) and merges those that share one. Missing values are passed over; a merged row is
 * labeled where one of its rows is. Returns its argument where there is nothing to do.
 * @throws HeedError duplicate-time, non-monotonic-time, bad-option
 */
export function mergeRows<T extends Rows>(
  rows: T,
  options: { readonly sort?: boolean; readonly duplicates?: DuplicatePolicy; readonly name?: string },
): T | (Rows & { notes: string[] }) {
  const { sort = false, duplicates = 'reject' } = options;
  if (!policies.includes(duplicates)) {
    throw new HeedError(
      'bad-option',
      `duplicates is ${shownValue(duplicates)}`,
      `Give one of ${policies.join(', ')}.`,
    );
  }
  const place = options.name === undefined ? undefined : { file: options.name };
  const n = rows.time.length;
  let disorder = 0;
  let same = 0;
  for (let t = 1; t < n; t++) {
    if (rows.time[t]! < rows.time[t - 1]!) disorder++;
    else if (rows.time[t]! === rows.time[t - 1]!) same++;
  }
  if (disorder === 0 && same === 0) return rows;
  if (disorder > 0 && !sort) {
    throw new HeedError(
      'non-monotonic-time',
      `${disorder} rows lie before the row above them`,
      'Sort the rows by time, or have it done with the option sort.',
      place,
    );
  }
  const order = Uint32Array.from({ length: n }, (_, t) => t);
  if (disorder > 0) order.sort((a, b) => rows.time[a]! - rows.time[b]! || a - b);

  // starts[i] is where the i-th group of rows with one time begins in `order`.
  const starts: number[] = [];
  for (let i = 0; i < n; i++) {
    if (i === 0 || rows.time[order[i]!]! !== rows.time[order[i - 1]!]!) starts.push(i);
  }
  if (starts.length < n && duplicates === 'reject') {
    throw new HeedError(
      'duplicate-time',
      `${n - starts.length} rows have the time of another row`,
      'Remove them, or merge them with the option duplicates: mean, first, last, max, min or sum.',
      place,
    );
  }
  const groups = (f: (from: number, to: number) => number): Float64Array =>
    Float64Array.from(starts, (from, i) => f(from, starts[i + 1] ?? n));
  const notes: string[] = [];
  if (disorder > 0) notes.push('The rows were sorted by time.');
  if (starts.length < n)
    notes.push(`${n - starts.length} rows were merged into others of the same time (${duplicates}).`);
  return {
    ...rows,
    time: groups((from) => rows.time[order[from]!]!),
    channels: rows.channels.map((channel) => ({
      ...channel,
      values: groups((from, to) => aggregate(channel.values, duplicates, from, to, order)),
    })),
    ...(rows.labels ? { labels: groups((from, to) => aggregate(rows.labels!, 'max', from, to, order)) } : {}),
    notes,
  };
}

/** How several values become one. Missing values are passed over; NaN where all are. */
export type Aggregation = Exclude<DuplicatePolicy, 'reject'>;

/** One value for values[order[from…to)], or values[from…to) without an order. */
export function aggregate(
  values: Float64Array,
  how: DuplicatePolicy,
  from: number,
  to: number,
  order?: Uint32Array,
): number {
  let result = NaN;
  let count = 0;
  for (let i = from; i < to; i++) {
    const value = values[order ? order[i]! : i]!;
    if (Number.isNaN(value)) continue;
    count++;
    if (count === 1 || how === 'last') result = value;
    else if (how === 'mean' || how === 'sum') result += value;
    else if (how === 'max') result = Math.max(result, value);
    else if (how === 'min') result = Math.min(result, value);
  }
  if (how !== 'mean') {
    if (Math.abs(result) < Infinity || Number.isNaN(result)) return result;
    throw new HeedError(
      'not-finite',
      'the sum of values of one time is beyond the largest number',
      'Divide the values by a power of ten, or merge them by mean.',
    );
  }
  if (Math.abs(result) !== Infinity) return result / count;
  // The sum is beyond the largest number, the mean is not.
  let mean = 0;
  for (let i = from; i < to; i++) {
    const value = values[order ? order[i]! : i]!;
    if (!Number.isNaN(value)) mean += value / count;
  }
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, mean));
}
