import { checkRecord } from '../check-argument.js';
import { checkNumber, readLength } from '../check-number.js';
import { HeedError, shownValue } from '../errors.js';
import { quantileOfSorted, sortedPresent } from './statistics.js';

/** Which points a moving statistic looks at. */
export interface MovingOptions {
  /** Window length in points, an integer >= 1. Windows are cut off at the ends of the series. */
  readonly window: number;
  /**
   * `centered` (default): the window lies around the point, with ⌊window/2⌋ points before it.
   * `trailing`: the window ends with the point, so that nothing later is read.
   */
  readonly align?: 'centered' | 'trailing';
}

/** Points before and after the current one that belong to its window. */
function reach(options: MovingOptions, n: number): { before: number; after: number } {
  const { window, align = 'centered' } = options;
  checkNumber('the window', window, { min: 1, whole: true });
  if (align !== 'centered' && align !== 'trailing') {
    throw new HeedError(
      'bad-option',
      `the alignment is ${shownValue(align)}`,
      'Give "centered" or "trailing".',
    );
  }
  const before = align === 'trailing' ? window - 1 : Math.floor(window / 2);
  return { before: Math.min(before, n), after: Math.min(window - 1 - before, n) };
}

/**
 * Mean and variance of each window by merging (count, mean, sum of squares) of two half-windows that meet at a
 * block edge (van Herk 1992, Gil & Werman 1993, for the extremum; Chan, Golub & LeVeque 1983 for the merge).
 * Nothing is ever subtracted from a running sum, so a huge spike leaves no rounding error behind when it leaves
 * the window. O(n) whatever the window.
 */
function movingMoments(
  values: ArrayLike<number>,
  options: MovingOptions,
  mean: Float64Array | null,
  std: Float64Array | null,
): void {
  const n = readLength(values);
  const { before, after } = reach(options, n);
  const width = before + after + 1;
  const counts = new Float64Array(width + 1);
  const means = new Float64Array(width + 1);
  const squares = new Float64Array(width + 1);
  for (let block = -before; block < n - before; block += width) {
    // counts/means/squares[j] describe the part of the block from its j-th point to its end.
    let count = 0;
    let average = 0;
    let square = 0;
    for (let j = width - 1; j >= 0; j--) {
      const at = block + j;
      const value = at >= 0 && at < n ? values[at]! : NaN;
      if (value === value) {
        count++;
        const delta = value - average;
        average += delta / count;
        square += delta * (value - average);
      }
      counts[j] = count;
      means[j] = average;
      squares[j] = square;
    }
    count = 0;
    average = 0;
    square = 0;
    for (let j = 0; j < width; j++) {
      const t = block + j + before;
      if (t >= n) break;
      if (j > 0) {
        const at = block + width + j - 1;
        const value = at >= 0 && at < n ? values[at]! : NaN;
        if (value === value) {
          count++;
          const delta = value - average;
          average += delta / count;
          square += delta * (value - average);
        }
      }
      const left = counts[j]!;
      const total = left + count;
      if (total === 0) {
        if (mean) mean[t] = NaN;
        if (std) std[t] = NaN;
        continue;
      }
      const delta = average - means[j]!;
      if (mean) mean[t] = left === 0 ? average : means[j]! + (delta * count) / total;
      if (std) {
        const merged =
          squares[j]! + square + (left === 0 || count === 0 ? 0 : (delta * delta * left * count) / total);
        std[t] = Math.sqrt(merged / total);
      }
    }
  }
}

/**
 * Moving mean, n values. Missing values are left out; NaN where a window holds no value. O(n).
 * @param mean where to write it (n values)
 */
export function movingMean(
  values: ArrayLike<number>,
  options: MovingOptions,
  mean: Float64Array = new Float64Array(readLength(values)),
): Float64Array {
  checkRecord('options', options);
  const n = readLength(values);
  const { before, after } = reach(options, n);
  const width = before + after + 1;
  const suffix = new Float64Array(width);
  // Sums of two half-windows, as movingMoments merges them, as long as all values are there and sums stay in range.
  for (let block = -before; block < n - before; block += width) {
    const first = Math.max(0, -block);
    const last = Math.min(width, n - block) - 1;
    suffix.fill(0);
    let sum = 0;
    for (let j = last, at = block + last; j >= first; j--, at--) {
      sum += values[at]!;
      suffix[j] = sum;
    }
    suffix.fill(sum, 0, first);
    sum = 0;
    const end = Math.min(width, n - block - before);
    for (let j = 0, t = block + before; j < end; j++, t++) {
      const at = t + after;
      if (j > 0 && at < n) sum += values[at]!;
      const count = (at < n ? at + 1 : n) - (t > before ? t - before : 0);
      const own = (suffix[j]! + sum) / count;
      if (!(own - own === 0)) {
        movingMoments(values, options, mean, null);
        return mean;
      }
      mean[t] = own;
    }
  }
  return mean;
}

