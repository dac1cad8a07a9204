import { describe, expect, test } from 'vitest';
import { calmKinds, faultKinds, generateCalm, generateFault } from '../../datasets/index.js';
import { createRandom } from '../../random.js';
import { decide } from './decide.js';

const decided = (values: Float64Array) => decide({ values, step: 60_000, periods: [] }).intervals;

describe('decide', () => {
  test.each(calmKinds)('%s: hardly an event in ten series', (kind) => {
    let events = 0;
    for (let seed = 1; seed <= 10; seed++) {
      events += decided(generateCalm(kind, { seed: 31 * seed }).channels[0]!.values).length;
    }
    expect(events).toBeLessThanOrEqual(2);
  });

  test.each(faultKinds)('%s: found where it is', (kind) => {
    for (let seed = 1; seed <= 4; seed++) {
      const series = generateFault(kind, { seed: 57 * seed });
      const { start, end } = series.anomalies[0]!;
      const periods = /missing|extra/.test(kind) ? [240] : kind === 'faster cycles' ? [48] : [];
      const { intervals } = decide({ values: series.channels[0]!.values, step: 60_000, periods });
      const touching = intervals.filter((event) => event.start <= end + 1 && event.end >= start - 1);
      expect(touching.length, `${kind}, seed ${57 * seed}`).toBeGreaterThan(0);
      expect(Math.abs(touching[0]!.start - start)).toBeLessThanOrEqual(25);
    }
  });

  test('a counter that grows faster is told by how much more there was of it', () => {
    const random = createRandom(8);
    let total = 1000;
    const values = Float64Array.from(
      { length: 1500 },
      (_, t) => (total += random.poisson(t >= 1200 && t < 1230 ? 15 : 3)),
    );
    const { intervals, expected, spread } = decide({ values, step: 60_000 });
    expect(intervals).toHaveLength(1);
    const { start, end } = intervals[0]!;
    expect(Math.abs(start - 1200)).toBeLessThanOrEqual(2);
    // Some 30 × (15 − 3) more than the 3 a minute that were usual.
    const more = values[end]! - expected[end]!;
    expect(more).toBeGreaterThan(250);
    expect(more).toBeLessThan(450);
    expect(spread[end]!).toBeGreaterThan(3 * spread[start]!);
    // After it only the next increment is expected again.
    expect(Math.abs(values[end + 20]! - expected[end + 20]!)).toBeLessThan(15);
  });

  test('one point among few that is far off', () => {
    for (const n of [12, 20, 40, 70]) {
      const random = createRandom(n);
      const values = Float64Array.from({ length: n }, () => 50 + random.normal());
      expect(decided(values)).toEqual([]);
      values[n >> 1] = 90;
      expect(decided(values).map(({ start, end }) => [start, end])).toEqual([[n >> 1, n >> 1]]);
    }
  });

  test('too few points, or nothing but missing ones, decide nothing', () => {
    expect(decided(Float64Array.of(1, 2, 300))).toEqual([]);
    const { intervals, expected } = decide({ values: new Float64Array(50).fill(NaN) });
    expect(intervals).toEqual([]);
    expect(expected.every((value) => value === 0)).toBe(true);
  });
});
