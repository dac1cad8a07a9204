import { quantileOfSorted } from '../../preprocess/statistics.js';

/** What the numbers of a channel are, as far as it matters for their noise. */
export type NumberKind = 'constant' | 'states' | 'counts' | 'counter' | 'skewed' | 'measure';

/** A channel on the scale on which its noise is even. */
export interface EvenScale {
  readonly kind: NumberKind;
  /** n values on that scale; NaN where the value is missing. */
  readonly scaled: Float64Array;
  /** From that scale back to values; absent for a counter, whose increments are judged. */
  readonly back?: (scaled: number) => number;
  /** Smallest standard deviation that counts, on that scale. */
  readonly floor: number;
  /** What a note says of it; absent where values are taken as they are. */
  readonly note?: string;
}

/** Share of the usual range, and of the usual value, that is the least deviation that counts. */
const FLOOR_OF_RANGE = 0.01;
const FLOOR_OF_VALUE = 0.002;
/** Fewest points to tell counters and skewed noise by. */
const FEWEST = 16;
/** Share of equal neighbors from which integers are states that are held rather than counts that vary. */
const HELD = 0.8;
/** Movement from point to point of counts of events, in multiples of what independent ones would show. */
/** Larger numbers are sizes or totals: as counts they would hardly vary at all. */
const MOST_COUNTED = 1e4;
const LEAST_MOVEMENT = 0.3;
const MOST_MOVEMENT = 2.5;
/** How much longer the upper tail of the noise must be than the lower. */
const SKEWED = 1.5;

/**
 * Finds the scale on which the noise of a channel is even: increments of counters, square roots of counts, logarithms
 * of positive values with a long upper tail, values else.
 * @param values n values, NaN = missing
 */
export function evenScale(values: Float64Array): EvenScale {
  const present = values.filter((value) => value === value);
  const n = present.length;
  const sorted = present.slice().sort();
  const low = sorted[0] ?? 0;
  const high = sorted[n - 1] ?? 0;
  const middle = n > 0 ? quantileOfSorted(sorted, 0.5) : 0;
  const plain = (kind: NumberKind): EvenScale => ({
    kind,
    scaled: values,
    back: (value) => value,
    floor: findFloor(sorted),
  });
  if (n < 2 || low === high) return plain('constant');
  if (n >= FEWEST && isCounter(present)) {
    const scaled = increments(values);
    return {
      kind: 'counter',
      scaled,
      floor: findFloor(scaled.filter((value) => value === value).sort()),
      note: 'a counter: its increments were judged, resets left out',
    };
  }
  let held = 0;
  for (let t = 1; t < n; t++) if (present[t] === present[t - 1]) held++;
  const distinct = distinctUpTo(sorted, 3);
  const zeros = middle === 0 && low === 0;
  if (distinct <= 2 && !zeros) return plain('states');
  if (low >= 0 && sorted.every(Number.isInteger)) {
    if (held >= HELD * (n - 1) && !zeros) return plain('states');
    if (distinct > 2 && isPoisson(present, middle, zeros)) {
      return {
        kind: 'counts',
        scaled: values.map((value) => 2 * Math.sqrt(value + 0.375)),
        back: (value) => Math.max(0, (value / 2) ** 2 - 0.375),
        floor: zeros ? 1 : 0.6,
        note: 'counts: judged by their square roots',
      };
    }
    if (distinct <= 2) return plain('states');
  }
  if (
    low > 0 &&
    n >= 4 * FEWEST &&
    upperTail(present) >= SKEWED &&
    upperTail(present.map(Math.log)) < SKEWED
  ) {
    const logs = values.map(Math.log);
    return {
      kind: 'skewed',
      scaled: logs,
      back: Math.exp,
      floor: Math.max(
        0.002,
        FLOOR_OF_RANGE * Math.log(quantileOfSorted(sorted, 0.995) / quantileOfSorted(sorted, 0.005)),
      ),
      note: 'positive with a long upper tail: judged by the logarithm',
    };
  }
  return plain('measure');
}

/** Least standard deviation that counts: by the usual range, the usual size and the resolution of the values. */
function findFloor(sorted: Float64Array): number {
  const n = sorted.length;
  if (n === 0) return 1;
  const range = quantileOfSorted(sorted, 0.995) - quantileOfSorted(sorted, 0.005);
  const size = Math.max(Math.abs(quantileOfSorted(sorted, 0.5)), Math.abs(quantileOfSorted(sorted, 0.25)));
  let resolution = Infinity;
  for (let i = 1; i < n; i++) {
    const gap = sorted[i]! - sorted[i - 1]!;
    if (gap > 1e-12 * Math.abs(sorted[i]!) && gap < resolution) resolution = gap;
  }
  const whole = sorted[n - 1]! - sorted[0]!;
  const floor = Math.max(
    FLOOR_OF_RANGE * range,
    FLOOR_OF_VALUE * size,
    resolution < Infinity ? 0.29 * Math.min(resolution, 0.1 * whole) : 0,
  );
  return floor > 0 ? floor : 0.01 * (whole || 1);
}

function distinctUpTo(sorted: Float64Array, most: number): number {
  let distinct = 1;
  for (let i = 1; i < sorted.length && distinct < most; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  return distinct;
}

/** Rises in many steps, and falls only to start anew near nothing. */
function isCounter(present: Float64Array): boolean {
  let rises = 0;
  let resets = 0;
  for (let t = 1; t < present.length; t++) {
    const before = present[t - 1]!;
    const value = present[t]!;
    if (value > before) rises++;
    else if (value < before) {
      if (value < 0 || value > 0.2 * before) return false;
      resets++;
    }
  }
  return present[0]! >= 0 && rises >= 0.3 * present.length && resets <= 0.02 * present.length;
}

/** n increments; the first, and those at a reset, are missing. */
function increments(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length).fill(NaN);
  for (let t = 1; t < values.length; t++) {
    const step = values[t]! - values[t - 1]!;
    if (step >= 0) out[t] = step;
  }
  return out;
}

/** Whether integers vary as counts of separate events do: by about the root of their mean from point to point. */
function isPoisson(present: Float64Array, middle: number, zeros: boolean): boolean {
  if (zeros) return true;
  if (middle > MOST_COUNTED) return false;
  let sum = 0;
  for (let t = 1; t < present.length; t++) {
    sum += Math.min(Math.abs(present[t]! - present[t - 1]!), 4 * Math.sqrt(middle + 1));
  }
  const movement = sum / (present.length - 1) / (1.13 * Math.sqrt(Math.max(1, middle)));
  return movement >= LEAST_MOVEMENT && movement <= MOST_MOVEMENT;
}

/** Upper over lower tail of what sets points apart from their neighbors. */
function upperTail(present: Float64Array): number {
  const n = present.length;
  const out = new Float64Array(n - 4);
  for (let t = 2; t < n - 2; t++) {
    const [a, b, c, d] = [present[t - 2]!, present[t - 1]!, present[t + 1]!, present[t + 2]!];
    // Median of the four neighbors.
    out[t - 2] = present[t]! - (a + b + c + d - Math.min(a, b, c, d) - Math.max(a, b, c, d)) / 2;
  }
  out.sort();
  const middle = quantileOfSorted(out, 0.5);
  const down = middle - quantileOfSorted(out, 0.05);
  return down > 0 ? (quantileOfSorted(out, 0.95) - middle) / down : 1;
}
