import { expect, test } from 'vitest';
import { createRandom } from '../../random.js';
import { decide } from './decide.js';

/** A job of an hour every night, which goes on for too long in the eighth. */
const nightly = (seed: number, overrun: number): Float64Array => {
  const random = createRandom(977 * seed);
  return Float64Array.from({ length: 1440 }, (_, t) => {
    const isOn = (t % 144 >= 18 && t % 144 < 24) || (t >= 1032 && t < 1032 + overrun);
    return random.normal(10, 1) + (isOn ? 40 : 0);
  });
};

test('a nightly job that goes on too long begins where it should have ended', () => {
  let found = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const { intervals, expected } = decide({ values: nightly(seed, 10), step: 600_000, periods: [144] });
    const event = intervals.find(({ start, end }) => start <= 1041 && end >= 1032);
    if (!event) continue;
    found++;
    expect(Math.abs(event.start - 1032)).toBeLessThanOrEqual(1);
    expect(Math.abs(event.end - 1041)).toBeLessThanOrEqual(1);
    // Against what other nights show then.
    expect(expected[1036]).toBeLessThan(15);
  }
  expect(found).toBeGreaterThanOrEqual(9);
});

test('a nightly job that ends in time is nothing', () => {
  for (let seed = 1; seed <= 5; seed++) {
    expect(decide({ values: nightly(seed, 0), step: 600_000, periods: [144] }).intervals).toEqual([]);
  }
});
