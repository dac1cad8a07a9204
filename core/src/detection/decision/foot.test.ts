import { expect, test } from 'vitest';
import { createRandom } from '../../random.js';
import { fromItsFoot } from './foot.js';

const interval = { start: 400, end: 519, peak: 519, sign: 'off', way: 1, score: 5 } as const;

/** Noise that climbs from `foot` on, by its spread in five points. */
function climb(seed: number, foot: number, jump = 0): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from(
    { length: 700 },
    (_, t) => random.normal() + (t >= foot && t < 520 ? jump + 0.2 * (t - foot + 1) : 0),
  );
}

test('a slow climb begins where it left its level, not where it is rare', () => {
  const errors = Array.from({ length: 15 }, (_, seed) =>
    Math.abs(fromItsFoot(climb(seed + 1, 375), undefined, interval, 1).start - 375),
  );
  errors.sort((a, b) => a - b);
  expect(errors[7]).toBeLessThanOrEqual(5);
  expect(errors[14]).toBeLessThanOrEqual(12);
});

test('a jump keeps its onset', () => {
  for (let seed = 1; seed <= 15; seed++) {
    expect(fromItsFoot(climb(seed, 400, 12), undefined, interval, 1).start).toBe(400);
  }
});
