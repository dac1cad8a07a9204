import { checkRecord } from '../check-argument.js';
import { checkNumber } from '../check-number.js';
import { anomalyIntervals, checkPredictions } from './labeled-scores.js';
import {
  computeF1,
  countPoints,
  countOverlap,
  totalLength,
  type PrecisionRecallF1,
} from './point-metrics.js';
import type { Interval } from '../series/interval.js';

/** Where in an anomaly an alarm is worth most. */
export type PositionalBias = 'flat' | 'front' | 'middle' | 'back';

export interface RangeOptions {
  /** Weight of finding an anomaly at all against covering it, 0…1; default 0.2. Counts for recall only. */
  readonly alpha?: number;
  /** Default `flat`. Counts for recall only; precision is always flat, since an alarm has no better end. */
  readonly bias?: PositionalBias;
}

/**
 * Range-based precision, recall and F1 (Tatbul et al., NeurIPS 2018). Each real range earns
 * alpha · found + (1 − alpha) · overlap / (number of alarms it is broken into); precision is the same with the roles
 * exchanged and alpha = 0.
 * @param labels n values, non-zero = anomalous; at least one must be
 * @param predicted n values, non-zero = alarm
 * @throws HeedError length-mismatch, labels-missing, bad-option
 */
export function rangeMetrics(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: RangeOptions = {},
): PrecisionRecallF1 {
  checkRecord('options', options);
  checkPredictions(labels, predicted);
  const { alpha = 0.2, bias = 'flat' } = options;
  checkNumber('alpha', alpha, { min: 0, max: 1 });
  return rangeBased(anomalyIntervals(labels), anomalyIntervals(predicted), alpha, bias);
}

/** @internal */
export function rangeBased(
  anomalies: readonly Interval[],
  alarms: readonly Interval[],
  alpha: number,
  bias: PositionalBias,
): PrecisionRecallF1 {
  const recall = reward(anomalies, alarms, alpha, bias);
  const precision = reward(alarms, anomalies, 0, 'flat');
  return { precision, recall, f1: computeF1(precision, recall) };
}

/** Mean reward of `ranges` given `others`; 0 where there are none. */
function reward(
  ranges: readonly Interval[],
  others: readonly Interval[],
  alpha: number,
  bias: PositionalBias,
): number {
  let sum = 0;
  let j = 0;
  for (const range of ranges) {
    while (j < others.length && others[j]!.end < range.start) j++;
    let covered = 0;
    let pieces = 0;
    for (let k = j; k < others.length && others[k]!.start <= range.end; k++) {
      const from = Math.max(range.start, others[k]!.start) - range.start;
      const to = Math.min(range.end, others[k]!.end) - range.start;
      covered += weight(from, to, countPoints(range), bias);
      pieces++;
    }
    if (pieces > 0)
      sum +=
        alpha +
        ((1 - alpha) * covered) / weight(0, range.end - range.start, countPoints(range), bias) / pieces;
  }
  return ranges.length > 0 ? sum / ranges.length : 0;
}

/** Sum of the positional weights of the points from…to (from 0, both inclusive) of a range. */
function weight(from: number, to: number, length: number, bias: PositionalBias): number {
  if (bias === 'flat') return to - from + 1;
  let sum = 0;
  for (let i = from; i <= to; i++) {
    if (bias === 'back' || (bias === 'middle' && i + 1 <= length / 2)) sum += i + 1;
    else sum += length - i;
  }
  return sum;
}

/** Event-based figures: anomalies count as wholes, false alarms as points. */
export interface EventMetrics extends PrecisionRecallF1 {
  /** Anomalies touched by at least one alarm. */
  readonly detected: number;
  readonly events: number;
}

/**
 * Event-based F1 (Garg et al., TNNLS 2022, composite F1): recall is the share of anomalies with at least one alarm,
 * precision the share of alarmed points that are anomalous. Unlike point adjustment a long anomaly hit once does not
 * pay for many false alarms. Parameters and errors as `rangeMetrics`.
 */
export function eventMetrics(labels: ArrayLike<number>, predicted: ArrayLike<number>): EventMetrics {
  checkPredictions(labels, predicted);
  return eventBased(anomalyIntervals(labels), anomalyIntervals(predicted));
}

/** @internal */
export function eventBased(anomalies: readonly Interval[], alarms: readonly Interval[]): EventMetrics {
  const { touched, overlap } = countOverlap(anomalies, alarms);
  const detected = touched.filter((found) => found).length;
  const precision = overlap > 0 ? overlap / totalLength(alarms) : 0;
  const recall = detected / anomalies.length;
  return { precision, recall, f1: computeF1(precision, recall), detected, events: anomalies.length };
}
