import type { Sign } from '../decision/types.js';
import { robustLocation, selectQuantile, selectQuantiles } from '../../preprocess/statistics.js';

/** What an event is, told from its points. */
export type EventKind =
  | 'spike'
  | 'dip'
  | 'level shift'
  | 'ramp'
  | 'stuck'
  | 'burst'
  | 'quieter'
  | 'missing cycle'
  | 'extra cycle'
  | 'changed period'
  | 'gap'
  | 'broken relation'
  | 'pattern';

/** The points of one channel in which an event lies. */
export interface EventPoints {
  /** n values, complete. */
  readonly values: Float64Array;
  /** n values: what was expected, and its standard deviation. */
  readonly expected: Float64Array;
  readonly spread: Float64Array;
  /** First and last point of the event. */
  readonly start: number;
  readonly end: number;
  /** n values, 1 = no value was observed. */
  readonly missing?: Uint8Array;
  /** What a decision already knows: see `Sign`. */
  readonly sign?: Sign;
  /** After how many points cycles repeat in it, and usually do, where it is about them. */
  readonly cycle?: { readonly period: number; readonly usual: number };
}

/** What the points of an event say; every statement holds of the values given. */
export interface EventFacts {
  readonly kind: EventKind;
  /** +1 = above what was expected, −1 = below, 0 = neither. */
  readonly way: -1 | 0 | 1;
  /** The point furthest off, its value and what was expected of it. */
  readonly index: number;
  readonly value: number;
  readonly expected: number;
  /** Median of the event's values, and of what was expected of them. */
  readonly level: number;
  readonly expectedLevel: number;
  /** Largest deviation in standard deviations; Infinity where nothing ever spread. */
  readonly spreads: number;
  /** Movement from point to point, as a multiple of the usual one; NaN where unknown. */
  readonly movement: number;
  /** Longest run of one value within the event. */
  readonly held: { readonly length: number; readonly value: number };
  /** The same as that of the points. */
  readonly cycle?: { readonly period: number; readonly usual: number };
}

/** Most points of a spike or dip. */
const BRIEF = 8;
/** Spreads from which a deviation is a rise or a fall. */
const CLEAR = 3;
/** Share of the largest deviation by which the level of a level shift must lie off what was expected. */
const APART = 0.1;
/** Share of all deviations by which those of one side must outweigh the others for a rise or a fall. */
const ONE_WAY = 0.4;
/** How much more, or less, must move from point to point than usual. */
const ROUGHER = 2;
const CALMER = 0.5;

/**
 * The kind of an event and the facts that go with it, from its points alone: usable on any interval of any series.
 * @throws nothing; an interval without values is a gap
 */
