import { checkEach, checkRecord, checkRun, checkSeries } from '../check-argument.js';
import { HeedError } from '../errors.js';
import { createSeriesDetector } from '../detection/create.js';
import type { DetectOptions } from '../detection/detect.js';
import type { DetectorReference } from '../detectors/known.js';
import type { Detector, ScoreOptions } from '../detection/detector-types.js';
import { findPeriodTsbAd } from '../preprocess/period/index.js';
import { sliceSeries, type Series } from '../series/series.js';
import { anomalyIntervals } from './labeled-scores.js';
import { evaluateScores, METRIC_DESCRIPTIONS, type MetricName, type Metrics } from './metrics.js';
import { failedMetrics } from './protocol.js';
import type { Interval } from '../series/interval.js';

type Detection = Awaited<ReturnType<Detector['score']>>;
type Feedback = NonNullable<ScoreOptions['feedback']>[number];

/** What a simulated user tells the detector. */
export interface FeedbackQuestion {
  /**
   * `reveal`: labeled anomalies are confirmed. `dismiss`: the highest of the detector's own events that touch no
   * labeled anomaly (nor its surroundings) are called normal.
   */
  readonly kind: 'reveal' | 'dismiss';
  /** Events judged at once. */
  readonly events: number;
  /** Most different choices of these events to try; they are spread evenly over all there are. */
  readonly choices: number;
}

/** The part of a series that was not judged, before or after feedback. */
export interface RestOfSeries {
  readonly metrics: Metrics;
  /** Labeled anomalies touched by an event, and labeled anomalies in all. */
  readonly found: number;
  readonly anomalies: number;
  /** Events that touch no labeled anomaly. */
  readonly falseEvents: number;
}

/** Means over all choices. */
export interface FeedbackEffect {
  /** 0 where the series has too few events to judge some and keep one. */
  readonly choices: number;
  readonly before: RestOfSeries;
  readonly after: RestOfSeries;
  /** The same for the first choice alone. */
  readonly first?: { readonly before: RestOfSeries; readonly after: RestOfSeries };
  /** Seconds of one scoring with feedback. */
  readonly seconds: number;
}

/**
 * How much feedback helps on the rest of a series: some events are judged as a user would, the series is scored with
 * and without these judgments, and both scores are judged where nothing was said: the judged events and half of
 * VUS's widest buffer on both sides of them are left out. Unlike `evaluateDetector` it looks at the whole pipeline's
 * score, as surfaces show it. The seed, the options and the training prefix are as there.
 * @throws HeedError labels-missing, and whatever the detector rejects
 */
export async function evaluateFeedback<const D extends DetectorReference = 'auto'>(
  series: Series,
  question: FeedbackQuestion,
  options: DetectOptions<D> = {},
): Promise<FeedbackEffect> {
  checkSeries(series);
  checkRecord('question', question);
  checkRun(options);
  const { labels, ...unlabeled } = series;
  if (!labels) {
    throw new HeedError(
      'labels-missing',
      'the series has no labels',
      'Add a column "label" with 1 at anomalous points and 0 elsewhere.',
    );
  }
  const { detector: reference = 'auto', options: given, ...run } = options;
  const detector = await createSeriesDetector(reference, given);
  try {
    if (detector.tags.needsTraining) {
      const train = detector.tags.supervised ? series : unlabeled;
      await detector.fit(run.trainLength ? sliceSeries(train, 0, run.trainLength) : train, run);
    }
    const buffer = findPeriodTsbAd(series.channels[0]!.values);
    const anomalies = anomalyIntervals(labels);
    const plain = await detector.score(unlabeled, run);
    const before: RestOfSeries[] = [];
    const after: RestOfSeries[] = [];
    let seconds = 0;
    for (const judged of judgments(question, anomalies, plain, buffer)) {
      const without = judgeRest(series.time, labels, anomalies, plain, judged, buffer);
      if (!without) continue;
      const feedback = judged.map(({ start, end }): Feedback => ({
        start: series.time[start]!,
        end: series.time[end]!,
        kind: question.kind === 'reveal' ? 'anomaly' : 'normal',
      }));
      const begin = performance.now();
      const told = await detector.score(unlabeled, { ...run, feedback });
      seconds += (performance.now() - begin) / 1000;
      before.push(without);
      after.push(judgeRest(series.time, labels, anomalies, told, judged, buffer)!);
    }
    const choices = before.length;
    return {
      choices,
      before: averageRests(before),
      after: averageRests(after),
      ...(choices > 0 ? { first: { before: before[0]!, after: after[0]! } } : {}),
      seconds: choices > 0 ? seconds / choices : 0,
    };
  } finally {
    detector.dispose();
  }
}

