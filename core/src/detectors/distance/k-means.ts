import { integer, type OptionsOf } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { CooperativeScheduler } from '../../yield.js';
import type { Random } from '../../random.js';
import type { Series } from '../../series/series.js';
import type { RawScores, RunOptions } from '../base/types.js';
import { NormalizedWindows } from '../../windows/normalized.js';
import { averageWindowScores, subsequenceWindow, windowOption } from '../base/subsequence.js';

interface Center {
  readonly vector: Float64Array;
  /** Sum of its values and of their squares. */
  total: number;
  squares: number;
}

function makeCenter(vector: Float64Array): Center {
  let total = 0;
  let squares = 0;
  for (const value of vector) {
    total += value;
    squares += value * value;
  }
  return { vector, total, squares };
}

/**
 * Lloyd's k-means over normalized windows, seeded by greedy k-means++ (Arthur & Vassilvitskii 2007), with Hamerly's
 * bounds (2010): a window whose center is provably the nearest is not compared with the others. Windows are never
 * written out, which for the libraries would take `window` times the memory of the series.
 */
class WindowClustering {
  readonly assigned: Int32Array;
  private centers: Center[] = [];
  /** Upper bound of the distance to the own center, lower bound of that to any other. */
  private readonly upper: Float64Array;
  private readonly lower: Float64Array;
  private readonly sums: Float64Array[];
  private readonly sizes: Float64Array;

  constructor(
    private readonly windows: NormalizedWindows,
    private readonly clusters: number,
    private readonly scheduler: CooperativeScheduler,
  ) {
    this.assigned = new Int32Array(windows.count).fill(-1);
    this.upper = new Float64Array(windows.count);
    this.lower = new Float64Array(windows.count);
    this.sums = Array.from({ length: clusters }, () => new Float64Array(windows.dimensions));
    this.sizes = new Float64Array(clusters);
  }

  distance(i: number, center: Center): number {
    const { windows } = this;
    const squared =
      windows.squaredLength(i) + center.squares - 2 * windows.dot(i, center.vector, center.total);
    return Math.sqrt(Math.max(0, squared));
  }

  center(i: number): Float64Array {
    return this.centers[this.assigned[i]!]!.vector;
  }

  distanceToOwn(i: number): number {
    return this.distance(i, this.centers[this.assigned[i]!]!);
  }

  async run(random: Random, maxIterations: number, onProgress: RunOptions['onProgress']): Promise<void> {
    await this.seed(random);
    const tolerance = 1e-4 * this.meanVariance();
    for (let iteration = 0; iteration < maxIterations; iteration++) {
      const changed = await this.assign();
      const moved = this.moveCenters();
      onProgress?.({ phase: 'score', done: Math.min(0.95, (iteration + 1) / 50) });
      if (changed === 0 || moved <= tolerance) break;
    }
    await this.assign();
  }

  /** Variance of a dimension on average: what scikit-learn's tolerance is relative to. */
  private meanVariance(): number {
    const { windows } = this;
    const sum = new Float64Array(windows.dimensions);
    let squares = 0;
    for (let i = 0; i < windows.count; i++) {
      windows.addTo(i, sum, 1 / windows.count);
      squares += windows.squaredLength(i);
    }
    return (squares / windows.count - makeCenter(sum).squares) / windows.dimensions;
  }

  private async seed(random: Random): Promise<void> {
    const { windows, clusters } = this;
    const trials = 2 + Math.floor(Math.log(clusters));
    const copy = (i: number): Center => {
      const vector = new Float64Array(windows.dimensions);
      windows.addTo(i, vector, 1);
      return makeCenter(vector);
    };
    const nearest = new Float64Array(windows.count).fill(Infinity);
    const closer = async (center: Center): Promise<{ distances: Float64Array; potential: number }> => {
      const distances = new Float64Array(windows.count);
      let potential = 0;
      for (let i = 0; i < windows.count; i++) {
        distances[i] = Math.min(nearest[i]!, this.distance(i, center) ** 2);
        potential += distances[i]!;
        if (i % 1024 === 1023) await this.scheduler.yieldIfDue();
      }
      return { distances, potential };
    };
    let current = { center: copy(random.integer(0, windows.count - 1)), potential: 0 };
    for (;;) {
      this.centers.push(current.center);
      const { distances, potential } = await closer(current.center);
      nearest.set(distances);
      if (this.centers.length === clusters) return;
      let best: typeof current | undefined;
      for (let trial = 0; trial < trials; trial++) {
        const center = copy(pick(nearest, potential, random));
        const candidate = { center, potential: (await closer(center)).potential };
        if (!best || candidate.potential < best.potential) best = candidate;
      }
      current = best!;
    }
  }

