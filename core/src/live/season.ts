import { findPeriods } from '../preprocess/period/finder.js';
import { selectQuantile } from '../preprocess/statistics.js';
import type { BinaryReader, BinaryWriter } from './binary.js';
import { History } from './history.js';

/** Points compared with the same phase of earlier cycles. */
const REACH = 8;
/** Cycles back that are looked at: the same hour of the last days, and of a week ago. */
const CYCLES = [1, 2, 3, 7];
const LEAST_STRENGTH = 0.3;
/** Points of a segment, of which the longer memory holds the mean. */
const SEGMENT = 8;
/** Segments kept. */
const SEGMENTS = 1280;
/** Earlier cycles that tell what is usual. */
const USUAL_OF = 5;

/** How far the latest points are from the same phase of earlier cycles. */
export class Season {
  /** Cycle found in the points; 0 where nothing repeats. */
  period = 0;
  /** Longer cycle found in the means of segments, in points. */
  longPeriod = 0;
  private readonly segments = new History(SEGMENTS, Float32Array);
  private sum = 0;
  private inSegment = 0;

  /** @param calendar cycles worth a look because clocks have them (a day, a week), in points, shortest first */
  constructor(
    private readonly history: History,
    private readonly calendar: readonly number[] = [],
  ) {}

  push(value: number): void {
    this.sum += value;
    if (++this.inSegment < SEGMENT) return;
    this.segments.push(this.sum / SEGMENT);
    this.sum = 0;
    this.inSegment = 0;
  }

  fit(): void {
    const values = this.history.recent();
    this.period = values.length >= 64 ? longest(values, 2.5) : 0;
    const means = this.segments.recent();
    const found = means.length >= 64 ? SEGMENT * longest(means, 2.5) : 0;
    const least = Math.max(this.period * 1.5, values.length / 2.5);
    const reach = (SEGMENT * means.length) / 2.1;
    this.longPeriod = found > least ? found : (this.calendar.findLast((p) => p > least && p <= reach) ?? 0);
  }

  /** Mean squared distance of the latest points from the nearest of the same phase; −1 where nothing repeats. */
  distance(): number {
    const { values, length } = this.history;
    const { period } = this;
    const newest = length - 1;
    if (period === 0 || newest < 2 * period + 2 * REACH) return -1;
    const slack = 1 + Math.round(period / 96);
    let nearest = Infinity;
    let cycles = 0;
    for (const cycle of CYCLES) {
      const at = newest - Math.round(cycle * period);
      if (at - slack - REACH < 0) break;
      cycles++;
      for (let j = -slack; j <= slack; j++) {
        let sum = 0;
        for (let k = 0; k < REACH && sum < nearest; k++) {
          const g = values[newest - k]! - values[at + j - k]!;
          sum += g * g;
        }
        if (sum < nearest) nearest = sum;
      }
    }
    return cycles < 2 ? -1 : nearest / REACH;
  }

  /** The same of the mean of the latest points and the longer cycle. */
  longDistance(): number {
    const { values, length } = this.history;
    const { values: means, length: count } = this.segments;
    const { longPeriod } = this;
    if (longPeriod === 0 || length < REACH) return -1;
    let mean = 0;
    for (let k = 1; k <= REACH; k++) mean += values[length - k]! / REACH;
    // The mean of the latest points has its middle where a segment that ends in the newest point would have it.
    const newest = count - 1 + this.inSegment / SEGMENT;
    const slack = 1 + Math.round(longPeriod / SEGMENT / 96);
    let nearest = Infinity;
    let cycles = 0;
    for (const cycle of CYCLES) {
      const at = newest - (cycle * longPeriod) / SEGMENT;
      if (at - slack < 0) break;
      cycles++;
      for (let j = Math.floor(at) - slack; j <= Math.ceil(at) + slack; j++) {
        const g = mean - means[j]!;
        if (g * g < nearest) nearest = g * g;
      }
    }
    return cycles < 2 ? -1 : nearest;
  }

  /**
   * What is usual at the phase of a point: the median of up to five earlier cycles.
   * @param cycle points; of the longer cycle the means of segments are known
   * @param back points from the newest back to the point
   * @param skip points before it that tell nothing of what is usual
   * @returns NaN where nothing is known
   */
  usual(cycle: number, isLong: boolean, back: number, skip: number): number {
    const earlier: number[] = [];
    for (let k = 1 + Math.floor(skip / cycle); earlier.length < USUAL_OF; k++) {
      const value = isLong ? this.meanAt(back + k * cycle) : this.valueAt(back + k * cycle);
      if (Number.isNaN(value)) break;
      earlier.push(value);
    }
    return earlier.length === 0 ? NaN : selectQuantile(Float64Array.from(earlier), 0.5);
  }

  private valueAt(back: number): number {
    const { values, length } = this.history;
    return values[length - 1 - Math.round(back)] ?? NaN;
  }

  /** Of the segments around a point, as if they were drawn as a line. */
  private meanAt(back: number): number {
    const { values, length } = this.segments;
    const at = (SEGMENT * length + this.inSegment - 1 - back - (SEGMENT - 1) / 2) / SEGMENT;
    const left = Math.floor(at);
    if (left < 0 || left + 1 >= length) return NaN;
    return values[left]! + (at - left) * (values[left + 1]! - values[left]!);
  }

  clear(): void {
    this.segments.clear();
    this.sum = 0;
    this.inSegment = 0;
    this.period = 0;
    this.longPeriod = 0;
  }

  write(out: BinaryWriter): void {
    for (const value of [this.period, this.longPeriod, this.sum, this.inSegment]) out.number(value);
    this.segments.write(out);
  }

  read(from: BinaryReader): void {
    this.period = from.number();
    this.longPeriod = from.number();
    this.sum = from.number();
    this.inSegment = from.number();
    this.segments.read(from);
  }
}

/** The longest period seen often enough; 0 for none. */
function longest(values: ArrayLike<number>, times: number): number {
  const periods = findPeriods(values, {
    maxPeriod: Math.floor(values.length / times),
    minStrength: LEAST_STRENGTH,
  });
  return Math.max(0, ...periods.map(({ exactPeriod }) => exactPeriod));
}
