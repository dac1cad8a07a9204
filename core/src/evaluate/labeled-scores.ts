import { readLength } from '../check-number.js';
import { HeedError } from '../errors.js';
import type { Interval } from '../series/interval.js';

/**
 * The runs of non-zero values in order.
 * @param labels n values, non-zero = anomalous
 */
export function anomalyIntervals(labels: ArrayLike<number>): Interval[] {
  const intervals: Interval[] = [];
  readLength(labels);
  for (let t = 0; t < labels.length; t++) {
    if (!labels[t]) continue;
    const start = t;
    while (t + 1 < labels.length && labels[t + 1]) t++;
    intervals.push({ start, end: t });
  }
  return intervals;
}

/**
 * Checks what every ranking metric needs: as many scores as labels, finite scores, at least one anomalous point.
 * Returns the number of points.
 * @throws HeedError length-mismatch, not-finite, labels-missing
 */
export function checkLabeledScores(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const n = checkPredictions(labels, scores);
  for (let t = 0; t < n; t++) {
    if (!Number.isFinite(scores[t]!)) {
      throw new HeedError('not-finite', `the score of point ${t} is ${scores[t]}`, 'Give finite scores.');
    }
  }
  return n;
}

/**
 * Checks labels against scores or yes/no predictions of the same points; returns the number of points.
 * @throws HeedError length-mismatch, labels-missing
 */
export function checkPredictions(labels: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const n = readLength(labels);
  if (readLength(predicted) !== n) {
    throw new HeedError(
      'length-mismatch',
      `there are ${predicted.length} predictions for ${n} labels`,
      'Give one score or prediction per label.',
    );
  }
  for (let t = 0; t < n; t++) if (labels[t]) return n;
  throw new HeedError(
    'labels-missing',
    `none of the ${n} points is labeled anomalous`,
    'Evaluate on a series with at least one labeled anomaly.',
  );
}
