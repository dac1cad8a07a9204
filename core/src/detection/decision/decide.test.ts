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

  test('a slow climb under a daily cycle is found near its begin', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = createRandom(40 + seed);
      const values = Float64Array.from(
        { length: 1728 },
        (_, t) =>
          50 + 8 * Math.sin((2 * Math.PI * t) / 144) + 0.6 * random.normal() + Math.max(0, (t - 1296) / 30),
      );
      const [first, ...others] = decide({ values, step: 600_000, periods: [144] }).intervals;
      expect(others).toEqual([]);
      expect(first!.way).toBe(1);
      expect(Math.abs(first!.start - 1296)).toBeLessThan(144);
      expect(first!.end).toBe(1727);
    }
  });

  test('a power plant that is stuck at noon, and not at none every night', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = createRandom(50 + seed);
      const values = Float64Array.from(
        { length: 1152 },
        (_, t) => Math.max(0, 900 * Math.sin((2 * Math.PI * (t - 24)) / 96)) * random.uniform(0.93, 1),
      );
      expect(decide({ values, step: 900_000, periods: [96] }).intervals).toEqual([]);
      values.fill(values[904]!, 904, 914);
      const intervals = decide({ values, step: 900_000, periods: [96] }).intervals;
      expect(intervals.map(({ start, end, sign }) => [start, end, sign])).toEqual([[904, 913, 'stuck']]);
    }
  });

  test('the level that most of a series has is no event, whatever it came from', () => {
    const random = createRandom(60);
    const values = Float64Array.from(
      { length: 244 },
      (_, t) => (t < 14 ? 53.5 : t < 156 ? 58.5 + t / 150 : t < 170 ? 57.7 : 61.6) + 0.01 * random.normal(),
    );
    for (const { start, end } of decide({ values, step: 15_000 }).intervals) {
      expect(end - start).toBeLessThan(100);
    }
  });

  test('one unit more for a while is nothing where it comes now and then', () => {
    const values = new Float64Array(244).fill(10);
    for (const at of [60, 110, 121, 190]) values.fill(11, at, at + 6);
    values.fill(9, 30, 33);
    expect(decide({ values, step: 15_000 }).intervals).toEqual([]);
    // The first time, or two units, is something else.
    values.fill(13, 150, 156);
    expect(decide({ values, step: 15_000 }).intervals.map(({ start }) => start)).toEqual([150]);
    const node = new Float64Array(244).fill(10);
    node.fill(9, 150, 156);
    expect(decide({ values: node, step: 15_000 }).intervals.map(({ start }) => start)).toEqual([150]);
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
