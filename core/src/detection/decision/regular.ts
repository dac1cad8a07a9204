import type { Interval } from '../../series/interval.js';
import { probit } from 'simple-statistics';
import { selectQuantile } from '../../preprocess/statistics.js';
import { phaseTolerance } from './season.js';

/** Share of a size from which another counts as comparable. */
const COMPARABLE = 0.7;
const COMPARABLE_AT_PHASE = 0.5;
/** Points between two clusters. */
const APART = 12;
/** Multiples of the median size from which a size is large: four standard deviations of normal noise. */
const LARGE = 6;

/**
 * Cycles that tell how much sizes vary at a phase, the quantile of theirs that tells it, and from how many times that of
 * normal noise of the usual size it is more than elsewhere.
 */
const FEWEST_CYCLES = 6;
const MOST_CYCLES = 24;
const TYPICAL = 0.75;
const NOISY = 1.6;
/** Normal quantile of the median size. */
const MEDIAN_SIZE = 0.6745;
/** Multiples of the larger sizes at a noisy phase that are nothing new there. */
const WITHIN_NOISE = 2.5;

/** Fewest happenings of which it can be said that they come at even distances, and by what share those may differ. */
const FEWEST_EVEN = 8;
const EVEN = 0.3;
/** Share of the distances that must be so. */
const MOSTLY_EVEN = 0.8;
/** The same for fewer, which must be so even that random times rarely are, and come from the first point to the last. */
const FEWEST_VERY_EVEN = 4;
const VERY_EVEN = 0.15;
const BY_CHANCE = 0.005;
const WHOLE = 1.15;

/** What is known of how often things happen. */
export interface Regularity {
  readonly periods: readonly number[];
  /** Most others of its size that an anomaly may have. */
  readonly most: number;
}

/** How many comparable things n points may hold before they are what the series does. */
export function mostAlike(n: number): number {
  return Math.max(3, Math.min(6, Math.floor(n / 500)));
}

/** What tells of every size of a series whether it is something that the series does. */
export interface Regular {
  /** n sizes without their signs; 0 where what is large is what happens at that phase in other cycles. */
  readonly unexplained: () => Float64Array;
  /**
   * Whether a size at t is something that the series does: at the same phase in other cycles, or often.
   * @param size signed, in place of that of the series
   * @param ignore intervals in which sizes are no company
   */
  readonly isRegular: (t: number, size?: number, ignore?: readonly Interval[]) => boolean;
}

/** @param sizes n signed sizes */
export function findRegular(sizes: Float64Array, { periods, most }: Regularity): Regular {
  const n = sizes.length;
  // 1 = explained by its phase, 2 = not: the same points are asked for again and again.
  const known = periods.length > 0 ? new Uint8Array(n) : undefined;
  const explained = (t: number): boolean => {
    if (!known) return false;
    if (known[t] === 0) {
      const size = sizes[t]!;
      const least = COMPARABLE_AT_PHASE * Math.abs(size);
      known[t] = isAtPhase(sizes, t, Math.sign(size), least, periods) ? 1 : 2;
    }
    return known[t] === 1;
  };
  // Indices of sizes from a least one on, in order.
  let large: number[] = [];
  let leastLarge = Infinity;
  const largeFrom = (least: number): readonly number[] => {
    if (least < leastLarge) {
      leastLarge = 0.8 * least;
      large = [];
      for (let i = 0; i < n; i++) if (Math.abs(sizes[i]!) >= leastLarge) large.push(i);
    }
    return large;
  };
  let usual: number | undefined;
  const usualSize = (): number => (usual ??= selectQuantile(sizes.map(Math.abs), 0.5));
  /** Whether sizes vary more at that phase than elsewhere, so that this one is nothing new there. */
  const isNoisyPhase = (t: number, own: number): boolean =>
    periods.some((period) => {
      const tolerance = phaseTolerance(period);
      const others: number[] = [];
      for (let c = 1; others.length < MOST_CYCLES && (t - c * period >= 0 || t + c * period < n); c++) {
        for (const at of [t - c * period, t + c * period]) {
          if (at < 0 || at >= n) continue;
          let most = 0;
          for (let i = Math.max(0, at - tolerance); i <= Math.min(n - 1, at + tolerance); i++) {
            most = Math.max(most, Math.abs(sizes[i]!));
          }
          others.push(most);
        }
      }
      if (others.length < FEWEST_CYCLES) return false;
      const typical = selectQuantile(Float64Array.from(others), TYPICAL);
      // The same quantile of the largest of as many sizes of normal noise.
      const elsewhere = probit((1 + TYPICAL ** (1 / (2 * tolerance + 1))) / 2) / MEDIAN_SIZE;
      return typical >= NOISY * elsewhere * usualSize() && own <= WITHIN_NOISE * typical;
    });
  return {
    unexplained: () => {
      const out = new Float64Array(n);
      for (let t = 0; t < n; t++) out[t] = Math.abs(sizes[t]!);
      if (!known) return out;
      const limit = LARGE * selectQuantile(out.slice(), 0.5);
      for (let t = 0; t < n; t++) if (out[t]! > limit && explained(t)) out[t] = 0;
      return out;
    },
    isRegular: (t, size = sizes[t]!, ignore = []) => {
      const way = Math.sign(size);
      const own = Math.abs(size);
      if (isAtPhase(sizes, t, way, COMPARABLE_AT_PHASE * own, periods) || isNoisyPhase(t, own)) return true;
      // Clusters of comparable sizes elsewhere.
      let count = 0;
      let last = -Infinity;
      const least = COMPARABLE * own;
      const alike = largeFrom(least).filter((i) => way * sizes[i]! >= least);
      if (comesEvenly(t, alike, n)) return true;
      for (const i of alike) {
        if (Math.abs(i - t) <= APART) {
          last = i;
          continue;
        }
        if (ignore.some(({ start, end }) => i >= start && i <= end)) continue;
        // What the cycles explain is no company for what they do not.
        if (i - last > APART && !explained(i)) count++;
        last = i;
        if (count > most) return true;
      }
      return false;
    },
  };
}

