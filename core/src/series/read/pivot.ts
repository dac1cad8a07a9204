import { HeedError } from '../../errors.js';
import { aggregate, type DuplicatePolicy } from '../merge.js';
import type { Column } from './column.js';
import { isIdName, isIndexName, keyRank, tellsSeries } from './roles.js';
import { medianStep } from './time-formats.js';

/** More channels than any table of metrics has: ids taken for names, which would fill the memory. */
export const mostChannels = 10_000;
/** Most cells of a table of channels. */
const mostCells = 2e8;

/** A long table taken apart: the series of every row. */
export interface Grouping {
  /** Index of the series per row. */
  readonly groupOf: Int32Array;
  /** Names of the series by the columns in which they differ. */
  readonly names: readonly string[];
  readonly columns: readonly Column[];
  /** True where no user named the columns. */
  readonly guessed?: boolean;
}

/** Series index per row for a set of columns. */
export function groupBy(columns: readonly Column[], rows: number): Grouping {
  let groupOf: Int32Array = new Int32Array(rows);
  let names: string[] = [''];
  const varying = columns.map((column) => ({ column, ...column.codes(rows) }));
  for (const { codes, names: own } of varying) {
    const next = new Map<number, number>();
    const nextNames: string[] = [];
    const joined = new Int32Array(rows);
    const size = own.length;
    for (let row = 0; row < rows; row++) {
      const pair = groupOf[row]! * size + codes[row]!;
      let group = next.get(pair);
      if (group === undefined) {
        group = nextNames.length;
        next.set(pair, group);
        const before = names[groupOf[row]!]!;
        const text = own[codes[row]!]!;
        nextNames.push(before === '' ? text : text === '' ? before : `${before} ${text}`);
      }
      joined[row] = group;
    }
    groupOf = joined;
    names = nextNames;
  }
  return { groupOf, names, columns };
}

/** Share of rows whose time and series another row has already. */
function repeats(groupOf: Int32Array | null, time: Float64Array, rows: number): number {
  const seen = new Map<number, Set<number>>();
  let count = 0;
  for (let row = 0; row < rows; row++) {
    let times = seen.get(groupOf ? groupOf[row]! : 0);
    if (!times) seen.set(groupOf ? groupOf[row]! : 0, (times = new Set()));
    if (times.has(time[row]!)) count++;
    else times.add(time[row]!);
  }
  return count / rows;
}

/**
 * The columns that tell the series of a long table apart: as few as make times occur once per series, those with the
 * name of such a column first. Null where times already occur once and series do not alternate.
 */
export function findSeries(
  time: Float64Array,
  candidates: readonly Column[],
  rows: number,
): readonly Column[] | null {
  // Ranges of the head are enough to choose, and time and memory for all rows are not spent on it.
  const some = Math.min(rows, 60_000);
  const alone = repeats(null, time, some);
  const ordered = candidates
    .map((column) => ({ column, rank: keyRank(column.name), size: column.texts.size }))
    .sort((a, b) => (a.rank < 0 ? 1e6 : a.rank) - (b.rank < 0 ? 1e6 : b.rank) || a.size - b.size)
    .map(({ column }) => column);
  if (alone === 0) {
    let back = 0;
    for (let row = 1; row < rows; row++) if (time[row]! < time[row - 1]!) back++;
    const turning = ordered.find((column) => alternates(column, time, rows, back));
    return turning ? [turning] : null;
  }
  const chosen: Column[] = [];
  let left = alone;
  for (const column of ordered) {
    const now = repeats(groupBy([...chosen, column], some).groupOf, time, some);
    if (now >= left) continue;
    chosen.push(column);
    left = now;
    if (left === 0) break;
  }
  if (chosen.length === 0 || (left > 0.02 && left > 0.1 * alone)) return null;
  for (const column of [...chosen].reverse()) {
    if (chosen.length === 1) break;
    const without = chosen.filter((one) => one !== column);
    if (repeats(groupBy(without, some).groupOf, time, some) <= left) chosen.splice(chosen.indexOf(column), 1);
  }
  return chosen;
}

