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
  const mean = channels.map((values, c) =>
    values.map((value, t) => {
      const times = rebuilt.covered[t]!;
      return times > 0 ? rebuilt.expected[t * d + c]! / times : value;
    }),
  );
  const variance = mean.map((own, c) =>
    own.map((m, t) => {
      const times = rebuilt.covered[t]!;
      return times > 0 ? Math.max(0, rebuilt.squares[t * d + c]! / times - m * m) : 0;
    }),
  );
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

  const near = createReconstruction(memory);
  for (let first = 0, i = 0; i <= count; i++) {
    const needed =
      i < count && !anyHidden(i, i + window - 1) && anyHidden(i - window + 1, i + 2 * window - 2);
    if (needed) continue;
    if (i > first) reconstructWindows(memory, nearest, weights, first, i, 1, near);
    first = i + 1;
  }
  const nearMoments = momentsOf(near, channels);
  const touched = Uint8Array.from({ length: points }, (_, t) =>
    anyHidden(t - window + 1, t + window - 1) ? 1 : 0,
  );
  const pick = (far: readonly Float64Array[], close: readonly Float64Array[]): Float64Array[] =>
    far.map((own, c) => own.map((value, t) => (touched[t] ? close[c]![t]! : value)));
  return {
    mean: pick(moments.mean, nearMoments.mean),
    variance: pick(moments.variance, nearMoments.variance),
    covered: rebuilt.covered.map((times, t) => (touched[t] ? near.covered[t]! : times)),
  };
}
