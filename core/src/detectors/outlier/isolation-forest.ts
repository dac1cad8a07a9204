import { integer, number, type OptionsOf } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { CooperativeScheduler } from '../../yield.js';
import type { Random } from '../../random.js';
import type { Series } from '../../series/series.js';
import type { RawScores, RunOptions } from '../base/types.js';
import { NormalizedWindows } from '../../windows/normalized.js';
import { centerWindowScores, subsequenceWindow, windowOption } from '../base/subsequence.js';

/**
 * A tree over windows as flat arrays: node k splits dimension `dimension[k]` at `split[k]` into nodes `left[k]` and
 * `left[k] + 1`, or is a leaf (`left[k]` 0) with expected path length `depth[k]`.
 */
interface Tree {
  readonly dimension: number[];
  readonly split: number[];
  readonly left: number[];
  readonly depth: number[];
}

/** Expected path length of an unsuccessful search in a binary tree of n items (Liu et al. 2008, eq. 1). */
function expectedDepth(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n;
}

function growTree(
  windows: NormalizedWindows,
  sample: readonly number[],
  dimensions: readonly number[],
  random: Random,
): Tree {
  const tree: Tree = { dimension: [0], split: [0], left: [0], depth: [0] };
  const limit = Math.ceil(Math.log2(Math.max(2, sample.length)));
  const grow = (node: number, items: readonly number[], level: number): void => {
    const spread =
      level < limit && items.length > 1
        ? dimensions.filter((dimension) => {
            const first = windows.value(items[0]!, dimension);
            return items.some((i) => windows.value(i, dimension) !== first);
          })
        : [];
    if (spread.length === 0) {
      tree.depth[node] = level + expectedDepth(items.length);
      return;
    }
    const dimension = random.pick(spread);
    const values = items.map((i) => windows.value(i, dimension));
    const low = Math.min(...values);
    const high = Math.max(...values);
    const drawn = random.uniform(low, high);
    // Rounding may put the split on the highest value, which would leave one side empty.
    const split = drawn < high ? drawn : low;
    const left = tree.split.length;
    for (let side = 0; side < 2; side++) {
      tree.dimension.push(0);
      tree.split.push(0);
      tree.left.push(0);
      tree.depth.push(0);
    }
    tree.dimension[node] = dimension;
    tree.split[node] = split;
    tree.left[node] = left;
    const below = items.filter((_, k) => values[k]! <= split);
    const above = items.filter((_, k) => values[k]! > split);
    grow(left, below, level + 1);
    grow(left + 1, above, level + 1);
  };
  grow(0, sample, 0);
  return tree;
}

async function score(series: Series, options: Options, run: RunOptions): Promise<RawScores> {
  const window = subsequenceWindow(series, options.window, 1, 1);
  const several = series.channels.length > 1;
  // Several channels are scored point by point: normalizing a point over its channels would hide how large it is.
  const windows = new NormalizedWindows(series, window, !several);
  const { count, dimensions } = windows;
  const size = Math.min(options.samples, count);
  const trees = options.trees;
  const share = options.features || (several ? 0.8 : 0);
  const perTree = Math.max(1, Math.round(share * dimensions));
  const { createRandom } = await import('../../random.js');
  const random = createRandom(run.seed ?? 0);
  const scheduler = new CooperativeScheduler(run.signal);
  const path = new Float64Array(count);
  for (let k = 0; k < trees; k++) {
    const tree = growTree(
      windows,
      distinct(size, count, random),
      distinct(perTree, dimensions, random),
      random,
    );
    for (let i = 0; i < count; i++) {
      let node = 0;
      while (tree.left[node]! > 0) {
        const above = windows.value(i, tree.dimension[node]!) > tree.split[node]!;
        node = tree.left[node]! + (above ? 1 : 0);
      }
      path[i]! += tree.depth[node]!;
      if (i % 8192 === 8191) await scheduler.yieldIfDue();
    }
    await scheduler.yieldIfDue();
    run.onProgress?.({ phase: 'score', done: (k + 1) / trees });
  }
  const usual = Math.max(expectedDepth(size), 1);
  const raw = centerWindowScores(
    path.map((sum) => 2 ** (-sum / trees / usual)),
    window,
  );
  return { raw, ...(several ? {} : { period: window }) };
}

/** `size` distinct whole numbers below `limit` (Floyd's algorithm). */
function distinct(size: number, limit: number, random: Random): number[] {
  const chosen = new Set<number>();
  for (let top = limit - Math.min(size, limit); top < limit; top++) {
    const candidate = random.integer(0, top);
    chosen.add(chosen.has(candidate) ? top : candidate);
  }
  return [...chosen];
}

const options = {
  window: windowOption,
  trees: integer('number of trees', 150, { min: 1, max: 2000 }),
  samples: integer('windows each tree is grown from', 256, { min: 2, max: 4096 }),
  features: number(
    'share of the dimensions each tree may split; 0 = automatic: one dimension for one channel, 0.8 for several',
    0,
    { min: 0, max: 1 },
  ),
};

type Options = OptionsOf<typeof options>;

/**
 * Isolation forest over windows: points that few random splits isolate are anomalous. Own code: the packages on npm
 * take no seed.
 */
export const isolationForest = defineDetector({
  id: 'isolation-forest',
  summary: 'How few random splits isolate a window from the others (isolation forest).',
  source: 'Liu, Ting & Zhou 2008; settings of TSB-AD (Liu & Paparrizos 2024)',
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
