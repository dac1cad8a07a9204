import { anomalyIntervals, checkPredictions } from './labeled-scores.js';
import { computeF1, type PrecisionRecallF1 } from './point-metrics.js';
import type { Interval } from '../series/interval.js';

/** An interval of real time: a run of points start…end covers [start, end + 1). */
interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * Affiliation precision, recall and F1 (Huet, Navarro & Rossi, KDD 2022). The time axis is cut half-way between
 * neighbouring anomalies; within the zone E of an anomaly J every alarmed instant at distance d from J is worth the
 * probability that a random instant of E lies farther from J (precision), and every instant of J with its nearest
 * alarm at distance d the probability that a random instant of E lies farther from it (recall). Both are integrals
 * over continuous time, averaged over the anomalies (precision: over those with an alarm in their zone).
 *
 * A random alarm earns about 0.5: compare with that, not with 0.
 * @param labels n values, non-zero = anomalous; at least one must be
 * @param predicted n values, non-zero = alarm; without any alarm everything is 0
 * @throws HeedError length-mismatch, labels-missing
 */
export function affiliationMetrics(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
): PrecisionRecallF1 {
  const n = checkPredictions(labels, predicted);
  return affiliation(anomalyIntervals(labels), anomalyIntervals(predicted), n);
}

/** @internal */
export function affiliation(
  anomalies: readonly Interval[],
  alarms: readonly Interval[],
  n: number,
): PrecisionRecallF1 {
  let precisionSum = 0;
  let zonesWithAlarm = 0;
  let recallSum = 0;
  let next = 0;
  for (let i = 0; i < anomalies.length; i++) {
    const anomaly = toInterval(anomalies[i]!);
    const zone = {
      from: i === 0 ? 0 : (anomalies[i - 1]!.end + 1 + anomaly.from) / 2,
      to: i === anomalies.length - 1 ? n : (anomaly.to + anomalies[i + 1]!.start) / 2,
    };
    while (next < alarms.length && alarms[next]!.end + 1 <= zone.from) next++;
    const inside: TimeSpan[] = [];
    for (let k = next; k < alarms.length && alarms[k]!.start < zone.to; k++) {
      inside.push({
        from: Math.max(zone.from, alarms[k]!.start),
        to: Math.min(zone.to, alarms[k]!.end + 1),
      });
    }
    if (inside.length === 0) continue;
    zonesWithAlarm++;
    precisionSum += zonePrecision(inside, anomaly, zone);
    recallSum += zoneRecall(inside, anomaly, zone);
  }
  const precision = zonesWithAlarm > 0 ? precisionSum / zonesWithAlarm : 0;
  const recall = recallSum / anomalies.length;
  return { precision, recall, f1: computeF1(precision, recall) };
}

function toInterval({ start, end }: Interval): TimeSpan {
  return { from: start, to: end + 1 };
}

/** Mean survival probability of the alarmed instants: ∫ P(dist(X, J) > dist(x, J)) dx / |alarms|, X uniform in E. */
function zonePrecision(alarms: readonly TimeSpan[], anomaly: TimeSpan, zone: TimeSpan): number {
  const size = zone.to - zone.from;
  const left = anomaly.from - zone.from;
  const right = zone.to - anomaly.to;
  const outside = 1 - (anomaly.to - anomaly.from) / size;
  // ∫ over distances from d0 to d1 of 1 − (|J| + min(d, left) + min(d, right)) / |E|
  const worth = (d0: number, d1: number): number =>
    outside * (d1 - d0) -
    (cappedIntegral(d1, left) -
      cappedIntegral(d0, left) +
      cappedIntegral(d1, right) -
      cappedIntegral(d0, right)) /
      size;
  let sum = 0;
  let length = 0;
  for (const { from, to } of alarms) {
    length += to - from;
    if (from < anomaly.from) sum += worth(Math.max(0, anomaly.from - to), anomaly.from - from);
    sum += Math.max(0, Math.min(to, anomaly.to) - Math.max(from, anomaly.from));
    if (to > anomaly.to) sum += worth(Math.max(0, from - anomaly.to), to - anomaly.to);
  }
  return sum / length;
}

/** Mean over the instants y of J of the probability that a random instant of E lies farther from y than an alarm. */
function zoneRecall(alarms: readonly TimeSpan[], anomaly: TimeSpan, zone: TimeSpan): number {
  const size = zone.to - zone.from;
  let sum = 0;
  for (let k = 0; k < alarms.length; k++) {
    const { from, to } = alarms[k]!;
    // The instants of J that are nearer to this alarm than to its neighbours.
    const start = Math.max(anomaly.from, k === 0 ? zone.from : (alarms[k - 1]!.to + from) / 2);
    const end = Math.min(anomaly.to, k === alarms.length - 1 ? zone.to : (to + alarms[k + 1]!.from) / 2);
    if (start >= end) continue;
    sum += end - start;
    // Distances d from the alarm's edge; `room` is how far the zone goes on beyond that edge.
    const before = Math.min(end, from);
    if (start < before) sum -= lostBeyondEdge(from - before, from - start, from - zone.from) / size;
    const after = Math.max(start, to);
    if (after < end) sum -= lostBeyondEdge(after - to, end - to, zone.to - to) / size;
  }
  return sum / (anomaly.to - anomaly.from);
}

/**
 * ∫ from d0 to d1 of d + min(d, room − d): an instant at distance d from the alarm's edge has d nearer instants on
 * the alarm's side (the alarm lies within the zone) and min(d, what is left of the zone) on the other.
 */
function lostBeyondEdge(d0: number, d1: number, room: number): number {
  const half = room / 2;
  const nearer = (d: number): number =>
    d <= half ? (d * d) / 2 : half * half - ((room - d) * (room - d)) / 2;
  return (d1 * d1 - d0 * d0) / 2 + nearer(d1) - nearer(d0);
}

/** ∫ from 0 to d of min(x, cap). */
function cappedIntegral(d: number, cap: number): number {
  return d <= cap ? (d * d) / 2 : (cap * cap) / 2 + cap * (d - cap);
}
