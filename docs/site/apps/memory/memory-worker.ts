import {
  attendedWindows,
  attentionWeights,
  createNearestWindows,
  createReconstruction,
  createWindowMemory,
  reconstructWindows,
  scanWindowOffsets,
} from '@heed/core/attention';
import { createRandom } from '@heed/core/datasets';
import { plotMatrix, plotSeries } from '@heed/core/plot';
import { createSeries } from '@heed/core/series';
import { serve } from '../common/serve.js';

export interface MemoryTask {
  readonly window: number;
  readonly keys: number;
  readonly width: number;
  readonly words: Readonly<Record<'value' | 'rebuilt' | 'error' | 'rows' | 'columns', string>>;
}

export interface MemoryAnswer {
  readonly picture: string;
  readonly map: string;
  /** Where the error is largest, counted from 0. */
  readonly peak: number;
  /** Largest error within the anomaly over the largest outside it. */
  readonly contrast: number;
  readonly anomaly: readonly [number, number];
  /** Keys of the window that is rebuilt worst. */
  readonly attended: readonly { readonly start: number; readonly weight: number }[];
}

const points = 600;
const anomaly = [380, 403] as const;

/** A rhythm of 48 points; one cycle comes without its second peak. */
function values(): Float64Array {
  const random = createRandom(11);
  return Float64Array.from({ length: points }, (_, t) => {
    const phase = (2 * Math.PI * t) / 48;
    const second = t >= anomaly[0] && t <= anomaly[1] ? 0 : 0.6 * Math.sin(2 * phase);
    return Math.sin(phase) + second + 0.06 * random.normal();
  });
}

serve<MemoryTask, MemoryAnswer>(({ window, keys, width, words }) => {
  const measured = values();
  const memory = createWindowMemory([measured], window);
  const nearest = createNearestWindows(memory.count, keys, Math.max(1, window >> 1));
  // A window may not attend to one that overlaps it.
  scanWindowOffsets(memory, nearest, [{ first: window, last: memory.count, stride: 1 }]);
  const distances = Array.from(nearest.distance)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const weights = attentionWeights(nearest, Math.max(1e-6, distances[distances.length >> 1]!));
  const into = createReconstruction(memory);
  reconstructWindows(memory, nearest, weights, [{ first: 0, last: memory.count, stride: 1 }], into);
  const rebuilt = into.expected.map((sum, t) => sum / Math.max(1, into.covered[t]!));
  // The mean over the windows that hold a point.
  const error = measured.map((_, t) => {
    let sum = 0;
    let holding = 0;
    for (let i = Math.max(0, t - window + 1); i <= Math.min(t, memory.count - 1); i++, holding++)
      sum += into.residual[i]!;
    return sum / Math.max(1, holding);
  });
  const peak = error.indexOf(Math.max(...error));
  const inside = Math.max(...error.slice(anomaly[0], anomaly[1] + 1));
  const outside = Math.max(...error.filter((_, t) => t < anomaly[0] - window || t > anomaly[1] + window));
  const labels = new Uint8Array(points).fill(1, anomaly[0], anomaly[1] + 1);
  const query = Math.min(memory.count - 1, Math.max(0, peak - (window >> 1)));
  const attended = attendedWindows(nearest, weights, query);
  return {
    picture: plotSeries(
      createSeries({
        channels: [
          { name: words.value, values: measured },
          { name: words.rebuilt, values: rebuilt },
          { name: words.error, values: error },
        ],
        labels,
      }),
      { width, title: '', panelHeight: 90 },
    ),
    map: plotMatrix(
      attentionMap(attended.length > 0 ? nearest.index : new Int32Array(0), weights, memory.count, keys),
      {
        width: Math.max(240, Math.min(width, 460)),
        title: '',
        rowTitle: words.rows,
        columnTitle: words.columns,
      },
    ),
    peak,
    contrast: inside / Math.max(outside, 1e-12),
    anomaly,
    attended: attended.slice(0, 5),
  };
});

/** Weights of the windows, summed over blocks: rows look at columns. */
function attentionMap(index: Int32Array, weights: Float64Array, count: number, keys: number): Float64Array[] {
  const cells = 60;
  const block = count / cells;
  const map = Array.from({ length: cells }, () => new Float64Array(cells));
  for (let slot = 0; slot < index.length; slot++) {
    if (index[slot]! < 0) continue;
    const row = Math.floor(Math.floor(slot / keys) / block);
    map[row]![Math.floor(index[slot]! / block)]! += weights[slot]! / block;
  }
  return map;
}
