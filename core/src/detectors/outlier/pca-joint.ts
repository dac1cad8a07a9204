import { CooperativeScheduler } from '../../yield.js';
import { HeedError } from '../../errors.js';
import type { Series } from '../../series/series.js';
import type { RunOptions } from '../base/types.js';
import { chooseComponents } from './principal-components.js';
import { standardized } from '../base/standardize.js';

/** Largest covariance matrix that is worth its O(dimensions³). */
const MAX_DIMENSIONS = 1500;

/** Windows of all channels, each channel standardized, channel after channel. */
class JointWindows {
  readonly count: number;
  readonly dimensions: number;
  private readonly channels: readonly Float64Array[];

  constructor(
    series: Series,
    private readonly window: number,
  ) {
    this.channels = series.channels.map(({ values }) => standardized(values));
    this.count = series.time.length - window + 1;
    this.dimensions = window * this.channels.length;
  }

  read(i: number, row: Float64Array): void {
    this.channels.forEach((values, c) => {
      for (let j = 0; j < this.window; j++) row[c * this.window + j] = values[i + j]!;
    });
  }
}

/**
 * The score of `pca` for windows over several channels at once, every dimension standardized.
 * @returns n − window + 1 scores, and the share of each channel in them
 * @throws HeedError memory-limit where channels × window are too many
 */
export async function jointWindowScores(
  series: Series,
  window: number,
  share: number,
  options: RunOptions,
): Promise<{ scores: Float64Array; parts: Float64Array[] }> {
  const windows = new JointWindows(series, window);
  const { count, dimensions } = windows;
  if (dimensions > MAX_DIMENSIONS) {
    throw new HeedError(
      'memory-limit',
      `windows of ${window} points × ${series.channels.length} channels have ${dimensions} dimensions`,
      `Choose a window of at most ${Math.max(1, Math.floor(MAX_DIMENSIONS / series.channels.length))} points.`,
    );
  }
  const scheduler = new CooperativeScheduler(options.signal);
  const { mean, scale, correlation, columns } = await moments(windows, scheduler, options);
  const scores = new Float64Array(count);
  const parts = series.channels.map(() => new Float64Array(count));
  if (columns.length === 0) return { scores, parts };
  const { EigenvalueDecomposition } = await import('ml-matrix');
  const eigen = new EigenvalueDecomposition(correlation, { assumeSymmetric: true });
  const { kept, weight } = chooseComponents(eigen.realEigenvalues, Math.min(count, columns.length), share);
  const axes = kept.map((index) =>
    Float64Array.from(columns, (_, row) => eigen.eigenvectorMatrix.get(row, index)),
  );
  const row = new Float64Array(dimensions);
  const projections = axes.map(() => new Float64Array(count));
  const squares = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    if (i % 256 === 255) await scheduler.yieldIfDue();
    windows.read(i, row);
    for (const j of columns) {
      row[j] = (row[j]! - mean[j]!) * scale[j]!;
      squares[i]! += row[j]! * row[j]!;
      parts[Math.floor(j / window)]![i]! += row[j]! * row[j]!;
    }
    axes.forEach((axis, a) => {
      let sum = 0;
      for (let c = 0; c < columns.length; c++) sum += axis[c]! * row[columns[c]!]!;
      projections[a]![i] = sum;
    });
  }
  projections.forEach((projection, a) => {
    let extreme = 0;
    for (const value of projection) if (Math.abs(value) > Math.abs(extreme)) extreme = value;
    const sign = extreme < 0 ? -1 : 1;
    for (let i = 0; i < count; i++) {
      scores[i]! += weight[a]! * Math.sqrt(Math.max(0, squares[i]! + 1 - 2 * sign * projection[i]!));
    }
  });
  for (const part of parts) {
    for (let i = 0; i < count; i++) part[i] = squares[i]! > 0 ? (scores[i]! * part[i]!) / squares[i]! : 0;
  }
  return { scores, parts };
}

/** Mean, 1 / standard deviation and correlation of the dimensions that vary. */
async function moments(
  windows: JointWindows,
  scheduler: CooperativeScheduler,
  options: RunOptions,
): Promise<{ mean: Float64Array; scale: Float64Array; correlation: number[][]; columns: number[] }> {
  const { count, dimensions } = windows;
  const mean = new Float64Array(dimensions);
  const row = new Float64Array(dimensions);
  for (let i = 0; i < count; i++) {
    windows.read(i, row);
    for (let j = 0; j < dimensions; j++) mean[j]! += row[j]! / count;
  }
  const products = new Float64Array(dimensions * dimensions);
  const rowsPerPause = Math.max(1, Math.floor(1e6 / (dimensions * dimensions)));
  for (let i = 0; i < count; i++) {
    windows.read(i, row);
    for (let a = 0; a < dimensions; a++) row[a]! -= mean[a]!;
    for (let a = 0; a < dimensions; a++) {
      const value = row[a]!;
      const offset = a * dimensions;
      for (let b = a; b < dimensions; b++) products[offset + b]! += value * row[b]!;
    }
    if (i % rowsPerPause === 0) {
      await scheduler.yieldIfDue();
      options.onProgress?.({ phase: 'score', done: (0.8 * i) / count });
    }
  }
  const scale = new Float64Array(dimensions);
  const columns: number[] = [];
  for (let j = 0; j < dimensions; j++) {
    const std = Math.sqrt(products[j * dimensions + j]! / count);
    // The channels are standardized: what is left below that is rounding of a constant.
    if (std <= 1e-9) continue;
    scale[j] = 1 / std;
    columns.push(j);
  }
  const correlation = columns.map(() => new Array<number>(columns.length).fill(0));
  columns.forEach((j, a) => {
    for (let b = a; b < columns.length; b++) {
      const k = columns[b]!;
      const value = (products[j * dimensions + k]! / count) * scale[j]! * scale[k]!;
      correlation[a]![b] = value;
      correlation[b]![a] = value;
    }
  });
  return { mean, scale, correlation, columns };
}