/** The effect of a run that failed. */
export function failedEffect(): FeedbackEffect {
  return { choices: 0, before: averageRests([]), after: averageRests([]), seconds: 0 };
}

/** The lists of intervals that are judged together, one list per choice. */
function judgments(
  { kind, events, choices }: FeedbackQuestion,
  anomalies: readonly Interval[],
  plain: Detection,
  buffer: number,
): Interval[][] {
  if (kind === 'reveal') {
    const total = anomalies.length;
    if (total <= events) return [];
    return spread(total, choices).map((at) =>
      Array.from({ length: events }, (_, i) => anomalies[(at + i) % total]!),
    );
  }
  const wrong = plain.events
    .filter((event) => !anomalies.some((anomaly) => touches(event, anomaly, buffer >> 1)))
    .sort((a, b) => b.score - a.score || a.start - b.start)
    .map(({ startIndex, endIndex }): Interval => ({ start: startIndex, end: endIndex }));
  // Users dismiss what is shown to them: the highest events first.
  const lists = Math.min(choices, Math.floor(wrong.length / events));
  return Array.from({ length: lists }, (_, i) => wrong.slice(i * events, (i + 1) * events));
}

/** At most `most` of the numbers 0…total − 1, evenly spread, the first one always among them. */
function spread(total: number, most: number): number[] {
  const count = Math.min(total, most);
  return Array.from({ length: count }, (_, i) => Math.floor((i * total) / count));
}

function touches(event: Detection['events'][number], anomaly: Interval, margin: number): boolean {
  return event.startIndex <= anomaly.end + margin && event.endIndex >= anomaly.start - margin;
}

/** Undefined where nothing labeled, or nothing normal, is left. */
function judgeRest(
  time: Float64Array,
  labels: ArrayLike<number>,
  anomalies: readonly Interval[],
  detection: Detection,
  judged: readonly Interval[],
  buffer: number,
): RestOfSeries | undefined {
  const margin = buffer >> 1;
  const isLabeled = (start: number, end: number): boolean =>
    judged.some((interval) => start <= interval.end + margin && end >= interval.start - margin);
  const rest: number[] = [];
  for (let t = 0; t < time.length; t++) if (!isLabeled(t, t)) rest.push(t);
  const restLabels = Uint8Array.from(rest, (t) => (labels[t]! ? 1 : 0));
  if (!restLabels.includes(1) || !restLabels.includes(0)) return undefined;
  const scores = Float64Array.from(rest, (t) => detection.score[t]!);
  const open = anomalies.filter(({ start, end }) => !isLabeled(start, end));
  const shown = detection.events.filter(({ startIndex, endIndex }) => !isLabeled(startIndex, endIndex));
  return {
    metrics: evaluateScores(restLabels, scores, buffer),
    anomalies: open.length,
    found: open.filter((anomaly) => shown.some((event) => touches(event, anomaly, 0))).length,
    falseEvents: shown.filter((event) => !anomalies.some((anomaly) => touches(event, anomaly, margin)))
      .length,
  };
}

