import { HeedError } from '../errors.js';
import type { RawScores } from '../detectors/contract.js';
import { explainRun } from '../explain/explain.js';
import { findRuns } from '../score/runs.js';
import { scoresFromRaw } from '../score/scores.js';
import { computeThreshold } from '../score/threshold.js';
import type { Detection } from '../score/types.js';
import type { Series } from '../series/series.js';
import type { FilledSeries } from './gaps.js';
import type { ScoreOptions } from './types.js';

/**
 * Turns raw scores into what surfaces show: border, scores, events, explanations.
 * @param series as given, with its missing values
 * @param training raw scores of the training series, where the detector was fitted
 */
export function buildDetection(
  detector: string,
  filled: FilledSeries,
  raw: RawScores,
  options: ScoreOptions,
  training?: Float64Array,
): Detection {
  const { series, missing } = filled;
  checkRaw(detector, series, raw);
  const events = options.events ?? {};
  const threshold = computeThreshold(raw.raw, {
    method: events.threshold,
    value: events.thresholdValue,
    sensitivity: events.sensitivity,
    trainLength: options.trainLength,
    learned: raw.border,
    missing,
    training,
  });
  const score = scoresFromRaw(raw.raw, threshold.border, missing);
  return {
    detector,
    score,
    threshold,
    ...(raw.expected ? { expected: raw.expected, ...bandOf(raw.expected, raw.spread) } : {}),
    events: findRuns(score, events).map((run) => explainRun(series, raw, run)),
    ...(raw.period === undefined ? {} : { period: raw.period }),
    notes: [...filled.notes, ...(raw.notes ?? [])],
    ...(raw.heads ? { heads: raw.heads } : {}),
  };
}

function bandOf(
  expected: readonly Float64Array[],
  spread: readonly Float64Array[] | undefined,
): { lower: Float64Array[]; upper: Float64Array[] } | undefined {
  if (!spread) return undefined;
  const width = 3;
  return {
    lower: expected.map((values, c) => values.map((value, t) => value - width * spread[c]![t]!)),
    upper: expected.map((values, c) => values.map((value, t) => value + width * spread[c]![t]!)),
  };
}

function checkRaw(detector: string, series: Series, raw: RawScores): void {
  const fault = (what: string) =>
    new HeedError(
      'internal',
      `the detector "${detector}" ${what}`,
      'This is a fault of the detector; please report it.',
    );
  if (raw.raw.length !== series.time.length) {
    throw fault(`gave ${raw.raw.length} raw scores for ${series.time.length} points`);
  }
  const at = raw.raw.findIndex((value) => !(value >= 0 && value < Infinity));
  if (at >= 0) throw fault(`gave ${raw.raw[at]} as the raw score of point ${at}`);
}
