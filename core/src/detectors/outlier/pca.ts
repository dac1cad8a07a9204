import { number, type OptionsOf } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { CooperativeScheduler } from '../../yield.js';
import type { Series } from '../../series/series.js';
import type { RawScores, RunOptions } from '../base/types.js';
import { jointWindowScores } from './pca-joint.js';
import { chooseComponents } from './principal-components.js';
import { standardized } from '../base/standardize.js';
import { centerWindowScores, subsequenceWindow, windowOption } from '../base/subsequence.js';

/**
 * Score of every window: Σ_i ‖z − v_i‖ / r_i over the unit principal axes v_i of the standardized windows z, r_i the
 * share of variance of axis i, so that the axes along which normal windows hardly differ weigh most.
 * @param x n values
 * @returns n − window + 1 values
 */
async function windowScores(
  x: Float64Array,
  window: number,
  share: number,
  options: RunOptions,
): Promise<Float64Array> {
  const scheduler = new CooperativeScheduler(options.signal);
  const count = x.length - window + 1;
  const scores = new Float64Array(count);
  const lagged = laggedCorrelation(x, window);
  const { mean, std, columns } = lagged;
  if (columns.length === 0) return scores;
  await scheduler.yieldIfDue();
  // Loaded when it is used: the library is larger than the default detector.
  const { EigenvalueDecomposition } = await import('ml-matrix');
  const eigen = new EigenvalueDecomposition(lagged.correlation, { assumeSymmetric: true });
  const { kept, weight } = chooseComponents(eigen.realEigenvalues, Math.min(count, columns.length), share);

  const squares = new Float64Array(count);
  for (const j of columns) {
    for (let t = 0; t < count; t++) squares[t]! += ((x[t + j]! - mean[j]!) / std[j]!) ** 2;
    await scheduler.yieldIfDue();
  }
  const filter = new Float64Array(window);
  const projection = new Float64Array(count);
  for (let c = 0; c < kept.length; c++) {
    let offset = 0;
    filter.fill(0);
    columns.forEach((j, row) => {
      filter[j] = eigen.eigenvectorMatrix.get(row, kept[c]!) / std[j]!;
      offset += filter[j]! * mean[j]!;
    });
    let extreme = 0;
    for (let t = 0; t < count; t++) {
      let sum = -offset;
      for (let j = 0; j < window; j++) sum += filter[j]! * x[t + j]!;
      projection[t] = sum;
      if (Math.abs(sum) > Math.abs(extreme)) extreme = sum;
      if (t % 4096 === 4095) await scheduler.yieldIfDue();
    }
    // The direction of an axis is arbitrary; the convention is that its most extreme window lies on its positive side.
    const sign = extreme < 0 ? -1 : 1;
    for (let t = 0; t < count; t++) {
      scores[t]! += weight[c]! * Math.sqrt(Math.max(0, squares[t]! + 1 - 2 * sign * projection[t]!));
    }
    options.onProgress?.({ phase: 'score', done: (c + 1) / kept.length });
  }
  return scores;
}

/** Mean and standard deviation of the columns of the window matrix, and the correlations between them. */
interface LaggedCorrelation {
  readonly mean: Float64Array;
  readonly std: Float64Array;
  /** Columns that vary; the correlation matrix is of these. */
  readonly columns: readonly number[];
  readonly correlation: number[][];
}

/**
 * Column j of the window matrix is the series shifted by j, so neighboring products differ by one term at each end:
 * O(n · window) instead of O(n · window²).
 * @param x standardized values
 */
function laggedCorrelation(x: Float64Array, window: number): LaggedCorrelation {
  const count = x.length - window + 1;
  const products = new Float64Array(window * window);
  for (let k = 0; k < window; k++) {
    let sum = 0;
    for (let t = 0; t < count; t++) sum += x[t]! * x[t + k]!;
    products[k] = sum;
  }
  for (let j = 1; j < window; j++) {
    for (let k = j; k < window; k++) {
      products[j * window + k] =
        products[(j - 1) * window + k - 1]! - x[j - 1]! * x[k - 1]! + x[count + j - 1]! * x[count + k - 1]!;
    }
  }
  const mean = new Float64Array(window);
  const std = new Float64Array(window);
  const columns: number[] = [];
  let sum = 0;
  for (let t = 0; t < count; t++) sum += x[t]!;
  for (let j = 0; j < window; j++) {
    if (j > 0) sum += x[count + j - 1]! - x[j - 1]!;
    mean[j] = sum / count;
    std[j] = Math.sqrt(Math.max(0, products[j * window + j]! / count - mean[j]! * mean[j]!));
    // Below that the difference of sums is rounding: the column is constant.
    if (std[j]! > 1e-7) columns.push(j);
  }
  const correlation = columns.map(() => new Array<number>(columns.length).fill(0));
  for (let a = 0; a < columns.length; a++) {
    for (let b = a; b < columns.length; b++) {
      const j = columns[a]!;
      const k = columns[b]!;
      const value = (products[j * window + k]! / count - mean[j]! * mean[k]!) / (std[j]! * std[k]!);
      correlation[a]![b] = value;
      correlation[b]![a] = value;
    }
  }
  return { mean, std, columns, correlation };
}

async function score(series: Series, options: Options, run: RunOptions): Promise<RawScores> {
  const window = subsequenceWindow(series, options.window, 1, 1);
  if (series.channels.length > 1) {
    const { scores, parts } = await jointWindowScores(series, window, options.variance || 0.25, run);
    return {
      raw: centerWindowScores(scores, window),
      contributions: parts.map((part) => centerWindowScores(part, window)),
    };
  }
  const values = standardized(series.channels[0]!.values);
  const scores = await windowScores(values, window, options.variance || 1, run);
  const raw = centerWindowScores(scores, window);
  return { raw, contributions: [raw], period: window };
}

const options = {
  window: windowOption,
  variance: number(
    'share of the variance the components must explain; 0 = automatic: all of it for one channel, 0.25 for several',
    0,
    { min: 0, max: 1 },
  ),
};

type Options = OptionsOf<typeof options>;

/**
 * Sub-PCA as the TSB-AD benchmark runs it, whose published values it reproduces: windows of one period for one
 * channel, the points themselves (window 1) for several.
 */
export const pca = defineDetector({
  id: 'pca',
  summary:
    'Principal components of sub-sequences (Sub-PCA): how far a window lies from the axes of normal variation.',
  source: 'Shyu et al. 2003; Aggarwal 2017; settings of TSB-AD (Liu & Paparrizos 2024)',
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
