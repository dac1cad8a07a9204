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
  return toScales(channels.map(meanAndStd));
}

function toScales(moments: readonly { readonly mean: number; readonly std: number }[]): Scales {
  return {
    mean: Float64Array.from(moments, ({ mean }) => mean),
    std: Float64Array.from(moments, ({ mean, std }) => usableStd(mean, std)),
  };
}

/** Rounding leaves a constant channel of large values a deviation of some units in the last place. */
const usableStd = (mean: number, std: number): number => (std > 1e-12 * Math.abs(mean) ? std : 1);

/**
 * The scales of channels that grow at their end, each value looked at once, so that a point costs the same however
 * many came before (Welford 1962, Note on a Method for Calculating Corrected Sums of Squares and Products).
 */
export class RunningScales {
  /** The scales before anything was appended. */
  readonly first: Scales;
  private readonly mean: Float64Array;
  /** Sums of squared deviations from the mean. */
  private readonly squares: Float64Array;
  private points: number;

  constructor(channels: readonly Float64Array[]) {
    const moments = channels.map(meanAndStd);
    this.points = channels[0]?.length ?? 0;
    this.first = toScales(moments);
    this.mean = this.first.mean.slice();
    this.squares = Float64Array.from(moments, ({ std }) => std * std * this.points);
  }

  /** The scales with the last k points of the channels, which are complete. */
  append(channels: readonly Float64Array[], k: number): Scales {
    const before = this.points;
    channels.forEach((values, c) => {
      let [mean, squares] = [this.mean[c]!, this.squares[c]!];
      for (let t = values.length - k, count = before + 1; t < values.length; t++, count++) {
        const deviation = values[t]! - mean;
        mean += deviation / count;
        squares += deviation * (values[t]! - mean);
      }
      this.mean[c] = mean;
      this.squares[c] = squares;
    });
    this.points += k;
    // Squares of values beyond 1e150 have no number; the sums over all values are scaled.
    if (!this.squares.every(Number.isFinite)) return computeScales(channels);
    const std = this.squares.map((squares, c) => usableStd(this.mean[c]!, Math.sqrt(squares / this.points)));
    return { mean: this.mean.slice(), std };
  }
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
