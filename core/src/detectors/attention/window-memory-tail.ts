import { insertNearest } from '../../windows/memory-plain.js';
import { attentionWeights, createNearestWindows } from '../../windows/memory.js';
import type { NearestWindows } from '../../windows/memory-types.js';
import type { AttendedInterval } from '../base/types.js';
import { interpolate } from '../../preprocess/aggregate.js';
import type { GrowingChannels } from './growing-channels.js';
import {
  centerOffset,
  meanDistances,
  offsetRanges,
  minSeparation,
  toInterval,
  varianceWithinSegments,
  type MemoryPlan,
  type MemoryScores,
} from './window-memory.js';
import type { Scales } from '../base/standardize.js';

/** What `scoreByMemory` gives for the last points of a series. */
export type TailScores = Pick<
  MemoryScores,
  'raw' | 'contributions' | 'neighborDistance' | 'expected' | 'spread'
>;

/** Windows whose keys are remembered for explanations; the latest ones. */
const REMEMBERED = 20_000;

interface Attended {
  readonly residual: number;
  readonly keys: readonly { readonly start: number; readonly weight: number }[];
}

/** What is asked of a tail besides the scores of the last points. */
export interface TailOptions {
  /** Scores of so many points before the last k are given as well. Default 0. */
  readonly before?: number;
  /** Also what is expected of the last k points, and what they attended to. Default true. */
  readonly explains?: boolean;
}

/** Windows at the end of the series beyond which scoring all of it is as cheap. */
const LONGEST = 512;

/**
 * Memory attention over the last points of a growing series. Along each offset between two windows the squared distance
 * changes by one entering and one leaving point, so that a point costs O(n · d), or a share of it where only some
 * offsets are compared. Distances do not see the mean, and are kept per channel, so that a standard deviation that
 * changes with every point is divided out afterwards.
 */
export class MemoryTail {
  private plan: MemoryPlan | undefined;
  /** Means of segments of points; those of the last, incomplete segment change. */
  private segments: Float64Array[] = [];
  private condensed = 0;
  /** The window whose distances `sums` holds; −1 for none. */
  private base = -1;
  /** Per channel: squared distance of the base window from those so many offsets before it, nearest first. */
  private sums: Float64Array[] = [];
  private spare: Float64Array[] = [];
  private readonly attended = new Map<number, Attended>();
  /** Keys of windows that no later window can be a key of yet, and the scales they were found with. */
  private found = new Map<number, NearestWindows>();
  private foundWith: Scales | undefined;

  /** @param own scales of the history: what the tail counts in, so that values of any size keep their digits */
  constructor(
    private readonly series: GrowingChannels,
    private readonly own: Scales,
  ) {}

