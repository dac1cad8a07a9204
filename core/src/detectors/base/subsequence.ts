import { HeedError } from '../../errors.js';
import { autocorrelation } from '../../preprocess/autocorrelation.js';
import { findPeriodTsbAd } from '../../preprocess/period/index.js';
import type { Series } from '../../series/series.js';
import { integer } from './options.js';

/** The option that the sub-sequence baselines share. */
export const windowOption = integer(
  'length of the sub-sequences; 0 = automatic, the benchmark’s choice for the detector',
  0,
  { min: 0, max: 5000, unit: 'points' },
);

/**
 * The window a sub-sequence detector uses: the given one, or where it is 0 the period TSB-AD finds in the first
 * channel (`peak` 1: the highest peak of the autocorrelation, `peak` 2: the highest one at a longer lag), or
 * `joint` points for several channels. Automatic windows are shortened to a third of short series.
 * @throws HeedError too-few-points when a given window leaves less than two sub-sequences
 */
export function subsequenceWindow(series: Series, given: number, peak: 1 | 2, joint: number): number {
  const n = series.time.length;
  if (given > 0) {
    if (given < n) return given;
    throw new HeedError(
      'too-few-points',
      `the series has ${n} points, not more than the window of ${given}`,
      `Choose a window below ${n} or give a longer series.`,
    );
  }
  const values = series.channels[0]!.values;
  const found =
    series.channels.length > 1 ? joint : peak === 1 ? findPeriodTsbAd(values) : secondPeriod(values);
  return Math.max(Math.min(2, found), Math.min(found, Math.floor(n / 3)));
}

/** Second rank of TSB-AD's period search: the highest peak at a longer lag than the highest peak of all. */
function secondPeriod(values: Float64Array): number {
  const member = values.subarray(0, 20_000);
  const maxLag = Math.min(400, member.length - 1);
  const correlation = autocorrelation(member, Math.max(maxLag, 0));
  const peaks: number[] = [];
  for (let lag = 4; lag < maxLag; lag++) {
    if (correlation[lag]! > correlation[lag - 1]! && correlation[lag]! > correlation[lag + 1]!)
      peaks.push(lag);
  }
  const highest = (lags: readonly number[]): number | undefined =>
    lags.reduce<number | undefined>(
      (best, lag) => (best === undefined || correlation[lag]! > correlation[best]! ? lag : best),
      undefined,
    );
  const first = highest(peaks);
  const chosen = highest(peaks.filter((lag) => first !== undefined && lag > first)) ?? first ?? 0;
  return chosen < 6 || chosen > 303 ? 125 : chosen;
}

/**
 * One score per point from one per window: the score of a window belongs to the point at its center, the ends repeat
 * the first and the last score.
 * @param scores n − window + 1 values
 * @returns n values
 */
export function centerWindowScores(scores: ArrayLike<number>, window: number): Float64Array {
  const before = Math.ceil((window - 1) / 2);
  const n = scores.length + window - 1;
  const points = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    points[t] = scores[Math.min(Math.max(t - before, 0), scores.length - 1)]!;
  }
  return points;
}

/**
 * One score per point from one per window: the mean over all windows that contain the point.
 * @param scores n − window + 1 values
 * @returns n values
 */
export function averageWindowScores(scores: ArrayLike<number>, window: number): Float64Array {
  const windows = scores.length;
  const n = windows + window - 1;
  const points = new Float64Array(n);
  const sums = new Float64Array(windows + 1);
  for (let i = 0; i < windows; i++) sums[i + 1] = sums[i]! + scores[i]!;
  for (let t = 0; t < n; t++) {
    const from = Math.max(0, t - window + 1);
    const to = Math.min(windows, t + 1);
    points[t] = Math.max(0, (sums[to]! - sums[from]!) / (to - from));
  }
  return points;
}
