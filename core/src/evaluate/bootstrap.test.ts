import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.js';
import { bootstrapInterval } from './bootstrap.js';

describe('bootstrap interval of a mean', () => {
  it('comes to the interval of the normal distribution for many values', () => {
    const random = createRandom(1);
    const values = Float64Array.from({ length: 400 }, () => random.normal(10, 2));
    const { mean, low, high } = bootstrapInterval(values);
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    const half = (1.96 * deviation) / 20;
    expect(low).toBeCloseTo(mean - half, 1);
    expect(high).toBeCloseTo(mean + half, 1);
  });

  it('holds the true mean about as often as it promises', () => {
    const random = createRandom(2);
    let held = 0;
    for (let trial = 0; trial < 200; trial++) {
      const { low, high } = bootstrapInterval(
        Array.from({ length: 30 }, () => random.normal(3, 1)),
        { confidence: 0.9, samples: 400, seed: trial },
      );
      if (low <= 3 && high >= 3) held++;
    }
    // Binomial deviation of 200 trials at .9 is .021; the percentile interval of 30 values covers about .88.
    expect(held / 200).toBeGreaterThan(0.81);
    expect(held / 200).toBeLessThan(0.96);
  });

  it('has no width where all values are equal, and is the same for the same seed', () => {
    expect(bootstrapInterval([2, 2, 2])).toEqual({ mean: 2, low: 2, high: 2 });
    const values = [0.71, 0.64, 0.8, 0.69, 0.75];
    expect(bootstrapInterval(values)).toEqual(bootstrapInterval(values));
    expect(bootstrapInterval(values).mean).toBeCloseTo(0.718, 10);
    expect(bootstrapInterval(values).low).toBeCloseTo(0.67, 1);
    expect(bootstrapInterval(values).high).toBeCloseTo(0.76, 1);
  });

  it('widens with the confidence', () => {
    const values = [1, 5, 2, 8, 3];
    const [narrow, wide] = [0.5, 0.99].map((confidence) => bootstrapInterval(values, { confidence }));
    expect(wide!.high - wide!.low).toBeGreaterThan(narrow!.high - narrow!.low);
  });

  it('refuses what has no mean', () => {
    expect(() => bootstrapInterval([])).toThrow(/no value/);
    expect(() => bootstrapInterval([1, NaN])).toThrow(/value 1 is NaN/);
    expect(() => bootstrapInterval([1], { confidence: 95 })).toThrow(/confidence is 95/);
    expect(() => bootstrapInterval([1], { samples: 3 })).toThrow(/resampled means is 3/);
  });
});