export function describeEvent(points: EventPoints): EventFacts {
  const { values, expected, spread, start, end, missing, sign, cycle } = points;
  const seen: number[] = [];
  for (let t = start; t <= end; t++) if (!missing?.[t]) seen.push(t);
  const isGap = seen.length === 0;
  if (isGap) for (let t = start; t <= end; t++) seen.push(t);
  let index = seen[0]!;
  let most = -1;
  let sum = 0;
  for (const t of seen) {
    const off = values[t]! - expected[t]!;
    sum += off;
    if (Math.abs(off) > most) {
      most = Math.abs(off);
      index = t;
    }
  }
  // What it says of the way must hold of the point told: the furthest one on the side of the most.
  const side = Math.sign(sum) || Math.sign(values[index]! - expected[index]!);
  if (Math.sign(values[index]! - expected[index]!) !== side) {
    most = -1;
    for (const t of seen) {
      const off = side * (values[t]! - expected[t]!);
      if (off > most) {
        most = off;
        index = t;
      }
    }
  }
  const offs = Float64Array.from(seen, (t) => values[t]! - expected[t]!);
  const total = offs.reduce((all, off) => all + Math.abs(off), 0);
  const value = values[index]!;
  const spreads = most <= 0 ? 0 : spread[index]! > 0 ? most / spread[index]! : Infinity;
  const held = longestHeld(values, start, end);
  const inside = measureMovement(values, start, end, missing);
  const outside = usualMovement(values, start, end, missing);
  const movement = outside > 0 ? inside / outside : inside > 0 ? Infinity : NaN;
  const medians = { level: medianAt(values, seen), expectedLevel: medianAt(expected, seen) };
  // Where the medians do not lie as its points mostly do, or next to one another, the furthest point speaks for the event.
  const agree = side * (medians.level - medians.expectedLevel) > APART * most;
  const facts = {
    index,
    value,
    expected: expected[index]!,
    ...(agree || side === 0 ? medians : { level: value, expectedLevel: expected[index]! }),
    spreads,
    movement,
    held,
    ...(cycle ? { cycle } : {}),
  };
  const way = side as -1 | 0 | 1;
  const length = end - start + 1;
  const off = (): EventFacts => {
    if (length <= BRIEF) return { ...facts, kind: way > 0 ? 'spike' : 'dip', way };
    // What goes above as much as below is at no level of its own.
    if (Math.abs(sum) < ONE_WAY * total) return { ...facts, ...medians, kind: 'pattern', way: 0 };
    return { ...facts, kind: isRamp(offs, side) ? 'ramp' : 'level shift', way };
  };
  if (isGap) return { ...facts, kind: 'gap', way: 0 };
  switch (sign) {
    case 'off':
      // What was expected moved away from a value that stood still.
      if (seen.length === length && stoodStill(values, start, end, held))
        return { ...facts, kind: 'stuck', way: 0 };
      return off();
    case 'absent':
      return { ...facts, kind: 'missing cycle', way };
    case 'extra':
      return cycle ? { ...facts, kind: 'extra cycle', way } : off();
    case 'cycle':
      return cycle ? { ...facts, kind: 'changed period', way: 0 } : off();
    case 'rough':
      return movement >= 1.2 ? { ...facts, kind: 'burst', way: 0 } : off();
    case 'gap':
      return { ...facts, kind: 'gap', way: 0 };
    case 'relation':
      return { ...facts, kind: 'broken relation', way };
    case 'calm':
      return { ...facts, ...medians, kind: movement < 1 ? 'quieter' : 'pattern', way: 0 };
    default: {
      const isHeld = held.length >= 3 && held.length >= length / 2 && usuallyMoves(values, start, end);
      // Where it was decided so, another run may be as long: it may be stuck twice.
      const isStuck = isHeld && held.length > longestElsewhere(values, start, end);
      if (isHeld && sign === 'stuck') return { ...facts, kind: 'stuck', way: 0 };
      // A pattern, a detector that does not say, or one interval with another.
      if (spreads >= CLEAR && (length <= BRIEF || agree)) return off();
      if (isStuck) return { ...facts, kind: 'stuck', way: 0 };
      if (movement >= ROUGHER && movement < Infinity) return { ...facts, kind: 'burst', way: 0 };
      if (movement <= CALMER) return { ...facts, kind: 'quieter', way: 0 };
      return { ...facts, ...medians, kind: 'pattern', way: 0 };
    }
  }
}

/**
 * Whether one value that the series often passes was held through most of an event, longer than any ever was. At 0, at a
 * limit or beyond what it usually takes, a held value is a fall or a rise.
 */
function stoodStill(values: Float64Array, start: number, end: number, held: EventFacts['held']): boolean {
  const length = end - start + 1;
  if (length <= BRIEF || held.length < 0.75 * length || !usuallyMoves(values, start, end)) return false;
  return (
    held.length > 2 * longestElsewhere(values, start, end) && isUsualValue(values, start, end, held.value)
  );
}

/** Whether a value lies amid those outside start…end: a twentieth of them below it, and as many above. */
function isUsualValue(values: Float64Array, start: number, end: number, value: number): boolean {
  const elsewhere = Float64Array.from([...values.subarray(0, start), ...values.subarray(end + 1)]);
  if (elsewhere.length === 0) return false;
  const [low, high] = selectQuantiles(elsewhere, [0.05, 0.95]);
  return value > low! && value < high!;
}

