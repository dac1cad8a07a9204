import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exponentialSmoothing,
  fillMissing,
  meanShift,
  medianFilter,
  movingAverage,
  savitzkyGolay,
} from './index.js';

const gap = NaN;

describe('fillMissing', () => {
  it('fills as its methods say', () => {
    const values = [gap, 1, gap, gap, 4, 10, gap];
    expect([...fillMissing(values, { method: 'mean' })]).toEqual([5, 1, 5, 5, 4, 10, 5]);
    expect([...fillMissing(values, { method: 'median' })]).toEqual([4, 1, 4, 4, 4, 10, 4]);
    expect([...fillMissing(values, { method: 'nearest' })]).toEqual([1, 1, 1, 4, 4, 10, 10]);
    expect([...fillMissing(values, { method: 'linear' })]).toEqual([1, 1, 2, 3, 4, 10, 10]);
    expect([...fillMissing(values, { method: 'forward' })]).toEqual([1, 1, 1, 1, 4, 10, 10]);
    expect([...fillMissing([1, gap, 5], { method: 'nearest' })]).toEqual([1, 1, 5]);
  });

  it('fills by the season, at the level around the gap', () => {
    const season = [0, 3, 1, 7];
    const whole = Array.from({ length: 40 }, (_, t) => season[t % 4]! + (t < 20 ? 0 : 100));
    const holed = whole.map((value, t) => (t >= 30 && t < 36 ? gap : value));
    expect(
      [...fillMissing(holed, { method: 'seasonal', period: 4 })].map((v) => Math.round(v * 1e9) / 1e9),
    ).toEqual(whole);
    const start = whole.map((value, t) => (t < 3 ? gap : value));
    expect(
      [...fillMissing(start, { method: 'seasonal', period: 4 })].map((v) => Math.round(v * 1e9) / 1e9),
    ).toEqual(whole);
  });

  it('leaves nothing missing, changes nothing present, and stays within the values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({ min: -100, max: 100, noNaN: true }), { nil: gap }), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.constantFrom(
          'mean' as const,
          'median' as const,
          'nearest' as const,
          'linear' as const,
          'forward' as const,
        ),
        (values, method) => {
          const present = values.filter((value) => !Number.isNaN(value));
          fc.pre(present.length > 0);
          const filled = fillMissing(values, { method });
          values.forEach((value, t) => {
            if (!Number.isNaN(value)) expect(filled[t]).toBe(value);
            expect(filled[t]).toBeGreaterThanOrEqual(Math.min(...present) - 1e-9);
            expect(filled[t]).toBeLessThanOrEqual(Math.max(...present) + 1e-9);
          });
        },
      ),
    );
  });

  it('leaves long gaps when asked to, and rejects what it cannot do', () => {
    expect([...fillMissing([1, gap, 3, gap, gap, 6], { maxGap: 1 })]).toEqual([1, 2, 3, gap, gap, 6]);
    expect(() => fillMissing([gap, gap])).toThrow(/every value is missing/);
    expect(() => fillMissing([1, gap], { method: 'seasonal' })).toThrow(/period/);
    expect(() => fillMissing([1, gap], { method: 'magic' as never })).toThrow(/mean, median/);
  });
});

describe('denoising', () => {
  it('averages and takes medians', () => {
    expect([...movingAverage([1, 2, 6], { window: 3 })]).toEqual([1.5, 3, 4]);
    expect([...medianFilter([1, 1, 9, 1, 1], { window: 3 })]).toEqual([1, 1, 1, 1, 1]);
  });

  it('smooths exponentially', () => {
    expect([...exponentialSmoothing([gap, 4, 8, gap, 0], 0.5)]).toEqual([gap, 4, 6, 6, 3]);
    expect(() => exponentialSmoothing([1], 0)).toThrow(/above 0/);
  });

  it('fits polynomials', () => {
    const cubic = Float64Array.from({ length: 30 }, (_, t) => 0.01 * t ** 3 - t + 2);
    savitzkyGolay(cubic, { window: 7, degree: 3 }).forEach((value, t) =>
      expect(value).toBeCloseTo(cubic[t]!, 8),
    );
    savitzkyGolay(cubic, { window: 7, degree: 3, derivative: 1 }).forEach((value, t) =>
      expect(value).toBeCloseTo(0.03 * t * t - 1, 8),
    );
    // Savitzky & Golay 1964, table I: 5 points, quadratic: (−3, 12, 17, 12, −3)/35.
    const impulse = savitzkyGolay([0, 0, 0, 0, 1, 0, 0, 0, 0], { window: 5, degree: 2 });
    [-3, 12, 17, 12, -3].forEach((weight, i) => expect(impulse[2 + i]).toBeCloseTo(weight / 35, 12));
    expect(() => savitzkyGolay([1, 2, 3], { window: 5 })).toThrow(/fewer/);
    expect(() => savitzkyGolay([1, 2, 3, 4, 5, 6], { window: 4 })).toThrow(/odd/);
  });

  it('keeps a step and flattens the noise beside it', () => {
    const noisy = Float64Array.from(
      { length: 40 },
      (_, t) => (t < 20 ? 0 : 10) + 0.3 * Math.sin(12.9898 * t),
    );
    const smooth = meanShift(noisy, { radius: 8, bandwidth: 1 });
    expect(smooth[19]).toBeLessThan(0.2);
    expect(smooth[20]).toBeGreaterThan(9.8);
    expect(Math.max(...smooth.slice(5, 15)) - Math.min(...smooth.slice(5, 15))).toBeLessThan(0.1);
    expect(meanShift([1, gap, 1.2, 1.1], { radius: 3 })[1]).toBeNaN();
    expect(() => meanShift([1], { radius: 0 })).toThrow(/radius/);
  });
});
