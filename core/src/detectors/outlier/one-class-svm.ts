import { integer, number, type OptionsOf } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { CooperativeScheduler } from '../../yield.js';
import { HeedError } from '../../errors.js';
import type { Series } from '../../series/series.js';
import type { DetectorState, FitReport, RawDetector, RawScores, RunOptions } from '../base/types.js';
import { NormalizedWindows } from '../../windows/normalized.js';
import { averageWindowScores, subsequenceWindow, windowOption } from '../base/subsequence.js';

/** A pair of coefficients is optimal enough when their gradients differ by less: LIBSVM's default. */
const TOLERANCE = 1e-3;

interface Fitted {
  readonly channels: number;
  readonly window: number;
  /** Windows with a positive coefficient, scaled to 0…1 each, one after the other. */
  readonly vectors: Float64Array;
  readonly coefficients: Float64Array;
  readonly gamma: number;
}

/**
 * Coefficients of the ν one-class machine (Schölkopf et al. 2001): minimizes ½ αᵀKα with 0 ≤ α ≤ 1/(νl) and Σα = 1
 * by moving weight between the pair of vectors that violates optimality most (Keerthi et al. 2001).
 * @param kernel l × l
 */
export async function oneClassCoefficients(
  kernel: Float64Array,
  l: number,
  nu: number,
  scheduler: CooperativeScheduler,
): Promise<Float64Array> {
  const bound = 1 / (nu * l);
  const alpha = new Float64Array(l);
  let left = 1;
  for (let i = 0; i < l && left > 0; i++) {
    alpha[i] = Math.min(bound, left);
    left -= alpha[i]!;
  }
  const gradient = new Float64Array(l);
  for (let i = 0; i < l; i++) {
    for (let j = 0; j < l; j++) gradient[i]! += kernel[i * l + j]! * alpha[j]!;
    if (i % 64 === 63) await scheduler.yieldIfDue();
  }
  for (let step = 0; step < 100 * l; step++) {
    let up = -1;
    let down = -1;
    for (let i = 0; i < l; i++) {
      if (alpha[i]! < bound && (up < 0 || gradient[i]! < gradient[up]!)) up = i;
      if (alpha[i]! > 0 && (down < 0 || gradient[i]! > gradient[down]!)) down = i;
    }
    if (up < 0 || down < 0 || gradient[down]! - gradient[up]! < TOLERANCE / l) break;
    const curvature = kernel[up * l + up]! + kernel[down * l + down]! - 2 * kernel[up * l + down]!;
    const wanted = (gradient[down]! - gradient[up]!) / Math.max(curvature, 1e-12);
    const room = Math.min(bound - alpha[up]!, alpha[down]!);
    const change = Math.min(wanted, room);
    // Set to the threshold exactly, so that rounding leaves no vector a hair away from it.
    alpha[up] = change === bound - alpha[up]! ? bound : alpha[up]! + change;
    alpha[down] = change === alpha[down]! ? 0 : alpha[down]! - change;
    for (let i = 0; i < l; i++) gradient[i]! += change * (kernel[up * l + i]! - kernel[down * l + i]!);
    if (step % 256 === 255) await scheduler.yieldIfDue();
  }
  return alpha;
}

class OneClassSvm implements RawDetector {
  private fitted: Fitted | undefined;

  constructor(private readonly options: Options) {}

  async fit(train: Series, run: RunOptions): Promise<FitReport> {
    const start = performance.now();
    const scheduler = new CooperativeScheduler(run.signal);
    const window = subsequenceWindow(train, this.options.window, 2, 1);
    const windows = new NormalizedWindows(train, window);
    const size = Math.min(windows.count, this.options.samples);
    const { createRandom } = await import('../../random.js');
    const picked = createRandom(run.seed ?? 0)
      .shuffle(Array.from({ length: windows.count }, (_, i) => i))
      .slice(0, size);
    const { dimensions } = windows;
    const vectors = new Float64Array(size * dimensions);
    picked.forEach((i, row) =>
      readScaled(windows, i, vectors.subarray(row * dimensions, (row + 1) * dimensions)),
    );
    const gamma = 1 / dimensions;
    const kernel = new Float64Array(size * size);
    for (let a = 0; a < size; a++) {
      for (let b = a; b < size; b++) {
        kernel[a * size + b] = kernel[b * size + a] = similarity(vectors, a, vectors, b, dimensions, gamma);
      }
      await scheduler.yieldIfDue();
      run.onProgress?.({ phase: 'fit', done: (0.8 * a) / size });
    }
    const alpha = await oneClassCoefficients(kernel, size, this.options.nu, scheduler);
    const support = [...alpha.keys()].filter((i) => alpha[i]! > 0);
    const kept = new Float64Array(support.length * dimensions);
    support.forEach((i, row) =>
      kept.set(vectors.subarray(i * dimensions, (i + 1) * dimensions), row * dimensions),
    );
    this.fitted = {
      channels: train.channels.length,
      window,
      vectors: kept,
      coefficients: Float64Array.from(support, (i) => alpha[i]!),
      gamma,
    };
    return {
      detector: 'one-class-svm',
      points: train.time.length,
      seconds: (performance.now() - start) / 1000,
      parameters: support.length,
      notes: [
        `${support.length} support vectors from ${size} of ${windows.count} windows of ${window} points.`,
      ],
    };
  }

