import type { CooperativeScheduler } from '../yield.js';

/** How a series attends to the others. */
export interface PeerAttentionOptions {
  /** Softmax temperature, in mean squared standardized units. */
  readonly temperature: number;
  /** Peers kept per series. */
  readonly keys: number;
  /** Most differences of two values computed; beyond it every `stride`-th point stands for its neighbors. */
  readonly budget: number;
}

/** Which peers each of d series attends to, in each of `segments` intervals of time. */
export interface PeerAttention {
  readonly channels: number;
  readonly points: number;
  readonly segments: number;
  readonly k: number;
  /** segments × d × k indices of peers, nearest first; −1 where there are fewer. */
  readonly index: Int32Array;
  /** segments × d × k softmax weights; those of one series in one segment sum to 1, to 0 where it has no peer. */
  readonly weights: Float64Array;
  readonly stride: number;
}

/** Intervals of time that are judged one by one, and the fewest points in one. */
const mostSegments = 16;
const blockPoints = 16;
/** From so many segments on, the judged one and its neighbors are left out of the distances. */
const fewestToLeaveOut = 5;
/** Squared difference, in squared spreads, beyond which a larger one counts no more: what outliers may add. */
const largestSquare = 4;
/** Differences computed between two looks at the clock. */
const yieldEvery = 1_000_000;
/** Weight of the series' own value among its peers' (which sum to 1): decides where peers are split in two halves. */
const ownWeight = 0.2;

/** Blocks of almost equal length; segment b holds the points ⌊b n / segments⌋ … ⌊(b + 1) n / segments⌋ − 1. */
function chooseSegments(points: number): number {
  return Math.max(1, Math.min(mostSegments, Math.floor(points / blockPoints)));
}

function segmentStart(segment: number, points: number, segments: number): number {
  return Math.floor((segment * points) / segments);
}

/** The segment that point t lies in. */
export function blockAt(t: number, { points, segments }: Pick<PeerAttention, 'points' | 'segments'>): number {
  let segment = Math.min(segments - 1, Math.floor((t * segments) / points));
  while (segment + 1 < segments && segmentStart(segment + 1, points, segments) <= t) segment++;
  return segment;
}

/**
 * Attention across series: each series (query) attends to the others (keys), softmax(−distance / temperature), the
 * distance being the mean of min((z_i − z_j)², 4) at *other* times. The interval of time that is judged and the two
 * beside it are left out, so that neither the anomaly itself nor others like it at the same time decide whom a
 * series is compared with: two hosts that fail together would otherwise explain each other.
 * O(d² n / stride) time, O(d · segments) memory beside the result.
 * @param z d × n standardized values
 * @throws HeedError cancelled
 */