function averageRests(parts: readonly RestOfSeries[]): RestOfSeries {
  if (parts.length === 0) return { metrics: failedMetrics(), found: 0, anomalies: 0, falseEvents: 0 };
  const mean = (value: (part: RestOfSeries) => number): number =>
    parts.reduce((sum, part) => sum + value(part), 0) / parts.length;
  return {
    metrics: Object.fromEntries(
      METRIC_DESCRIPTIONS.map(({ name }) => [name, mean(({ metrics }) => metrics[name as MetricName])]),
    ) as Metrics,
    found: mean(({ found }) => found),
    anomalies: mean(({ anomalies }) => anomalies),
    falseEvents: mean(({ falseEvents }) => falseEvents),
  };
}

/** One detector on one file. A failed run has `error`; one without anything to judge has 0 choices. */
export interface FeedbackResult extends FeedbackEffect {
  readonly file: string;
  readonly family: string;
  readonly detector: string;
  readonly points: number;
  readonly channels: number;
  /** `after.metrics`: what a resumed evaluation checks. */
  readonly metrics: Metrics;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Means over the files that had something to judge. */
export interface FeedbackSummary {
  readonly files: number;
  readonly before: RestOfSeries;
  readonly after: RestOfSeries;
  readonly gain: number;
  /** Gain of the first choice of each file. */
  readonly firstGain: number;
  /** Files whose metric rose / fell by more than 0.005. */
  readonly better: number;
  readonly worse: number;
  readonly seconds: number;
}

/** What `heed evaluate --reveal` and `--dismiss` print as JSON. */
export interface FeedbackReport {
  readonly question: FeedbackQuestion;
  readonly metric: MetricName;
  readonly files: readonly FeedbackResult[];
  /** Files left out since they have too few events. */
  readonly skipped: readonly string[];
  readonly detectors: Readonly<
    Record<
      string,
      { readonly overall: FeedbackSummary; readonly families: Readonly<Record<string, FeedbackSummary>> }
    >
  >;
  readonly failures: readonly { file: string; detector: string; code: string; message: string }[];
}

/** Gains below this are not counted as better or worse. */
const NOTABLE = 0.005;

/** Summarizes per detector, family and overall; failed runs and files without anything to judge are left out. */
export function summarizeFeedback(
  results: readonly FeedbackResult[],
  question: FeedbackQuestion,
  metric: MetricName,
): FeedbackReport {
  checkEach('result', results, checkRecord);
  checkRecord('question', question);
  const detectors = [...new Set(results.map(({ detector }) => detector))];
  const summary = (subset: readonly FeedbackResult[]): FeedbackSummary => {
    const gains = subset.map(({ before, after }) => after.metrics[metric] - before.metrics[metric]);
    const firsts = subset.map(({ first }) =>
      first ? first.after.metrics[metric] - first.before.metrics[metric] : 0,
    );
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    return {
      files: subset.length,
      before: averageRests(subset.map(({ before }) => before)),
      after: averageRests(subset.map(({ after }) => after)),
      gain: mean(gains),
      firstGain: mean(firsts),
      better: gains.filter((gain) => gain > NOTABLE).length,
      worse: gains.filter((gain) => gain < -NOTABLE).length,
      seconds: mean(subset.map(({ seconds }) => seconds)),
    };
  };
  return {
    question,
    metric,
    files: results,
    skipped: [
      ...new Set(results.filter(({ choices, error }) => choices === 0 && !error).map(({ file }) => file)),
    ],
    detectors: Object.fromEntries(
      detectors.map((detector) => {
        const own = results.filter((result) => result.detector === detector && result.choices > 0);
        const families = [...new Set(own.map(({ family }) => family))].sort();
        return [
          detector,
          {
            overall: summary(own),
            families: Object.fromEntries(
              families.map((family) => [family, summary(own.filter((result) => result.family === family))]),
            ),
          },
        ];
      }),
    ),
    failures: results.flatMap(({ file, detector, error }) => (error ? [{ file, detector, ...error }] : [])),
  };
}
