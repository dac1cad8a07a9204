import { describe, expect, test } from 'vitest';
import { generateFault } from '../../datasets/index.js';
import { createRandom } from '../../random.js';
import { findCycle, findChangedPeriods, isExtraCycle } from './cycles.js';

const PERIOD = 48;

/** A wave whose cycles take `period` points in start…end, and 48 elsewhere. */
function waveOf(seed: number, period: number, start: number, end: number, n = 1440): Float64Array {
  const random = createRandom(seed);
  let phase = 0;
  return Float64Array.from({ length: n }, (_, t) => {
    phase += 1 / (t >= start && t <= end ? period : PERIOD);
    const wave = Math.sin(2 * Math.PI * phase) + 0.4 * Math.sin(4 * Math.PI * phase);
    return 50 + 10 * wave + random.normal();
  });
}

const changedOf = (y: Float64Array) => findChangedPeriods(y, findCycle(y, PERIOD, [], 0.1)!, 1);

describe('findChangedPeriods', () => {
  // So long that the cycles after them come when they would have come.
  test.each([
    [16, 192],
    [24, 96],
    [32, 192],
    [72, 144],
    [96, 192],
  ])('cycles of %s points among such of 48, for %s points', (period, length) => {
    for (let seed = 1; seed <= 5; seed++) {
      const [start, end] = [600, 600 + length - 1];
      const found = changedOf(waveOf(seed, period, start, end));
      expect(found).toHaveLength(1);
      expect(found[0]!.cycle.usual).toBe(PERIOD);
      expect(Math.abs(found[0]!.cycle.period - period)).toBeLessThanOrEqual(0.06 * period);
      expect(Math.abs(found[0]!.start - start)).toBeLessThanOrEqual(10);
      expect(Math.abs(found[0]!.end - end)).toBeLessThanOrEqual(10);
    }
  });

  test('what only shifts, rises, is held or is missing runs at no other speed', () => {
    const edits: readonly ((values: Float64Array) => void)[] = [
      () => {},
      (values) => values.copyWithin(600, 612),
      (values) => values.forEach((value, t) => t >= 600 && t < 700 && (values[t] = value + 25)),
      (values) => values.fill(values[600]!, 600, 700),
      (values) => values.fill(50, 576, 624),
      (values) => values.subarray(600, 672).reverse(),
    ];
    for (const edit of edits) {
      for (let seed = 1; seed <= 5; seed++) {
        const values = waveOf(seed, PERIOD, 0, 0);
        edit(values);
        expect(changedOf(values)).toEqual([]);
      }
    }
  });

  test('noise and too few cycles have no cycle', () => {
    const random = createRandom(3);
    const noise = Float64Array.from({ length: 1000 }, () => random.normal());
    expect(findCycle(noise, PERIOD, [24, 96], 0.01)).toBeUndefined();
    expect(findCycle(waveOf(1, PERIOD, 0, 0, 200), PERIOD, [], 0.1)).toBeUndefined();
    // The multiple of a period is too long, the period itself is not.
    expect(findCycle(waveOf(1, PERIOD, 0, 0, 700), 144, [PERIOD], 0.1)?.shape).toHaveLength(PERIOD);
  });
});

test('a peak as each cycle has one, at another phase, is a further cycle', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const series = generateFault('extra cycle', { seed });
    const [values] = series.channels.map((channel) => channel.values);
    const { start, end } = series.anomalies[0]!;
    const cycle = findCycle(values!, 240, [], 0.1)!;
    expect(isExtraCycle(values!, cycle, { start, end, way: 1 })).toBe(true);
    // The other way, too long, too short, where it belongs, or another height: no further cycle.
    expect(isExtraCycle(values!, cycle, { start, end, way: -1 })).toBe(false);
    expect(isExtraCycle(values!, cycle, { start: start - 20, end: end + 20, way: 1 })).toBe(false);
    expect(isExtraCycle(values!, cycle, { start, end: start + 2, way: 1 })).toBe(false);
    expect(isExtraCycle(values!, cycle, { start: start - 120, end: end - 120, way: 1 })).toBe(false);
    // Where the period found is a multiple of the series' own, each cycle has several peaks.
    const twice = findCycle(series.channels[0]!.values, 480, [], 0.1);
    if (twice) {
      const regular = Math.floor(start / 240) * 240 + 30;
      for (const at of [regular - 240, regular - 480])
        expect(isExtraCycle(values!, twice, { start: at, end: at + 11, way: 1 })).toBe(false);
    }
    for (let t = start; t <= end; t++) values![t] = 20 + 3 * (values![t]! - 20);
    expect(isExtraCycle(values!, cycle, { start, end, way: 1 })).toBe(false);
  }
});
