import { checkRecord } from '../check-argument.js';
import { checkNumber, readLength } from '../check-number.js';
import { HeedError } from '../errors.js';
import { MAD_TO_SIGMA, quantileOfSorted, sortedPresent } from './statistics.js';

/** Lowest and highest value to keep. */
export interface ClipBounds {
  readonly low: number;
  readonly high: number;
}

/** Values outside the bounds become the bounds; missing ones stay missing. A new array of n values. */
export function clipValues(values: ArrayLike<number>, bounds: ClipBounds): Float64Array {
  checkRecord('bounds', bounds);
  const { low, high } = bounds;
  checkNumber('the lower bound', low, { infinite: true });
  checkNumber('the upper bound', high, { min: low, infinite: true });
  readLength(values);
  return Float64Array.from(values, (value) => (value < low ? low : value > high ? high : value));
}

/** Bounds at `probability` from either end (quantiles of the present values). NaN bounds never arise: all-missing throws. */
export function winsorBounds(values: ArrayLike<number>, probability: number): ClipBounds {
  checkNumber(
    'the share to winsorise',
    probability,
    { min: 0, below: 0.5 },
    'Give a number from 0 to below 0.5, for each end.',
  );
  const sorted = present(values);
  return { low: quantileOfSorted(sorted, probability), high: quantileOfSorted(sorted, 1 - probability) };
}

/**
 * Winsorising (Tukey 1962): the share `probability` of the values at either end becomes the quantile there.
 * @param probability 0…0.5, for each end; default 0.01
 * @throws HeedError all-missing, bad-option
 */
export function winsorize(values: ArrayLike<number>, probability = 0.01): Float64Array {
  return clipValues(values, winsorBounds(values, probability));
}

/**
 * Bounds at `deviations` robust standard deviations (median absolute deviation × 1.4826) around the median (the
 * Hampel identifier); the interquartile range / 1.349 where more than half of the values are equal, and no bounds
 * where that is 0 too.
 * @throws HeedError all-missing, bad-option
 */
export function hampelBounds(values: ArrayLike<number>, deviations = 3): ClipBounds {
  checkNumber('the number of deviations', deviations, { above: 0, infinite: true });
  const sorted = present(values);
  const median = quantileOfSorted(sorted, 0.5);
  const mad = quantileOfSorted(sorted.map((value) => Math.abs(value - median)).sort(), 0.5);
  const range = quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25);
  const sigma = mad > 0 ? MAD_TO_SIGMA * mad : range / 1.349;
  if (!(sigma > 0)) return { low: -Infinity, high: Infinity };
  return { low: median - deviations * sigma, high: median + deviations * sigma };
}

function present(values: ArrayLike<number>): Float64Array {
  const sorted = sortedPresent(values);
  if (sorted.length > 0) return sorted;
  throw new HeedError('all-missing', 'every value is missing', 'Give an interval that has values.');
}
