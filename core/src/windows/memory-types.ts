/** How each window is normalized before windows are compared: not at all, by its mean, by mean and deviation. */
export type WindowNormalization = 'none' | 'center' | 'z';

/**
 * The windows of a series, prepared for comparison. Values are stored point by point (all channels of point 0,
 * then of point 1, …) since distances run over all channels of a point at once.
 */
export interface WindowMemory {
  /** n × d values and one point of padding, so that the running sums may read one point past the last window. */
  readonly values: Float64Array;
  readonly points: number;
  readonly channels: number;
  /** Points per window. */
  readonly window: number;
  /** Number of windows, n − window + 1. */
  readonly count: number;
  readonly normalization: WindowNormalization;
  /** count × d window means (empty for `none`). */
  readonly mean: Float64Array;
  /** count × d divisors: the window's standard deviation but at least the floor; 1 unless `z`. */
  readonly scale: Float64Array;
  /** count × d population variances (empty unless `z`). */
  readonly variance: Float64Array;
}

/** The nearest keys of every query: `k` slots per window, nearest first. */
export interface NearestWindows {
  readonly count: number;
  readonly k: number;
  /** count × k mean squared distances per value; Infinity where the slot is empty. */
  readonly distance: Float64Array;
  /** count × k indices of windows; −1 where the slot is empty. */
  readonly index: Int32Array;
  /** Keys of one query start at least this far apart, so that one match does not fill all slots. */
  readonly separation: number;
}

/** Sums that the reconstruction leaves behind, to be filled slice by slice. */
export interface Reconstruction {
  /** count × d: mean squared residual between query and reconstruction, in units of the normalized window. */
  readonly residual: Float64Array;
  /** n × d: sum over the windows covering a point of what they expect there, in the values' own unit. */
  readonly expected: Float64Array;
  /** n × d: the same of the attention-weighted squares, for the spread. */
  readonly squares: Float64Array;
  /** n: number of windows that have contributed to a point. */
  readonly covered: Float64Array;
}
