import type { Series } from '../series/series.js';

/**
 * All windows of a series with stride 1, each centered and scaled to standard deviation 1 (n − 1 in the denominator,
 * over all its channels together), without writing them out: d channels × `window` points, channel after channel.
 * A constant window is all 0. With `normalize` false the values are left as they are.
 */
export class NormalizedWindows {
  readonly count: number;
  readonly dimensions: number;
  private readonly channels: readonly Float64Array[];
  private readonly mean: Float64Array;
  /** 1 / standard deviation; 0 for constant windows. */
  private readonly scale: Float64Array;

  constructor(
    series: Series,
    readonly window: number,
    normalize = true,
  ) {
    this.channels = normalize ? commonlyScaled(series) : series.channels.map(({ values }) => values);
    this.count = series.time.length - window + 1;
    this.dimensions = window * this.channels.length;
    this.mean = new Float64Array(this.count);
    this.scale = new Float64Array(this.count).fill(1);
    for (let t = 0; normalize && t < this.count; t++) {
      let sum = 0;
      for (const values of this.channels) for (let j = t; j < t + window; j++) sum += values[j]!;
      const mean = sum / this.dimensions;
      let squares = 0;
      for (const values of this.channels) {
        for (let j = t; j < t + window; j++) squares += (values[j]! - mean) * (values[j]! - mean);
      }
      this.mean[t] = mean;
      const std = Math.sqrt(squares / Math.max(1, this.dimensions - 1));
      this.scale[t] = std > 1e-12 * Math.max(1, Math.abs(mean)) ? 1 / std : 0;
    }
  }

  /** Squared length of normalized window `i`: dimensions − 1, or 0 where it is constant. */
  squaredLength(i: number): number {
    return this.scale[i]! > 0 ? this.dimensions - 1 : 0;
  }

  /** One value of window `i`. */
  value(i: number, dimension: number): number {
    const channel = Math.floor(dimension / this.window);
    const value = this.channels[channel]![i + dimension - channel * this.window]!;
    return (value - this.mean[i]!) * this.scale[i]!;
  }

  /** Inner product of window `i` with a vector of `dimensions` values whose sum is `total`. */
  dot(i: number, vector: Float64Array, total: number): number {
    const { window } = this;
    let sum = 0;
    for (let c = 0; c < this.channels.length; c++) {
      const values = this.channels[c]!;
      const offset = c * window;
      for (let j = 0; j < window; j++) sum += values[i + j]! * vector[offset + j]!;
    }
    return (sum - this.mean[i]! * total) * this.scale[i]!;
  }

  /** Adds `weight` times window `i` to `target`. */
  addTo(i: number, target: Float64Array, weight: number): void {
    const { window } = this;
    const factor = weight * this.scale[i]!;
    const shift = factor * this.mean[i]!;
    for (let c = 0; c < this.channels.length; c++) {
      const values = this.channels[c]!;
      const offset = c * window;
      for (let j = 0; j < window; j++) target[offset + j]! += factor * values[i + j]! - shift;
    }
  }

  /** Squared distance of channel `c` of window `i` from a vector of `dimensions` values. */
  channelDistance(i: number, c: number, vector: Float64Array): number {
    const values = this.channels[c]!;
    const offset = c * this.window;
    let sum = 0;
    for (let j = 0; j < this.window; j++) {
      const difference = (values[i + j]! - this.mean[i]!) * this.scale[i]! - vector[offset + j]!;
      sum += difference * difference;
    }
    return sum;
  }
}

/** One shift and one scale for all channels: windows of several channels keep their proportions, numbers stay small. */
function commonlyScaled(series: Series): Float64Array[] {
  let low = Infinity;
  let high = -Infinity;
  for (const { values } of series.channels) {
    for (let t = 0; t < values.length; t++) {
      low = Math.min(low, values[t]!);
      high = Math.max(high, values[t]!);
    }
  }
  const half = high / 2 - low / 2;
  const middle = low / 2 + high / 2;
  return series.channels.map(({ values }) =>
    values.map((value) => (half > 1e-12 * Math.abs(middle) ? (value - middle) / half : 0)),
  );
}
