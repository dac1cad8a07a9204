import * as tf from '@tensorflow/tfjs-core';
import { HeedError } from '../../../errors.js';
import type { Scaler } from '../../../preprocess/index.js';
import type { Series } from '../../../series/series.js';

/** Scaled values beyond this are cut off, so that one wild point cannot overflow a network. */
const LIMIT = 25;

/**
 * A series scaled and cut in windows of `length` points of which the last `horizon` get a score. Where a window
 * needs points before the first, the series is reflected there. Window `s` scores the points s … s + horizon − 1.
 */
export class SeriesWindows {
  readonly count: number;
  private readonly lead: number;
  private readonly data: Float32Array;

  constructor(
    readonly points: number,
    readonly channels: number,
    readonly length: number,
    readonly horizon: number,
    columns: readonly Float64Array[],
  ) {
    this.lead = length - horizon;
    this.count = points - horizon + 1;
    const total = this.lead + points;
    this.data = new Float32Array(total * channels);
    for (let p = 0; p < total; p++) {
      const t = Math.min(Math.abs(p - this.lead), points - 1);
      for (let c = 0; c < channels; c++) {
        this.data[p * channels + c] = Math.max(-LIMIT, Math.min(LIMIT, columns[c]![t]!));
      }
    }
  }

  /**
   * @throws HeedError too-few-points, channel-mismatch
   */
  static of(
    series: Series,
    scalers: readonly Scaler[],
    length: number,
    horizon: number,
    id: string,
  ): SeriesWindows {
    if (series.channels.length !== scalers.length) {
      throw new HeedError(
        'channel-mismatch',
        `the series has ${series.channels.length} channels where ${id} was fitted on ${scalers.length}`,
        'Give the channels the detector was fitted on, in the same order, or fit it anew.',
      );
    }
    const points = series.time.length;
    if (points < length) {
      throw new HeedError(
        'too-few-points',
        `the series has ${points} points where ${id} needs ${length}`,
        'Give a longer series or choose a smaller window.',
      );
    }
    const columns = scalers.map((scaler, c) => scaler.apply(series.channels[c]!.values));
    return new SeriesWindows(points, scalers.length, length, horizon, columns);
  }

  /** The windows that start at the given places: [starts, length, channels]. */
  gather(starts: ArrayLike<number>): tf.Tensor3D {
    return tf.tensor3d(this.copy(starts), [starts.length, this.length, this.channels]);
  }

  copy(starts: ArrayLike<number>): Float32Array {
    const size = this.length * this.channels;
    const values = new Float32Array(starts.length * size);
    for (let b = 0; b < starts.length; b++) {
      const from = starts[b]! * this.channels;
      values.set(this.data.subarray(from, from + size), b * size);
    }
    return values;
  }

  /** Starts at a fixed distance that cover every point, the last window included. */
  cover(stride: number): Int32Array {
    const starts: number[] = [];
    for (let s = 0; s < this.count; s += stride) starts.push(s);
    if (starts[starts.length - 1] !== this.count - 1) starts.push(this.count - 1);
    return Int32Array.from(starts);
  }

  /** Value of point t in channel c, scaled. */
  value(t: number, c: number): number {
    return this.data[(this.lead + t) * this.channels + c]!;
  }
}
