import type { WindowNormalization } from './memory-types.js';

/** What memory attention computes, straight from its definition: every window against every other. */
export interface NaiveMemoryAttention {
  /** count × count mean squared distances; Infinity within the exclusion zone. */
  readonly distance: number[][];
  /** Per query the kept keys, nearest first, and their softmax weights. */
  readonly keys: number[][];
  readonly weights: number[][];
  /** Per query and channel: mean squared residual of the reconstruction in normalized units. */
  readonly residual: number[][];
  /** Per query and channel: the reconstruction in the values' own unit. */
  readonly rebuilt: number[][][];
}

export function naiveMemoryAttention(
  channels: readonly ArrayLike<number>[],
  options: {
    window: number;
    normalization: WindowNormalization;
    floor: number;
    exclusion: number;
    k: number;
    temperature: number;
  },
): NaiveMemoryAttention {
  const { window, normalization, floor, exclusion, k, temperature } = options;
  const count = channels[0]!.length - window + 1;
  const cut = (i: number, c: number): number[] =>
    Array.from({ length: window }, (_, t) => channels[c]![i + t]!);
  const levels = (values: number[]): { mean: number; scale: number } => {
    const mean = values.reduce((sum, value) => sum + value, 0) / window;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / window;
    return {
      mean: normalization === 'none' ? 0 : mean,
      scale: normalization === 'z' ? Math.max(Math.sqrt(variance), floor) : 1,
    };
  };
  const windows = Array.from({ length: count }, (_, i) =>
    channels.map((_, c) => {
      const values = cut(i, c);
      const { mean, scale } = levels(values);
      return { mean, scale, normalized: values.map((value) => (value - mean) / scale) };
    }),
  );
  const distance = windows.map((query, i) =>
    windows.map((key, j) => {
      if (Math.abs(i - j) < exclusion) return Infinity;
      let sum = 0;
      for (let c = 0; c < channels.length; c++) {
        for (let t = 0; t < window; t++) sum += (query[c]!.normalized[t]! - key[c]!.normalized[t]!) ** 2;
      }
      return sum / (window * channels.length);
    }),
  );
  const keys = distance.map((row) =>
    row
      .map((_, j) => j)
      .filter((j) => row[j]! < Infinity)
      .sort((a, b) => row[a]! - row[b]!)
      .slice(0, k),
  );
  const weights = keys.map((kept, i) => {
    const exponentials = kept.map((j) =>
      Math.exp((distance[i]![kept[0]!]! - distance[i]![j]!) / temperature),
    );
    const sum = exponentials.reduce((total, value) => total + value, 0);
    return exponentials.map((value) => value / sum);
  });
  const rebuilt = keys.map((kept, i) =>
    channels.map((_, c) =>
      Array.from({ length: window }, (_, t) => {
        const value = kept.reduce((sum, j, s) => sum + weights[i]![s]! * windows[j]![c]!.normalized[t]!, 0);
        return value * windows[i]![c]!.scale + windows[i]![c]!.mean;
      }),
    ),
  );
  const residual = rebuilt.map((own, i) =>
    own.map((values, c) => {
      const { scale } = windows[i]![c]!;
      return (
        values.reduce((sum, value, t) => sum + ((channels[c]![i + t]! - value) / scale) ** 2, 0) / window
      );
    }),
  );
  return { distance, keys, weights, residual, rebuilt };
}
