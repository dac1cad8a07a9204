import { expect, test } from 'vitest';
import { createRandom } from '../../random.js';
import { candidatePeriods, findAbsences, findSeason } from './season.js';

const HOUR = 3_600_000;
const job = (n: number, period: number, seed = 1): Float64Array => {
  const random = createRandom(seed);
  return Float64Array.from(
    { length: n },
    (_, t) => 20 + random.normal() + (t % period >= 30 && t % period < 40 ? 30 : 0),
  );
};

test('periods of the calendar that a series holds often enough', () => {
  expect(candidatePeriods(24 * 21, HOUR, [])).toEqual([24, 168]);
  expect(candidatePeriods(24 * 14, HOUR, [])).toEqual([24]);
  expect(candidatePeriods(1000, undefined, [96])).toEqual([96]);
  expect(candidatePeriods(1000, 7_000, [])).toEqual([]);
});

test('a period is found to the point, and none in noise', () => {
  for (const rough of [239, 240, 241]) expect(findSeason(job(1900, 240), [rough])?.period).toBe(240);
  const random = createRandom(2);
  expect(
    findSeason(
      Float64Array.from({ length: 1000 }, () => random.normal()),
      [60, 144],
    ),
  ).toBeUndefined();
});

test('a cycle in which nothing happened', () => {
  const values = job(1900, 240);
  expect(findAbsences(values, { period: 240, tolerance: 3 }, 1)).toEqual([]);
  const random = createRandom(3);
  for (let t = 960 + 30; t < 960 + 40; t++) values[t] = 20 + random.normal();
  const [absence, ...others] = findAbsences(values, { period: 240, tolerance: 3 }, 1);
  expect(others).toEqual([]);
  expect(absence!.way).toBe(1);
  expect([absence!.start, absence!.end]).toEqual([990, 999]);
});

test('what came a little later than ever did come', () => {
  const values = job(1900, 240);
  const random = createRandom(4);
  for (let t = 990; t < 1000; t++) values[t] = 20 + random.normal();
  for (let t = 995; t < 1005; t++) values[t] = 50 + random.normal();
  expect(findAbsences(values, { period: 240, tolerance: 3 }, 1)).toEqual([]);
});

test('teeth that come earlier and later are not missing', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = createRandom(seed);
    let [height, teeth] = [0, 0];
    const values = Float64Array.from({ length: 2400 }, () => {
      height += 4 + 2 * random.uniform();
      if (height > 90) height = ++teeth % 6 === 0 ? 0 : 20 + 10 * random.uniform();
      return 500 + height;
    });
    expect(findAbsences(values, { period: 86, tolerance: 2 }, 8.5), `seed ${seed}`).toEqual([]);
  }
});