/** Moves away all along: each third further off than the one before. */
function isRamp(offs: Float64Array, side: number): boolean {
  const third = Math.floor(offs.length / 3);
  if (third < 3) return false;
  const mean = (from: number): number => {
    let sum = 0;
    for (let t = from; t < from + third; t++) sum += offs[t]!;
    return (side * sum) / third;
  };
  const [first, second, last] = [mean(0), mean(third), mean(offs.length - third)];
  return last >= 1.8 * Math.max(first, 0) && second > first && last > second;
}

function medianAt(values: Float64Array, at: readonly number[]): number {
  return selectQuantile(
    Float64Array.from(at, (t) => values[t]!),
    0.5,
  );
}

/** The longest run of equal values in start…end. */
function longestHeld(values: Float64Array, start: number, end: number): { length: number; value: number } {
  let longest = { length: 1, value: values[start]! };
  let length = 1;
  for (let t = start + 1; t <= end; t++) {
    length = values[t] === values[t - 1] ? length + 1 : 1;
    if (length > longest.length) longest = { length, value: values[t]! };
  }
  return longest;
}

/** Length of the longest run of equal values that lies outside start…end. */
function longestElsewhere(values: Float64Array, start: number, end: number): number {
  const before = start > 0 ? longestHeld(values, 0, start - 1).length : 0;
  const after = end + 1 < values.length ? longestHeld(values, end + 1, values.length - 1).length : 0;
  return Math.max(before, after);
}

/** Points after an event that tell whether a series stayed where the event took it, and fewest of them. */
const AFTER = 24;
const FEWEST_AFTER = 8;

/** Whether the values after an event lie nearer to its level than to what was expected. */
export function staysAt(
  values: Float64Array,
  end: number,
  { way, level, expectedLevel }: EventFacts,
): boolean {
  const after = values.slice(end + 1, end + 1 + AFTER);
  if (after.length < FEWEST_AFTER) return false;
  return way * (selectQuantile(after, 0.5) - (level + expectedLevel) / 2) > 0;
}

/** Points before an event that tell where it came from, and how near to the usual value it must have come from there. */
const BEFORE = 8;
const BACK = 0.3;

/**
 * Where an event came back from, if it is a return: the level before it lies clearly off what is usual in the series, and
 * its own value does not. A detector that compares with the last points takes the end of a fault for another one.
 */
export function cameBackFrom(
  values: Float64Array,
  start: number,
  { way, value }: EventFacts,
): { readonly from: number; readonly usual: number } | undefined {
  if (way === 0 || start < BEFORE) return undefined;
  const { median: usual, sigma } = robustLocation(values);
  const from = selectQuantile(values.slice(start - BEFORE, start), 0.5);
  const away = way * (usual - from);
  const isBack = away > CLEAR * sigma && Math.abs(value - usual) <= BACK * away && way * (value - from) > 0;
  return isBack ? { from, usual } : undefined;
}

/** Whether most points outside start…end differ from the one before. */
function usuallyMoves(values: Float64Array, start: number, end: number): boolean {
  let moves = 0;
  let count = 0;
  for (let t = 1; t < values.length; t++) {
    if (t >= start && t <= end + 1) continue;
    count++;
    if (values[t] !== values[t - 1]) moves++;
  }
  return moves > count / 2;
}

/** Mean absolute step from point to point; NaN for a single point. */
function measureMovement(values: Float64Array, start: number, end: number, missing?: Uint8Array): number {
  let sum = 0;
  let count = 0;
  for (let t = start + 1; t <= end; t++) {
    if (missing?.[t] || missing?.[t - 1]) continue;
    sum += Math.abs(values[t]! - values[t - 1]!);
    count++;
  }
  return count > 0 ? sum / count : NaN;
}

/** The same of all that lies outside start…end. */
function usualMovement(values: Float64Array, start: number, end: number, missing?: Uint8Array): number {
  const before = measureMovement(values, 0, start - 1, missing);
  const after = measureMovement(values, end + 1, values.length - 1, missing);
  const left = Math.max(0, start - 1);
  const right = Math.max(0, values.length - end - 2);
  const weigh = (movement: number, points: number): number => (movement === movement ? movement * points : 0);
  const points = (before === before ? left : 0) + (after === after ? right : 0);
  return points > 0 ? (weigh(before, left) + weigh(after, right)) / points : NaN;
}
