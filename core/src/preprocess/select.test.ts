import fc from 'fast-check';
import { expect, it } from 'vitest';
import { laggedProduct } from './autocorrelation.js';
import { quantileOfSorted, selectQuantile } from './statistics.js';

const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 1500 });

it('selects the quantiles that sorting gives, again and again from the same array', () => {
  fc.assert(
    fc.property(
      values,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
      (list, at) => {
        const sorted = Float64Array.from(list).sort();
        const copy = Float64Array.from(list);
        for (const probability of [0, 0.5, 1, ...at]) {
          const wanted = quantileOfSorted(sorted, probability);
          // −0 and 0 are the same value to a selection.
          expect(selectQuantile(copy, probability) + 0).toBe(wanted + 0);
        }
        expect(copy.sort()).toEqual(sorted);
      },
    ),
  );
  expect(selectQuantile(new Float64Array(0), 0.5)).toBeNaN();
  expect(() => selectQuantile(new Float64Array(3), 1.5)).toThrow(/probability/);
});

it('multiplies a series with itself at any lag', () => {
  fc.assert(
    fc.property(values, fc.nat(30), (list, lag) => {
      const wanted = list.reduce((sum, value, t) => sum + (t >= lag ? value * list[t - lag]! : 0), 0);
      const size = list.reduce((sum, value) => sum + value * value, 1);
      expect(Math.abs(laggedProduct(Float64Array.from(list), lag) - wanted) / size).toBeLessThan(1e-12);
    }),
  );
});
