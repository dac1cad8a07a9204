import { checkRecord } from '../check-argument.js';
import { checkNumber, readLength } from '../check-number.js';
import { mean, quantileSorted } from 'simple-statistics';
import { HeedError } from '../errors.js';
import { createRandom } from '../random.js';

/** A mean with the range in which it could as well have come out. */
export interface BootstrapInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** A second or two. */
const MOST_DRAWS = 100_000_000;

/** Options of `bootstrapInterval`. */
export interface BootstrapOptions {
  /** Share of the resampled means inside the interval; default 0.95. */
  readonly confidence?: number;
  /** Resampled means; default 2,000. */
  readonly samples?: number;
  readonly seed?: number;
}

/**
 * Percentile bootstrap of a mean (Efron & Tibshirani 1993, chapter 13): the values are drawn again with replacement,
 * many times, and the middle of the means so found is the interval. With few values it is somewhat too narrow.
 * @param values one result per seed, series or file; finite
 * @throws HeedError empty-input, not-finite, bad-option
 * @example bootstrapInterval([0.71, 0.64, 0.8, 0.69, 0.75]) // mean 0.718, about 0.67 to 0.76
 */
export function bootstrapInterval(
  values: ArrayLike<number>,
  options: BootstrapOptions = {},
): BootstrapInterval {
  checkRecord('options', options);
  const { confidence = 0.95, samples = 2000, seed = 0 } = options;
  const n = readLength(values);
  if (n === 0)
    throw new HeedError('empty-input', 'there is no value to resample', 'Give at least one value.');
  const list = Array.from(values);
  // Their sum must be finite too.
  const bad = list.findIndex((value) => !(Math.abs(value) <= Number.MAX_VALUE / n));
  if (bad >= 0) {
    throw new HeedError(
      'not-finite',
      `value ${bad} is ${list[bad]}`,
      'Give finite values, or leave this one out.',
    );
  }
  checkNumber('the confidence', confidence, { above: 0, below: 1 });
  checkNumber('the number of resampled means', samples, { min: 100, max: 1_000_000, whole: true });
  if (n * samples > MOST_DRAWS) {
    throw new HeedError(
      'bad-option',
      `${samples} means of ${n} values take ${n * samples} draws`,
      `Give ${Math.max(100, Math.floor(MOST_DRAWS / n))} samples or fewer: the more values, the fewer are needed.`,
    );
  }
  const random = createRandom(seed);
  const means = Float64Array.from({ length: samples }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += list[random.integer(0, n - 1)]!;
    return sum / n;
  }).sort();
  const sorted = Array.from(means);
  return {
    mean: mean(list),
    low: quantileSorted(sorted, (1 - confidence) / 2),
    high: quantileSorted(sorted, (1 + confidence) / 2),
  };
}
