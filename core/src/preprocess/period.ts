import { HeedError } from '../errors.js';
import { autocorrelation } from './autocorrelation.js';
import { movingMean } from './moving.js';
import { MAD_TO_SIGMA, meanAndStd, quantileOfSorted, sortedPresent } from './statistics.js';

/**
 * The window W that TSB-AD's VUS metrics use (`find_length_rank` with rank 1; Paparrizos et al. 2022, Liu &
 * Paparrizos 2024): the autocorrelation to lag 400 of the first 20,000 points; lags 0…2 dropped; the highest
 * strict local maximum at lag 6…303; 125 where there is none.
 * Missing values count as the mean.
 * @param values n values of the first channel
 * @returns W in points
 */
export function findPeriodTsbAd(values: ArrayLike<number>): number {
  const fallback = 125;
  const base = 3;
  const head = Float64Array.from({ length: Math.min(20_000, values.length) }, (_, t) => values[t]!);
  const maxLag = Math.min(400, head.length - 1);
  if (maxLag < base + 2) return fallback;
  const acf = autocorrelation(head, maxLag);
  let best = -1;
  for (let lag = base + 1; lag < maxLag; lag++) {
    if (acf[lag]! > acf[lag - 1]! && acf[lag]! > acf[lag + 1]! && (best < 0 || acf[lag]! > acf[best]!))
      best = lag;
  }
  return best < base + 3 || best > base + 300 ? fallback : best;
}

/** A stretch of points after which a series repeats itself. */
export interface Period {
  /** Whole points. */
  readonly period: number;
  /** The same, estimated between the points. */
  readonly exactPeriod: number;
  /**
   * Autocorrelation at that lag after everything slower than two periods is removed: the share of the remaining
   * variance that repeats, 0…1.
   */
  readonly strength: number;
}

/** What `findPeriods` looks for. */
export interface PeriodOptions {
  /** Most periods to return; default 3. */
  readonly max?: number;
  /** Shortest period in points; default 4. */
  readonly minPeriod?: number;
  /** Longest period in points; default (and at most) a third of the series, so that it is seen three times. */
  readonly maxPeriod?: number;
  /** Weakest strength to return; default 0.1. */
  readonly minStrength?: number;
}

/** Lags of one resolution, in its points: each resolution looks at one octave, the finest also at all below. */
const TOP_LAG = 32;
/** Standard errors (Bartlett's formula) by which the autocorrelation must exceed 0. */
const SIGNIFICANT = 3.5;
/** An autocorrelation at one and two periods that is convincing however few periods there are. */
const CONVINCING = 0.6;
/** Share of the variance at its scale that a period must add to those already found. */
const WORTHWHILE = 0.05;

/**
 * Finds the periods of a series, strongest first; an empty list where it does not repeat itself.
 *
 * For every octave of lags the series is thinned to about 32 points per period, and freed of whatever is slower
 * by a moving mean of two periods, so that trends, level shifts and random walks do not pose as periods. A lag
 * counts where the autocorrelation has its highest value within a quarter around, is significant by Bartlett's
 * formula (or above 0.6), and keeps at least half of it at twice the lag, which chance ripples do not. Outliers are
 * clipped first. Found periods are subtracted before longer ones are sought, so that multiples of a period are not
 * reported unless they add something of their own (a week beside a day).
 *
 * Measured on white noise, autoregressive noise, 1/f noise and random walks of 60…5,000 points: a period is
 * reported in about 1 of 100 series. Missing values are interpolated. O(n log n).
 * @param values n values, NaN = missing; below 3 × minPeriod points the answer is empty
 */