  async score(series: Series, run: RunOptions): Promise<RawScores> {
    const { fitted } = this;
    if (!fitted)
      throw new HeedError(
        'not-fitted',
        'one-class-svm is not fitted',
        'Call fit with a normal series first.',
      );
    const { window, vectors, coefficients, gamma, channels } = fitted;
    if (series.channels.length !== channels) {
      throw new HeedError(
        'channel-mismatch',
        `the series has ${series.channels.length} channels, the machine was fitted to ${channels}`,
        'Give the channels it was fitted to.',
      );
    }
    const scheduler = new CooperativeScheduler(run.signal);
    const windows = new NormalizedWindows(extended(series, window), window);
    const row = new Float64Array(windows.dimensions);
    const scores = new Float64Array(windows.count);
    for (let i = 0; i < windows.count; i++) {
      readScaled(windows, i, row);
      let inside = 0;
      for (let s = 0; s < coefficients.length; s++) {
        inside += coefficients[s]! * similarity(row, 0, vectors, s, windows.dimensions, gamma);
      }
      // Coefficients sum to 1 and similarities are at most 1: 0 is the middle of all normal windows.
      scores[i] = Math.max(0, 1 - inside);
      if (i % 64 === 63) await scheduler.yieldIfDue();
      if (i % 1024 === 1023) run.onProgress?.({ phase: 'score', done: i / windows.count });
    }
    return {
      raw: averageWindowScores(scores, window).subarray(0, series.time.length),
      ...(channels === 1 ? { period: window } : {}),
    };
  }

  async getState(): Promise<DetectorState> {
    if (!this.fitted) return { json: {}, tensors: {} };
    const { channels, window, gamma, vectors, coefficients } = this.fitted;
    return {
      json: { channels, window, gamma },
      tensors: {
        vectors: { shape: [coefficients.length, window * channels], values: vectors },
        coefficients: { shape: [coefficients.length], values: coefficients },
      },
    };
  }

  async setState({ json, tensors }: DetectorState): Promise<void> {
    const { channels, window, gamma } = json as { channels: number; window: number; gamma: number };
    this.fitted = {
      channels,
      window,
      gamma,
      vectors: Float64Array.from(tensors.vectors!.values),
      coefficients: Float64Array.from(tensors.coefficients!.values),
    };
  }
}

/** A series shorter than the fitted window, with its last values repeated up to that length. */
function extended(series: Series, length: number): Series {
  const n = series.time.length;
  if (n >= length) return series;
  const longer = (values: Float64Array): Float64Array => {
    const out = new Float64Array(length).fill(values[n - 1]!);
    out.set(values);
    return out;
  };
  return {
    time: Float64Array.from({ length }, (_, t) => t),
    channels: series.channels.map((channel) => ({ ...channel, values: longer(channel.values) })),
  };
}

/** Window `i` scaled to 0…1; all 0 where it is constant. */
function readScaled(windows: NormalizedWindows, i: number, target: Float64Array): void {
  target.fill(0);
  windows.addTo(i, target, 1);
  let low = Infinity;
  let high = -Infinity;
  for (const value of target) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const spread = high - low;
  for (let j = 0; j < target.length; j++) target[j] = spread > 0 ? (target[j]! - low) / spread : 0;
}

/** exp(−γ‖a − b‖²) of row `i` of `a` and row `j` of `b`. */
function similarity(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  dimensions: number,
  gamma: number,
): number {
  let squared = 0;
  for (let k = 0; k < dimensions; k++) {
    const difference = a[i * dimensions + k]! - b[j * dimensions + k]!;
    squared += difference * difference;
  }
  return Math.exp(-gamma * squared);
}

const options = {
  window: windowOption,
  nu: number('upper bound of the share of training windows outside', 0.5, { min: 0.01, max: 1 }),
  samples: integer('most training windows, drawn at random', 500, { min: 2, max: 4000 }),
};

type Options = OptionsOf<typeof options>;

/**
 * One-class support vector machine over windows, fitted to normal data. Own solver: the packages on npm answer with
 * yes or no only, and a ranking needs the distance from the threshold.
 */
export const oneClassSvm = defineDetector({
  id: 'one-class-svm',
  summary: 'How far a window lies outside the region of the normal training windows (one-class SVM).',
  source: 'Schölkopf et al. 2001; settings of TSB-AD (Liu & Paparrizos 2024)',
  input: 'series',
  tags: {
    needsTraining: true,
    supervised: false,
    multivariate: true,
    streaming: false,
    minPoints: 6,
    explains: false,
  },
  options,
  create: (options) => new OneClassSvm(options),
});
