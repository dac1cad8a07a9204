import { meanAndStd } from '../../preprocess/index.js';
import type { Series } from '../../series/series.js';
import type { NormalExplanation, Stretch } from '../contract.js';

/** The channels of a series, each with mean 0 and standard deviation 1, so that they count alike. */
export interface StandardizedChannels {
  /** d × n values. */
  readonly channels: readonly Float64Array[];
  readonly mean: Float64Array;
  /** Standard deviations; 1 for a constant channel, whose values are then all 0. */
  readonly std: Float64Array;
  readonly points: number;
}

/** Standardises every channel by its mean and population standard deviation. The input is complete. */
export function standardizeSeries(series: Series): StandardizedChannels {
  const d = series.channels.length;
  const mean = new Float64Array(d);
  const std = new Float64Array(d);
  const channels = series.channels.map((channel, c) => {
    const moments = meanAndStd(channel.values);
    mean[c] = moments.mean;
    // Rounding leaves a constant channel of large values a deviation of some units in the last place.
    std[c] = moments.std > 1e-12 * Math.abs(moments.mean) ? moments.std : 1;
    const out = new Float64Array(channel.values.length);
    for (let t = 0; t < out.length; t++) out[t] = (channel.values[t]! - moments.mean) / std[c]!;
    return out;
  });
  return { channels, mean, std, points: series.time.length };
}

/** An explanation in standardised values, back in the unit of each channel. */
export function restoreExplanation(
  explain: (stretches: readonly Stretch[]) => Promise<NormalExplanation>,
  input: StandardizedChannels,
): (stretches: readonly Stretch[]) => Promise<NormalExplanation> {
  return async (stretches) => {
    const normal = await explain(stretches);
    return { ...restore(normal, input), attend: normal.attend };
  };
}

/** Expected values and spreads (d × n each, standardised), back in the unit of each channel. */
export function restore(
  {
    expected,
    spread,
  }: { readonly expected: readonly Float64Array[]; readonly spread: readonly Float64Array[] },
  input: StandardizedChannels,
): { expected: Float64Array[]; spread: Float64Array[] } {
  return {
    expected: expected.map((own, c) => own.map((value) => value * input.std[c]! + input.mean[c]!)),
    spread: spread.map((own, c) => own.map((value) => value * input.std[c]!)),
  };
}
