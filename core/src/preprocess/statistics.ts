import { checkNumber, readLength } from '../check-number.js';
import { quickselect } from 'simple-statistics';

/** Factor that makes the median absolute deviation of a normal distribution its standard deviation: 1/Φ⁻¹(¾). */
export const MAD_TO_SIGMA = 1.4826022185056018;

/** The values that are not missing (a copy). */
function present(values: ArrayLike<number>): Float64Array {
  const out = new Float64Array(readLength(values));
  let count = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (!Number.isNaN(value)) out[count++] = value;
  }
  return count === out.length ? out : out.slice(0, count);
}

/** The values that are not missing, sorted ascending (a copy). */
export function sortedPresent(values: ArrayLike<number>): Float64Array {
  // The native numeric sort of a typed array is several times faster than one with a comparator.
  return present(values).sort();
}

/**
 * Quantile of values that are already sorted ascending and complete, interpolated linearly between neighbors
 * (Hyndman & Fan 1996, type 7: the default of R and NumPy). NaN for no values.
 * @param probability 0…1
 */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  checkProbability(probability);
  const last = sorted.length - 1;
  if (last < 0) return NaN;
  const position = probability * last;
  const below = Math.floor(position);
  const fraction = position - below;
  // A separate branch, because 0 × Infinity would be NaN.
  return fraction === 0 ? sorted[below]! : sorted[below]! + fraction * (sorted[below + 1]! - sorted[below]!);
}

function checkProbability(probability: number): void {
  checkNumber("the quantile's probability", probability, { min: 0, max: 1 });
}

/**
 * `quantileOfSorted` of complete values in any order, which are reordered: selecting the one or two that count takes
 * O(n), an ordering of all of them O(n log n).
 */
export function selectQuantile(values: Float64Array, probability: number): number {
  checkProbability(probability);
  const last = values.length - 1;
  if (last < 0) return NaN;
  const position = probability * last;
  const below = Math.floor(position);
  const fraction = position - below;
  // Its types ask for a plain array; it only reads and swaps elements.
  quickselect(values as unknown as number[], below);
  const low = values[below]!;
  if (fraction === 0) return low;
  // All that lie above are not smaller: the next in order is the smallest of them.
  let next = Infinity;
  for (let t = below + 1; t <= last; t++) if (values[t]! < next) next = values[t]!;
  return low + fraction * (next - low);
}

/**
 * `selectQuantile` for several probabilities in ascending order: what lies below one need not be looked at for the
 * next.
 */
export function selectQuantiles(values: Float64Array, probabilities: readonly number[]): number[] {
  let from = 0;
  return probabilities.map((probability) => {
    const last = values.length - 1;
    const below = Math.floor(probability * last);
    const rest = values.subarray(from);
    const found =
      rest.length === 1 ? rest[0]! : selectQuantile(rest, (probability * last - from) / (last - from));
    from = below;
    return found;
  });
}

/** Quantile (see `quantileOfSorted`) of the values that are not missing; NaN where all are. O(n). */
export function quantile(values: ArrayLike<number>, probability: number): number {
  return selectQuantile(present(values), probability);
}

/** Median of the values that are not missing; NaN where all are. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Where a series lies and how far it spreads, by statistics that single outliers do not move. */
export interface RobustLocation {
  readonly median: number;
  /** Median absolute deviation × 1.4826: the standard deviation where the values are normally distributed. */
  readonly sigma: number;
  /** Values that are not missing. */
  readonly count: number;
}

/**
 * Median and scaled median absolute deviation of the values that are not missing. Where more than half of the
 * values are equal the deviation is 0: callers that divide by it must look for that. NaN, NaN where all are
 * missing.
 */
export function robustLocation(values: ArrayLike<number>): RobustLocation {
  const kept = present(values);
  const middle = selectQuantile(kept, 0.5);
  for (let t = 0; t < kept.length; t++) kept[t] = Math.abs(kept[t]! - middle);
  return { median: middle, sigma: MAD_TO_SIGMA * selectQuantile(kept, 0.5), count: kept.length };
}

/** Mean and standard deviation of a series. */
export interface MeanDeviation {
  readonly mean: number;
  /** Population standard deviation (denominator: number of values). */
  readonly std: number;
  /** Values that are not missing. */
  readonly count: number;
}

/**
 * Mean and population standard deviation of the values that are not missing, in two passes, so that a large
 * offset costs no digits. NaN, NaN where all are missing.
 */
export function meanAndStd(values: ArrayLike<number>): MeanDeviation {
  readLength(values);
  let sum = 0;
  let count = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (!Number.isNaN(value)) {
      sum += value;
      count++;
    }
  }
  if (count === 0) return { mean: NaN, std: NaN, count };
  const mean = sum / count;
  let squares = 0;
  let remainder = 0;
  let largest = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (!Number.isNaN(value)) {
      const deviation = value - mean;
      squares += deviation * deviation;
      remainder += deviation;
      if (Math.abs(deviation) > largest) largest = Math.abs(deviation);
    }
  }
  // The second pass also yields what rounding left out of the mean.
  const correction = remainder / count;
  let std = Math.sqrt(Math.max(0, squares / count - correction * correction));
  if (!(std > 0 && std < Infinity) && largest > 0) {
    // Squares that leave the range of a double, below or above.
    squares = 0;
    for (let t = 0; t < values.length; t++) {
      const scaled = (values[t]! - mean) / largest;
      if (!Number.isNaN(scaled)) squares += scaled * scaled;
    }
    std = largest * Math.sqrt(squares / count);
  }
  return { mean: mean + correction, std, count };
}
