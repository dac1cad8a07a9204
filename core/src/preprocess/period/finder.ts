import { checkRecord } from '../../check-argument.js';
import { checkNumber, readLength } from '../../check-number.js';
import { laggedProducts } from '../autocorrelation.js';
import { clipAndInterpolate, halve, meanSquare, withoutTrend } from './prepare.js';
import { refine, sharpen, subtractCycle } from './refine.js';

/** An interval of points after which a series repeats itself. */
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
 * For every octave of lags the series is downsampled to about 32 points per period, and freed of whatever is slower
 * by a moving mean of two periods, so that trends, level shifts and random walks do not pose as periods. A lag
 * counts where the autocorrelation has its highest value within a quarter around, is significant by Bartlett's
 * formula (or above 0.6), and keeps at least half of it at twice the lag, which chance ripples do not. Outliers are
 * clipped first. Found periods are subtracted before longer ones are sought, so that multiples of a period are not
 * reported unless they add something of their own (a week beside a day).
 *
 * Measured on white noise, autoregressive noise (0.9, 0.99) and random walks of 60…20,000 points: a period was
 * reported in at most 1 of 300 series of each kind and length. Missing values are interpolated.
 * @param values n values, NaN = missing; below 3 × minPeriod points the answer is empty
 */
export function findPeriods(values: ArrayLike<number>, options: PeriodOptions = {}): Period[] {
  checkRecord('options', options);
  const { max = 3, minPeriod = 4, minStrength = 0.1 } = options;
  checkNumber('minPeriod', minPeriod, { min: 2, infinite: true });
  checkNumber('max', max, { min: 1, infinite: true });
  checkNumber('minStrength', minStrength, { min: 0, max: 1 });
  if (options.maxPeriod !== undefined)
    checkNumber('maxPeriod', options.maxPeriod, { min: 0, infinite: true });
  const n = readLength(values);
  const longest = Math.min(options.maxPeriod ?? Infinity, Math.floor(n / 3));
  const start = clipAndInterpolate(values);
  if (start === null || longest < minPeriod) return [];

  // Two pyramids of ever coarser resolution: the series, and what is left of it without the periods found so far.
  const levels = [start];
  const residuals = [start];
  // What is detrended for a look is not kept.
  const scratch = new Float64Array(n);
  const found: Period[] = [];
  const octaves = [4, 8, 16, TOP_LAG];
  for (let factor = 1; factor * TOP_LAG < 2 * longest || factor === 1; factor *= 2) {
    if (factor > 1) {
      const [level, residual] = [levels[levels.length - 1]!, residuals[residuals.length - 1]!];
      levels.push(halve(level));
      residuals.push(residual === level ? levels[levels.length - 1]! : halve(residual));
    }
    for (const top of factor === 1 ? octaves : [TOP_LAG]) {
      const coarsest = levels.length - 1;
      // An octave may end a little beyond the longest period, so that its peak can be seen to fall again.
      const high = Math.min(
        top,
        Math.ceil((1.05 * longest) / factor),
        Math.floor(levels[coarsest]!.length / 2) - 2,
      );
      const low = top / 2 + (top > 4 ? 1 : 0);
      if (low > high) continue;
      // What of the series itself changes at this scale.
      let reference: number | undefined;
      for (let round = 0; round < max; round++) {
        if (residuals[coarsest] !== levels[coarsest]) {
          reference ??= meanSquare(withoutTrend(levels[coarsest]!, high, scratch));
        }
        const hit = findInOctave(residuals[coarsest]!, reference, low, high, scratch);
        if (hit === null) break;
        reference ??= hit.power;
        const refined = refine(residuals, levels, hit.lag, scratch);
        residuals[coarsest] = hit.rest;
        const period = Math.round(refined.lag);
        if (period < minPeriod || period > 1.05 * longest || refined.strength < minStrength) continue;
        if (found.some((other) => Math.abs(other.period - period) <= Math.max(1, 0.05 * period))) continue;
        found.push({ period, exactPeriod: refined.lag, strength: Math.min(1, refined.strength) });
      }
    }
  }
  return found
    .filter((period) => !found.some((shorter) => isWeakMultiple(period, shorter)))
    .sort((a, b) => b.strength - a.strength)
    .slice(0, max);
}

/** True for 2…4 times a period that does not repeat better: what cycles of uneven length leave behind. */
function isWeakMultiple(period: Period, shorter: Period): boolean {
  const times = Math.round(period.exactPeriod / shorter.exactPeriod);
  const near = Math.abs(period.exactPeriod - times * shorter.exactPeriod) <= 0.05 * period.exactPeriod;
  return times >= 2 && times <= 4 && near && period.strength < shorter.strength + 0.05;
}

/**
 * The most repeating lag low…high of `residual`, in its points, what remains without it, and the power of what changes
 * at this scale; null for none.
 * @param reference that power of the series itself, where `residual` is what is left of it
 */
function findInOctave(
  residual: Float64Array,
  reference: number | undefined,
  low: number,
  high: number,
  scratch: Float64Array,
): { lag: number; rest: Float64Array; power: number } | null {
  const n = residual.length;
  const fast = withoutTrend(residual, high, scratch);
  const lags = Math.min(2 * high + 2, n - 1);
  const acf = new Float64Array(lags + 1);
  laggedProducts(fast, acf);
  const power = acf[0]! / n;
  if (!(power > 1e-20 * (reference ?? 0))) return null;
  const worthwhile = WORTHWHILE * (reference ?? power);
  for (let lag = 0; lag <= lags; lag++) acf[lag] = acf[lag]! / (n - lag) / power;
  // Bartlett: the variance of an autocorrelation beyond the reach of short-range dependence, here taken to end
  // with the first zero crossing.
  let squares = 0.5;
  for (let lag = 1; lag <= lags && acf[lag]! > 0; lag++) squares += acf[lag]! * acf[lag]!;

  let best = -1;
  for (let lag = low; lag <= high; lag++) {
    const value = acf[lag]!;
    // A multiple repeats as well as the period itself; only clearly more makes it the better answer.
    if (best >= 0 && value <= 1.2 * acf[best]!) continue;
    if (value * power < worthwhile) continue;
    const reach = Math.max(1, Math.floor(0.25 * lag));
    if (maximum(acf, lag - reach, lag - 1) >= value && lag > 1) continue;
    if (maximum(acf, lag + 1, Math.min(lags, lag + reach)) > value) continue;
    const slack = Math.max(1, Math.round(0.05 * lag));
    const twice = maximum(acf, 2 * lag - slack, Math.min(lags, 2 * lag + slack));
    const significant = value >= SIGNIFICANT * Math.sqrt((2 * squares) / (n - lag)) && twice >= value / 2;
    if (significant || Math.min(value, twice) >= CONVINCING) best = lag;
  }
  if (best < 0) return null;
  const lag = sharpen(fast, best, power);
  return { lag, rest: subtractCycle(residual, fast, lag), power };
}

/** The highest value at the indices from…to (inclusive). */
function maximum(values: Float64Array, from: number, to: number): number {
  let best = -Infinity;
  for (let i = from; i <= to; i++) best = Math.max(best, values[i]!);
  return best;
}
