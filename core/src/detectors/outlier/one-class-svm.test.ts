import { listDefaults } from '../base/options.js';
import { describe, expect, it } from 'vitest';
import { CooperativeScheduler } from '../../yield.js';
import { createSeries, sliceSeries } from '../../series/series.js';
import { oneClassCoefficients, oneClassSvm } from './one-class-svm.js';

const wave = (broken: boolean) => {
  const values = Float64Array.from({ length: 900 }, (_, t) => Math.sin((2 * Math.PI * t) / 30));
  if (broken) for (let t = 700; t < 715; t++) values[t] = t % 2;
  return createSeries({ channels: [{ name: 'v', values }] });
};

describe('oneClassCoefficients', () => {
  it('gives the numbers of scikit-learn’s OneClassSVM', async () => {
    // Points sin(i), i = 0…11, kernel exp(−(a − b)²), ν = 0.4, with scikit-learn 1.2.1: decision_function / (ν · 12).
    const x = Array.from({ length: 12 }, (_, i) => Math.sin(i));
    const kernel = Float64Array.from({ length: 144 }, (_, k) =>
      Math.exp(-((x[Math.floor(k / 12)]! - x[k % 12]!) ** 2)),
    );
    const alpha = await oneClassCoefficients(kernel, 12, 0.4, new CooperativeScheduler(undefined));
    expect(alpha.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    const decision = x.map((_, i) => alpha.reduce((sum, value, j) => sum + value * kernel[i * 12 + j]!, 0));
    const expected = [
      7e-9, 0.008656649, 7e-9, 0.002782871, 0.01719529, -0.002721642, 0.006416157, 0.019947643, -0.01362094,
      0.015123336, 0.018070097, -0.0095693,
    ];
    expected.forEach((value, i) => expect(decision[i]! - decision[0]!).toBeCloseTo(value - expected[0]!, 3));
  });
});

describe('one-class-svm', () => {
  it('finds the broken interval, also after saving and loading', async () => {
    const detector = await oneClassSvm.create(listDefaults(oneClassSvm.options));
    await detector.fit!(sliceSeries(wave(false), 0, 500), {});
    const { raw } = await detector.score(wave(true), {});
    expect(Math.abs(raw.indexOf(Math.max(...raw)) - 707)).toBeLessThan(40);
    const copy = await oneClassSvm.create(listDefaults(oneClassSvm.options));
    await copy.setState!(await detector.getState!());
    expect((await copy.score(wave(true), {})).raw).toEqual(raw);
  });

  it('refuses to score unfitted or with other channels, and stops when cancelled', async () => {
    const detector = await oneClassSvm.create(listDefaults(oneClassSvm.options));
    await expect(detector.score(wave(true), {})).rejects.toMatchObject({ code: 'not-fitted' });
    await expect(detector.fit!(wave(false), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await detector.fit!(wave(false), {});
    const { channels } = wave(true);
    const two = createSeries({ channels: [channels[0]!, { ...channels[0]!, name: 'w' }] });
    await expect(detector.score(two, {})).rejects.toMatchObject({ code: 'channel-mismatch' });
  });
});
