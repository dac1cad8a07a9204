import { expect, test } from 'vitest';
import { createRandom } from '../../random.js';
import { findSurges, sparseCounts } from './surges.js';

const known = { periods: [], most: 2 };
const counts = (rate: number, seed: number, n = 1800): Float64Array => {
  const random = createRandom(seed);
  return Float64Array.from({ length: n }, () => random.poisson(rate));
};

test('the rate, the lots and the unit of sparse counts', () => {
  const values = new Float64Array(1000);
  for (const t of [10, 300, 301, 700]) values[t] = 1;
  // Happenings of 1, 2 and 1: 4 in 1,000 points, variance (1 + 4 + 1) / 4 of the mean; the largest is cut to the next.
  expect(sparseCounts(values)).toEqual({ unit: 1, rate: 3 / 1000, lot: 1 });
  // The same as a rate per second.
  expect(sparseCounts(values.map((value) => value / 60))!.rate).toBeCloseTo(3 / 1000, 12);
});

test('what is no sparse count', () => {
  const values = counts(0.02, 1);
  expect(sparseCounts(values)).toBeDefined();
  expect(sparseCounts(values.map((value) => -value))).toBeUndefined();
  expect(sparseCounts(counts(0.5, 1))).toBeUndefined();
  expect(sparseCounts(values.map((value, t) => value * (1 + t / 7)))!.sizes).toBeDefined();
  const held = new Float64Array(1000);
  for (const start of [100, 400, 700]) held.fill(1, start, start + 20);
  expect(sparseCounts(held)).toBeUndefined();
  expect(sparseCounts(new Float64Array(100))).toBeUndefined();
});

test.each([0.005, 0.02, 0.05, 0.1])(
  'independent counts at a rate of %f have no surge, a burst is one',
  (rate) => {
    let others = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const values = counts(rate, seed);
      others += findSurges(values, sparseCounts(values)!, known, 1).length;
      const random = createRandom(100 + seed);
      for (let t = 900; t < 912; t++) values[t] = 1 + random.poisson(3);
      const [found] = findSurges(values, sparseCounts(values)!, known, 1).filter(
        ({ start, end }) => start <= 911 && end >= 900,
      );
      expect(found).toBeDefined();
      expect(Math.abs(found!.start - 900)).toBeLessThanOrEqual(8);
      expect(Math.abs(found!.end - 911)).toBeLessThanOrEqual(8);
    }
    expect(others).toBeLessThanOrEqual(1);
  },
);

/** Seconds that a container was throttled: mostly none, else of any size. */
const throttling = (seed: number): Float64Array => {
  const random = createRandom(977 * seed);
  return Float64Array.from({ length: 1800 }, () => (random.chance(0.015) ? random.exponential(0.2) : 0));
};

test('amounts that are mostly none have no surge, many at once or one far larger than all others are one', () => {
  let others = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const values = throttling(seed);
    const find = () => findSurges(values, sparseCounts(values)!, known, 1);
    others += find().length;
    const random = createRandom(seed);
    for (let t = 900; t < 930; t++) values[t] = random.exponential(0.5);
    values[1500] = 500;
    const found = find();
    expect(found.some(({ start, end }) => start === 1500 && end === 1500)).toBe(true);
    const storm = found.find(({ start, end }) => start <= 929 && end >= 900)!;
    expect(Math.abs(storm.start - 900)).toBeLessThanOrEqual(8);
    expect(Math.abs(storm.end - 929)).toBeLessThanOrEqual(8);
  }
  expect(others).toBeLessThanOrEqual(2);
});
