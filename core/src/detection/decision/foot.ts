import { selectQuantile } from '../../preprocess/statistics.js';
import { samePhase, type Season } from './season.js';
import type { DecidedInterval } from './types.js';

/** Most points before and after an onset that tell whether a climb began earlier, and the fewest of them. */
const CLIMB = 60;
const FEWEST_POINTS = 8;

/** Points before an onset that tell the level it came from: from the first to the last. */
const LEVEL_FROM = 40;
const LEVEL_TO = 16;

/** What comes on slowly begins where it left the level before it: every point since lies clearly off that. */
export function fromItsFoot(
  y: Float64Array,
  season: Season | undefined,
  interval: DecidedInterval,
  sigma: number,
): DecidedInterval {
  const { start, sign, way } = interval;
  if (sign !== 'off' || start < LEVEL_FROM) return interval;
  // Without what the nearest other cycles show at that phase.
  const at = (t: number): number => {
    if (!season) return y[t]!;
    const others = Float64Array.from(samePhase(t, season.period, y.length), (other) => y[other]!);
    return y[t]! - selectQuantile(others, 0.5);
  };
  const before = Float64Array.from({ length: LEVEL_FROM - LEVEL_TO }, (_, i) => at(start - LEVEL_FROM + i));
  before.sort();
  const level = before[before.length >> 1]!;
  const least = Math.max(4 * sigma, 2 * (before[before.length - 1]! - before[0]!));
  let first = start;
  while (first > start - LEVEL_TO && way * (at(first - 1) - level) > least) first--;
  first = Math.min(first, findHinge(at, interval));
  return first < start ? { ...interval, start: first } : interval;
}

/**
 * Where a climb began: the point at which a level with a line from its end explains the points around an onset best, if
 * that does better than a level, a jump at the onset and a line after it. Without such a point the onset itself.
 */
function findHinge(at: (t: number) => number, { start, peak, way }: DecidedInterval): number {
  const until = start + Math.min(CLIMB, (peak - start) >> 1);
  const from = Math.max(0, start - CLIMB);
  if (until - start < FEWEST_POINTS || start - from < 2 * FEWEST_POINTS) return start;
  const values = Float64Array.from({ length: until - from + 1 }, (_, i) => way * at(from + i));
  const onset = start - from;
  let hinge = onset;
  let least = errorOfJump(values, onset);
  for (let first = FEWEST_POINTS; first < onset; first++) {
    const error = errorOfHinge(values, first);
    if (error < least) [hinge, least] = [first, error];
  }
  return from + hinge;
}

/** Squared error of a level up to `first`, and of a line that rises from it after that. */
function errorOfHinge(values: Float64Array, first: number): number {
  let level = 0;
  for (let i = 0; i < first; i++) level += values[i]! / first;
  let [products, squares] = [0, 0];
  for (let i = first; i < values.length; i++) {
    products += (i - first + 1) * (values[i]! - level);
    squares += (i - first + 1) ** 2;
  }
  const slope = products / squares;
  if (!(slope > 0)) return Infinity;
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    error += (values[i]! - level - slope * Math.max(0, i - first + 1)) ** 2;
  }
  return error;
}

/** Squared error of a level up to `first`, and of the line of least squares after it. */
function errorOfJump(values: Float64Array, first: number): number {
  let level = 0;
  for (let i = 0; i < first; i++) level += values[i]! / first;
  let error = 0;
  for (let i = 0; i < first; i++) error += (values[i]! - level) ** 2;
  const count = values.length - first;
  let [mean, products, squares] = [0, 0, 0];
  for (let i = first; i < values.length; i++) mean += values[i]! / count;
  for (let i = first; i < values.length; i++) {
    const x = i - first - (count - 1) / 2;
    products += x * (values[i]! - mean);
    squares += x * x;
  }
  const slope = products / squares;
  for (let i = first; i < values.length; i++) {
    error += (values[i]! - mean - slope * (i - first - (count - 1) / 2)) ** 2;
  }
  return error;
}