/**
 * Series that report one after the other: every one evenly, all of them together in turns, or one after another
 * with times that go back.
 */
function alternates(column: Column, time: Float64Array, rows: number, back: number): boolean {
  const { groupOf, names } = groupBy([column], rows);
  const series = names.length;
  if (series < 2 || series > rows / 3) return false;
  const last = new Float64Array(series).fill(NaN);
  const steps: number[][] = Array.from({ length: series }, () => []);
  let switches = 0;
  let backWithin = 0;
  const some = Math.min(rows, 20_000);
  for (let row = 0; row < some; row++) {
    const group = groupOf[row]!;
    if (row > 0 && groupOf[row - 1] !== group) switches++;
    if (!Number.isNaN(last[group]!)) {
      const step = time[row]! - last[group]!;
      if (step < 0) backWithin++;
      steps[group]!.push(step);
    }
    last[group] = time[row]!;
  }
  if (back > 0 && backWithin === 0 && switches < some / 2) return true;
  if (switches < 0.3 * some) return false;
  const even = (list: number[]): number => {
    const sorted = [...list].sort((a, b) => a - b);
    const usual = sorted[sorted.length >> 1]!;
    return list.filter((step) => Math.abs(step - usual) <= 0.25 * usual).length / list.length;
  };
  const own = steps.filter((list) => list.length > 2);
  if (own.length < 2) return false;
  // What measures and what is measured make series though they report at moments of their own.
  if (tellsSeries(column.name) && steps.every((list) => list.length >= 5) && backWithin === 0) return true;
  const evenness = own.reduce((sum, list) => sum + even(list), 0) / own.length;
  const turns =
    switches / some > 0.9 && series > 1 && steps.every((list) => list.length >= some / series / 2);
  return evenness >= 0.8 && (keyRank(column.name) >= 0 || (turns && !isEven(time, some)));
}

/** True for evenly spaced times: weekdays, shifts and the like take turns in one series, too. */
export function isEven(time: Float64Array, rows: number): boolean {
  const usual = Math.abs(time[1]! - time[0]!);
  let even = 0;
  for (let row = 1; row < rows; row++)
    if (Math.abs(Math.abs(time[row]! - time[row - 1]!) - usual) <= 0.01 * usual) even++;
  return even >= 0.95 * (rows - 1);
}

/** Columns of integers that may name series where no text does. */
export function numericKeys(columns: readonly Column[], rows: number): Column[] {
  return columns.filter((column) => {
    if (!isIdName(column.name) && keyRank(column.name) < 0) return false;
    const distinct = new Set<number>();
    for (let row = 0; row < rows; row++) {
      const value = column.values.values[row]!;
      if (!Number.isInteger(value)) return false;
      distinct.add(value);
      if (distinct.size > 2000) return false;
    }
    return distinct.size > 1;
  });
}

/** Columns of integers that go round in every poll, `0, 1, 2, 0, 1, 2 …`: those of processors, cards, sensors. */
export function cyclicKeys(columns: readonly Column[], rows: number): Column[] {
  return columns.filter(({ name, values: { values } }) => {
    if (!isIdName(name) && !isIndexName(name) && keyRank(name) < 0) return false;
    let length = 1;
    while (length < 257 && length < rows && values[length] !== values[0]) length++;
    if (length < 2 || length > rows / 3 || new Set(values.subarray(0, length)).size < length) return false;
    let same = 0;
    for (let row = length; row < rows; row++) {
      if (!Number.isInteger(values[row]!)) return false;
      if (values[row] === values[row - length]) same++;
    }
    return same >= 0.95 * (rows - length);
  });
}

/** Channels of a long table over the times of all its series. */
export interface Pivoted {
  readonly time: Float64Array;
  readonly channels: { name: string; unit?: string; values: Float64Array }[];
  readonly labels?: Float64Array;
  readonly notes: string[];
}

