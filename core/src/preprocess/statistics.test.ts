import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeedError } from '../errors.js';
import {
  clipValues,
  copyWindows,
  countWindows,
  createScaler,
  createSeriesScaler,
  difference,
  fitScaler,
  fitSeriesScaler,
  hampelBounds,
  meanAndStd,
  median,
  quantile,
  robustLocation,
  undoDifference,
  windowAt,
  winsorize,
} from './index.js';
import { selectQuantiles } from './statistics.js';
import { createSeries } from '../series/series.js';

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

function code(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return isHeedError(error) ? error.code : String(error);
  }
  return undefined;
}

describe('statistics', () => {
  it('select several quantiles at once as one by one', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const probabilities = [0, 0.25, 0.5, 0.8, 0.9, 0.995, 1];
        const found = selectQuantiles(Float64Array.from(values), probabilities);
        probabilities.forEach((probability, i) => {
          const wanted = quantile(values, probability);
          expect(Math.abs(found[i]! - wanted)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(wanted)));
        });
      }),
    );
  });

  it('match worked numbers and leave missing values out', () => {
    // numpy.quantile([1, 2, 4, 8], 0.3): position 0.9 → 1 + 0.9 · 1.
    expect(quantile([8, NaN, 1, 4, 2], 0.3)).toBeCloseTo(1.9, 12);
    expect(median([3, NaN, 1])).toBe(2);
    // Deviations from 3: 2, 1, 0, 1, 97; their median is 1.
    expect(robustLocation([1, 2, 3, 4, 100])).toEqual({ median: 3, sigma: 1.4826022185056018, count: 5 });
    expect(meanAndStd([2, 4, 4, 4, 5, 5, 7, 9, NaN])).toEqual({ mean: 5, std: 2, count: 8 });
    expect(meanAndStd([NaN]).mean).toBeNaN();
  });

  it('keeps its digits under a large offset', () => {
    const { mean, std } = meanAndStd([1e12 + 1, 1e12 + 2, 1e12 + 3]);
    expect(mean).toBe(1e12 + 2);
    expect(std).toBeCloseTo(Math.sqrt(2 / 3), 10);
  });
});

describe('scalers', () => {
  it('invert what they apply, keep missing values, and survive JSON', () => {
    fc.assert(
      fc.property(
        numbers,
        fc.constantFrom('min-max' as const, 'z-score' as const, 'robust' as const),
        (values, kind) => {
          const scaler = createScaler(JSON.parse(JSON.stringify(fitScaler(values, kind))));
          const back = scaler.invert(scaler.apply([...values, NaN]));
          values.forEach((value, t) => expect(Math.abs(back[t]! - value)).toBeLessThan(1e-6));
          expect(back[values.length]).toBeNaN();
        },
      ),
    );
  });

  it('bring values to what they promise', () => {
    expect([...fitScaler([2, 4, 6], 'min-max').apply([2, 4, 6, 8])]).toEqual([0, 0.5, 1, 1.5]);
    expect([...fitScaler([2, 4, 4, 4, 5, 5, 7, 9], 'z-score').apply([5, 9])]).toEqual([0, 2]);
    expect(fitScaler([1, 2, 3, 4, 100], 'robust').apply([3])[0]).toBe(0);
    // More than half equal: the interquartile range (1 − 0) / 1.349 takes over.
    expect(fitScaler([0, 0, 0, 0, 0, 1, 1, 1], 'robust').scale).toBeCloseTo(1 / 1.349, 12);
  });

  it('keep constants and reject what cannot be scaled', () => {
    for (const kind of ['min-max', 'z-score', 'robust'] as const) {
      expect(
        [...fitScaler([7.1, 7.1, 7.1], kind).apply([7.1, 8.1])].map((v) => Math.round(v * 1e9) / 1e9),
      ).toEqual([0, 1]);
    }
    expect(code(() => fitScaler([NaN], 'robust'))).toBe('all-missing');
    expect(code(() => fitScaler([1], 'max' as never))).toBe('bad-option');
    expect(code(() => createScaler({ kind: 'robust', offset: 0, scale: 0 }))).toBe('model-corrupt');
  });

  it('scale series by channel and notice other channels', () => {
    const series = createSeries({
      channels: [
        { name: 'a', values: [0, 10] },
        { name: 'b', values: [5, 7] },
      ],
    });
    const scaler = createSeriesScaler(JSON.parse(JSON.stringify(fitSeriesScaler(series, 'min-max'))));
    expect(scaler.apply(series).channels.map(({ values }) => [...values])).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect([...scaler.invert(scaler.apply(series)).channels[1]!.values]).toEqual([5, 7]);
    const other = createSeries({ channels: [{ name: 'a', values: [1] }] });
    expect(code(() => scaler.apply(other))).toBe('channel-mismatch');
  });
});

describe('outliers', () => {
  it('are drawn in to the quantiles or the robust bounds', () => {
    // Quantiles 0.1 and 0.9 of 0…10 are 1 and 9.
    expect([...winsorize([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.1)]).toEqual([
      1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9,
    ]);
    const { low, high } = hampelBounds([1, 2, 3, 4, 100], 2);
    expect([low, high]).toEqual([3 - 2 * 1.4826022185056018, 3 + 2 * 1.4826022185056018]);
    expect(hampelBounds([5, 5, 5])).toEqual({ low: -Infinity, high: Infinity });
    expect([...clipValues([-5, NaN, 5], { low: -1, high: 1 })]).toEqual([-1, NaN, 1]);
    expect(code(() => winsorize([1], 0.5))).toBe('bad-option');
    expect(code(() => winsorize([NaN]))).toBe('all-missing');
  });
});

describe('windows', () => {
  it('are counted, viewed and copied alike', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 10 }),
        (n, length, stride) => {
          const a = Float64Array.from({ length: n }, (_, t) => t);
          const b = Float64Array.from({ length: n }, (_, t) => -t);
          const options = { length, stride };
          const starts = [];
          for (let start = 0; start + length <= n; start += stride) starts.push(start);
          expect(countWindows(n, options)).toBe(starts.length);
          if (starts.length === 0) {
            expect(code(() => copyWindows([a, b], options))).toBe('too-few-points');
            return;
          }
          const copy = copyWindows([a, b], options);
          starts.forEach((start, i) => {
            const view = windowAt(a, i, options);
            expect(view.buffer).toBe(a.buffer);
            expect([...view]).toEqual([...a.slice(start, start + length)]);
            for (let t = 0; t < length; t++) {
              const at = (i * length + t) * 2;
              expect(copy[at]).toBe(start + t);
              expect(copy[at + 1]).toBe(-(start + t));
            }
          });
        },
      ),
    );
    expect(code(() => countWindows(5, { length: 0 }))).toBe('bad-option');
    expect(code(() => windowAt(new Float64Array(5), 1, { length: 5 }))).toBe('bad-option');
  });
});

describe('differences', () => {
  it('can be undone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        (values, lag) => {
          expect([...undoDifference(difference(values, lag), values.slice(0, lag))]).toEqual(values);
        },
      ),
    );
    expect([...difference([1, 4, 9, 16, 25], 1, 2)]).toEqual([NaN, NaN, 2, 2, 2]);
    expect([...difference([1, NaN, 3, 4])]).toEqual([NaN, NaN, NaN, 1]);
    expect(code(() => difference([1], 0))).toBe('bad-option');
  });
});
