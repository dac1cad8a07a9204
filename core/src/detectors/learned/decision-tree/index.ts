import { integer, type OptionsOf } from '../../base/options.js';
import { defineDetector } from '../../base/types.js';
import type { DecisionTreeClassifier, DecisionTreeModel } from 'ml-cart';
import { CooperativeScheduler } from '../../../yield.js';
import { HeedError } from '../../../errors.js';
import { meanAndStd } from '../../../preprocess/statistics.js';
import type { Series } from '../../../series/series.js';
import type { DetectorState, FitReport, RawDetector, RawScores, RunOptions } from '../../base/types.js';

/** Points the tree is grown from; the library's search is quadratic in them. */
const MAX_TRAINING_POINTS = 2000;

interface Fitted {
  readonly channels: readonly string[];
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly window: number;
  readonly tree: DecisionTreeClassifier;
}

/** A supervised detector: CART over the values around a point. */
class DecisionTreeDetector implements RawDetector {
  private fitted: Fitted | undefined;

  constructor(private readonly options: Options) {}

  async fit(train: Series, run: RunOptions): Promise<FitReport> {
    const start = performance.now();
    const scheduler = new CooperativeScheduler(run.signal);
    const labels = train.labels;
    const anomalous: number[] = [];
    const normal: number[] = [];
    for (let t = 0; labels && t < labels.length; t++) (labels[t] ? anomalous : normal).push(t);
    if (anomalous.length === 0 || normal.length === 0) {
      throw new HeedError(
        'labels-missing',
        'a decision tree learns from labels, and the training series has none of one kind',
        'Give a training series with labeled anomalous and normal points.',
      );
    }
    await scheduler.yieldIfDue();
    const { createRandom } = await import('../../../random.js');
    const random = createRandom(run.seed ?? 0);
    const half = MAX_TRAINING_POINTS / 2;
    const rows = [
      ...random.shuffle(anomalous).slice(0, Math.max(half, MAX_TRAINING_POINTS - normal.length)),
      ...random.shuffle(normal).slice(0, Math.max(half, MAX_TRAINING_POINTS - anomalous.length)),
    ].sort((a, b) => a - b);
    const statistics = train.channels.map(({ values }) => meanAndStd(values));
    const cart = await import('ml-cart');
    const fitted: Fitted = {
      channels: train.channels.map(({ name }) => name),
      mean: statistics.map(({ mean }) => mean),
      scale: statistics.map(({ mean, std }) => (std > 1e-12 * Math.abs(mean) ? 1 / std : 1)),
      window: this.options.window,
      tree: new cart.DecisionTreeClassifier({
        gainFunction: 'gini',
        maxDepth: this.options.depth,
        minNumSamples: 3,
      }),
    };
    fitted.tree.train(
      rows.map((t) => features(train, t, fitted)),
      rows.map((t) => (labels![t] ? 1 : 0)),
    );
    await scheduler.yieldIfDue();
    this.fitted = fitted;
    return {
      detector: 'decision-tree',
      points: train.time.length,
      seconds: (performance.now() - start) / 1000,
      parameters: 0,
      ...(rows.length < train.time.length
        ? {
            notes: [`The tree was grown from ${rows.length} of ${train.time.length} points, all kinds kept.`],
          }
        : {}),
    };
  }

  async score(series: Series, run: RunOptions): Promise<RawScores> {
    const { fitted } = this;
    if (!fitted)
      throw new HeedError(
        'not-fitted',
        'decision-tree is not fitted',
        'Call fit with a labeled series first.',
      );
    if (series.channels.length !== fitted.channels.length) {
      throw new HeedError(
        'channel-mismatch',
        `the series has ${series.channels.length} channels, the tree was grown from ${fitted.channels.length}`,
        `Give the channels ${fitted.channels.join(', ')}.`,
      );
    }
    const scheduler = new CooperativeScheduler(run.signal);
    const raw = new Float64Array(series.time.length);
    for (let t = 0; t < raw.length; t++) {
      raw[t] = fitted.tree.root.classify(features(series, t, fitted)).get(0, 1) || 0;
      if (t % 1024 === 1023) {
        await scheduler.yieldIfDue();
        run.onProgress?.({ phase: 'score', done: t / raw.length });
      }
    }
    return { raw, threshold: 0.5 };
  }

  async getState(): Promise<DetectorState> {
    if (!this.fitted) return { json: {}, tensors: {} };
    const { tree, ...rest } = this.fitted;
    return { json: JSON.parse(JSON.stringify({ ...rest, tree })) as Record<string, unknown>, tensors: {} };
  }

  async setState({ json }: DetectorState): Promise<void> {
    const { tree, ...rest } = json as unknown as Omit<Fitted, 'tree'> & { tree: DecisionTreeModel };
    const cart = await import('ml-cart');
    this.fitted = { ...rest, tree: cart.DecisionTreeClassifier.load(tree) };
  }
}

/** The standardized values from half a window before to half a window after point `t`, channel after channel. */
function features(series: Series, t: number, { mean, scale, window }: Fitted): number[] {
  const last = series.time.length - 1;
  const from = t - Math.floor(window / 2);
  return series.channels.flatMap(({ values }, c) =>
    Array.from({ length: window }, (_, j) => {
      const at = Math.min(Math.max(from + j, 0), last);
      return (values[at]! - mean[c]!) * scale[c]!;
    }),
  );
}

const options = {
  window: integer('values around a point that it is classified by', 9, { min: 1, max: 101, unit: 'points' }),
  depth: integer('most questions in a row', 8, { min: 1, max: 30 }),
};

type Options = OptionsOf<typeof options>;

/** Classification tree on labeled points, for series whose anomalies repeat themselves. */
export const decisionTree = defineDetector({
  id: 'decision-tree',
  summary: 'Classification tree over the values around a point; learns from labeled anomalies.',
  source: 'Breiman et al. 1984 (CART), by ml-cart',
  input: 'series',
  tags: {
    needsTraining: true,
    supervised: true,
    multivariate: true,
    streaming: false,
    minPoints: 2,
    explains: false,
  },
  options,
  create: (options) => new DecisionTreeDetector(options),
});
