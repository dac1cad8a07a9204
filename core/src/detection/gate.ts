import { HeedError } from '../errors.js';
import type { Series } from '../series/series.js';
import type { Detection } from './types.js';

/** Nothing a surface draws may be NaN or infinite: what numbers near the limits of their range would make of it. */
const remedy = 'Divide the values by a power of ten so that they lie between −1e150 and 1e150.';

/** Largest number of a Float32Array: a score beyond it says no more. */
const largestScore = 2 ** 127 * (2 - 2 ** -23);
/** Squares of larger values are infinite. */
const largestSquared = 1e150;

/**
 * The last gate of a detection, after everything that changes a score: scores finite and ≥ 0, a finite threshold, and
 * finite bands. What lies beyond the largest number becomes that number.
 * @throws HeedError not-finite that names the channel
 */
export function checkDetection(series: Series, detection: Detection): Detection {
  const { score, threshold, expected, lower, upper, channels = [] } = detection;
  for (const scores of [score, ...channels.map((one) => one.score)]) {
    for (let t = 0; t < scores.length; t++) {
      if (scores[t]! >= 0 && scores[t]! < Infinity) continue;
      if (scores[t] !== Infinity) throw outOfRange(series, `the score of point ${t} is ${scores[t]}`);
      scores[t] = largestScore;
    }
  }
  if (!Number.isFinite(threshold.value)) throw outOfRange(series, `the threshold is ${threshold.value}`);
  for (const curve of [expected, lower, upper].flatMap((curves) => curves ?? [])) {
    for (let t = 0; t < curve.length; t++) {
      if (Math.abs(curve[t]!) === Infinity) curve[t] = Math.sign(curve[t]!) * Number.MAX_VALUE;
    }
  }
  for (const { severity, peakIndex } of detection.events) {
    if (!Number.isFinite(severity))
      throw outOfRange(series, `the severity at point ${peakIndex} is ${severity}`);
  }
  return detection;
}

/** True where values are so large that their squares are not numbers. */
export function hasExtremes(series: Series): boolean {
  return series.channels.some(({ values }) => values.some((value) => Math.abs(value) > largestSquared));
}

/** The fault of the channel with the largest value: it is the one whose squares overflow. */
export function outOfRange(series: Series, what: string): HeedError {
  const largest = (values: Float64Array): number =>
    values.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
  const widest = series.channels.reduce((most, one) =>
    largest(one.values) > largest(most.values) ? one : most,
  );
  return new HeedError('not-finite', what, remedy, { file: series.name, column: widest.name });
}
