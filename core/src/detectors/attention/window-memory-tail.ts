import { insertNearest } from '../../windows/memory-plain.js';
import { attentionWeights, createNearestWindows, type NearestWindows } from '../../windows/memory.js';
import type { AttendedInterval } from '../base/types.js';
import { interpolate } from '../../preprocess/aggregate.js';
import type { GrowingChannels } from './growing-channels.js';
import {
  centerOf,
  offsetRanges,
  separationOf,
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

/**
 * Memory attention over the last points of a growing series. All offsets of a window are known from those of the
 * window before: along each, the squared distance changes by one entering and one leaving point, so that a point
 * costs O(n · d). Distances do not see the mean, and are kept per channel, so that a standard deviation that changes
 * with every point is divided out afterwards.
 */
export class MemoryTail {
  private plan: MemoryPlan | undefined;
  /** Means of segments of points; those of the last, incomplete segment change. */
  private segments: Float64Array[] = [];
  private condensed = 0;
  /** The window whose distances `sums` holds; −1 for none. */
  private base = -1;
  /** Per channel: squared distance of the base window from the windows 0, 1, … before it. */
  private sums: Float64Array[] = [];
  private spare: Float64Array[] = [];
  private readonly attended = new Map<number, Attended>();

  /** @param own scales of the history: what the tail counts in, so that values of any size keep their digits */
  constructor(
    private readonly series: GrowingChannels,
    private readonly own: Scales,
  ) {}

  /**
   * The scores of the last k points, to rounding those that `scoreByMemory` gives them with this plan.
   * @returns undefined where the points hold so many windows that later ones are keys of earlier ones: all has to be
   *   scored then
   */
  score(k: number, scales: Scales, plan: MemoryPlan): TailScores | undefined {
    const { downsampling, segments: w } = plan;
    const n = this.series.points;
    const d = this.series.channels.length;
    this.follow(plan);
    const points = Math.ceil(n / downsampling);
    const count = points - w + 1;
    const center = centerOf(plan);
    const firstBlock = Math.max(0, Math.floor((n - k - (downsampling - 1) / 2) / downsampling));
    const first = Math.max(
      0,
      Math.min(Math.floor((n - k - center) / downsampling), firstBlock - w + 1, count - 1),
    );
    if (first + w < count || first < w) return undefined;

    // Windows of complete segments only are worth keeping: the last segment may still change.
    const stable = Math.min(first, Math.floor(n / downsampling) - w);
    if (stable >= 0) this.moveTo(stable, w);
    const sums = this.copyOfSums(count);
    let at = stable;
    const offsets = offsetRanges({ window: w, count, channels: d }, plan);
    const evaluated = count - first;
    const residuals = Array.from({ length: d }, () => new Float64Array(evaluated));
    const neighborDistance = new Float64Array(evaluated);
    const expected = Array.from({ length: d }, () => new Float64Array(points - firstBlock));
    const squares = Array.from({ length: d }, () => new Float64Array(points - firstBlock));
    const covered = new Float64Array(points - firstBlock);
    for (let q = first; q < count; q++) {
      if (at < 0) this.distancesOf(q, w, sums);
      else if (q > at) this.advance(sums, q, w);
      at = q;
      const nearest = this.nearestOf(q, sums, scales, plan, offsets);
      const weights = attentionWeights(nearest, plan.temperature);
      this.rebuild(q, nearest, weights, scales, plan, (c, t, mean, square) => {
        if (t < firstBlock) return;
        expected[c]![t - firstBlock] = expected[c]![t - firstBlock]! + mean;
        squares[c]![t - firstBlock] = squares[c]![t - firstBlock]! + square;
        if (c === 0) covered[t - firstBlock] = covered[t - firstBlock]! + 1;
      }).forEach((residual, c) => (residuals[c]![q - first] = residual / d));
      neighborDistance[q - first] = meanDistance(nearest);
      this.remember(q, nearest, weights, residuals, q - first);
    }

    const spreadOut = (values: Float64Array, offset: number, from: number): Float64Array =>
      interpolate(values, k, offset + from * downsampling - (n - k), downsampling);
    const contributions = residuals.map((own) => spreadOut(own, center, first));
    const raw = new Float64Array(k);
    for (const own of contributions) for (let t = 0; t < k; t++) raw[t] = raw[t]! + own[t]!;
    const spread = squares.map((own, c) => {
      const within = downsampling === 1 ? 0 : this.varianceWithin(c, downsampling) / scales.std[c]! ** 2;
      for (let t = 0; t < own.length; t++) {
        const mean = expected[c]![t]! / covered[t]!;
        expected[c]![t] = mean;
        own[t] = Math.sqrt(Math.max(0, own[t]! / covered[t]! - mean * mean) + within);
      }
      return spreadOut(own, (downsampling - 1) / 2, firstBlock);
    });
    return {
      raw,
      contributions,
      neighborDistance: spreadOut(neighborDistance, center, first),
      expected: expected.map((own) => spreadOut(own, (downsampling - 1) / 2, firstBlock)),
      spread,
    };
  }

  /** The intervals that the worst window of these points attended to; none for windows that were not scored here. */
  attend(start: number, end: number): AttendedInterval[] {
    const { plan } = this;
    if (!plan) return [];
    const n = this.series.points;
    const last = Math.ceil(n / plan.downsampling) - plan.segments;
    const at = (t: number): number =>
      Math.min(last, Math.max(0, Math.round((t - centerOf(plan)) / plan.downsampling)));
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
    if (this.plan?.downsampling !== downsampling || this.plan.segments !== segments) {
      if (this.plan?.downsampling !== downsampling) this.condensed = 0;
      this.base = -1;
      this.attended.clear();
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

  /** Brings `sums` to a window of complete segments, at or after the one they belong to. */
  private moveTo(window: number, w: number): void {
    const room = window + 1;
    if (this.sums.length === 0 || this.sums[0]!.length < room) {
      this.sums = this.series.channels.map((_, c) => {
        const own = new Float64Array(Math.ceil(1.5 * room));
        own.set(this.sums[c] ?? []);
        return own;
      });
    }
    // Far behind, or ahead after a larger step back: starting again is as cheap.
    if (this.base < 0 || this.base > window || window - this.base > w) {
      this.distancesOf(window, w, this.sums);
    } else for (let q = this.base + 1; q <= window; q++) this.advance(this.sums, q, w);
    this.base = window;
  }

  private copyOfSums(count: number): Float64Array[] {
    if (this.spare.length === 0 || this.spare[0]!.length < count) {
      this.spare = this.series.channels.map(() => new Float64Array(Math.ceil(1.5 * count)));
    }
    if (this.base >= 0) this.spare.forEach((own, c) => own.set(this.sums[c]!.subarray(0, this.base + 1)));
    return this.spare;
  }

  /** Squared distances of window q from all before it, from the definition: O(n · w · d). */
  private distancesOf(q: number, w: number, sums: readonly Float64Array[]): void {
    sums.forEach((own, c) => {
      const x = this.segments[c]!;
      for (let j = 0; j <= q; j++) {
        let sum = 0;
        for (let t = 0; t < w; t++) {
          const gap = x[q + t]! - x[j + t]!;
          sum += gap * gap;
        }
        own[j] = sum;
      }
    });
  }

  /** Turns the distances of window q − 1 into those of window q. */
  private advance(sums: readonly Float64Array[], q: number, w: number): void {
    sums.forEach((own, c) => {
      const x = this.segments[c]!;
      const entering = x[q + w - 1]!;
      const leaving = x[q - 1]!;
      own[q] = 0;
      for (let j = q - 1; j >= 1; j--) {
        const added = entering - x[j + w - 1]!;
        const gone = leaving - x[j - 1]!;
        own[j] = own[j - 1]! + (added * added - gone * gone);
      }
      let sum = 0;
      for (let t = 0; t < w; t++) {
        const gap = x[q + t]! - x[t]!;
        sum += gap * gap;
      }
      own[0] = sum;
    });
  }

  /** The nearest keys of window q, offered in the order of a whole scan. */
  private nearestOf(
    q: number,
    sums: readonly Float64Array[],
    { std }: Scales,
    { segments: w, keys }: MemoryPlan,
    offsets: ReturnType<typeof offsetRanges>,
  ): NearestWindows {
    const nearest = createNearestWindows(1, keys, separationOf(w));
    const { distance } = nearest;
    const share = sums.map((_, c) => (this.own.std[c]! / std[c]!) ** 2 / (w * sums.length));
    const offer = (offset: number): void => {
      let d = 0;
      for (let c = 0; c < sums.length; c++) d += sums[c]![q - offset]! * share[c]!;
      if (!(d > 0)) d = 0;
      if (d < distance[keys - 1]!) insertNearest(nearest, 0, q - offset, d);
    };
    for (const { first, last, stride } of offsets) {
      // A whole scan goes along two offsets at a time, and meets the farther key of a query first.
      for (let a = first; a < last && a <= q; a += 2 * stride) {
        const b = a + stride;
        if (b < last && b <= q) offer(b);
        offer(a);
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
    add: (channel: number, segment: number, mean: number, square: number) => void,
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

function meanDistance({ distance, index, k }: NearestWindows): number {
  let sum = 0;
  let kept = 0;
  for (let slot = 0; slot < k && index[slot]! >= 0; slot++, kept++) sum += distance[slot]!;
  return kept > 0 ? sum / kept : 0;
}
