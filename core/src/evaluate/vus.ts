import { checkNumber } from '../check-number.js';
import { HeedError } from '../errors.js';
import { anomalyIntervals, checkLabeledScores } from './labeled-scores.js';
import type { Interval } from '../series/interval.js';

/** Volume under the surface of the range-aware precision–recall (`pr`) and ROC (`roc`) curves, each 0…1. */
export interface VolumeUnderSurface {
  readonly pr: number;
  readonly roc: number;
}

/** Thresholds per curve; the benchmark's tables use 250. */
const THRESHOLDS = 250;

/**
 * VUS-PR and VUS-ROC (Paparrizos et al., VLDB 2022) with the definitions of the TSB-AD benchmark: for every buffer
 * width w = 0…`window`, labels fade out over ⌊w/2⌋ points on both sides of each anomaly as sqrt(1 − d/w), recall is
 * multiplied by the share of (widened) anomalies that are touched at all, and the areas under the two curves over
 * 250 thresholds are averaged over w.
 *
 * Only the order of the scores matters. Takes one sort plus O(window · (points in buffers + anomalies + 250)).
 *
 * @param labels n values, non-zero = anomalous; at least one must be
 * @param scores n finite values, larger = more anomalous
 * @param window widest buffer in points, usually `findPeriodTsbAd` of the first channel
 * @throws HeedError length-mismatch, not-finite, labels-missing, bad-option
 */
export function volumeUnderSurface(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  window: number,
): VolumeUnderSurface {
  const n = checkLabeledScores(labels, scores);
  checkWindow(window, labels.length);
  const intervals = anomalyIntervals(labels);
  const bucket = thresholdOfFirstDetection(scores);

  const predicted = new Float64Array(THRESHOLDS);
  const hits = new Float64Array(THRESHOLDS);
  let positives = 0;
  for (let t = 0; t < n; t++) {
    predicted[bucket[t]!]!++;
    if (labels[t]) {
      hits[bucket[t]!]!++;
      positives++;
    }
  }
  accumulate(predicted);
  accumulate(hits);

  // First threshold at which each widened segment is touched; widening only ever adds points.
  const firstTouched = intervals.map(({ start, end }) => {
    let first = THRESHOLDS;
    for (let t = start; t <= end; t++) first = Math.min(first, bucket[t]!);
    return first;
  });

  const buffer = bufferPoints(labels, intervals, window >> 1);
  checkWork(window, buffer.points.length + intervals.length);
  const bufferHits = new Float64Array(THRESHOLDS);
  const touched = new Float64Array(THRESHOLDS);
  let prSum = 0;
  let rocSum = 0;
  for (let w = 0; w <= window; w++) {
    const half = w >> 1;
    if (half > 0 && w % 2 === 0) widen(intervals, bucket, half, firstTouched);
    bufferHits.fill(0);
    addFadingLabels(buffer, bucket, w, bufferHits);
    accumulate(bufferHits);
    touched.fill(0);
    const widened = countTouched(intervals, half, firstTouched, touched);
    accumulate(touched);

    let pr = 0;
    let roc = 0;
    let lastTpr = 0;
    let lastFpr = 0;
    for (let k = 0; k < THRESHOLDS; k++) {
      const truePositives = hits[k]! + bufferHits[k]!;
      const expected = positives + bufferHits[k]! / 2;
      const negatives = n - expected;
      const tpr = Math.min(truePositives / expected, 1) * (touched[k]! / widened);
      const fpr = negatives > 0 ? (predicted[k]! - truePositives) / negatives : 0;
      // The curve is not forced to be monotone: the steps may be negative.
      pr += (tpr - lastTpr) * (truePositives / predicted[k]!);
      roc += ((fpr - lastFpr) * (tpr + lastTpr)) / 2;
      lastTpr = tpr;
      lastFpr = fpr;
    }
    roc += ((1 - lastFpr) * (1 + lastTpr)) / 2;
    prSum += pr;
    rocSum += roc;
  }
  return { pr: prSum / (window + 1), roc: rocSum / (window + 1) };
}

/** A buffer longer than any that is used on real series, where the series itself is shorter. */
const WIDEST = 10_000;

function checkWindow(window: number, n: number): void {
  checkNumber(
    'the buffer window',
    window,
    { min: 0, max: Math.max(n, WIDEST), whole: true },
    'Give a whole number of points, 0 or more; findPeriodTsbAd(values) finds the usual one.',
  );
}

/** Steps of work beyond which a call would take minutes. */
const mostWork = 2e10;

/** @throws HeedError bad-option where window and buffers together are too large */
function checkWork(window: number, near: number): void {
  if (window * near <= mostWork) return;
  throw new HeedError(
    'bad-option',
    `a buffer window of ${window} points over ${near} points near anomalies takes too long`,
    `Give a window of at most ${Math.floor(mostWork / near)} points; findPeriodTsbAd(values) finds the usual one.`,
  );
}

