import { selectQuantile } from '../../preprocess/statistics.js';
import { medianByPhase } from './season.js';
import type { DecidedInterval } from './types.js';

/** Cycles that a series must show, and points that one must have, for another speed to be told. */
const FEWEST_CYCLES = 5;
const FEWEST_POINTS = 8;
/** Cycles whose mean is the level: so many that slower ones do not pass for it. */
const LEVEL_CYCLES = 4;
/** Multiples of what cycles usually differ by, and share of their own movement, from which an interval is none of them. */
const UNLIKE = 6;
const UNLIKE_SHARE = 0.3;
/** With more such intervals the series has no cycle to speak of. */
const MOST_INTERVALS = 6;
/** Speeds that are tried, those that are none of their own, and the factor from one to the next. */
const SLOWEST = 1 / 3;
const FASTEST = 4.5;
const SAME_SLOWER = 0.85;
const SAME_FASTER = 1.18;
const NEXT = 1.03;
/** Share of what the usual cycle leaves unexplained that another speed may leave, and of what a shift alone leaves. */
const LEAVES = 0.35;
const LEAVES_OF_SHIFT = 0.5;
/** Cycles of the new speed that must be seen, and the share of what is unlike its cycles that they must be. */
const SEEN = 0.9;
const COVERS = 0.6;
/** Most points, and phases, that a speed is tried with. */
const MOST_TRIED = 160;
const PHASES = 48;

/** What a series does in each of its cycles. */
export interface Cycle {
  /** n values: the level of the series, a mean over some periods. */
  readonly level: Float64Array;
  /** One value per phase: how far from its level the series usually is then. */
  readonly shape: Float64Array;
  /** n values: how far the series is from level and shape. */
  readonly rest: Float64Array;
  /** Mean square of the shape, and usual one of the rest. */
  readonly power: number;
  readonly usual: number;
}

/** Share of its height from which a point belongs to the peak of a cycle, and the most of a cycle that a peak takes. */
const PEAK = 0.5;
const BRIEF = 1 / 3;
/** By what share of it the height of a further peak may differ, and by what factor its length. */
const AS_HIGH = 0.4;
const AS_LONG = 1.8;
/** Share of the cycles that must have that peak. */
const MOST_CYCLES = 0.75;

/** An interval in which a cycle runs at another speed. */
export interface ChangedPeriod extends DecidedInterval {
  /** In points: that of the interval, and that of the series. */
  readonly cycle: { readonly period: number; readonly usual: number };
}

/**
 * What the cycles of a series have in common; undefined where there are too few of them or they are not alike. Where some
 * run at another speed, a multiple of the period may be taken for it: then one of the other candidates is.
 * @param y n values, complete
 */
export function findCycle(
  y: Float64Array,
  period: number,
  candidates: readonly number[],
  floor: number,
): Cycle | undefined {
  for (const tried of [period, ...candidates.filter((other) => other !== period)]) {
    const cycle = cycleOfPeriod(y, tried, floor);
    if (cycle) return cycle;
  }
  return undefined;
}

function cycleOfPeriod(y: Float64Array, period: number, floor: number): Cycle | undefined {
  const n = y.length;
  if (period < FEWEST_POINTS || n < FEWEST_CYCLES * period) return undefined;
  const level = estimateLevel(y, LEVEL_CYCLES * period);
  const rest = y.map((value, t) => value - level[t]!);
  const shape = medianByPhase(rest, period);
  let power = 0;
  for (const value of shape) power += value ** 2 / period;
  for (let t = 0; t < n; t++) rest[t] = rest[t]! - shape[t % period]!;
  const usual = Math.max(selectQuantile(squares(rest, period), 0.5), floor * floor);
  return power > 2 * usual ? { level, shape, rest, power, usual } : undefined;
}

/** Mean of `width` points around each point; at the ends that of the first and the last ones. */
function estimateLevel(y: Float64Array, width: number): Float64Array {
  const n = y.length;
  const out = new Float64Array(n);
  const half = width >> 1;
  let sum = 0;
  for (let t = 0; t < width; t++) sum += y[t]!;
  for (let t = 0; t < n; t++) {
    const end = t - half + width;
    if (t > half && end <= n) sum += y[end - 1]! - y[t - half - 1]!;
    out[t] = sum / width;
  }
  return out;
}

function halfPeriod(period: number): number {
  return Math.max(2, period >> 3);
}