  /** Gives every window its nearest center; returns how many changed theirs. */
  private async assign(): Promise<number> {
    const { windows, centers, assigned, upper, lower } = this;
    const halfGap = centers.map((center, a) => {
      let gap = Infinity;
      centers.forEach((other, b) => {
        if (a === b) return;
        let squared = 0;
        for (let j = 0; j < windows.dimensions; j++) squared += (center.vector[j]! - other.vector[j]!) ** 2;
        gap = Math.min(gap, Math.sqrt(squared));
      });
      return gap / 2;
    });
    let changed = 0;
    for (let i = 0; i < windows.count; i++) {
      if (i % 1024 === 1023) await this.scheduler.yieldIfDue();
      const own = assigned[i]!;
      if (own >= 0) {
        const safe = Math.max(halfGap[own]!, lower[i]!);
        if (upper[i]! <= safe) continue;
        upper[i] = this.distance(i, centers[own]!);
        if (upper[i]! <= safe) continue;
      }
      let nearest = Infinity;
      let second = Infinity;
      let at = 0;
      for (let c = 0; c < centers.length; c++) {
        const distance = this.distance(i, centers[c]!);
        if (distance < nearest) {
          second = nearest;
          nearest = distance;
          at = c;
        } else if (distance < second) second = distance;
      }
      upper[i] = nearest;
      lower[i] = second;
      if (at === own) continue;
      changed++;
      if (own >= 0) {
        windows.addTo(i, this.sums[own]!, -1);
        this.sizes[own]!--;
      }
      windows.addTo(i, this.sums[at]!, 1);
      this.sizes[at]!++;
      assigned[i] = at;
    }
    return changed;
  }

  /** Moves the centers to the means of their windows; returns the sum of the squared moves. */
  private moveCenters(): number {
    const { centers, sums, sizes, upper, lower, assigned } = this;
    const moves = centers.map((center, c) => {
      // A center without windows stays: with k-means++ seeds it only happens where there are fewer kinds of windows.
      if (sizes[c]! === 0) return 0;
      let squared = 0;
      for (let j = 0; j < center.vector.length; j++) {
        const mean = sums[c]![j]! / sizes[c]!;
        squared += (mean - center.vector[j]!) ** 2;
        center.vector[j] = mean;
      }
      Object.assign(center, makeCenter(center.vector));
      return Math.sqrt(squared);
    });
    const farthest = Math.max(...moves);
    for (let i = 0; i < assigned.length; i++) {
      upper[i]! += moves[assigned[i]!]!;
      lower[i]! -= farthest;
    }
    return moves.reduce((sum, move) => sum + move * move, 0);
  }
}

/** An index drawn with probability in proportion to its weight; any where all weights are 0. */
function pick(weights: Float64Array, total: number, random: Random): number {
  let left = random.uniform() * total;
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return random.integer(0, weights.length - 1);
}

async function score(series: Series, options: Options, run: RunOptions): Promise<RawScores> {
  const window = subsequenceWindow(series, options.window, 2, 40);
  const scheduler = new CooperativeScheduler(run.signal);
  const windows = new NormalizedWindows(series, window);
  await scheduler.yieldIfDue();
  const clusters = Math.min(options.clusters, windows.count);
  const clustering = new WindowClustering(windows, clusters, scheduler);
  const { createRandom } = await import('../../random.js');
  await clustering.run(createRandom(run.seed ?? 0), 300, run.onProgress);

  const distances = new Float64Array(windows.count);
  const parts = series.channels.map(() => new Float64Array(series.channels.length > 1 ? windows.count : 0));
  for (let i = 0; i < windows.count; i++) {
    if (i % 1024 === 1023) await scheduler.yieldIfDue();
    distances[i] = clustering.distanceToOwn(i);
    if (series.channels.length === 1) continue;
    parts.forEach((part, c) => {
      const own = windows.channelDistance(i, c, clustering.center(i));
      part[i] = distances[i]! > 0 ? own / distances[i]! : 0;
    });
  }
  const raw = averageWindowScores(distances, window);
  return {
    raw,
    contributions:
      series.channels.length === 1 ? [raw] : parts.map((part) => averageWindowScores(part, window)),
    ...(series.channels.length === 1 ? { period: window } : {}),
  };
}

const options = {
  window: windowOption,
  clusters: integer('number of typical windows', 10, { min: 1, max: 1000 }),
};

type Options = OptionsOf<typeof options>;

/** KMeansAD as the TSB-AD benchmark runs it. */
export const kMeans = defineDetector({
  id: 'k-means',
  summary: 'Distance of every window from the nearest of a few typical window shapes (KMeansAD).',
  source: 'Yairi et al. 2001; settings of TSB-AD (Liu & Paparrizos 2024)',
  input: 'series',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: false,
    minPoints: 6,
    explains: false,
  },
  options,
  create: (options) => ({ score: (series, run) => score(series, options, run) }),
});
