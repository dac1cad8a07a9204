import * as tf from '@tensorflow/tfjs-core';
import { CooperativeScheduler } from '../../../yield.js';
import type { Scaler } from '../../../preprocess/index.js';
import type { AttendedInterval, RawScores, RunOptions } from '../../base/types.js';
import { AttendedPoints } from './attended.js';
import { reconstructionError } from './losses.js';
import type { WindowedNetwork, WindowedPlan } from './network.js';
import type { SeriesWindows } from './windows.js';

/** Windows per inference: small enough to be cancelled in time, fixed so that results do not depend on the machine. */
const BATCH = 32;

interface Scoring {
  readonly plan: WindowedPlan;
  readonly network: WindowedNetwork;
  readonly windows: SeriesWindows;
  readonly scalers: readonly Scaler[];
  readonly errorScale: readonly number[];
  readonly threshold: number | undefined;
  /** False once the detector was disposed or fitted anew; attention can then no longer be asked for. */
  readonly alive: () => boolean;
}

/**
 * Scores of a series from overlapping windows: a point's score, error and expectation are means over the windows
 * that score it. The score is the one the network computes, its probability where it is supervised, or else the mean over the
 * channels of error / usual error.
 */
export async function scoreWindows(scoring: Scoring, options: RunOptions): Promise<RawScores> {
  const { plan, network, windows, scalers, errorScale } = scoring;
  const { points, channels } = windows;
  const starts = windows.cover(plan.stride);
  const scheduler = new CooperativeScheduler(options.signal, 10);
  const visits = new Float64Array(points);
  const computed = new Float64Array(points);
  const errors = scalers.map(() => new Float64Array(points));
  const expected = scalers.map(() => new Float64Array(points));
  let hasScore = false;
  let hasError = false;
  let hasExpected = false;
  let hasAttention = false;
  let reported = performance.now();

  for (let from = 0; from < starts.length; from += BATCH) {
    const batch = starts.subarray(from, from + BATCH);
    const result = tf.tidy(() => {
      const inputs = windows.gather(batch);
      const inference = network.infer(inputs);
      const error = reconstructionError(inference, inputs, plan);
      const score = inference.logits ? tf.sigmoid(inference.logits) : inference.score;
      hasAttention ||= inference.weights !== undefined;
      return {
        score: score?.dataSync<'float32'>(),
        error: error?.dataSync<'float32'>(),
        expected: inference.expected?.dataSync<'float32'>(),
      };
    });
    hasScore ||= result.score !== undefined;
    hasError ||= result.error !== undefined;
    hasExpected ||= result.expected !== undefined;
    batch.forEach((start, b) => {
      for (let t = 0; t < plan.horizon; t++) {
        const point = start + t;
        const at = b * plan.horizon + t;
        visits[point]++;
        if (result.score) computed[point] += result.score[at]!;
        for (let c = 0; c < channels; c++) {
          if (result.error) errors[c]![point] += result.error[at * channels + c]!;
          if (result.expected) expected[c]![point] += result.expected[at * channels + c]!;
        }
      }
    });
    const now = performance.now();
    if (options.onProgress && now - reported > 250) {
      reported = now;
      options.onProgress({ phase: 'score', done: (from + batch.length) / starts.length });
    }
    await scheduler.yieldIfDue();
  }

  const raw = new Float64Array(points);
  const learned = plan.nonlinearity && plan.nonlinearity !== 'softmax' ? scoring.threshold : undefined;
  const contributions = scalers.map(() => new Float64Array(points));
  for (let t = 0; t < points; t++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const mean = errors[c]![t]! / visits[t]!;
      errors[c]![t] = mean;
      expected[c]![t] = expected[c]![t]! / visits[t]!;
      const share = mean / errorScale[c]! / channels;
      contributions[c]![t] = share;
      sum += share;
    }
    raw[t] = hasScore ? computed[t]! / visits[t]! : sum;
    if (learned) raw[t] = plan.nonlinearity === 'sigmoid' ? sum / (sum + learned) : Math.log1p(sum / learned);
    // Contributions add up to the score whatever the score is made of.
    if ((hasScore || learned) && sum > 0)
      for (let c = 0; c < channels; c++) contributions[c]![t] *= raw[t]! / sum;
  }
  const thresholds = { sigmoid: 0.5, softplus: Math.LN2, softmax: scoring.threshold };
  const threshold = plan.supervised ? 0.5 : plan.nonlinearity && thresholds[plan.nonlinearity];
  return {
    raw,
    ...(hasError ? { contributions } : {}),
    ...(hasExpected
      ? {
          expected: expected.map((values, c) => scalers[c]!.invert(values)),
          spread: errorScale.map((scale, c) =>
            new Float64Array(points).fill(Math.sqrt(scale) * scalers[c]!.scale),
          ),
        }
      : {}),
    ...(threshold === undefined ? {} : { threshold }),
    ...(hasAttention
      ? { attend: (start: number, end: number) => attendedIntervals(scoring, start, end) }
      : {}),
  };
}

/** Attention while the points of an event were scored, from at most 16 windows over it. */
function attendedIntervals(scoring: Scoring, start: number, end: number): readonly AttendedInterval[] {
  const { plan, network, windows } = scoring;
  if (!scoring.alive()) return [];
  const lead = windows.length - windows.horizon;
  const first = Math.max(0, Math.min(windows.count - 1, start - (plan.horizon >> 1)));
  const last = Math.max(first, Math.min(windows.count - 1, end - (plan.horizon >> 1)));
  const step = Math.max(1, Math.ceil((last - first + 1) / 16));
  const starts: number[] = [];
  for (let s = first; s <= last; s += step) starts.push(s);
  const { weights, rows, width } = tf.tidy(() => {
    const tensor = network.infer(windows.gather(starts)).weights!();
    return { weights: tensor.dataSync<'float32'>(), rows: tensor.shape[1], width: tensor.shape[2] };
  });
  const attended = new AttendedPoints(windows.points);
  starts.forEach((from, b) => {
    for (let r = 0; r < rows; r++) {
      const point = from + r;
      // A single row speaks for the whole window.
      if (rows > 1 && (point < start || point > end)) continue;
      for (let j = 0; j < width; j++) attended.add(from - lead + j, weights[(b * rows + r) * width + j]!);
    }
  });
  return attended.intervals(start, end);
}