/**
 * Turns rows (time, series, values …) into channels over one time axis: a channel per series and value column.
 * Series whose times lie beside each other by less than a step are put on one grid of steps.
 * @throws HeedError not-supported, duplicate-time, memory-limit
 */
export function pivot(
  rows: {
    readonly time: Float64Array;
    readonly values: readonly {
      readonly name: string;
      readonly unit?: string;
      readonly values: Float64Array;
    }[];
    readonly labels?: Float64Array;
  },
  grouping: Grouping,
  duplicates: DuplicatePolicy,
  file: string | undefined,
  findLine: (row: number) => number,
): Pivoted {
  const { groupOf, names } = grouping;
  const n = groupOf.length;
  const series = names.length;
  const notes: string[] = [];
  if (grouping.guessed && series > 20) {
    const times = distinctTimes(rows.time).length;
    if (n < 0.3 * times * series && (n < 5 * series || medianSize(groupOf, series) < 5)) {
      throw new HeedError(
        'not-supported',
        `this is rather a list of events than series: ${grouping.columns.map(({ name }) => `"${name}"`).join(', ')} ${grouping.columns.length === 1 ? 'has' : 'have'} ${names.length.toLocaleString('en-US')} different ${grouping.columns.length === 1 ? 'values' : 'combinations'}, each in ${(n / series).toFixed(1)} rows on average`,
        'Count or average them per minute, hour or day first; or name the columns that tell series apart (--series), or how rows of one time are merged (--duplicates).',
        { file },
      );
    }
  }
  if (series * rows.values.length > mostChannels) {
    throw new HeedError(
      'memory-limit',
      `the table has ${series.toLocaleString('en-US')} series of ${rows.values.length} values, at most ${mostChannels.toLocaleString('en-US')} channels are read`,
      'Name the columns that tell series apart (--series), or fewer columns (--columns).',
      { file },
    );
  }
  const aligned = align(rows.time, groupOf, series, notes);
  const time = aligned.time;
  const points = distinctTimes(time);
  if (points.length * series * rows.values.length > mostCells) {
    throw new HeedError(
      'memory-limit',
      `${points.length.toLocaleString('en-US')} times of ${series.toLocaleString('en-US')} series are more than the memory holds`,
      'Read fewer series or a shorter time.',
      { file },
    );
  }
  const where = new Int32Array(n);
  let at = 0;
  for (let row = 0; row < n; row++) {
    const t = time[row]!;
    if (points[at] !== t) at = points[at + 1] === t ? at + 1 : search(points, t);
    where[row] = at;
  }
  let merged = 0;
  const first = new Int32Array(points.length * series).fill(-1);
  const more: number[] = [];
  for (let row = 0; row < n; row++) {
    const cell = groupOf[row]! * points.length + where[row]!;
    if (first[cell]! < 0) first[cell] = row;
    else {
      if (duplicates === 'reject' && !aligned.moved) {
        const line = findLine(row);
        throw new HeedError(
          'duplicate-time',
          `the time ${new Date(t0(time[row]!)).toISOString()} occurs twice for series "${names[groupOf[row]!]}" (lines ${findLine(first[cell]!)} and ${line})`,
          'Remove one of the rows, merge them with the option duplicates (--duplicates mean, first, last, max, min or sum), or name the columns that tell series apart (--series).',
          { file, line },
        );
      }
      more.push(row);
      merged++;
    }
  }
  const how = duplicates === 'reject' ? 'mean' : duplicates;
  const channels: Pivoted['channels'] = [];
  rows.values.forEach(({ name, unit, values }) => {
    for (let s = 0; s < series; s++) {
      const out = new Float64Array(points.length);
      const base = s * points.length;
      for (let t = 0; t < points.length; t++) out[t] = first[base + t]! < 0 ? NaN : values[first[base + t]!]!;
      const full = rows.values.length === 1 ? names[s]! : `${name} ${names[s]}`;
      channels.push({
        name: full === '' ? name : full,
        ...(unit === undefined ? {} : { unit }),
        values: out,
      });
    }
  });
  if (more.length > 0) {
    const byCell = new Map<number, number[]>();
    for (const row of more) {
      const cell = groupOf[row]! * points.length + where[row]!;
      const list = byCell.get(cell);
      if (list) list.push(row);
      else byCell.set(cell, [first[cell]!, row]);
    }
    rows.values.forEach(({ values }, v) => {
      for (const [cell, list] of byCell) {
        const s = Math.floor(cell / points.length);
        channels[v * series + s]!.values[cell - s * points.length] = aggregate(
          values,
          how,
          0,
          list.length,
          Uint32Array.from(list),
        );
      }
    });
    notes.push(`${merged} rows were merged into others of the same time and series (${how}).`);
  }
  let labels: Float64Array | undefined;
  if (rows.labels) {
    labels = new Float64Array(points.length);
    for (let row = 0; row < n; row++) if (rows.labels[row] === 1) labels[where[row]!] = 1;
  }
  const kept = channels.filter(({ values }) => values.some((value) => !Number.isNaN(value)));
  if (kept.length < channels.length)
    notes.push(
      `${channels.length - kept.length} series without any value ${channels.length - kept.length === 1 ? 'was' : 'were'} left out.`,
    );
  return { time: points, channels: kept, ...(labels ? { labels } : {}), notes };
}