  /**
   * The scores of the last k points and those before them that are asked for, to rounding those that `scoreByMemory`
   * gives them with this plan; what is expected is of the last k.
   * @returns undefined where the points hold so many windows that all may as well be scored
   */
  score(
    k: number,
    scales: Scales,
    plan: MemoryPlan,
    { before = 0, explains = true }: TailOptions = {},
  ): TailScores | undefined {
    const { downsampling, segments: w } = plan;
    const n = this.series.points;
    const d = this.series.channels.length;
    const wanted = Math.min(n, k + before);
    this.follow(plan);
    const points = Math.ceil(n / downsampling);
    const count = points - w + 1;
    const center = centerOffset(plan);
    const firstBlock = Math.max(0, Math.floor((n - k - (downsampling - 1) / 2) / downsampling));
    const first = Math.max(
      0,
      Math.min(
        Math.floor((n - wanted - center) / downsampling),
        explains ? firstBlock - w + 1 : count - 1,
        count - 1,
      ),
    );
    const evaluated = count - first;
    if (first < w || evaluated > Math.min(LONGEST, count / 2)) return undefined;

    // Along the way the distances of a window that has its keys are not needed.
    const complete = Math.floor(n / downsampling) - w;
    if (this.foundWith !== scales) this.found.clear();
    this.foundWith = scales;
    let open = first;
    while (open < count - 1 && open + w >= count && this.found.has(open)) open++;
    // Windows of complete segments only are worth keeping: the last segment may still change.
    const stable = Math.min(open, complete);
    if (stable >= 0) this.moveTo(stable, plan);
    const sums = this.copyOfSums(this.offsetsOf(count, plan));
    let at = stable;
    const offsets = offsetRanges({ window: w, count, channels: d }, plan);
    const share = Float64Array.from(sums, (_, c) => (this.own.std[c]! / scales.std[c]!) ** 2 / (w * d));
    const later = this.distancesWithin(first, count, plan, share);
    const residuals = Array.from({ length: d }, () => new Float64Array(evaluated));
    const neighborDistance = new Float64Array(evaluated);
    const told = explains ? points - firstBlock : 0;
    const expected = Array.from({ length: d }, () => new Float64Array(told));
    const squares = Array.from({ length: d }, () => new Float64Array(told));
    const covered = new Float64Array(told);
    for (let q = first; q < count; q++) {
      let nearest = q < open ? this.found.get(q) : undefined;
      if (!nearest) {
        if (at < 0) this.distancesOf(q, plan, sums);
        else if (q > at) this.advance(sums, q, plan);
        at = q;
        nearest = this.nearestOf(q, sums, share, plan, offsets, later, first);
        if (q <= complete && q + w >= count) this.found.set(q, nearest);
      }
      const weights = attentionWeights(nearest, plan.temperature);
      this.rebuild(q, nearest, weights, scales, plan, (c, t, mean, square) => {
        if (t < firstBlock || !explains) return;
        expected[c]![t - firstBlock] = expected[c]![t - firstBlock]! + mean;
        squares[c]![t - firstBlock] = squares[c]![t - firstBlock]! + square;
        if (c === 0) covered[t - firstBlock] = covered[t - firstBlock]! + 1;
      }).forEach((residual, c) => (residuals[c]![q - first] = residual / d));
      neighborDistance[q - first] = meanDistances(nearest)[0]!;
      if (explains) this.remember(q, nearest, weights, residuals, q - first);
    }

    for (const q of this.found.keys()) {
      if (q >= first && q + w >= count) break;
      this.found.delete(q);
    }

    const spreadOut = (values: Float64Array, over: number, offset: number, from: number): Float64Array =>
      interpolate(values, over, offset + from * downsampling - (n - over), downsampling);
    const contributions = residuals.map((own) => spreadOut(own, wanted, center, first));
    const raw = new Float64Array(wanted);
    for (const own of contributions) for (let t = 0; t < wanted; t++) raw[t] = raw[t]! + own[t]!;
    const spread = squares.map((own, c) => {
      if (!explains) return own;
      const within = downsampling === 1 ? 0 : this.varianceWithin(c, downsampling) / scales.std[c]! ** 2;
      for (let t = 0; t < own.length; t++) {
        const mean = expected[c]![t]! / covered[t]!;
        expected[c]![t] = mean;
        own[t] = Math.sqrt(Math.max(0, own[t]! / covered[t]! - mean * mean) + within);
      }
      return spreadOut(own, k, (downsampling - 1) / 2, firstBlock);
    });
    return {
      raw,
      contributions,
      neighborDistance: spreadOut(neighborDistance, wanted, center, first),
      expected: explains
        ? expected.map((own) => spreadOut(own, k, (downsampling - 1) / 2, firstBlock))
        : expected,
      spread,
    };
  }

  /** Starts again after points at the beginning of the series were forgotten. */
  restart(): void {
    this.condensed = 0;
    this.base = -1;
    this.attended.clear();
    this.found.clear();
  }

  /** The intervals that the worst window of these points attended to; none for windows that were not scored here. */
  attend(start: number, end: number): AttendedInterval[] {
    const { plan } = this;
    if (!plan) return [];
    const n = this.series.points;
    const last = Math.ceil(n / plan.downsampling) - plan.segments;
    const at = (t: number): number =>
      Math.min(last, Math.max(0, Math.round((t - centerOffset(plan)) / plan.downsampling)));
    let worst: Attended | undefined;
    for (let q = at(start); q <= at(end); q++) {
      const own = this.attended.get(q);
      if (own && (!worst || own.residual > worst.residual)) worst = own;
    }
    return (worst?.keys ?? []).map((key) => toInterval(key, plan, n));
  }