/** n values: the mean square over a quarter of a period around each point. */
function squares(rest: Float64Array, period: number): Float64Array {
  const n = rest.length;
  const half = halfPeriod(period);
  const out = new Float64Array(n);
  let sum = 0;
  let count = 0;
  for (let t = -half; t < n; t++) {
    if (t + half < n) {
      sum += rest[t + half]! ** 2;
      count++;
    }
    if (t - half - 1 >= 0) {
      sum -= rest[t - half - 1]! ** 2;
      count--;
    }
    if (t >= 0) out[t] = Math.max(0, sum) / count;
  }
  return out;
}

/**
 * Finds intervals in which the cycle of a series runs faster or slower: its shape, at another speed, explains most of what
 * it leaves unexplained at its own. Where they begin and end is where the one explains the points better than the other.
 * @param y n values, complete
 */
export function findChangedPeriods(y: Float64Array, cycle: Cycle, strictness: number): ChangedPeriod[] {
  const { rest, power, usual, shape, level } = cycle;
  const n = y.length;
  const period = shape.length;
  const sizes = squares(rest, period);
  const limit = Math.max(UNLIKE * strictness * usual, UNLIKE_SHARE * power);
  const intervals: { start: number; end: number }[] = [];
  for (let t = 0; t < n; t++) {
    if (sizes[t]! < limit) continue;
    const last = intervals[intervals.length - 1];
    if (last && t - last.end <= period / 2) last.end = t;
    else intervals.push({ start: t, end: t });
  }
  if (intervals.length > MOST_INTERVALS) return [];
  const found: ChangedPeriod[] = [];
  const half = halfPeriod(period);
  for (const { start: from, end: to } of intervals) {
    // The mean square reaches half its window further.
    const interval = { start: from + half, end: to - half };
    if (interval.end - interval.start + 1 < period / 2) continue;
    const first = estimateSpeed(y, cycle, interval);
    if (!first) continue;
    const within = { start: interval.start - period, end: interval.end + period };
    const own = findExtent(y, cycle, first, within);
    if (found.some(({ start, end }) => own.start <= end && own.end >= start)) continue;
    const best = estimateSpeed(y, cycle, own);
    if (!best) continue;
    const { start, end } = findExtent(y, cycle, best, within);
    const length = end - start + 1;
    if (length * best.speed < SEEN * period || length < COVERS * (to - from + 1)) continue;
    let [sum, peak] = [0, start];
    for (let t = start; t <= end; t++) {
      sum += rest[t]! ** 2;
      if (Math.abs(rest[t]!) > Math.abs(rest[peak]!)) peak = t;
    }
    found.push({
      start,
      end,
      peak,
      sign: 'cycle',
      way: y[peak]! > level[peak]! + shape[peak % period]! ? 1 : -1,
      score: Math.max(1.01, Math.min(30, Math.sqrt(sum / length / (UNLIKE * usual)) / strictness)),
      cycle: { period: period / best.speed, usual: period },
    });
  }
  return found;
}

/** A speed, 1 = that of the series, from a point at which the cycle has a phase. */
interface Speed {
  readonly speed: number;
  readonly at: number;
  readonly phase: number;
  /** Mean square of what it leaves unexplained. */
  readonly error: number;
}

type Tried = Omit<Speed, 'error'>;

/** The value that the shape has at another speed. */
function warped(shape: Float64Array, { speed, at, phase }: Tried, t: number): number {
  const period = shape.length;
  const where = (((phase + speed * (t - at)) % period) + period) % period;
  const low = Math.floor(where);
  const share = where - low;
  return shape[low % period]! * (1 - share) + shape[(low + 1) % period]! * share;
}