export async function attendToPeers(
  z: readonly Float64Array[],
  { temperature, keys, budget }: PeerAttentionOptions,
  scheduler: CooperativeScheduler,
  progress: (done: number) => void = () => {},
): Promise<PeerAttention> {
  const d = z.length;
  const n = z[0]!.length;
  const segments = chooseSegments(n);
  const k = Math.max(1, Math.min(keys, d - 1));
  // A segment keeps at least two points.
  const stride = Math.max(1, Math.min(Math.floor(n / segments / 2), Math.ceil((d * d * n) / budget)));
  const index = new Int32Array(segments * d * k).fill(-1);
  const weights = new Float64Array(segments * d * k);
  const starts = Array.from({ length: segments + 1 }, (_, b) => segmentStart(b, n, segments));
  const counts = Array.from({ length: segments }, (_, b) =>
    Math.ceil((starts[b + 1]! - starts[b]!) / stride),
  );
  const sums = new Float64Array(segments * d);
  const distances = new Float64Array(d);
  let untilYield = yieldEvery;
  for (let i = 0; i < d; i++) {
    const own = z[i]!;
    for (let j = 0; j < d; j++) {
      if (j === i) continue;
      const other = z[j]!;
      for (let b = 0; b < segments; b++) {
        let sum = 0;
        for (let t = starts[b]!; t < starts[b + 1]!; t += stride) {
          const difference = own[t]! - other[t]!;
          // A minimum has no branch to mispredict.
          sum += Math.min(difference * difference, largestSquare);
        }
        sums[b * d + j] = sum;
      }
      untilYield -= n / stride;
      if (untilYield > 0) continue;
      await scheduler.yieldIfDue();
      untilYield = yieldEvery;
    }
    for (let b = 0; b < segments; b++) {
      distances.fill(0);
      let count = 0;
      for (let other = 0; other < segments; other++) {
        if (segments >= fewestToLeaveOut && Math.abs(other - b) <= 1) continue;
        count += counts[other]!;
        for (let j = 0; j < d; j++) distances[j]! += sums[other * d + j]!;
      }
      for (let j = 0; j < d; j++) distances[j]! /= count;
      attendTo(distances, i, temperature, {
        index: index.subarray((b * d + i) * k, (b * d + i + 1) * k),
        weights: weights.subarray((b * d + i) * k, (b * d + i + 1) * k),
      });
    }
    progress((i + 1) / d);
  }
  return { channels: d, points: n, segments, k, index, weights, stride };
}

/** The k nearest of all but `self` and their softmax weights; ties go to the smaller index. */
function attendTo(
  distances: Float64Array,
  self: number,
  temperature: number,
  { index, weights }: { index: Int32Array; weights: Float64Array },
): void {
  const k = index.length;
  let kept = 0;
  for (let j = 0; j < distances.length; j++) {
    if (j === self || (kept === k && !(distances[j]! < distances[index[k - 1]!]!))) continue;
    let slot = kept < k ? kept++ : k - 1;
    for (; slot > 0 && distances[j]! < distances[index[slot - 1]!]!; slot--) index[slot] = index[slot - 1]!;
    index[slot] = j;
  }
  let sum = 0;
  for (let slot = 0; slot < kept; slot++) {
    weights[slot] = Math.exp((distances[index[0]!]! - distances[index[slot]!]!) / temperature);
    sum += weights[slot]!;
  }
  for (let slot = 0; slot < kept; slot++) weights[slot]! /= sum;
}

/**
 * What the attended peers (values) let expect of a series: the weighted median of their values of the moment. A
 * median, because a peer that fails must not pull down what is expected of the others; the series' own value takes
 * part with a small weight, so that where the peers are split in two halves the nearer half counts.
 * @returns n standardized values
 */
export function imputeFromPeers(
  z: readonly Float64Array[],
  attention: PeerAttention,
  channel: number,
): Float64Array {
  const { channels: d, points: n, segments, k, index, weights } = attention;
  const own = z[channel]!;
  const rebuilt = new Float64Array(n);
  const value = new Float64Array(k + 1);
  const weight = new Float64Array(k + 1);
  for (let b = 0; b < segments; b++) {
    const first = (b * d + channel) * k;
    for (let t = segmentStart(b, n, segments); t < segmentStart(b + 1, n, segments); t++) {
      let count = 0;
      let total = 0;
      const insert = (v: number, w: number): void => {
        let at = count++;
        for (; at > 0 && v < value[at - 1]!; at--) {
          value[at] = value[at - 1]!;
          weight[at] = weight[at - 1]!;
        }
        value[at] = v;
        weight[at] = w;
        total += w;
      };
      insert(own[t]!, ownWeight);
      for (let slot = first; slot < first + k && index[slot]! >= 0; slot++) {
        insert(z[index[slot]!]![t]!, weights[slot]!);
      }
      let below = weight[0]!;
      let at = 0;
      // Sums of weights that differ by rounding are equal.
      while (below < total / 2 - 1e-12 && at + 1 < count) below += weight[++at]!;
      rebuilt[t] = value[at]!;
    }
  }
  return rebuilt;
}
