import type { RawScores } from '../detectors/contract.js';
import { HeedError } from '../errors.js';
import { expectedBand, explainEvents, type ExplainContext } from '../explain/explain.js';
import { referenceOf } from '../score/deviation.js';
import { findEvents } from '../score/events.js';
import { applyFeedback } from '../score/feedback.js';
import { scoresFromRaw } from '../score/scores.js';
import { computeThreshold } from '../score/threshold.js';
import type { Detection, ThresholdReport } from '../score/types.js';
import type { Series } from '../series/series.js';
import { feedbackNotes } from './feedback.js';
import type { FilledSeries } from './gaps.js';
import type { ScoreOptions } from './types.js';

/** What a detection is made from. */
export interface DetectionInput {
  readonly detector: string;
  readonly filled: FilledSeries;
  readonly raw: RawScores;
  readonly options: ScoreOptions;
  /** Raw scores of the training series, where the detector was fitted. */
  readonly training?: Float64Array;
  /** A border set earlier (streams). */
  readonly threshold?: ThresholdReport;
  /** Where the series is the end of a longer one (streams). */
  readonly whole?: ExplainContext['whole'];
}

/**
 * Turns raw scores into what surfaces show: border, scores, events, explanations.
 * @throws HeedError bad-option (event options), internal (a detector that breaks its contract)
 */
export function buildDetection({
  detector,
  filled,
  raw,
  options,
  training,
  threshold: given,
  whole,
}: DetectionInput): Detection {
  const { series, missing } = filled;
  checkRaw(detector, series, raw);
  const events = options.events ?? {};
  const threshold =
    given ??
    computeThreshold(raw.raw, {
      method: events.threshold,
      value: events.thresholdValue,
      sensitivity: events.sensitivity,
      trainLength: options.trainLength,
      learned: raw.border,
      missing,
      training,
    });
  const unjudged = scoresFromRaw(raw.raw, threshold.border, missing);
  const score = options.feedback?.length ? applyFeedback(series, unjudged, options.feedback) : unjudged;
  const reference = referenceOf(series, raw);
  const runs = findEvents(series, score, reference, events, missing);
  return {
    detector,
    score,
    threshold,
    ...(raw.expected ? { expected: raw.expected, ...expectedBand(raw.expected, reference.spread) } : {}),
    events: explainEvents(series, raw, reference, runs, { missing, timeZone: options.timeZone, whole }),
    ...(raw.period === undefined ? {} : { period: raw.period }),
    notes: [...filled.notes, ...(raw.notes ?? []), ...feedbackNotes(series, options.feedback)],
    ...(raw.heads ? { heads: raw.heads } : {}),
  };
}

/** Nothing a surface draws may be NaN, whatever a detector returns. */
function checkRaw(detector: string, series: Series, raw: RawScores): void {
  const n = series.time.length;
  const d = series.channels.length;
  const fault = (what: string): HeedError =>
    new HeedError(
      'internal',
      `the detector "${detector}" ${what}`,
      'This is a fault of the detector: please report it with the series.',
    );
  if (raw.raw.length !== n) throw fault(`gave ${raw.raw.length} raw scores for ${n} points`);
  const checkAll = (name: string, values: Float64Array, least: number): void => {
    for (let t = 0; t < n; t++) {
      if (!(values[t]! >= least && values[t]! < Infinity)) {
        throw fault(`gave ${values[t]} as the ${name} of point ${t}`);
      }
    }
  };
  checkAll('raw score', raw.raw, 0);
  for (const [name, arrays, least] of [
    ['contribution', raw.contributions, 0],
    ['expected value', raw.expected, -Number.MAX_VALUE],
    ['spread', raw.spread, 0],
  ] as const) {
    if (!arrays) continue;
    if (arrays.length !== d || arrays.some((values) => values.length !== n)) {
      throw fault(`gave ${name}s of another shape than ${d} × ${n}`);
    }
    for (const values of arrays) checkAll(name, values, least);
  }
}
