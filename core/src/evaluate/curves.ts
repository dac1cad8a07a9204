import { checkNumbers, checkParts } from '../check-argument.js';
import { HeedError } from '../errors.js';
import { checkLabeledScores } from './labeled-scores.js';

/** A curve over all distinct thresholds, highest first: predicting `score >= thresholds[k]` gives point k. */
export interface RankingCurve {
  readonly thresholds: Float64Array;
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  /** Anomalous and normal points in all. */
  readonly positives: number;
  readonly negatives: number;
}

/** ROC curve; starts at (0, 0) with threshold Infinity and ends at (1, 1). */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array;
  readonly truePositiveRate: Float64Array;
  readonly thresholds: Float64Array;
}

/** Precision and recall per threshold, highest threshold (lowest recall) first. */
export interface PrecisionRecallCurve {
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly thresholds: Float64Array;
}

/**
 * Counts hits and false alarms at every distinct score.
 * @param labels n values, non-zero = anomalous; both kinds must occur
 * @param scores n finite values, larger = more anomalous
 * @throws HeedError length-mismatch, not-finite, labels-missing
 */
export function rankingCurve(labels: ArrayLike<number>, scores: ArrayLike<number>): RankingCurve {
  const n = checkLabeledScores(labels, scores);
  // Sorted ascending, then read backwards: sorting numbers beats sorting indices with a comparator by far.
  const all = Float64Array.from(scores).sort();
  let positives = 0;
  for (let t = 0; t < n; t++) if (labels[t]) positives++;
  if (positives === n) {
    throw new HeedError(
      'labels-missing',
      `all ${n} points are labeled anomalous`,
      'Evaluate on a series with at least one normal point.',
    );
  }
  const anomalous = new Float64Array(positives);
  for (let t = 0, i = 0; t < n; t++) if (labels[t]) anomalous[i++] = scores[t]!;
  anomalous.sort();

  const thresholds: number[] = [];
  const truePositives: number[] = [];
  const falsePositives: number[] = [];
  let i = n - 1;
  let j = positives - 1;
  while (i >= 0) {
    const threshold = all[i]!;
    while (i >= 0 && all[i] === threshold) i--;
    while (j >= 0 && anomalous[j]! >= threshold) j--;
    const hits = positives - 1 - j;
    thresholds.push(threshold);
    truePositives.push(hits);
    falsePositives.push(n - 1 - i - hits);
  }
  return {
    thresholds: Float64Array.from(thresholds),
    truePositives: Float64Array.from(truePositives),
    falsePositives: Float64Array.from(falsePositives),
    positives,
    negatives: n - positives,
  };
}

/** Receiver operating characteristic. Parameters and errors as `rankingCurve`. */
export function rocCurve(labels: ArrayLike<number>, scores: ArrayLike<number>): RocCurve {
  const curve = rankingCurve(labels, scores);
  const points = curve.thresholds.length + 1;
  const thresholds = new Float64Array(points).fill(Infinity, 0, 1);
  const truePositiveRate = new Float64Array(points);
  const falsePositiveRate = new Float64Array(points);
  for (let k = 1; k < points; k++) {
    thresholds[k] = curve.thresholds[k - 1]!;
    truePositiveRate[k] = curve.truePositives[k - 1]! / curve.positives;
    falsePositiveRate[k] = curve.falsePositives[k - 1]! / curve.negatives;
  }
  return { thresholds, truePositiveRate, falsePositiveRate };
}

/** Precision–recall curve. Parameters and errors as `rankingCurve`. */
export function precisionRecallCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): PrecisionRecallCurve {
  const { thresholds, truePositives, falsePositives, positives } = rankingCurve(labels, scores);
  return {
    thresholds,
    recall: truePositives.map((hits) => hits / positives),
    precision: truePositives.map((hits, k) => hits / (hits + falsePositives[k]!)),
  };
}

function checkCurve(curve: RankingCurve): void {
  checkParts('curve', curve, {
    thresholds: checkNumbers,
    truePositives: checkNumbers,
    falsePositives: checkNumbers,
  });
}

/** Area under the ROC curve by the trapezoid rule: ties count half. */
export function areaUnderRoc(curve: RankingCurve): number {
  checkCurve(curve);
  let area = 0;
  let lastHits = 0;
  let lastAlarms = 0;
  for (let k = 0; k < curve.thresholds.length; k++) {
    const hits = curve.truePositives[k]!;
    const alarms = curve.falsePositives[k]!;
    area += ((alarms - lastAlarms) * (hits + lastHits)) / 2;
    lastHits = hits;
    lastAlarms = alarms;
  }
  return area / (curve.positives * curve.negatives);
}

/**
 * Area under the precision–recall curve as average precision, Σ (R_k − R_{k−1}) P_k: no interpolation between
 * thresholds, which would be optimistic (Davis & Goadrich 2006).
 */
export function averagePrecision(curve: RankingCurve): number {
  checkCurve(curve);
  let area = 0;
  let lastHits = 0;
  for (let k = 0; k < curve.thresholds.length; k++) {
    const hits = curve.truePositives[k]!;
    area += ((hits - lastHits) * hits) / (hits + curve.falsePositives[k]!);
    lastHits = hits;
  }
  return area / curve.positives;
}

/** The threshold with the highest point-wise F1 and its figures; alarms are `score >= threshold`. */
export interface BestPointF1 {
  readonly threshold: number;
  readonly f1: number;
  readonly precision: number;
  readonly recall: number;
  readonly accuracy: number;
}

/** Searches all distinct thresholds; the highest of equals wins. It knows the labels: an upper bound, not a promise. */
export function bestPointF1(curve: RankingCurve): BestPointF1 {
  checkCurve(curve);
  let best = 0;
  let bestF1 = -1;
  for (let k = 0; k < curve.thresholds.length; k++) {
    const hits = curve.truePositives[k]!;
    const f1 = (2 * hits) / (hits + curve.falsePositives[k]! + curve.positives);
    if (f1 > bestF1) {
      bestF1 = f1;
      best = k;
    }
  }
  const hits = curve.truePositives[best]!;
  const alarms = curve.falsePositives[best]!;
  return {
    threshold: curve.thresholds[best]!,
    f1: bestF1,
    precision: hits / (hits + alarms),
    recall: hits / curve.positives,
    accuracy: (hits + curve.negatives - alarms) / (curve.positives + curve.negatives),
  };
}
