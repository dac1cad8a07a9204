import { affiliation } from './affiliation.js';
import { areaUnderRoc, averagePrecision, bestPointF1, rankingCurve } from './curves.js';
import { anomalyIntervals } from './labeled-scores.js';
import { bestNabScore } from './nab-score.js';
import { pointAdjusted, POINT_ADJUSTMENT_WARNING } from './point-metrics.js';
import { eventBased, rangeBased } from './range-metrics.js';
import { volumeUnderSurface } from './vus.js';
import type { Interval } from '../series/interval.js';

/** What a metric says, for table members and help texts. */
export interface MetricDescription {
  readonly name: MetricName;
  readonly summary: string;
  /** Set where the metric must not be used to rank detectors. */
  readonly warning?: string;
}

/** The metrics of `evaluateScores`, in the order of tables; names as in the TSB-AD benchmark where it has them. */
export const METRIC_DESCRIPTIONS = [
  { name: 'VUS-PR', summary: 'volume under the range-aware precision–recall surface; the one to rank by' },
  { name: 'VUS-ROC', summary: 'volume under the range-aware ROC surface' },
  { name: 'AUC-PR', summary: 'average precision, point by point' },
  { name: 'AUC-ROC', summary: 'area under the ROC curve, point by point' },
  { name: 'Standard-F1', summary: 'best point-wise F1 over all thresholds' },
  { name: 'Precision', summary: 'point-wise precision at the threshold of Standard-F1' },
  { name: 'Recall', summary: 'point-wise recall at the threshold of Standard-F1' },
  { name: 'Accuracy', summary: 'share of points predicted rightly at the threshold of Standard-F1' },
  { name: 'PA-F1', summary: 'best point-adjusted F1', warning: POINT_ADJUSTMENT_WARNING },
  { name: 'Event-based-F1', summary: 'best F1 of anomalies found against alarmed points' },
  { name: 'R-based-F1', summary: 'best range-based F1 (Tatbul), alpha 0.2' },
  { name: 'Affiliation-F', summary: 'best affiliation F1; random alarms earn about 0.5' },
  { name: 'NAB', summary: 'best NAB score, standard profile: 0 = silence, 100 = perfect' },
] as const satisfies readonly { name: string; summary: string; warning?: string }[];

export type MetricName = (typeof METRIC_DESCRIPTIONS)[number]['name'];

/** All metrics of one scored series; 0…1 each but `NAB` (0…100). */
export type Metrics = Readonly<Record<MetricName, number>>;

/** Thresholds of the metrics that need a yes/no prediction: equally spaced between lowest and highest score. */
const LEVELS = 100;

/**
 * Judges the ranking of the points by `scores`. The threshold-dependent metrics take their own best threshold, which
 * knows the labels: they bound what a threshold could reach and are comparable between detectors, not promises.
 * As in TSB-AD these search 100 levels between the lowest and the highest score (Standard-F1 and NAB: all).
 * @param labels n values, non-zero = anomalous; both kinds must occur
 * @param scores n finite values, larger = more anomalous
 * @param window widest buffer of VUS in points: `findPeriodTsbAd` of the first channel
 * @throws HeedError length-mismatch, not-finite, labels-missing, bad-option
 */
export function evaluateScores(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  window: number,
): Metrics {
  const curve = rankingCurve(labels, scores);
  const best = bestPointF1(curve);
  const volume = volumeUnderSurface(labels, scores, window);
  const anomalies = anomalyIntervals(labels);
  let pointAdjustedF1 = 0;
  let eventF1 = 0;
  let rangeF1 = 0;
  let affiliationF1 = 0;
  for (const alarms of alarmsByLevel(scores, curve.thresholds)) {
    pointAdjustedF1 = Math.max(pointAdjustedF1, pointAdjusted(anomalies, alarms).f1);
    eventF1 = Math.max(eventF1, eventBased(anomalies, alarms).f1);
    rangeF1 = Math.max(rangeF1, rangeBased(anomalies, alarms, 0.2, 'flat').f1);
    affiliationF1 = Math.max(affiliationF1, affiliation(anomalies, alarms, labels.length).f1);
  }
  return {
    'VUS-PR': volume.pr,
    'VUS-ROC': volume.roc,
    'AUC-PR': averagePrecision(curve),
    'AUC-ROC': areaUnderRoc(curve),
    'Standard-F1': best.f1,
    Precision: best.precision,
    Recall: best.recall,
    Accuracy: best.accuracy,
    'PA-F1': pointAdjustedF1,
    'Event-based-F1': eventF1,
    'R-based-F1': rangeF1,
    'Affiliation-F': affiliationF1,
    NAB: bestNabScore(labels, scores).score,
  };
}

/** The runs of points with a score above each level; the highest level has none and is left out. */
function* alarmsByLevel(scores: ArrayLike<number>, descending: Float64Array): Generator<Interval[]> {
  const highest = descending[0]!;
  const lowest = descending[descending.length - 1]!;
  const step = (highest - lowest) / (LEVELS - 1);
  const alarmed = new Uint8Array(scores.length);
  for (let k = 0; k < LEVELS - 1; k++) {
    const level = lowest + k * step;
    for (let t = 0; t < alarmed.length; t++) alarmed[t] = scores[t]! > level ? 1 : 0;
    yield anomalyIntervals(alarmed);
  }
}
