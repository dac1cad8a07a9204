import { movingMean } from '../moving.js';
import { MAD_TO_SIGMA, meanAndStd, selectQuantile } from '../statistics.js';

/** Values that tell location and spread well enough for clipping. */
const SAMPLE = 256;

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Copy centered on the mean, with outliers clipped and gaps interpolated linearly; null for constant or missing. */
export function clipAndInterpolate(values: ArrayLike<number>): Float64Array | null {
  // Centered, so that a large offset costs no digits later.
  const { mean, std, count } = meanAndStd(values);
  if (count < 3 || !(std > 1e-14 * Math.abs(mean))) return null;
  const n = values.length;
  const out = new Float64Array(n);
  let last = -1;
  for (let t = 0; t < n; t++) {
    const value = values[t]!;
    if (Number.isNaN(value)) continue;
    out[t] = value - mean;
    const from = last < 0 ? out[t]! : out[last]!;
    for (let gap = last + 1; gap < t; gap++) out[gap] = from + ((out[t]! - from) * (gap - last)) / (t - last);
    last = t;
  }
  out.fill(out[last]!, last + 1);
  return clip(out, 5);
}

/** At most 256 values that tell location and spread; overwritten by the next call. */
export function takeSample(values: Float64Array): Float64Array {
  if (values.length <= SAMPLE) {
    sampled.set(values);
    return sampled.subarray(0, values.length);
  }
  // Spread evenly but not regularly, which a period could be in step with (multiples of the golden ratio).
  for (let i = 0, at = 0; i < SAMPLE; i++, at += GOLDEN) {
    sampled[i] = values[Math.floor((at - Math.floor(at)) * values.length)]!;
  }
  return sampled;
}

const sampled = new Float64Array(SAMPLE);

/** Clips, in place, what lies more than `sigmas` robust standard deviations from the median. */
function clip(values: Float64Array, sigmas: number): Float64Array {
  const sample = takeSample(values);
  const root = Math.sqrt(meanSquare(sample));
  const median = selectQuantile(sample, 0.5);
  for (let i = 0; i < sample.length; i++) sample[i] = Math.abs(sample[i]! - median);
  const sigma = MAD_TO_SIGMA * selectQuantile(sample, 0.5);
  // Where most values are nearly equal, regular short peaks (a job once an hour) are all there is. The root mean
  // square, which is no smaller than the deviation, mostly answers that.
  if (sigmas < 5 && !(sigma > 0.1 * root || sigma > 0.1 * meanAndStd(takeSample(values)).std)) return values;
  if (!(sigma > 0)) return values;
  const low = median - sigmas * sigma;
  const high = median + sigmas * sigma;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (value > high) values[t] = high;
    else if (value < low) values[t] = low;
  }
  return values;
}

/** Means of neighboring pairs. */
export function halve(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length >> 1);
  for (let t = 0; t < out.length; t++) out[t] = (values[2 * t]! + values[2 * t + 1]!) / 2;
  return out;
}

/**
 * What is faster than about two periods of `lag` points, freed of the spikes that a step leaves.
 * @param scratch where to write it: at least n values
 */
export function withoutTrend(values: Float64Array, lag: number, scratch: Float64Array): Float64Array {
  const trend = scratch.subarray(0, values.length);
  movingMean(values, { window: 2 * Math.round(lag) + 1 }, trend);
  for (let t = 0; t < trend.length; t++) trend[t] = values[t]! - trend[t]!;
  return clip(trend, 3);
}

export function meanSquare(values: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < values.length; t++) sum += values[t]! * values[t]!;
  return sum / values.length;
}