/** Index of the highest of the 250 rank thresholds that each point reaches (n values). */
function thresholdOfFirstDetection(scores: ArrayLike<number>): Uint8Array {
  const n = scores.length;
  const sorted = Float64Array.from(scores).sort();
  const step = (n - 1) / (THRESHOLDS - 1);
  const thresholds = new Float64Array(THRESHOLDS);
  for (let k = 0; k < THRESHOLDS; k++) {
    const rank = k === THRESHOLDS - 1 ? n - 1 : Math.floor(k * step);
    thresholds[k] = sorted[n - 1 - rank]!;
  }
  const bucket = new Uint8Array(n);
  for (let t = 0; t < n; t++) {
    const score = scores[t]!;
    let low = 0;
    let high = THRESHOLDS - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (score >= thresholds[middle]!) high = middle;
      else low = middle + 1;
    }
    bucket[t] = low;
  }
  return bucket;
}

/** The normal points near anomalies, and how far they are from the nearest two of them. */
interface Buffer {
  readonly points: Int32Array;
  readonly nearest: Int32Array;
  /** A large number where there is only one anomaly. */
  readonly second: Int32Array;
}

/** The normal points within `reach` of an anomaly, each once, in order. */
function bufferPoints(labels: ArrayLike<number>, intervals: readonly Interval[], reach: number): Buffer {
  const points: number[] = [];
  let next = 0;
  for (const { start, end } of intervals) {
    for (let t = Math.max(next, start - reach); t < start; t++) points.push(t);
    next = end + 1;
    for (const stop = Math.min(labels.length - 1, end + reach); next <= stop && !labels[next]; next++) {
      points.push(next);
    }
  }
  const nearest = new Int32Array(points.length);
  const second = new Int32Array(points.length);
  const far = 2 ** 31 - 1;
  // The first interval that starts behind the point.
  let behind = 0;
  points.forEach((t, i) => {
    while (behind < intervals.length && intervals[behind]!.start < t) behind++;
    const before = (k: number): number => (behind - k < 0 ? far : t - intervals[behind - k]!.end);
    const after = (k: number): number =>
      behind + k >= intervals.length ? far : intervals[behind + k]!.start - t;
    const [left, right] = [before(1), after(0)];
    nearest[i] = Math.min(left, right);
    second[i] = left <= right ? Math.min(before(2), right) : Math.min(left, after(1));
  });
  return { points: Int32Array.from(points), nearest, second };
}

/** Takes the two points that a half width of `half` adds into each segment's first touching threshold. */
function widen(
  intervals: readonly Interval[],
  bucket: Uint8Array,
  half: number,
  firstTouched: number[],
): void {
  for (let i = 0; i < intervals.length; i++) {
    const before = intervals[i]!.start - half;
    const after = intervals[i]!.end + half;
    let first = firstTouched[i]!;
    if (before >= 0 && bucket[before]! < first) first = bucket[before]!;
    if (after < bucket.length && bucket[after]! < first) first = bucket[after]!;
    firstTouched[i] = first;
  }
}

/**
 * Sums sqrt(1 − d/w) of every segment within ⌊w/2⌋ over the normal points near it, caps the sum of a point at 1 and adds
 * it to the threshold at which the point is predicted. No summand is below sqrt(1/2): the sum of two is capped.
 */
function addFadingLabels(
  { points, nearest, second }: Buffer,
  bucket: Uint8Array,
  w: number,
  bufferHits: Float64Array,
): void {
  const half = w >> 1;
  if (half === 0) return;
  const fade = new Float64Array(half + 1);
  for (let d = 1; d <= half; d++) fade[d] = Math.sqrt(1 - d / w);
  for (let i = 0; i < points.length; i++) {
    if (nearest[i]! > half) continue;
    bufferHits[bucket[points[i]!]!]! += second[i]! <= half ? 1 : fade[nearest[i]!]!;
  }
}

/** Merges widened intervals that meet, counts them by the threshold that touches them first; returns their number. */
function countTouched(
  intervals: readonly Interval[],
  half: number,
  firstTouched: readonly number[],
  touched: Float64Array,
): number {
  let merged = 0;
  let first = THRESHOLDS;
  for (let i = 0; i < intervals.length; i++) {
    first = Math.min(first, firstTouched[i]!);
    const next = intervals[i + 1];
    if (next && intervals[i]!.end + half >= next.start - half) continue;
    touched[first]!++;
    merged++;
    first = THRESHOLDS;
  }
  return merged;
}

function accumulate(histogram: Float64Array): void {
  for (let k = 1; k < histogram.length; k++) histogram[k]! += histogram[k - 1]!;
}