/** Rows of a usual series. */
function medianSize(groupOf: Int32Array, series: number): number {
  const sizes = new Int32Array(series);
  for (const group of groupOf) sizes[group]!++;
  return sizes.sort()[series >> 1]!;
}

function t0(ms: number): number {
  return Number.isFinite(ms) && Math.abs(ms) < 8e15 ? ms : 0;
}

function distinctTimes(time: Float64Array): Float64Array {
  const sorted = time.slice().sort();
  let count = 0;
  for (let i = 0; i < sorted.length; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i]!;
  return sorted.slice(0, count);
}

function search(points: Float64Array, time: number): number {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Series that are sampled at other moments of the same step share a grid; times of equal series stay as they are. */
function align(
  time: Float64Array,
  groupOf: Int32Array,
  series: number,
  notes: string[],
): { time: Float64Array; moved: boolean } {
  const sizes = new Int32Array(series);
  for (const group of groupOf) sizes[group]!++;
  const longest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const distinct = distinctTimes(time).length;
  const firsts = new Float64Array(series).fill(Infinity);
  const lasts = new Float64Array(series).fill(-Infinity);
  time.forEach((ms, row) => {
    const group = groupOf[row]!;
    if (ms < firsts[group]!) firsts[group] = ms;
    if (ms > lasts[group]!) lasts[group] = ms;
  });
  // Series of different periods share no times, and need none.
  const overlap = Math.min(...lasts) - Math.max(...firsts) > 0.5 * (Math.max(...lasts) - Math.min(...firsts));
  if (distinct <= 1.5 * longest || !overlap) return { time, moved: false };
  const own: number[] = [];
  const longestGroup = sizes.indexOf(longest);
  time.forEach((ms, row) => {
    if (groupOf[row] === longestGroup) own.push(ms);
  });
  own.sort((a, b) => a - b);
  const step = medianStep(own);
  if (!(step > 0)) return { time, moved: false };
  // From the first time on: none is moved before it.
  const origin = firsts.reduce((a, b) => Math.min(a, b), Infinity);
  const moved = time.map((ms, row) => {
    const first = firsts[groupOf[row]!]!;
    return origin + (Math.floor((first - origin) / step) + Math.round((ms - first) / step)) * step;
  });
  notes.push(`The series were sampled at different moments; all were put on a grid of ${step / 1000} s.`);
  return { time: moved, moved: true };
}
