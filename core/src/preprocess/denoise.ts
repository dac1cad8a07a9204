import { checkRecord } from '../check-argument.js';
import { checkNumber, isNumberIn, readLength } from '../check-number.js';
import { sgg } from 'ml-savitzky-golay-generalized';
import { HeedError, shownValue } from '../errors.js';
import { movingMean, movingMedian, type MovingOptions } from './moving.js';
import { robustLocation } from './statistics.js';

/**
 * Moving average, n values: `movingMean` under the name that denoising knows it by. Missing values are left out, so
 * that short gaps are filled; NaN where a whole window is missing.
 */
export function movingAverage(values: ArrayLike<number>, options: MovingOptions): Float64Array {
  checkRecord('options', options);
  return movingMean(values, options);
}

/** Median filter (Tukey 1977), n values: takes out spikes shorter than half the window and keeps steps. */
export function medianFilter(values: ArrayLike<number>, options: MovingOptions): Float64Array {
  checkRecord('options', options);
  return movingMedian(values, options);
}

/**
 * Exponential smoothing s_t = α x_t + (1 − α) s_{t−1} with s_0 = x_0 (Brown 1956), n values. Reads nothing later
 * than t. A missing value repeats the last state; NaN before the first value.
 * @param alpha weight of the newest value, above 0, at most 1
 */
export function exponentialSmoothing(values: ArrayLike<number>, alpha: number): Float64Array {
  checkNumber('the smoothing weight', alpha, { above: 0, max: 1 });
  const out = new Float64Array(readLength(values));
  let state = NaN;
  for (let t = 0; t < out.length; t++) {
    const value = values[t]!;
    if (Number.isNaN(state)) state = value;
    else if (!Number.isNaN(value)) state += alpha * (value - state);
    out[t] = state;
  }
  return out;
}

/** Which polynomial `savitzkyGolay` fits. */
export interface SavitzkyGolayOptions {
  /** Odd number of points, at least 5, at most the series' length. */
  readonly window: number;
  /** Degree of the polynomial, 1…5 and below the window; default 2. */
  readonly degree?: number;
  /** 0 smooths (default), 1 and more give derivatives per point. */
  readonly derivative?: number;
}

/**
 * Savitzky–Golay filter (1964), n values: the value (or derivative) at each point of the polynomial of least squares
 * through the window around it; at the ends, of the first and last whole window (Gorry 1990). Keeps the height and
 * width of peaks that a moving average flattens. A window that holds a missing value gives NaN: fill first.
 * @throws HeedError bad-option, too-few-points
 */
export function savitzkyGolay(values: ArrayLike<number>, options: SavitzkyGolayOptions): Float64Array {
  checkRecord('options', options);
  const { window, degree = 2, derivative = 0 } = options;
  if (!isNumberIn(window, { min: 5, whole: true }) || window % 2 === 0) {
    throw new HeedError(
      'bad-option',
      `the window is ${shownValue(window)}`,
      'Give an odd number of points, at least 5.',
    );
  }
  const highest = Math.min(5, window - 1);
  checkNumber('the degree', degree, { min: 1, max: highest, whole: true });
  checkNumber('the derivative', derivative, { min: 0, max: degree, whole: true });
  if (readLength(values) < window) {
    throw new HeedError(
      'too-few-points',
      `${values.length} points are fewer than the window of ${window}`,
      'Give a shorter window.',
    );
  }
  return sgg(Float64Array.from(values), 1, { windowSize: window, polynomial: degree, derivative });
}

/** How `meanShift` smooths. */
export interface MeanShiftOptions {
  /** Points to either side that may take part. */
  readonly radius: number;
  /** Difference of values at which a neighbor's weight has fallen to 61%; default the robust spread of the series. */
  readonly bandwidth?: number;
  /** Most shifts per point; default 50. */
  readonly maxIterations?: number;
}

/**
 * Mean shift over value and time (Comaniciu & Meer 2002), n values: every point climbs to the mode of the values
 * around it, with Gaussian weights exp(−(difference/bandwidth)²/2) in value among the points within `radius`. Flattens
 * noise and keeps steps. Missing values stay missing and take no part. O(n · radius · iterations).
 */
export function meanShift(values: ArrayLike<number>, options: MeanShiftOptions): Float64Array {
  checkRecord('options', options);
  const { radius, maxIterations = 50 } = options;
  checkNumber('the radius', radius, { min: 1, whole: true });
  checkNumber('maxIterations', maxIterations, { min: 1, whole: true });
  const bandwidth = options.bandwidth ?? robustLocation(values).sigma;
  if (options.bandwidth !== undefined) checkNumber('the bandwidth', options.bandwidth, { above: 0 });
  const out = Float64Array.from(values);
  // Nothing to flatten where more than half of the values are equal.
  if (!(bandwidth > 0)) return out;
  const precision = 1e-6 * bandwidth;
  for (let t = 0; t < out.length; t++) {
    let mode = values[t]!;
    if (Number.isNaN(mode)) continue;
    const from = Math.max(0, t - radius);
    const to = Math.min(out.length - 1, t + radius);
    for (let round = 0; round < maxIterations; round++) {
      let sum = 0;
      let total = 0;
      for (let i = from; i <= to; i++) {
        const difference = (values[i]! - mode) / bandwidth;
        if (Number.isNaN(difference)) continue;
        const weight = Math.exp(-0.5 * difference * difference);
        sum += weight * values[i]!;
        total += weight;
      }
      const next = sum / total;
      const shift = Math.abs(next - mode);
      mode = next;
      if (shift <= precision) break;
    }
    out[t] = mode;
  }
  return out;
}
