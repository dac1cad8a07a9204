import type { Series } from '../../series/series.js';
import type { DetectorTags, RunOptions } from './types.js';

/** Tags of the simple statistical references: one channel, nothing to train. */
export function baselineTags(minPoints: number, streaming = false): DetectorTags {
  return {
    needsTraining: false,
    supervised: false,
    multivariate: false,
    streaming,
    minPoints,
    explains: false,
    baseline: true,
  };
}

/** The interval that statistics of normal values are taken from: the training prefix, or all where there is none. */
export function referenceValues(series: Series, { trainLength = 0 }: RunOptions): Float64Array {
  const { values } = series.channels[0]!;
  return trainLength >= 2 ? values.subarray(0, trainLength) : values;
}

/** `spread`, or 0 where it is no more than rounding makes of a constant series of this size. */
export function realSpread(spread: number, size: number): number {
  return spread > 1e-12 * Math.abs(size) ? spread : 0;
}

/**
 * |value − center| / spread for every value, without what is mere rounding. Where the reference is constant
 * (spread 0) the plain distance remains, so that a departure from it still shows.
 */
export function deviations(values: Float64Array, center: number, spread: number): Float64Array {
  const unit = spread > 0 ? spread : 1;
  return values.map((value) => realSpread(Math.abs(value - center), center) / unit);
}
