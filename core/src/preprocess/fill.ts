import { checkRecord, checkSeries } from '../check-argument.js';
import { checkNumber, readLength } from '../check-number.js';
import { HeedError, shownValue } from '../errors.js';
import type { Series } from '../series/series.js';
import { movingMean } from './moving.js';
import { meanAndStd, median } from './statistics.js';

/**
 * How missing values are filled: `mean` and `median` of the channel; `nearest` present value (the earlier of two);
 * `linear` between the present values around; `forward` the last present value; `seasonal` the median of the values
 * at the same phase of the period, moved to the level around the gap.
 * At the ends `linear` holds the nearest value, and `forward` takes the first one for what lies before it.
 */
export type FillMethod = 'mean' | 'median' | 'nearest' | 'linear' | 'forward' | 'seasonal';

const methods: readonly FillMethod[] = ['mean', 'median', 'nearest', 'linear', 'forward', 'seasonal'];

/** How to fill. */
export interface FillOptions {
  /** Default `linear`. */
  readonly method?: FillMethod;
  /** For `seasonal`: points after which the series repeats itself. */
  readonly period?: number;
  /** Longest run of missing points to fill; longer ones stay missing. Default: all are filled. */
  readonly maxGap?: number;
}

/**
 * Fills missing values. By index, not by time: resample first where the step varies.
 * @param values n values, NaN = missing
 * @returns n values, a new array
 * @throws HeedError all-missing, bad-option
 */
export function fillMissing(values: ArrayLike<number>, options: FillOptions = {}): Float64Array {
  checkRecord('options', options);
  const { method = 'linear', period, maxGap = Infinity } = options;
  const n = readLength(values);
  if (!methods.includes(method)) {
    throw new HeedError(
      'bad-option',
      `the filling is ${shownValue(method)}`,
      `Give one of ${methods.join(', ')}.`,
    );
  }
  if (method === 'seasonal') {
    checkNumber(
      'the period of the seasonal filling',
      period,
      { min: 2, max: Math.max(2, n), whole: true },
      'Give a whole number of points, from 2 to the length of the series; findPeriods finds it.',
    );
  }
  checkNumber('maxGap', maxGap, { min: 0, infinite: true });
  const out = Float64Array.from(values);
  const runs = missingRuns(out);
  if (runs.length === 0) return out;
  if (runs[0]!.end - runs[0]!.start === out.length) {
    throw new HeedError(
      'all-missing',
      'every value is missing',
      'There is nothing to fill from: leave it out.',
    );
  }
  const constant = method === 'mean' ? meanAndStd(out).mean : method === 'median' ? median(out) : NaN;
  const seasonal = method === 'seasonal' ? seasonalPart(out, period!) : null;
  for (const { start, end } of runs) {
    if (end - start > maxGap) continue;
    const before = start - 1;
    const left = start > 0 ? out[before]! : NaN;
    const right = end < out.length ? out[end]! : NaN;
    for (let t = start; t < end; t++) {
      if (method === 'mean' || method === 'median') out[t] = constant;
      else if (method === 'forward') out[t] = Number.isNaN(left) ? right : left;
      else if (method === 'nearest')
        out[t] = Number.isNaN(right) || t - before <= end - t ? (Number.isNaN(left) ? right : left) : right;
      else if (method === 'linear') out[t] = between(left, right, t - before, end - before);
      else {
        // The level around the gap is what its neighbors depart from their own phase by.
        const phaseLeft = Number.isNaN(left) ? NaN : left - seasonal![before % period!]!;
        const phaseRight = Number.isNaN(right) ? NaN : right - seasonal![end % period!]!;
        out[t] = seasonal![t % period!]! + between(phaseLeft, phaseRight, t - before, end - before);
      }
    }
  }
  return out;
}

/** Straight line from `left` to `right`, `at` of `length` steps along it; the other end where one is missing. */
function between(left: number, right: number, at: number, length: number): number {
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : right;
  return Number.isNaN(right) ? left : left + ((right - left) * at) / length;
}

/** Runs [start, end) of missing values. */
function missingRuns(values: Float64Array): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (let t = 0; t < values.length; t++) {
    if (!Number.isNaN(values[t]!)) continue;
    const start = t;
    while (t < values.length && Number.isNaN(values[t]!)) t++;
    runs.push({ start, end: t });
  }
  return runs;
}

/**
 * Median per phase of what departs from the mean of the period around it, so that changes of level stay out; from
 * whole periods where there are any. Phases that are missing throughout are interpolated around the cycle.
 */
function seasonalPart(values: Float64Array, period: number): Float64Array {
  const n = values.length;
  const level = movingMean(values, { window: period });
  const complete = movingMean(
    values.map((value) => (Number.isNaN(value) ? 0 : 1)),
    { window: period },
  );
  const before = Math.floor(period / 2);
  const isWhole = (t: number): boolean => complete[t] === 1 && t >= before && t + period - before <= n;
  const phases = Float64Array.from({ length: period }, (_, phase) => {
    const whole: number[] = [];
    const partial: number[] = [];
    for (let t = phase; t < n; t += period) {
      const departure = values[t]! - level[t]!;
      if (!Number.isNaN(departure)) (isWhole(t) ? whole : partial).push(departure);
    }
    return median(whole.length > 0 ? whole : partial);
  });
  if (!phases.some((value) => Number.isNaN(value))) return phases;
  const cycles = new Float64Array(3 * period);
  for (let copy = 0; copy < 3; copy++) cycles.set(phases, copy * period);
  return fillMissing(cycles, { method: 'linear' }).slice(period, 2 * period);
}

/** Fills every channel. @throws HeedError all-missing, bad-option */
export function fillSeries(series: Series, options: FillOptions = {}): Series {
  checkSeries(series);
  checkRecord('options', options);
  return {
    ...series,
    channels: series.channels.map((channel) => ({
      ...channel,
      values: fillMissing(channel.values, options),
    })),
  };
}
