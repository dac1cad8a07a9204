import type { DrawnSeries } from './model.js';

type Values = Array<number | null | undefined>;

/** Everything of the drawn series on one time axis: what uPlot draws. */
export interface Aligned {
  readonly time: number[];
  /** Per series: index into `columns` of its value and, where known, of its band and expectation. */
  readonly series: ReadonlyArray<{
    readonly value: number;
    readonly expected?: number;
    readonly lower?: number;
    readonly upper?: number;
    readonly score?: Values;
  }>;
  /** Columns after the time; `undefined` where a series has no point (lines run on), `null` where it is missing. */
  readonly columns: Values[];
}

/** Outer join by time; the series keep their order. Points before `from` are left out. */
export function alignSeries(series: readonly DrawnSeries[], from: number, to: number): Aligned {
  const first = series[0];
  if (!first) return { time: [], series: [], columns: [] };
  const same = series.every((s) => s.time === first.time || sameTimes(s.time, first.time));
  const time = same ? Array.from(first.time) : unionOfTimes(series);
  // One point beyond either edge, so that lines reach the edge.
  let start = lowerBound(time, from);
  let end = lowerBound(time, to + 1);
  start = Math.max(0, start - 1);
  end = Math.min(time.length, end + 1);
  const visible = time.slice(start, end);
  const index = same ? undefined : new Map(visible.map((t, i) => [t, i]));
  const columns: Values[] = [];
  const place = (s: DrawnSeries, values: ArrayLike<number | null>): Values => {
    const out: Values = new Array<number | null | undefined>(visible.length).fill(undefined);
    if (!index) for (let i = 0; i < visible.length; i++) out[i] = clean(values[start + i]);
    else {
      for (let i = 0; i < s.time.length; i++) {
        const at = index.get(s.time[i]!);
        if (at !== undefined) out[at] = clean(values[i]);
      }
    }
    return out;
  };
  const column = (s: DrawnSeries, values: ArrayLike<number | null>) => columns.push(place(s, values)) - 1;
  const described = series.map((s) => ({
    value: column(s, s.values),
    ...(s.expected ? { expected: column(s, s.expected) } : {}),
    ...(s.lower && s.upper ? { lower: column(s, lowerEdge(s)), upper: column(s, s.upper) } : {}),
    ...(s.score ? { score: place(s, s.score) } : {}),
  }));
  return { time: visible, series: described, columns };
}

/** Times, sizes and counts are never below zero: a band that reaches there would only press the line together. */
export function lowerEdge({ values, lower, upper }: DrawnSeries): ArrayLike<number | null> {
  const isBelow = (value: number | null | undefined) => typeof value === 'number' && value < 0;
  if (Array.prototype.some.call(values, isBelow)) return lower!;
  return Array.from(lower!, (edge, i) => (isBelow(edge) ? Math.min(0, upper![i] ?? 0) : edge));
}

const clean = (value: number | null | undefined) =>
  value === null || value === undefined || Number.isNaN(value) ? null : value;

function sameTimes(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function unionOfTimes(series: readonly DrawnSeries[]): number[] {
  const all = new Set<number>();
  for (const s of series) for (let i = 0; i < s.time.length; i++) all.add(s.time[i]!);
  return Float64Array.from(all)
    .sort()
    .reduce<number[]>((list, t) => (list.push(t), list), []);
}

export function lowerBound(times: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
