import type { OptionsOf } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { CooperativeScheduler } from '../../yield.js';
import type { Series } from '../../series/series.js';
import type { AttendedInterval, RawScores, RunOptions } from '../base/types.js';
import { standardized } from '../base/standardize.js';
import { subsequenceWindow, windowOption } from '../base/subsequence.js';

/** The nearest neighbor of every window: n − window + 1 entries. */
export interface MatrixProfile {
  /** Distance between the z-normalized windows, 0…2·sqrt(window). */
  readonly distance: Float64Array;
  /** Start of the nearest window; −1 where none lies outside the exclusion zone. */
  readonly neighbor: Int32Array;
}

/** Products between looks at the clock: some 5 ms. */
const BATCH = 1 << 21;

/**
 * Exact self-join: for every window the smallest Euclidean distance between z-normalized windows more than
 * ⌈window / 4⌉ apart (Yeh et al., ICDM 2016; the exclusion zone of STUMPY). Computed diagonal by diagonal with the
 * covariance update of SCAMP (Zimmerman et al., SoCC 2019): O(n²) time, O(n) memory.
 * Of two constant windows the distance is 0, of a constant and another one sqrt(window), as in STUMPY.
 */
export async function computeMatrixProfile(
  values: Float64Array,
  window: number,
  options: RunOptions,
): Promise<MatrixProfile> {
  const scheduler = new CooperativeScheduler(options.signal);
  const x = standardized(values);
  const count = x.length - window + 1;
  const zone = Math.ceil(window / 4);
  const constant = constantWindows(values, window);
  const { mean, inverse } = windowNorms(x, window, constant);
  // The change of a covariance from one pair of windows to the next along a diagonal is df_i · dg_j + df_j · dg_i.
  const df = new Float64Array(count);
  const dg = new Float64Array(count);
  for (let i = 1; i < count; i++) {
    df[i] = (x[i + window - 1]! - x[i - 1]!) / 2;
    dg[i] = x[i + window - 1]! - mean[i]! + (x[i - 1]! - mean[i - 1]!);
  }
  const best = new Float64Array(count).fill(-Infinity);
  const neighbor = new Int32Array(count).fill(-1);
  let work = 0;
  const total = ((count - zone) * (count - zone)) / 2;
  let finished = 0;
  for (let lag = zone + 1; lag < count; lag++) {
    let covariance = 0;
    for (let k = 0; k < window; k++) covariance += (x[k]! - mean[0]!) * (x[k + lag]! - mean[lag]!);
    for (let i = 0; i + lag < count; i++) {
      const j = i + lag;
      covariance += df[i]! * dg[j]! + df[j]! * dg[i]!;
      const correlation = covariance * inverse[i]! * inverse[j]!;
      if (correlation > best[i]!) {
        best[i] = correlation;
        neighbor[i] = j;
      }
      if (correlation > best[j]!) {
        best[j] = correlation;
        neighbor[j] = i;
      }
    }
    work += count - lag + window;
    finished += count - lag;
    if (work > BATCH) {
      work = 0;
      await scheduler.yieldIfDue();
      options.onProgress?.({ phase: 'score', done: finished / total });
    }
  }
  correctConstants(best, neighbor, constant, zone);
  const distance = best.map((correlation) =>
    correlation === -Infinity ? 0 : Math.sqrt(Math.max(0, 2 * window * (1 - Math.min(1, correlation)))),
  );
  return { distance, neighbor };
}

/** 1 for windows whose values are all equal. */
function constantWindows(values: Float64Array, window: number): Uint8Array {
  const constant = new Uint8Array(values.length - window + 1);
  let run = 0;
  for (let t = 0; t < values.length; t++) {
    run = t > 0 && values[t] === values[t - 1] ? run + 1 : 1;
    if (run >= window) constant[t - window + 1] = 1;
  }
  return constant;
}

/** Mean of every window, and 1 / (length of the centered window); 0 for constant windows. */
function windowNorms(
  x: Float64Array,
  window: number,
  constant: Uint8Array,
): { mean: Float64Array; inverse: Float64Array } {
  const mean = new Float64Array(constant.length);
  const inverse = new Float64Array(constant.length);
  for (let i = 0; i < constant.length; i++) {
    let sum = 0;
    for (let k = 0; k < window; k++) sum += x[i + k]!;
    mean[i] = sum / window;
    if (constant[i]) continue;
    let squares = 0;
    for (let k = 0; k < window; k++) squares += (x[i + k]! - mean[i]!) ** 2;
    inverse[i] = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  }
  return { mean, inverse };
}

/** Correlations with constant windows by convention: 1 between two of them, 1/2 with any other window. */
function correctConstants(
  best: Float64Array,
  neighbor: Int32Array,
  constant: Uint8Array,
  zone: number,
): void {
  const first = constant.indexOf(1);
  if (first < 0) return;
  const last = constant.lastIndexOf(1);
  for (let i = 0; i < best.length; i++) {
    const other =
      Math.abs(i - first) > zone
        ? first
        : Math.abs(i - last) > zone
          ? last
          : constantBeyond(constant, i, zone);
    if (constant[i]) {
      best[i] = other >= 0 ? 1 : best[i] === -Infinity ? -Infinity : 0.5;
      if (other >= 0) neighbor[i] = other;
    } else if (other >= 0 && best[i]! < 0.5) {
      best[i] = 0.5;
      neighbor[i] = other;
    }
  }
}

/** A constant window outside the zone of window `i` where neither the first nor the last one is; −1 if none. */
function constantBeyond(constant: Uint8Array, i: number, zone: number): number {
  const after = constant.indexOf(1, i + zone + 1);
  if (after >= 0) return after;
  return i - zone - 1 >= 0 ? constant.lastIndexOf(1, i - zone - 1) : -1;
}

/** One score per point: that of the window centered on it, the smallest of all at the ends. */
function centered(distance: Float64Array, window: number, n: number): Float64Array {
  let lowest = Infinity;
  for (const value of distance) lowest = Math.min(lowest, value);
  const raw = new Float64Array(n).fill(lowest);
  raw.set(distance, Math.floor(window / 2));
  return raw;
}

async function score(series: Series, options: Options, run: RunOptions): Promise<RawScores> {
  const { values } = series.channels[0]!;
  const window = subsequenceWindow(series, options.window, 1, 100);
  const { distance, neighbor } = await computeMatrixProfile(values, window, run);
  const before = Math.floor(window / 2);
  const attend = (start: number, end: number): AttendedInterval[] => {
    let at = -1;
    for (let t = Math.max(0, start - before); t <= Math.min(distance.length - 1, end - before); t++) {
      if (at < 0 || distance[t]! > distance[at]!) at = t;
    }
    const nearest = at < 0 ? -1 : neighbor[at]!;
    return nearest < 0 ? [] : [{ start: nearest, end: nearest + window - 1, weight: 1 }];
  };
  return { raw: centered(distance, window, values.length), period: window, attend };
}

const options = {
  window: windowOption,
};

type Options = OptionsOf<typeof options>;

/** The discord score of the matrix profile. */
export const matrixProfile = defineDetector({
  id: 'matrix-profile',
  summary: 'Distance of every window from its most similar other window (matrix profile discords).',
  source:
    'Yeh et al. 2016 (matrix profile I); definition of STUMPY, settings of TSB-AD (Liu & Paparrizos 2024)',
  input: 'series',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: false,
    streaming: false,
    minPoints: 6,
    explains: true,
  },
  options,
  create: (options) => ({ score: (series, run) => score(series, options, run) }),
});
