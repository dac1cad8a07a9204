import { expect, test } from 'vitest';
import { computeScales, RunningScales } from './standardize.js';

test.each<[string, (t: number) => number]>([
  ['far from zero', (t) => 1e9 + Math.sin(t)],
  ['constant', () => 4.2],
  ['huge', (t) => (t % 7) * 1e299],
  ['a constant that moves', (t) => (t < 90 ? 3 : t % 5)],
])('scales that grow with the series are those of the whole: %s', (_, make) => {
  const values = Float64Array.from({ length: 500 }, (_, t) => make(t));
  const running = new RunningScales([values.subarray(0, 50)]);
  for (let n = 50, step = 1; n < 500; step = 1 + (n % 3)) {
    const k = Math.min(step, 500 - n);
    n += k;
    const part = [values.subarray(0, n)];
    const { mean, std } = running.append(part, k);
    const whole = computeScales(part);
    expect(mean[0]! / whole.mean[0]!).toBeCloseTo(1, 12);
    expect(std[0]! / whole.std[0]!).toBeCloseTo(1, 6);
  }
});
