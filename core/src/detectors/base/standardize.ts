import { meanAndStd } from '../../preprocess/statistics.js';
import type { Series } from '../../series/series.js';
import type { NormalExplanation } from './types.js';
import type { Interval } from '../../series/interval.js';

/** The channels of a series, each with mean 0 and standard deviation 1, so that they count alike. */
export interface StandardizedChannels {
  /** d × n values. */
  readonly channels: readonly Float64Array[];
  readonly mean: Float64Array;
  /** Standard deviations; 1 for a constant channel, whose values are then all 0. */
  readonly std: Float64Array;
  readonly points: number;
}

/** Means and standard deviations (1 for a constant channel) of d channels. */
export interface Scales {
  readonly mean: Float64Array;
  readonly std: Float64Array;
}

/** Mean and population standard deviation of every channel of complete values. */
export function computeScales(channels: readonly Float64Array[]): Scales {
  const mean = new Float64Array(channels.length);
  const std = new Float64Array(channels.length);
  channels.forEach((values, c) => {
    const moments = meanAndStd(values);
    mean[c] = moments.mean;
    // Rounding leaves a constant channel of large values a deviation of some units in the last place.
    std[c] = moments.std > 1e-12 * Math.abs(moments.mean) ? moments.std : 1;
  });
  return { mean, std };
}

/**
 * Standardizes every channel, by its own mean and population standard deviation where no others are given. The input
 * is complete.
 */
export function standardizeSeries(series: Series, scales?: Scales): StandardizedChannels {
  const { mean, std } = scales ?? computeScales(series.channels.map(({ values }) => values));
  const channels = series.channels.map(({ values }, c) => standardize(values, mean[c]!, std[c]!));
  return { channels, mean, std, points: series.time.length };
}

function standardize(values: Float64Array, mean: number, std: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let t = 0; t < out.length; t++) out[t] = (values[t]! - mean) / std;
  return out;
}

/** An explanation in standardized values, back in the unit of each channel. */
export function restoreExplanation(
  explain: (intervals: readonly Interval[]) => Promise<NormalExplanation>,
  scales: Scales,
): (intervals: readonly Interval[]) => Promise<NormalExplanation> {
  return async (intervals) => {
    const normal = await explain(intervals);
    return { ...restore(normal, scales), attend: normal.attend };
  };
}

/** Expected values and spreads (d × n each, standardized), back in the unit of each channel. */
export function restore(
  {
    expected,
    spread,
  }: { readonly expected: readonly Float64Array[]; readonly spread: readonly Float64Array[] },
  scales: Scales,
): { expected: Float64Array[]; spread: Float64Array[] } {
  return {
    expected: expected.map((own, c) => scaleBack(own, scales.std[c]!, scales.mean[c]!)),
    spread: spread.map((own, c) => scaleBack(own, scales.std[c]!, 0)),
  };
}

/** n values times a factor, moved by a level. */
function scaleBack(values: Float64Array, factor: number, level: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let t = 0; t < out.length; t++) out[t] = values[t]! * factor + level;
  return out;
}

/** The values with mean 0 and standard deviation 1; all 0 where they are constant. */
export function standardized(values: Float64Array): Float64Array {
  const { mean, std } = meanAndStd(values);
  return std > 1e-12 * Math.abs(mean) ? values.map((value) => (value - mean) / std) : values.map(() => 0);
}