  /** Takes over new points; starts again where the plan lays the series out otherwise. */
  private follow(plan: MemoryPlan): void {
    const { downsampling, segments } = plan;
    if (
      this.plan?.downsampling !== downsampling ||
      this.plan.segments !== segments ||
      this.plan.stride !== plan.stride
    ) {
      if (this.plan?.downsampling !== downsampling) this.condensed = 0;
      this.base = -1;
      this.attended.clear();
      this.found.clear();
    }
    this.plan = plan;
    const n = this.series.points;
    const count = Math.ceil(n / downsampling);
    this.segments = this.series.channels.map((values, c) => {
      let own = this.segments[c];
      if (!own || own.length < count) {
        own = new Float64Array(Math.max(count, Math.ceil(1.5 * (own?.length ?? 0))));
        own.set(this.segments[c]?.subarray(0, this.condensed) ?? []);
      }
      for (let i = this.condensed; i < count; i++) {
        const end = Math.min(n, (i + 1) * downsampling);
        let sum = 0;
        for (let t = i * downsampling; t < end; t++) sum += values[t]!;
        own[i] = (sum / (end - i * downsampling) - this.own.mean[c]!) / this.own.std[c]!;
      }
      return own;
    });
    this.condensed = Math.floor(n / downsampling);
  }

  /** How many offsets windows are compared at that lie before window `count`: one window, and every stride on. */
  private offsetsOf(count: number, { segments: w, stride }: MemoryPlan): number {
    return Math.max(0, Math.ceil((count - w) / stride));
  }

  /** Brings `sums` to a window of complete segments, at or after the one they belong to. */
  private moveTo(window: number, plan: MemoryPlan): void {
    const room = this.offsetsOf(window + 1, plan);
    if (this.sums.length === 0 || this.sums[0]!.length < room) {
      this.sums = this.series.channels.map((_, c) => {
        const own = new Float64Array(Math.ceil(1.5 * room));
        own.set(this.sums[c] ?? []);
        return own;
      });
    }
    // Far behind, or ahead after a larger step back: starting again is as cheap.
    if (this.base < 0 || this.base > window || window - this.base > plan.segments) {
      this.distancesOf(window, plan, this.sums);
    } else for (let q = this.base + 1; q <= window; q++) this.advance(this.sums, q, plan);
    this.base = window;
  }

  private copyOfSums(room: number): Float64Array[] {
    if (this.spare.length === 0 || this.spare[0]!.length < room) {
      this.spare = this.series.channels.map(() => new Float64Array(Math.ceil(1.5 * room)));
    }
    if (this.base >= 0) {
      this.spare.forEach((own, c) => own.set(this.sums[c]!.subarray(0, Math.min(own.length, room))));
    }
    return this.spare;
  }

  /** Squared distances of window q from those before it that it is compared with, from the definition. */
  private distancesOf(q: number, plan: MemoryPlan, sums: readonly Float64Array[]): void {
    const { segments: w, stride } = plan;
    const offsets = this.offsetsOf(q + 1, plan);
    sums.forEach((own, c) => {
      const x = this.segments[c]!;
      for (let m = 0; m < offsets; m++) own[m] = squaredDistance(x, q, q - w - m * stride, w);
    });
  }

  /** Turns the distances of window q − 1 into those of window q. */
  private advance(sums: readonly Float64Array[], q: number, plan: MemoryPlan): void {
    const { segments: w, stride } = plan;
    const before = this.offsetsOf(q, plan);
    const offsets = this.offsetsOf(q + 1, plan);
    sums.forEach((own, c) => {
      const x = this.segments[c]!;
      const entering = x[q + w - 1]!;
      const leaving = x[q - 1]!;
      // The key of the m-th offset starts w + m · stride before q.
      for (let m = 0, key = q - w; m < before; m++, key -= stride) {
        const added = entering - x[key + w - 1]!;
        const gone = leaving - x[key - 1]!;
        own[m] = own[m]! + (added * added - gone * gone);
      }
      for (let m = before; m < offsets; m++) own[m] = squaredDistance(x, q, q - w - m * stride, w);
    });
  }

  /**
   * Distances between the windows from `first` on that lie at least one window apart: by offset (the m-th of
   * `offsetsOf`), that of each earlier window from the later one.
   */
  private distancesWithin(
    first: number,
    count: number,
    plan: MemoryPlan,
    share: Float64Array,
  ): Float64Array[] {
    const { segments: w, stride } = plan;
    const offsets = this.offsetsOf(count - first, plan);
    return Array.from({ length: offsets }, (_, m) => {
      const offset = w + m * stride;
      const out = new Float64Array(count - first - offset);
      this.segments.forEach((x, c) => {
        let sum = squaredDistance(x, first, first + offset, w);
        for (let i = 0, q = first; i < out.length; i++, q++) {
          out[i] = out[i]! + sum * share[c]!;
          const added = x[q + w]! - x[q + offset + w]!;
          const gone = x[q]! - x[q + offset]!;
          sum += added * added - gone * gone;
        }
      });
      return out;
    });
  }