export function findPeriods(values: ArrayLike<number>, options: PeriodOptions = {}): Period[] {
  const { max = 3, minPeriod = 4, minStrength = 0.1 } = options;
  if (!(minPeriod >= 2) || !(max >= 1) || !(minStrength >= 0 && minStrength <= 1)) {
    throw new HeedError(
      'bad-option',
      `the period options are ${JSON.stringify(options)}`,
      'Give max >= 1, minPeriod >= 2 points, minStrength from 0 to 1.',
    );
  }
  const n = values.length;
  const longest = Math.min(options.maxPeriod ?? Infinity, Math.floor(n / 3));
  const start = clipAndInterpolate(values);
  if (start === null || longest < minPeriod) return [];

  const levels = [start];
  let residual = start;
  const found: Period[] = [];
  for (let factor = 1; factor * TOP_LAG < 2 * longest || factor === 1; factor *= 2) {
    if (factor > 1) {
      levels.push(halve(levels[levels.length - 1]!));
      residual = halve(residual);
    }
    const low =
      factor === 1 ? Math.ceil(minPeriod) : Math.max(TOP_LAG / 2 + 1, Math.ceil(minPeriod / factor));
    const high = Math.min(TOP_LAG, Math.floor(longest / factor), Math.floor(residual.length / 3));
    for (let round = 0; round < max && low <= high; round++) {
      const hit = findAtLevel(residual, levels[levels.length - 1]!, low, high);
      if (hit === null) break;
      residual = hit.rest;
      const refined = refine(levels, hit.lag);
      const period = Math.round(refined.lag);
      if (period < minPeriod || period > longest || refined.strength < minStrength) continue;
      if (found.some((other) => Math.abs(other.period - period) <= Math.max(1, 0.05 * period))) continue;
      found.push({ period, exactPeriod: refined.lag, strength: Math.min(1, refined.strength) });
    }
  }
  return found.sort((a, b) => b.strength - a.strength).slice(0, max);
}

/** Copy with outliers clipped and gaps interpolated linearly; null where the values are constant or missing. */
function clipAndInterpolate(values: ArrayLike<number>): Float64Array | null {
  const sorted = sortedPresent(values);
  if (sorted.length < 3) return null;
  const middle = quantileOfSorted(sorted, 0.5);
  const sigma = MAD_TO_SIGMA * quantileOfSorted(sorted.map((value) => Math.abs(value - middle)).sort(), 0.5);
  // Both borders, so that regular short peaks (a job once an hour) survive where most values are equal.
  const low = Math.min(quantileOfSorted(sorted, 0.01), middle - 4 * sigma);
  const high = Math.max(quantileOfSorted(sorted, 0.99), middle + 4 * sigma);
  const n = values.length;
  const out = new Float64Array(n);
  let last = -1;
  for (let t = 0; t < n; t++) {
    const value = values[t]!;
    if (Number.isNaN(value)) continue;
    // Centred, so that a large offset costs no digits later.
    out[t] = Math.min(high, Math.max(low, value)) - middle;
    const from = last < 0 ? out[t]! : out[last]!;
    for (let gap = last + 1; gap < t; gap++) out[gap] = from + ((out[t]! - from) * (gap - last)) / (t - last);
    last = t;
  }
  out.fill(out[last]!, last + 1);
  const { std } = meanAndStd(out);
  return std > 1e-14 * Math.abs(middle) ? out : null;
}

/** Means of neighbouring pairs. */
function halve(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length >> 1);
  for (let t = 0; t < out.length; t++) out[t] = (values[2 * t]! + values[2 * t + 1]!) / 2;
  return out;
}

/** What is faster than about two periods of `lag` points. */
function withoutTrend(values: Float64Array, lag: number): Float64Array {
  const trend = movingMean(values, { window: 2 * Math.round(lag) + 1 });
  for (let t = 0; t < trend.length; t++) trend[t] = values[t]! - trend[t]!;
  return trend;
}

