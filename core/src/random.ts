import { HeedError } from './errors.js';
import { checkAnyNumber, checkArray } from './check-argument.js';
import { checkNumber, readLength } from './check-number.js';
import { randomBeta, randomExponential, randomGamma, randomNormal, randomPoisson } from 'd3-random';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';
import { shuffleInPlace } from 'simple-statistics';

/** A stream of random numbers that depends on its seed alone: the same on every machine and in every browser. */
export interface Random {
  /** A number from [low, high); default [0, 1). */
  uniform(low?: number, high?: number): number;
  /** A whole number from low to high, both inclusive. */
  integer(low: number, high: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  normal(mean?: number, deviation?: number): number;
  /** exp of a normal number: `median` is the median, `deviation` that of the logarithm. */
  logNormal(median: number, deviation: number): number;
  exponential(mean: number): number;
  /** A count with the given mean. */
  poisson(mean: number): number;
  gamma(shape: number, scale: number): number;
  /** A number from (0, 1). */
  beta(alpha: number, beta: number): number;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
  /** The items in random order, as a new array. */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent stream; what is drawn from one does not move the other. */
  fork(): Random;
}

/** Of a parameter of a distribution. */
const LARGEST = 1e15;

/**
 * Seeded randomness (Mersenne Twister MT19937, whose initialization keeps neighboring seeds apart).
 * @param seed whole number; only its lower 32 bits count
 * @throws HeedError bad-option where the seed is not a whole number
 */
export function createRandom(seed: number): Random {
  checkNumber('the seed', seed, { whole: true });
  const generator = mersenne(seed | 0);
  const source = () => uniformFloat64(generator);
  const normal = randomNormal.source(source)();
  const poisson = randomPoisson.source(source);
  const exponential = randomExponential.source(source)(1);
  const gamma = randomGamma.source(source);
  const beta = randomBeta.source(source);
  const random: Random = {
    uniform: (low = 0, high = 1) => {
      checkAnyNumber('lower end', low);
      checkAnyNumber('upper end', high);
      return low + (high - low) * source();
    },
    integer: (low, high) => {
      // The generator draws without end where there is no such number.
      if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && low <= high)) {
        checkNumber('the lower end', low, { whole: true });
        checkNumber('the upper end', high, { min: low, whole: true });
      }
      return uniformInt(generator, low, high);
    },
    chance: (probability) => {
      checkAnyNumber('probability', probability);
      return source() < probability;
    },
    normal: (mean = 0, deviation = 1) => {
      checkAnyNumber('mean', mean);
      checkAnyNumber('deviation', deviation);
      return mean + deviation * normal();
    },
    logNormal: (median, deviation) => {
      checkAnyNumber('median', median);
      checkAnyNumber('deviation', deviation);
      return median * Math.exp(deviation * normal());
    },
    exponential: (mean) => {
      checkAnyNumber('mean', mean);
      return mean * exponential();
    },
    // These draw again and again where a parameter is no number or beyond all.
    poisson: (mean) => {
      checkNumber('the mean', mean, { max: LARGEST });
      return mean > 0 ? poisson(mean)() : 0;
    },
    gamma: (shape, scale) => {
      checkNumber('the shape', shape, { min: 0, max: LARGEST });
      checkNumber('the scale', scale, {});
      return gamma(shape, scale)();
    },
    beta: (alpha, betaShape) => {
      checkNumber('the first shape', alpha, { above: 0, max: LARGEST });
      checkNumber('the second shape', betaShape, { above: 0, max: LARGEST });
      return beta(alpha, betaShape)();
    },
    pick: (items) => {
      const length = readLength(items as unknown as ArrayLike<number>);
      if (length > 0) return items[uniformInt(generator, 0, length - 1)]!;
      throw new HeedError('empty-input', 'there is nothing to pick from', 'Give at least one.');
    },
    shuffle: (items) => {
      checkArray('items', items);
      return shuffleInPlace([...items], source);
    },
    fork: () => createRandom(uniformInt(generator, -0x80000000, 0x7fffffff)),
  };
  return random;
}
