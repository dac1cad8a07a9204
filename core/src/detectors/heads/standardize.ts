import { meanAndStd } from '../../preprocess/index.js';
import type { Series } from '../../series/series.js';

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