/**
 * Whether what happens at t comes after the last and before the next of its kind as such things do here, at whatever phase:
 * a saw that is a little longer or shorter each time.
 * @param alike indices of sizes like that of t, in order
 */
function comesEvenly(t: number, alike: readonly number[], n: number): boolean {
  const firsts: number[] = [];
  const lengths: number[] = [];
  let last = -Infinity;
  let own = 0;
  for (const i of alike) {
    if (i - last > APART) firsts.push(i);
    lengths[firsts.length - 1] = i - firsts[firsts.length - 1]!;
    if (i <= t + APART && firsts.length > 0 && firsts[firsts.length - 1]! <= t) own = firsts.length - 1;
    last = i;
  }
  if (firsts.length < FEWEST_VERY_EVEN) return false;
  // What goes on for longer than it does elsewhere is not what comes evenly.
  const longest = lengths.reduce((most, length, i) => (i === own ? most : Math.max(most, length)), 0);
  if (t - firsts[own]! > longest + 1) return false;
  const distances = Float64Array.from(firsts.slice(1), (at, i) => at - firsts[i]!);
  const usual = selectQuantile(distances.slice(), 0.5);
  if (firsts[0]! <= WHOLE * usual && n - firsts[firsts.length - 1]! <= WHOLE * usual) {
    const most = distances.reduce((far, distance) => Math.max(far, Math.abs(distance - usual) / usual), 0);
    // Of a Poisson process each distance is that near to the usual one, the median itself apart, in so many cases.
    if (most <= VERY_EVEN && ((2 * most) / Math.E) ** (distances.length - 1) <= BY_CHANCE) return true;
  }
  if (firsts.length < FEWEST_EVEN) return false;
  const isEven = (distance: number | undefined): boolean =>
    distance === undefined || Math.abs(distance - usual) <= EVEN * usual;
  return (
    isEven(distances[own - 1]) &&
    isEven(distances[own]) &&
    distances.filter(isEven).length >= MOSTLY_EVEN * distances.length
  );
}

/** Whether at least `least` happens at the phase of t in enough other cycles of any of the periods. */
function isAtPhase(
  sizes: Float64Array,
  t: number,
  way: number,
  least: number,
  periods: readonly number[],
): boolean {
  const n = sizes.length;
  return periods.some((period) => {
    const tolerance = phaseTolerance(period);
    let seen = 0;
    let cycles = 0;
    for (let c = 1; cycles < 24 && (t - c * period >= 0 || t + c * period < n); c++) {
      for (const at of [t - c * period, t + c * period]) {
        if (at < 0 || at >= n) continue;
        cycles++;
        for (let i = Math.max(0, at - tolerance); i <= Math.min(n - 1, at + tolerance); i++) {
          if (way * sizes[i]! >= least) {
            seen++;
            break;
          }
        }
      }
    }
    return seen >= 2 ? seen >= 0.3 * cycles : seen === 1 && cycles <= 2;
  });
}