/**
 * Moving population standard deviation, n values. Missing values are left out; NaN where a window holds no value,
 * 0 where it holds one. O(n).
 */
export function movingStd(values: ArrayLike<number>, options: MovingOptions): Float64Array {
  checkRecord('options', options);
  const std = new Float64Array(readLength(values));
  movingMoments(values, options, null, std);
  return std;
}

/** `movingMean` and `movingStd` in one pass. */
export function movingMeanStd(
  values: ArrayLike<number>,
  options: MovingOptions,
): { mean: Float64Array; std: Float64Array } {
  checkRecord('options', options);
  const mean = new Float64Array(readLength(values));
  const std = new Float64Array(readLength(values));
  movingMoments(values, options, mean, std);
  return { mean, std };
}

/** `sign` 1 finds the maximum, −1 the minimum: van Herk 1992, O(n) whatever the window. */
function movingExtremum(values: ArrayLike<number>, options: MovingOptions, sign: 1 | -1): Float64Array {
  const n = readLength(values);
  const { before, after } = reach(options, n);
  const width = before + after + 1;
  const out = new Float64Array(n);
  const suffix = new Float64Array(width);
  const at = (t: number): number => {
    const value = t >= 0 && t < n ? values[t]! : NaN;
    return value === value ? sign * value : -Infinity;
  };
  for (let block = -before; block < n - before; block += width) {
    let best = -Infinity;
    for (let j = width - 1; j >= 0; j--) {
      best = Math.max(best, at(block + j));
      suffix[j] = best;
    }
    best = -Infinity;
    for (let j = 0; j < width && block + j + before < n; j++) {
      if (j > 0) best = Math.max(best, at(block + width + j - 1));
      const extremum = Math.max(best, suffix[j]!);
      out[block + j + before] = extremum === -Infinity ? NaN : sign * extremum;
    }
  }
  return out;
}

/** Moving minimum, n values. Missing values are left out; NaN where a window holds no value. O(n). */
export function movingMin(values: ArrayLike<number>, options: MovingOptions): Float64Array {
  checkRecord('options', options);
  return movingExtremum(values, options, -1);
}

/** Moving maximum, n values. Missing values are left out; NaN where a window holds no value. O(n). */
export function movingMax(values: ArrayLike<number>, options: MovingOptions): Float64Array {
  checkRecord('options', options);
  return movingExtremum(values, options, 1);
}

/**
 * Moving quantile (interpolated as `quantile` does), n values. Missing values are left out; NaN where a window
 * holds no value. A binary indexed tree (Fenwick 1994) over the ranks makes it O(n log n) whatever the window.
 * @param probability 0…1
 */
export function movingQuantile(
  values: ArrayLike<number>,
  probability: number,
  options: MovingOptions,
): Float64Array {
  checkRecord('options', options);
  quantileOfSorted([], probability); // checks the probability
  const n = readLength(values);
  const { before, after } = reach(options, n);
  const sorted = sortedPresent(values);
  let distinct = 0;
  for (let t = 0; t < sorted.length; t++) {
    if (t === 0 || sorted[t] !== sorted[distinct - 1]) sorted[distinct++] = sorted[t]!;
  }
  const ranks = new Int32Array(n);
  for (let t = 0; t < n; t++) {
    const value = values[t]!;
    if (value !== value) continue; // rank 0 marks a missing value
    let low = 0;
    let high = distinct - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    ranks[t] = low + 1;
  }

  const tree = new Int32Array(distinct + 1);
  let top = 1;
  while (top * 2 <= distinct) top *= 2;
  let count = 0;
  const change = (t: number, by: 1 | -1): void => {
    let rank = ranks[t]!;
    if (rank === 0) return;
    count += by;
    for (; rank <= distinct; rank += rank & -rank) tree[rank]! += by;
  };
  /** The k-th smallest value of the window, k from 0. */
  const select = (k: number): number => {
    let rank = 0;
    for (let step = top; step > 0; step >>= 1) {
      const next = rank + step;
      if (next <= distinct && tree[next]! <= k) {
        rank = next;
        k -= tree[next]!;
      }
    }
    return sorted[rank]!;
  };

  const out = new Float64Array(n);
  for (let t = 0; t < Math.min(after, n); t++) change(t, 1);
  for (let t = 0; t < n; t++) {
    if (t + after < n) change(t + after, 1);
    if (t - before - 1 >= 0) change(t - before - 1, -1);
    if (count === 0) {
      out[t] = NaN;
      continue;
    }
    const position = probability * (count - 1);
    const below = Math.floor(position);
    const low = select(below);
    out[t] = position === below ? low : low + (position - below) * (select(below + 1) - low);
  }
  return out;
}

/** Moving median, n values. Missing values are left out; NaN where a window holds no value. O(n log n). */
export function movingMedian(values: ArrayLike<number>, options: MovingOptions): Float64Array {
  checkRecord('options', options);
  return movingQuantile(values, 0.5, options);
}
