import { attendByContext, type AttendedShift } from '../../windows/context.js';
import type { CooperativeScheduler } from '../../yield.js';
import { MAD_TO_SIGMA, median } from '../../preprocess/statistics.js';
import type { AttendedInterval } from '../base/types.js';
import type { Interval } from '../../series/interval.js';

/** What normal history lets expect of n points of d channels, anomalous intervals included. */
export interface NormalExpectation {
  /** d × n expected values. */
  readonly mean: Float64Array[];
  /** d × n variances. */
  readonly variance: Float64Array[];
  /** The normal intervals that the points start…end (inclusive) were compared with, point by point. */
  readonly attend: (start: number, end: number) => AttendedInterval[];
}

/** What `imputeFromNormal` starts from. n points, d channels. */
export interface NormalHistory {
  /** d × n values. */
  readonly channels: readonly Float64Array[];
  /** n values, 1 = the point belongs to an anomalous interval. */
  readonly hidden: Uint8Array;
  /** What the windows that touch no anomalous point expect: d × n means and variances, n counts of windows. */
  readonly clean: {
    readonly mean: readonly Float64Array[];
    readonly variance: readonly Float64Array[];
    readonly covered: Float64Array;
  };
  /** Points per window. */
  readonly window: number;
  readonly keys: number;
  readonly temperature: number;
}

/** Longest piece of an interval that is looked up at once, in windows: longer ones find no place free of anomalies. */
const PIECE = 2;
/** Most squared differences that all lookups of a series may take; the intervals named first go first. */
const WORK = 4e8;

/**
 * Fills what no clean window covers by attention from its surroundings to the normal places most like them, so that
 * an anomaly is compared with what usually happens there and not with another anomaly that resembles it.
 * @param intervals gravest first; where the work for all would be too much, or nothing normal is like the
 *   surroundings of one, `fallback` stays
 * @param fallback d × n means and variances
 */
export async function imputeFromNormal(
  { channels, hidden, clean, window, keys, temperature }: NormalHistory,
  intervals: readonly Interval[],
  fallback: { readonly mean: readonly Float64Array[]; readonly variance: readonly Float64Array[] },
  scheduler: CooperativeScheduler,
): Promise<NormalExpectation> {
  const n = clean.covered.length;
  const mean = clean.mean.map((own) => own.slice());
  const variance = clean.variance.map((own) => own.slice());
  for (let t = 0; t < n; t++) {
    if (clean.covered[t]! > 0) continue;
    for (let c = 0; c < channels.length; c++) {
      mean[c]![t] = fallback.mean[c]![t]!;
      variance[c]![t] = fallback.variance[c]![t]!;
    }
  }
  // Intervals close together share the pieces between them.
  const known = new Map<number, Interval & { readonly shifts: readonly AttendedShift[] }>();
  let work = WORK;
  const pieces = [...intervals, ...uncovered(clean.covered)].flatMap((interval) =>
    piecesAround(interval, clean.covered, PIECE * window),
  );
  for (const piece of pieces) {
    if (known.has(piece.start)) continue;
    work -= n * (2 * window + piece.end - piece.start + 1) * channels.length;
    if (work < 0) break;
    const lookup = attendByContext({ channels, hidden, ...piece, context: window, keys, temperature });
    let step = lookup.next();
    for (; !step.done; step = lookup.next()) await scheduler.yieldIfDue();
    const shifts = step.value;
    known.set(piece.start, { ...piece, shifts });
    if (shifts.length > 0) fillPiece(channels, hidden, piece, window, shifts, { mean, variance });
    await scheduler.yieldIfDue();
  }
  const attend = (start: number, end: number): AttendedInterval[] =>
    [...known.values()].flatMap((piece) => {
      const from = Math.max(start, piece.start);
      const to = Math.min(end, piece.end);
      const share = (to - from + 1) / (end - start + 1);
      return from > to
        ? []
        : piece.shifts.map(({ shift, weight }) => ({
            start: from + shift,
            end: to + shift,
            weight: weight * share,
          }));
    });
  return { mean, variance, attend };
}

/** What the attended places held: its weighted mean, and as variance theirs and how well they fit the surroundings. */
function fillPiece(
  channels: readonly Float64Array[],
  hidden: Uint8Array,
  { start, end }: Interval,
  context: number,
  shifts: readonly AttendedShift[],
  into: { readonly mean: readonly Float64Array[]; readonly variance: readonly Float64Array[] },
): void {
  channels.forEach((values, c) => {
    const error = contextError(values, hidden, { start, end }, context, shifts);
    for (let t = start; t <= end; t++) {
      let mean = 0;
      let second = 0;
      for (const { shift, weight } of shifts) {
        const value = values[t + shift]!;
        mean += weight * value;
        second += weight * value * value;
      }
      into.mean[c]![t] = mean;
      into.variance[c]![t] = Math.max(0, second - mean * mean) + error;
    }
  });
}

/** The runs of points that no clean window covers. */
function uncovered(covered: Float64Array): Interval[] {
  const runs: Interval[] = [];
  for (let t = 0, start = 0; t <= covered.length; t++) {
    if (t < covered.length && covered[t] === 0) continue;
    if (t > start) runs.push({ start, end: t - 1 });
    start = t + 1;
  }
  return runs;
}

/** The points around an interval that no clean window covers, in pieces of at most `longest`. */
function piecesAround({ start, end }: Interval, covered: Float64Array, longest: number): Interval[] {
  let from = start;
  while (from > 0 && covered[from - 1] === 0) from--;
  let to = end;
  while (to < covered.length - 1 && covered[to + 1] === 0) to++;
  const count = Math.ceil((to - from + 1) / longest);
  const length = Math.ceil((to - from + 1) / count);
  return Array.from({ length: count }, (_, i) => ({
    start: from + i * length,
    end: Math.min(to, from + (i + 1) * length - 1),
  })).filter((piece) => piece.start <= piece.end);
}

/**
 * Squared error of the attended places where the truth is known, in the surroundings of the piece. From the median, so
 * that an anomaly of which only a part passed the threshold does not widen the band.
 */
function contextError(
  values: Float64Array,
  hidden: Uint8Array,
  { start, end }: Interval,
  context: number,
  shifts: readonly AttendedShift[],
): number {
  const errors: number[] = [];
  for (let t = Math.max(0, start - context); t <= Math.min(values.length - 1, end + context); t++) {
    if (hidden[t]) continue;
    let mean = 0;
    let total = 0;
    for (const { shift, weight } of shifts) {
      const at = t + shift;
      if (at < 0 || at >= values.length || hidden[at]) continue;
      mean += weight * values[at]!;
      total += weight;
    }
    if (total >= 0.5) errors.push(Math.abs(values[t]! - mean / total));
  }
  return errors.length > 0 ? (MAD_TO_SIGMA * median(errors)) ** 2 : 0;
}
