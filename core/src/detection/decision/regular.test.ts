import { expect, test } from 'vitest';
import { createRandom } from '../../random.js';
import { findRegular } from './regular.js';

/** Noise with falls of 40 at given points. */
function falls(n: number, at: readonly number[]): Float64Array {
  const random = createRandom(5);
  const sizes = Float64Array.from({ length: n }, () => random.normal());
  for (const t of at) sizes[t] = -40;
  return sizes;
}
const isRegular = (n: number, at: readonly number[], t: number): boolean =>
  findRegular(falls(n, at), { periods: [], most: 4 }).isRegular(t);

test('four falls at even distances, from the first point to the last, are what a series does', () => {
  expect(isRegular(2400, [520, 1042, 1558, 2081], 1042)).toBe(true);
  // One of them at another time, or too few.
  expect(isRegular(2400, [520, 1300, 1558, 2081], 1300)).toBe(false);
  expect(isRegular(2400, [520, 1042, 1558], 1042)).toBe(false);
  // Even, but only in a part of the series.
  expect(isRegular(2400, [100, 200, 300, 400], 300)).toBe(false);
});

test('what goes on for longer than at other times is not what comes evenly', () => {
  const at = [520, 1042, 1558, 2081];
  expect(isRegular(2400, [...at, 1568], 1568)).toBe(false);
  expect(isRegular(2400, [...at, ...at.map((t) => t + 10)], 1568)).toBe(true);
});
