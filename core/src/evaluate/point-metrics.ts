import { anomalyIntervals, checkPredictions } from './labeled-scores.js';
import type { Interval } from '../series/interval.js';

/** How a yes/no prediction per point compares with the labels. */
export interface PointMetrics {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
  readonly accuracy: number;
  /** 0 where nothing was predicted. */
  readonly precision: number;
  readonly recall: number;
  /** Harmonic mean of precision and recall. */
  readonly f1: number;
}

/**
 * Accuracy, precision, recall and F1 point by point.
 * @param labels n values, non-zero = anomalous; at least one must be
 * @param predicted n values, non-zero = alarm
 * @throws HeedError length-mismatch, labels-missing
 */
export function pointMetrics(labels: ArrayLike<number>, predicted: ArrayLike<number>): PointMetrics {
  const n = checkPredictions(labels, predicted);
  let truePositives = 0;
  let falsePositives = 0;
  let falseNegatives = 0;
  for (let t = 0; t < n; t++) {
    if (predicted[t]) {
      if (labels[t]) truePositives++;
      else falsePositives++;
    } else if (labels[t]) falseNegatives++;
  }
  return {
    truePositives,
    falsePositives,
    falseNegatives,
    trueNegatives: n - truePositives - falsePositives - falseNegatives,
    accuracy: (n - falsePositives - falseNegatives) / n,
    ...precisionRecallF1(truePositives, falsePositives, falseNegatives),
  };
}

/** Why point-adjusted figures must not be compared with anything else. */
export const POINT_ADJUSTMENT_WARNING =
  'Point adjustment counts a whole anomaly as found when one of its points is: random scores reach F1 above 0.9 ' +
  'on common data sets (Kim et al., AAAI 2022). Do not rank detectors by it.';

/** Point-adjusted precision, recall and F1, with the warning that belongs to them. */
export interface PointAdjustedMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly warning: typeof POINT_ADJUSTMENT_WARNING;
}

/**
 * Precision, recall and F1 after point adjustment (Xu et al., WWW 2018): every point of an anomaly with at least one
 * alarm counts as predicted.
 *
 * **Warning**: a random score looks excellent under this protocol (Kim et al., AAAI 2022, arXiv 2109.05257). It is
 * here to compare with papers that report nothing else; the result carries the warning.
 *
 * Parameters and errors as `pointMetrics`.
 */
export function pointAdjustedMetrics(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
): PointAdjustedMetrics {
  checkPredictions(labels, predicted);
  return {
    ...pointAdjusted(anomalyIntervals(labels), anomalyIntervals(predicted)),
    warning: POINT_ADJUSTMENT_WARNING,
  };
}

export interface PrecisionRecallF1 {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** @internal */
export function pointAdjusted(
  anomalies: readonly Interval[],
  alarms: readonly Interval[],
): PrecisionRecallF1 {
  const { touched, overlap } = countOverlap(anomalies, alarms);
  let found = 0;
  let missed = 0;
  anomalies.forEach((anomaly, i) => {
    if (touched[i]) found += countPoints(anomaly);
    else missed += countPoints(anomaly);
  });
  return precisionRecallF1(found, totalLength(alarms) - overlap, missed);
}

/** Which anomalies overlap an alarm, and how many points they share in all. Both lists in order and disjoint. */
export function countOverlap(
  anomalies: readonly Interval[],
  alarms: readonly Interval[],
): { touched: boolean[]; overlap: number } {
  const touched = new Array<boolean>(anomalies.length).fill(false);
  let overlap = 0;
  let j = 0;
  for (let i = 0; i < anomalies.length; i++) {
    const anomaly = anomalies[i]!;
    while (j < alarms.length && alarms[j]!.end < anomaly.start) j++;
    for (let k = j; k < alarms.length && alarms[k]!.start <= anomaly.end; k++) {
      touched[i] = true;
      overlap += Math.min(anomaly.end, alarms[k]!.end) - Math.max(anomaly.start, alarms[k]!.start) + 1;
    }
  }
  return { touched, overlap };
}

export function countPoints(segment: Interval): number {
  return segment.end - segment.start + 1;
}

export function totalLength(intervals: readonly Interval[]): number {
  let total = 0;
  for (const segment of intervals) total += countPoints(segment);
  return total;
}

/** Harmonic mean; 0 where both are 0. */
export function computeF1(precision: number, recall: number): number {
  return precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
}

function precisionRecallF1(hits: number, falseAlarms: number, misses: number): PrecisionRecallF1 {
  const precision = hits > 0 ? hits / (hits + falseAlarms) : 0;
  const recall = hits > 0 ? hits / (hits + misses) : 0;
  return { precision, recall, f1: computeF1(precision, recall) };
}
