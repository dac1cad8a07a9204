import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  movingMax,
  movingMean,
  movingMeanStd,
  movingMedian,
  movingMin,
  movingQuantile,
  movingStd,
} from './index.js';
import { naiveMean, naiveMedian, naiveStd, naiveWindows } from './moving.naive.js';

const cases = fc.record({
  values: fc.array(
    fc.oneof(
      { weight: 9, arbitrary: fc.double({ min: -1000, max: 1000, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(NaN) },
    ),
    { maxLength: 40 },
  ),
  window: fc.integer({ min: 1, max: 60 }),
  align: fc.constantFrom('centered' as const, 'trailing' as const),
});

describe('moving statistics', () => {
  it('agree with every window written out', () => {
    fc.assert(
      fc.property(cases, ({ values, window, align }) => {
        const options = { window, align };
        const windows = naiveWindows(values, options);
        const oracle = {
          mean: windows.map(naiveMean),
          std: windows.map((part) => (part.length ? naiveStd(part) : NaN)),
          min: windows.map((part) => (part.length ? Math.min(...part) : NaN)),
          max: windows.map((part) => (part.length ? Math.max(...part) : NaN)),
          median: windows.map((part) => (part.length ? naiveMedian(part) : NaN)),
        };
        const got = {
          mean: movingMean(values, options),
          std: movingStd(values, options),
          min: movingMin(values, options),
          max: movingMax(values, options),
          median: movingMedian(values, options),
        };
        for (const key of ['mean', 'std', 'min', 'max', 'median'] as const) {
          expect(got[key].length).toBe(values.length);
          values.forEach((_, t) => {
            if (Number.isNaN(oracle[key][t]!)) expect(got[key][t]).toBeNaN();
            else expect(Math.abs(got[key][t]! - oracle[key][t]!)).toBeLessThan(1e-9);
          });
        }
      }),
    );
  });

  it('forgets a huge spike as soon as it leaves the window', () => {
    const values = Float64Array.from({ length: 50 }, (_, t) => (t === 10 ? 1e12 : t % 2));
    const { mean, std } = movingMeanStd(values, { window: 4, align: 'trailing' });
    expect([...mean.slice(14)]).toEqual(Array(36).fill(0.5));
    expect([...std.slice(14)]).toEqual(Array(36).fill(0.5));
  });

  it('interpolates quantiles', () => {
    // Windows {10}, {10, 20}, {10, 20, 30}: position 0.25 · (count − 1).
    expect([...movingQuantile([10, 20, 30], 0.25, { window: 3, align: 'trailing' })]).toEqual([10, 12.5, 15]);
  });

  it('looks back only when trailing', () => {
    const values = Float64Array.from({ length: 30 }, (_, t) => Math.sin(t));
    const changed = values.slice();
    changed[20] = 99;
    const options = { window: 7, align: 'trailing' } as const;
    expect(movingMean(changed, options).slice(0, 20)).toEqual(movingMean(values, options).slice(0, 20));
    expect(movingMean(changed, options)[20]).not.toBe(movingMean(values, options)[20]);
  });

  it('rejects impossible windows', () => {
    for (const window of [0, -1, 2.5, NaN]) {
      expect(() => movingMean([1, 2], { window })).toThrow(/whole number/);
    }
    expect(() => movingQuantile([1, 2], 1.5, { window: 2 })).toThrow(/0 to 1/);
  });
});