/** The most repeating lag low…high of `residual`, in its points, and what remains without it; null for none. */
function findAtLevel(
  residual: Float64Array,
  original: Float64Array,
  low: number,
  high: number,
): { lag: number; rest: Float64Array } | null {
  const n = residual.length;
  const fast = withoutTrend(residual, TOP_LAG);
  const power = meanSquare(fast);
  const reference = meanSquare(withoutTrend(original, TOP_LAG));
  if (!(power > 1e-20 * reference)) return null;

  const lags = Math.min(4 * TOP_LAG, n - 1);
  const biased = autocorrelation(fast, lags);
  const acf = biased.map((value, lag) => (value * n) / (n - lag));
  // Bartlett: the variance of an autocorrelation beyond the reach of short-range dependence, here taken to end
  // with the first zero crossing.
  let squares = 0.5;
  for (let lag = 1; lag <= lags && acf[lag]! > 0; lag++) squares += acf[lag]! * acf[lag]!;

  let best = -1;
  for (let lag = low; lag <= high; lag++) {
    const value = acf[lag]!;
    if (best >= 0 && value <= acf[best]!) continue;
    if (value * power < WORTHWHILE * reference) continue;
    const from = Math.max(2, Math.floor(0.75 * lag));
    const to = Math.min(lags, Math.ceil(1.25 * lag));
    if (from === lag ? acf[lag - 1]! >= value : maximum(acf, from, lag - 1) >= value) continue;
    if (maximum(acf, lag + 1, to) > value) continue;
    const slack = Math.max(1, Math.round(0.05 * lag));
    const twice = maximum(acf, 2 * lag - slack, Math.min(lags, 2 * lag + slack));
    const significant = value >= SIGNIFICANT * Math.sqrt((2 * squares) / (n - lag)) && twice >= value / 2;
    if (significant || Math.min(value, twice) >= CONVINCING) best = lag;
  }
  if (best < 0) return null;
  const lag = sharpen(fast, best);
  return { lag, rest: subtractCycle(residual, fast, lag) };
}

/** The highest value at the indices from…to (inclusive). */
function maximum(values: Float64Array, from: number, to: number): number {
  let best = -Infinity;
  for (let i = from; i <= to; i++) best = Math.max(best, values[i]!);
  return best;
}

function meanSquare(values: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < values.length; t++) sum += values[t]! * values[t]!;
  return sum / values.length;
}

/** Autocorrelation at one lag with the unbiased denominator; `power` is the mean square of the values. */
function correlationAt(values: Float64Array, lag: number, power: number): number {
  const n = values.length - lag;
  let sum = 0;
  for (let t = 0; t < n; t++) sum += values[t]! * values[t + lag]!;
  return sum / n / power;
}

/** The lag within ±reach of `around` at which the values correlate most. */
function bestLag(
  values: Float64Array,
  around: number,
  reach: number,
  power: number,
): { lag: number; value: number } {
  let best = { lag: around, value: -Infinity };
  for (let lag = Math.max(1, around - reach); lag <= Math.min(values.length - 1, around + reach); lag++) {
    const value = correlationAt(values, lag, power);
    if (value > best.value) best = { lag, value };
  }
  return best;
}

/** A lag to a fraction of a point: the peaks at 2, 4, 8… lags, as long as the repetition holds, each divided. */
function sharpen(fast: Float64Array, lag: number): number {
  const power = meanSquare(fast);
  const first = correlationAt(fast, lag, power);
  let exact = lag;
  for (let times = 2; times * exact <= fast.length / 2 && times <= 32; times *= 2) {
    const peak = bestLag(fast, Math.round(times * exact), 2, power);
    if (peak.value < 0.7 * first) break;
    exact = peak.lag / times;
  }
  return exact;
}

/** `values` less the mean cycle of `fast`, its detrended copy. */
function subtractCycle(values: Float64Array, fast: Float64Array, lag: number): Float64Array {
  const bins = Math.max(2, Math.round(lag));
  const sums = new Float64Array(bins);
  const counts = new Float64Array(bins);
  const phase = (t: number): number => Math.min(bins - 1, Math.floor(((t % lag) / lag) * bins));
  for (let t = 0; t < fast.length; t++) {
    sums[phase(t)]! += fast[t]!;
    counts[phase(t)]!++;
  }
  return values.map((value, t) => value - sums[phase(t)]! / counts[phase(t)]!);
}

/** Follows a lag from the coarsest of the levels to the finest, and measures the strength there. */
function refine(levels: readonly Float64Array[], coarse: number): { lag: number; strength: number } {
  let lag = coarse;
  let strength = 0;
  for (let level = levels.length - 1; level >= 0; level--) {
    if (level < levels.length - 1) lag *= 2;
    const fast = withoutTrend(levels[level]!, lag);
    const power = meanSquare(fast);
    const peak = bestLag(fast, Math.round(lag), 2, power);
    if (level < levels.length - 1) lag = sharpen(fast, peak.lag);
    strength = peak.value;
  }
  return { lag, strength };
}
