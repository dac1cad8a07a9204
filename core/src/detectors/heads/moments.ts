import {
  createReconstruction,
  reconstructWindows,
  type NearestWindows,
  type Reconstruction,
  type WindowMemory,
} from '../../attention/memory.js';
import type { Stretch } from '../contract.js';
import type { NormalHistory } from './rebuild.js';

/** Means and variances of what the windows expect: d × n each. */
export interface Moments {
  readonly mean: readonly Float64Array[];
  readonly variance: readonly Float64Array[];
}

/** Points that no window covers are expected to be what they are. */
export function momentsOf(rebuilt: Reconstruction, channels: readonly Float64Array[]): Moments {
  const d = channels.length;
  const mean = channels.map((values) => values.slice());
  const variance = channels.map((values) => new Float64Array(values.length));
  for (let c = 0; c < d; c++) {
    const ownMean = mean[c]!;
    const ownVariance = variance[c]!;
    for (let t = 0; t < ownMean.length; t++) {
      const times = rebuilt.covered[t]!;
      if (times === 0) continue;
      const m = rebuilt.expected[t * d + c]! / times;
      ownMean[t] = m;
      ownVariance[t] = Math.max(0, rebuilt.squares[t * d + c]! / times - m * m);
    }
  }
  return { mean, variance };
}

/**
 * What the windows that touch no anomalous stretch expect. Windows further away than one length from all of them
 * are taken from what was rebuilt before.
 */
export function cleanMoments(
  {
    memory,
    nearest,
    weights,
    rebuilt,
    moments,
    channels,
  }: {
    readonly memory: WindowMemory;
    readonly nearest: NearestWindows;
    readonly weights: Float64Array;
    readonly rebuilt: Reconstruction;
    readonly moments: Moments;
    readonly channels: readonly Float64Array[];
  },
  stretches: readonly Stretch[],
): NormalHistory['clean'] {
  const { points, window, count } = memory;
  const hidden = new Uint8Array(points);
  for (const { start, end } of stretches) hidden.fill(1, start, end + 1);
  const before = new Int32Array(points + 1);
  for (let t = 0; t < points; t++) before[t + 1] = before[t]! + hidden[t]!;
  const anyHidden = (from: number, to: number): boolean =>
    before[Math.min(points, to + 1)]! > before[Math.max(0, from)]!;

  // Windows close to a stretch that do not touch it, in runs.
  const runs: { first: number; last: number; stride: number }[] = [];
  for (let i = 0, first = 0; i <= count; i++) {
    const needed =
      i < count && !anyHidden(i, i + window - 1) && anyHidden(i - window + 1, i + 2 * window - 2);
    if (needed) continue;
    if (i > first) runs.push({ first, last: i, stride: 1 });
    first = i + 1;
  }
  const near = createReconstruction(memory);
  reconstructWindows(memory, nearest, weights, runs, near);
  const nearMoments = momentsOf(near, channels);
  const covered = rebuilt.covered.slice();
  const mean = moments.mean.map((own) => own.slice());
  const variance = moments.variance.map((own) => own.slice());
  for (let t = 0; t < points; t++) {
    if (!anyHidden(t - window + 1, t + window - 1)) continue;
    covered[t] = near.covered[t]!;
    for (let c = 0; c < channels.length; c++) {
      mean[c]![t] = nearMoments.mean[c]![t]!;
      variance[c]![t] = nearMoments.variance[c]![t]!;
    }
  }
  return { mean, variance, covered };
}
