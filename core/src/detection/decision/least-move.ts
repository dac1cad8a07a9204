import type { DecidedInterval } from './types.js';

/** Most different values, as multiples of a unit, of which one unit more or less is the least that there can be. */
const FEW_VALUES = 24;
/** Points that such a departure may last, units that it may be, and changes elsewhere that make it nothing new. */
const BRIEF = 12;
const LEAST_MOVE = 1.25;
const MOVES = 4;

/** The unit that all values are multiples of apart; 0 where there is none, or many different values. */
export function findUnit(y: Float64Array): number {
  const values = new Set<number>();
  for (let t = 0; t < y.length; t++) if (values.add(y[t]!).size > FEW_VALUES) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length < 3) return 0;
  let unit = Infinity;
  for (let i = 1; i < sorted.length; i++) unit = Math.min(unit, sorted[i]! - sorted[i - 1]!);
  const isMultiple = (value: number): boolean => {
    const units = (value - sorted[0]!) / unit;
    return Math.abs(units - Math.round(units)) < 1e-6 * Math.max(1, units);
  };
  return sorted.every(isMultiple) ? unit : 0;
}

/** Whether a brief interval is one unit more or less, as the series often is: a socket more, a degree less. */
export function isLeastMove(
  y: Float64Array,
  expected: Float64Array,
  unit: number,
  { start, end, sign }: DecidedInterval,
): boolean {
  if (unit === 0 || sign !== 'off' || end - start >= BRIEF) return false;
  for (let t = start; t <= end; t++) if (Math.abs(y[t]! - expected[t]!) > LEAST_MOVE * unit) return false;
  let moves = 0;
  for (let t = 1; t < y.length; t++) if ((t < start || t > end + 1) && y[t] !== y[t - 1]) moves++;
  return moves >= MOVES;
}
