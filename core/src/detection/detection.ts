import type { RawScores } from '../detectors/base/types.js';
import { HeedError } from '../errors.js';
import { checkDetection, hasExtremes, outOfRange } from './gate.js';
import { expectedBand, explainEvents, type ExplainContext } from './explain/explain.js';
import { makeReference } from './events/deviation.js';
import { findEvents } from './events/events.js';
import { findRuns } from './events/runs.js';
import { applyFeedback } from '../feedback/similar.js';
import { coverWholeIntervals } from './events/labeled-runs.js';
import { scoresFromRaw } from './threshold/scores.js';
import { computeThreshold } from './threshold/threshold.js';
import type { Detection, ThresholdReport } from './types.js';
import type { Series } from '../series/series.js';
import { feedbackNotes } from '../feedback/read.js';
import type { FilledSeries } from './gaps.js';
import { scoreChannels } from './channels.js';
import { decideSeries } from './decision/series.js';
import type { ScoreOptions } from './detector-types.js';

/** What a detection is made from. */
export interface DetectionInput {
  readonly detector: string;
  /** What is judged, as it was given, and without gaps. */
  readonly given: Series;
  readonly filled: FilledSeries;
  readonly raw: RawScores;
  readonly options: ScoreOptions;
  /** Raw scores of the training series, where the detector was fitted. */
  readonly training?: Float64Array;
  /** A threshold set earlier (streams). */
  readonly threshold?: ThresholdReport;
  /** Whether the points decide what is an event, where the detector leaves that to them. */
  readonly decides?: boolean;
  /** Where the series is the end of a longer one (streams). */
  readonly whole?: ExplainContext['whole'];
}

/**
 * Turns raw scores into what surfaces show: threshold, scores, events, explanations.
 * @throws HeedError bad-option (event options), internal (a detector that breaks its contract)
 */
export async function buildDetection({
  detector,
  given,
  filled,
  raw,
  options,
  training,
  threshold: earlier,
  decides = false,
  whole,
}: DetectionInput): Promise<Detection> {
  const { series, missing } = filled;
  checkRaw(detector, series, raw);
  const events = options.events ?? {};
  const threshold =
    earlier ??
    computeThreshold(raw.calibration ?? raw.raw, {
      method: events.threshold,
      value: events.thresholdValue,
      sensitivity: events.sensitivity,
      trainLength: options.trainLength,
      learned: raw.threshold,
      missing,
      training,
    });
  const usual = makeReference(series, raw);
  const feedback = options.feedback ?? [];
  const explain: ExplainContext = { timeZone: options.timeZone, whole };
  const judged =
    raw.perChannel &&
    scoreChannels({
      filled,
      raw,
      perChannel: raw.perChannel,
      threshold: threshold.value,
      reference: usual,
      feedback,
      events,
      explain,
    });
  const ranked = scoresFromRaw(raw.raw, threshold.value, missing);
  // Whoever sets the threshold by hand wants the score to decide.
  const decision =
    decides && raw.leavesEvents && events.threshold === undefined && events.thresholdValue === undefined
      ? decideSeries(filled, ranked, raw.period, events.sensitivity ?? 50)
      : undefined;
  const withoutFeedback = decision?.score ?? ranked;
  const covered = () => coverWholeIntervals(series.time, withoutFeedback, feedback, events.mergeGap);
  const score =
    judged?.score ??
    (feedback.length > 0 ? applyFeedback(series, withoutFeedback, covered()) : withoutFeedback);
  const normal = await explainByNormal(score, raw);
  const explained = {
    ...raw,
    ...normal,
    ...(decision
      ? { expected: decision.expected, spread: decision.spread, contributions: decision.contributions }
      : {}),
  };
  const reference = decision
    ? { ...makeReference(series, explained), decided: true }
    : normal
      ? { ...makeReference(series, explained), fromNormal: true }
      : usual;
  const runs = findEvents(series, score, reference, decision ? { mergeGap: 0, ...events } : events, missing);
  const blame = judged ? { ...explained, contributions: judged.contributions } : explained;
  return checkDetection(series, {
    detector,
    series: given,
    score,
    threshold,
    ...(explained.expected
      ? { expected: explained.expected, ...expectedBand(explained.expected, reference.spread) }
      : {}),
    events: explainEvents(series, blame, reference, runs, {
      ...explain,
      missing,
      missingIn: filled.missingIn,
      ...(decision ? { decided: decision.of } : {}),
    }),
    ...(judged ? { channels: judged.channels } : {}),
    ...(raw.period === undefined ? {} : { period: raw.period }),
    ...(decision ? { state: decision.state } : {}),
    notes: [
      ...filled.notes,
      ...(decision?.notes ?? []),
      ...(raw.notes ?? []),
      ...feedbackNotes(series, options.feedback),
    ],
    ...(raw.members ? { members: raw.members } : {}),
  });
}

/**
 * What normal points let expect where the score is above the threshold, if the detector can tell: all of that is left out
 * of the comparison, also what no event is made of.
 */
async function explainByNormal(
  score: Float32Array,
  raw: RawScores,
): Promise<Pick<RawScores, 'expected' | 'spread' | 'attend'> | undefined> {
  if (!raw.explain) return undefined;
  const intervals = findRuns(score)
    .sort((a, b) => b.score - a.score)
    .map(({ startIndex: start, endIndex: end }) => ({ start, end }));
  if (intervals.length === 0) return undefined;
  const { expected, spread, attend } = await raw.explain(intervals);
  return {
    expected,
    spread,
    attend: (start, end) => {
      const found = attend(start, end);
      return found.length > 0 ? found : (raw.attend?.(start, end) ?? []);
    },
  };
}

/** Nothing a surface draws may be NaN, whatever a detector returns. */
function checkRaw(detector: string, series: Series, raw: RawScores): void {
  const n = series.time.length;
  const d = series.channels.length;
  const fault = (what: string): HeedError =>
    hasExtremes(series)
      ? outOfRange(series, `the detector "${detector}" ${what}`)
      : new HeedError(
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
    ['raw score of a channel', raw.perChannel, 0],
    ['expected value', raw.expected, -Number.MAX_VALUE],
    ['spread', raw.spread, 0],
  ] as const) {
    if (!arrays) continue;
    if (arrays.length !== d || arrays.some((values) => values.length !== n)) {
      throw fault(`gave the ${name} in another shape than ${d} × ${n}`);
    }
    for (const values of arrays) checkAll(name, values, least);
  }
}