  /** The nearest keys of window q, offered in the order of a whole scan. */
  private nearestOf(
    q: number,
    sums: readonly Float64Array[],
    share: Float64Array,
    { segments: w, keys, stride: every }: MemoryPlan,
    offsets: ReturnType<typeof offsetRanges>,
    later: readonly Float64Array[],
    first: number,
  ): NearestWindows {
    const nearest = createNearestWindows(1, keys, minSeparation(w));
    const { distance } = nearest;
    const own = sums[0]!;
    const offer = (key: number, d: number): void => {
      if (!(d > 0)) d = 0;
      if (d < distance[keys - 1]!) insertNearest(nearest, 0, key, d);
    };
    const offerBefore = (offset: number): void => {
      const m = (offset - w) / every;
      let d = own[m]! * share[0]!;
      for (let c = 1; c < sums.length; c++) d += sums[c]![m]! * share[c]!;
      offer(q - offset, d);
    };
    const offerAfter = (offset: number): void => {
      const distances = later[(offset - w) / every];
      if (distances && q - first < distances.length) offer(q + offset, distances[q - first]!);
    };
    const farthest = w + (later.length - 1) * every;
    for (const { first: from, last, stride } of offsets) {
      // A whole scan goes along two offsets at a time: a query meets the farther key before it first, then the nearer,
      // then those after it.
      for (let a = from; a < last && a <= Math.max(q, farthest); a += 2 * stride) {
        const b = a + stride;
        if (b < last && b <= q) offerBefore(b);
        if (a <= q) offerBefore(a);
        if (a <= farthest) offerAfter(a);
        if (b < last && b <= farthest) offerAfter(b);
      }
    }
    return nearest;
  }

  /** Rebuilds window q from its keys. Returns the mean squared residual of each channel. */
  private rebuild(
    q: number,
    nearest: NearestWindows,
    weights: Float64Array,
    { mean, std }: Scales,
    { segments: w }: MemoryPlan,
    add: (channel: number, block: number, mean: number, square: number) => void,
  ): number[] {
    return this.segments.map((x, c) => {
      const gain = this.own.std[c]! / std[c]!;
      const shift = (this.own.mean[c]! - mean[c]!) / std[c]!;
      let error = 0;
      for (let t = 0; t < w; t++) {
        let rebuilt = 0;
        let second = 0;
        for (let slot = 0; slot < nearest.k && nearest.index[slot]! >= 0; slot++) {
          const value = x[nearest.index[slot]! + t]! * gain + shift;
          rebuilt += weights[slot]! * value;
          second += weights[slot]! * value * value;
        }
        const gap = x[q + t]! * gain + shift - rebuilt;
        error += gap * gap;
        add(c, q + t, rebuilt, second);
      }
      return error / w;
    });
  }

  /** Mean squared distance of a channel's values from the mean of their segment, in its own unit. */
  private varianceWithin(c: number, downsampling: number): number {
    const values = this.series.channels[c]!;
    const means = this.segments[c]!.map((mean) => mean * this.own.std[c]! + this.own.mean[c]!);
    return varianceWithinSegments(values, means, downsampling);
  }

  private remember(
    q: number,
    nearest: NearestWindows,
    weights: Float64Array,
    residuals: readonly Float64Array[],
    at: number,
  ): void {
    const keys = Array.from(nearest.index, (start, slot) => ({ start, weight: weights[slot]! })).filter(
      ({ start, weight }) => start >= 0 && weight > 0,
    );
    this.attended.delete(q);
    this.attended.set(q, { residual: residuals.reduce((sum, own) => sum + own[at]!, 0), keys });
    for (const oldest of this.attended.keys()) {
      if (this.attended.size <= REMEMBERED) break;
      this.attended.delete(oldest);
    }
  }
}

/** Squared distance of the windows of w values from i and from j on. */
function squaredDistance(x: Float64Array, i: number, j: number, w: number): number {
  let sum = 0;
  for (let t = 0; t < w; t++) {
    const gap = x[i + t]! - x[j + t]!;
    sum += gap * gap;
  }
  return sum;
}
