import { expect, test } from 'vitest';
import { createRandom } from '../../random.js';
import { findBumps } from './bumps.js';

const known = { periods: [], most: 2 };
const series = (n: number, at: (t: number) => number, seed = 1): Float64Array => {
  const random = createRandom(seed);
  return Float64Array.from({ length: n }, (_, t) => at(t) + random.normal());
};
const hump = (t: number, start: number, length: number, height: number): number =>
  t >= start && t < start + length ? height * Math.sin((Math.PI * (t - start)) / length) : 0;

test.each([1, -1])('a slow bump is found whichever way it goes (%i)', (way) => {
  const values = series(1500, (t) => 50 + way * hump(t, 700, 60, 6));
  const [bump, ...others] = findBumps(values, 0.1, known, 1);
  expect(others).toEqual([]);
  expect(bump!.way).toBe(way);
  expect(Math.abs(bump!.start - 700)).toBeLessThanOrEqual(12);
  expect(Math.abs(bump!.end - 759)).toBeLessThanOrEqual(12);
  expect(Math.abs(bump!.level - 50)).toBeLessThan(0.5);
});

test('what lies between two bumps is none', () => {
  const values = series(1500, (t) => 50 + hump(t, 600, 60, 8) + hump(t, 720, 60, 8));
  expect(findBumps(values, 0.1, known, 1).map(({ way }) => way)).toEqual([1, 1]);
});

test('noise, a step, a walk and regular bumps have none', () => {
  let inWalks = 0;
  for (let seed = 1; seed <= 10; seed++) {
    expect(
      findBumps(
        series(1500, () => 50, seed),
        0.1,
        known,
        1,
      ),
    ).toEqual([]);
    expect(
      findBumps(
        series(1500, (t) => (t < 800 ? 50 : 60), seed),
        0.1,
        known,
        1,
      ),
    ).toEqual([]);
    let x = 0;
    const walk = series(1500, () => 0, seed).map((step) => (x += step));
    inWalks += findBumps(walk, 0.1, known, 1).length;
  }
  expect(inWalks).toBeLessThanOrEqual(1);
  const regular = series(1500, (t) => 50 + hump(t % 100, 20, 40, 8));
  expect(findBumps(regular, 0.1, known, 1)).toEqual([]);
});
