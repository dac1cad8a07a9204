import {
  attentionWeights,
  createNearestWindows,
  createReconstruction,
  reconstructWindows,
} from '../../windows/memory.js';
import type { NearestWindows, Reconstruction, WindowMemory } from '../../windows/memory-types.js';
import type { NormalHistory } from './impute-from-normal.js';

/** Means and variances of what the windows expect: d × n each. */
export interface Moments {
  readonly mean: readonly Float64Array[];
  readonly variance: readonly Float64Array[];
}

/** Points that no window covers are expected to be what they are. */
export function computeMoments(rebuilt: Reconstruction, channels: readonly Float64Array[]): Moments {
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

/** What memory attention found of a series, as `unmaskedMoments` needs it. */
interface Found {
  readonly memory: WindowMemory;
  readonly nearest: NearestWindows;
  readonly weights: Float64Array;
  readonly temperature: number;
  readonly rebuilt: Reconstruction;
  readonly moments: Moments;
  readonly channels: readonly Float64Array[];
}

/**
 * What the windows that touch no anomalous interval expect by the keys that touch none. Where no window has such a key
 * among its nearest, the windows further away than one length from all intervals are taken from what was rebuilt before.
 * @param hidden n values, 1 = the point belongs to an anomalous interval
 */
export function unmaskedMoments(found: Found, hidden: Uint8Array): NormalHistory['clean'] {
  const { memory, rebuilt, moments, channels } = found;
  const { points, window, count } = memory;
  const before = new Int32Array(points + 1);
  for (let t = 0; t < points; t++) before[t + 1] = before[t]! + hidden[t]!;
  const anyHidden = (from: number, to: number): boolean =>
    before[Math.min(points, to + 1)]! > before[Math.max(0, from)]!;
  const isClean = (i: number): boolean => !anyHidden(i, i + window - 1);

  const clean = attendsOnlyTo(isClean, found) ? undefined : withKeys(isClean, found);
  // Windows that touch no interval, in runs: those close to one, or all where their keys are not those of before.
  const runs: { first: number; last: number; stride: number }[] = [];
  for (let i = 0, first = 0; i <= count; i++) {
    const needed = i < count && isClean(i) && (clean || anyHidden(i - window + 1, i + 2 * window - 2));
    if (needed) continue;
    if (i > first) runs.push({ first, last: i, stride: 1 });
    first = i + 1;
  }
  const near = createReconstruction(memory);
  const { nearest, weights } = clean ?? found;
  reconstructWindows(memory, nearest, weights, runs, near);
  const nearMoments = computeMoments(near, channels);
  if (clean) return { ...nearMoments, covered: near.covered };
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

/** Whether every clean window has clean keys only, as far as they weigh anything. */
function attendsOnlyTo(isClean: (window: number) => boolean, { nearest, weights }: Found): boolean {
  const { count, k, index } = nearest;
  for (let i = 0; i < count; i++) {
    if (!isClean(i)) continue;
    for (let slot = i * k; slot < (i + 1) * k && index[slot]! >= 0; slot++) {
      if (weights[slot]! > 0 && !isClean(index[slot]!)) return false;
    }
  }
  return true;
}

/** The nearest windows less those that are not clean, and their weights. */
function withKeys(
  isClean: (window: number) => boolean,
  { nearest, temperature }: Found,
): { nearest: NearestWindows; weights: Float64Array } {
  const { count, k, separation } = nearest;
  const kept = createNearestWindows(count, k, separation);
  for (let i = 0; i < count; i++) {
    let free = i * k;
    for (let slot = i * k; slot < (i + 1) * k && nearest.index[slot]! >= 0; slot++) {
      if (!isClean(nearest.index[slot]!)) continue;
      kept.index[free] = nearest.index[slot]!;
      kept.distance[free++] = nearest.distance[slot]!;
    }
  }
  return { nearest: kept, weights: attentionWeights(kept, temperature) };
}