/** The speed that explains an interval, where one does and neither the usual cycle nor a shift of it. */
function estimateSpeed(
  y: Float64Array,
  cycle: Cycle,
  { start, end }: { start: number; end: number },
): Speed | undefined {
  const { shape, level, rest } = cycle;
  const period = shape.length;
  const hop = Math.max(1, Math.floor((end - start + 1) / MOST_TRIED));
  const measureError = (speed: Tried, most: number): number => {
    let sum = 0;
    for (let t = start; t <= end && sum < most; t += hop) {
      sum += (y[t]! - level[t]! - warped(shape, speed, t)) ** 2;
    }
    return sum;
  };
  let [left, total] = [0, 0];
  for (let t = start; t <= end; t += hop) {
    left += rest[t]! ** 2;
    total += (y[t]! - level[t]!) ** 2;
  }
  let best: Tried | undefined;
  let least = LEAVES * Math.min(left, total);
  let shifted = Infinity;
  for (let speed = SLOWEST; speed <= FASTEST; speed *= NEXT) {
    const isSame = speed > SAME_SLOWER && speed < SAME_FASTER;
    for (let i = 0; i < PHASES; i++) {
      const tried = { speed, at: start, phase: (i * period) / PHASES };
      const error = measureError(tried, isSame ? shifted : least);
      if (isSame) shifted = Math.min(shifted, error);
      else if (error < least) {
        least = error;
        best = tried;
      }
    }
  }
  if (!best || !(least < LEAVES_OF_SHIFT * shifted)) return undefined;
  // Over several cycles a speed a little off is far off at the ends.
  for (let step = 1; step > 1 / 16; step /= 2) {
    const { speed, phase }: Tried = best;
    for (const faster of [NEXT ** -step, 1, NEXT ** step]) {
      for (const later of [-step, 0, step]) {
        const tried: Tried = { speed: speed * faster, at: start, phase: phase + (later * period) / PHASES };
        const error = measureError(tried, least);
        if (error < least) [least, best] = [error, tried];
      }
    }
  }
  return { ...best, error: (least * hop) / (end - start + 1) };
}

/** Where another speed explains the points better: the largest sum of log-likelihood ratios of normal distributions. */
function findExtent(
  y: Float64Array,
  { level, shape, rest, usual }: Cycle,
  speed: Speed,
  within: { start: number; end: number },
): { start: number; end: number } {
  const most = 9 * Math.max(usual, speed.error);
  let best = -Infinity;
  let extent = { start: speed.at, end: speed.at };
  let [sum, start] = [0, 0];
  for (let t = Math.max(0, within.start); t <= Math.min(y.length - 1, within.end); t++) {
    if (sum <= 0) {
      sum = 0;
      start = t;
    }
    const own = (y[t]! - level[t]! - warped(shape, speed, t)) ** 2;
    sum += Math.min(most, rest[t]! ** 2) - Math.min(most, own);
    if (sum > best) {
      best = sum;
      extent = { start, end: t };
    }
  }
  return extent;
}

/** Multiples of what cycles usually differ by, up to which an interval is one of them. */
const LIKE = 4;

/** Whether an interval is what the series does in each of its cycles. */
export function follows({ rest, usual }: Cycle, { start, end }: { start: number; end: number }): boolean {
  let sum = 0;
  for (let t = start; t <= end; t++) sum += rest[t]! ** 2;
  return sum <= LIKE * usual * (end - start + 1);
}

/**
 * Whether an excursion is a peak (or trough) as nearly every cycle has one, at another phase: as high, as long, and apart
 * from where it belongs.
 * @param y n values, complete
 */
export function isExtraCycle(
  y: Float64Array,
  { level, shape }: Cycle,
  { start, end, way }: Pick<DecidedInterval, 'start' | 'end' | 'way'>,
): boolean {
  const n = y.length;
  const period = shape.length;
  const base = selectQuantile(shape.slice(), 0.5);
  let top = 0;
  for (let phase = 1; phase < period; phase++) if (way * shape[phase]! > way * shape[top]!) top = phase;
  const height = way * (shape[top]! - base);
  const isPeak = (phase: number): boolean =>
    way * (shape[(phase + period) % period]! - base) >= PEAK * height;
  let [first, last] = [top, top];
  while (last - first < period && isPeak(first - 1)) first--;
  while (last - first < period && isPeak(last + 1)) last++;
  const length = last - first + 1;
  if (way === 0 || !(height > 0) || length > BRIEF * period) return false;
  const heightAt = (t: number): number => way * (y[t]! - level[t]! - base);
  const highest = (from: number, to: number): number => {
    let most = -Infinity;
    for (let t = Math.max(0, from); t <= Math.min(n - 1, to); t++) most = Math.max(most, heightAt(t));
    return most;
  };
  const own = end - start + 1;
  if (Math.abs(highest(start, end) - height) > AS_HIGH * height) return false;
  if (own > AS_LONG * length + 1 || own < length / AS_LONG - 1) return false;
  // Where most cycles have another peak it is that one.
  for (let t = start; t <= end; t++) if (isPeak(t % period)) return false;
  let [cycles, peaks] = [0, 0];
  for (let at = first; at + length <= n; at += period) {
    if (at < 0) continue;
    // Beside one that belongs there it is that one, early, late or wide.
    if (start <= at + 2 * length && end >= at - length - 1) return false;
    cycles++;
    if (highest(at, at + length - 1) >= (1 - AS_HIGH) * height) peaks++;
  }
  return peaks >= MOST_CYCLES * cycles;
}
