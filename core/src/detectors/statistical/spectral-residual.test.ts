import { listDefaults } from '../base/options.js';
import { describe, expect, it } from 'vitest';
import { createSeries } from '../../series/series.js';
import { computeSpectralResidual, spectralResidual } from './spectral-residual.js';

/** The definition with a transform written out: O(n²). */
function naive(values: readonly number[], smoothing: number): number[] {
  const n = values.length;
  const low = Math.min(...values);
  const scaled = values.map((value) => (value - low) / (Math.max(...values) - low));
  const transform = (re: readonly number[], im: readonly number[], sign: number): [number, number][] =>
    re.map((_, k) => {
      let a = 0;
      let b = 0;
      re.forEach((value, t) => {
        const angle = (sign * 2 * Math.PI * k * t) / n;
        a += value * Math.cos(angle) - im[t]! * Math.sin(angle);
        b += value * Math.sin(angle) + im[t]! * Math.cos(angle);
      });
      return [a, b];
    });
  const spectrum = transform(
    scaled,
    scaled.map(() => 0),
    -1,
  );
  const log = spectrum.map(([a, b]) => Math.log(Math.hypot(a, b)));
  const half = Math.floor(n / 2);
  const before = Math.floor((smoothing - 1) / 2);
  const saliency = spectrum.map(([a, b], k) => {
    const j = Math.min(k, n - k);
    let mean = 0;
    for (let s = 0; s < smoothing; s++) mean += log[Math.min(Math.max(j - before + s, 1), half)]! / smoothing;
    const gain = Math.exp(k === 0 ? 0 : log[k]! - mean) / Math.hypot(a, b);
    return [a * gain, b * gain] as const;
  });
  return transform(
    saliency.map(([a]) => a),
    saliency.map(([, b]) => b),
    1,
  ).map(([a, b]) => Math.hypot(a, b) / n);
}

describe('spectralResidual', () => {
  it.each([31, 64, 90])('equals the definition for %i points', async (n) => {
    const values = Array.from({ length: n }, (_, t) => Math.sin(t / 3) + ((t * 37) % 11) / 10);
    const fast = await computeSpectralResidual(Float64Array.from(values), 7, {});
    naive(values, 7).forEach((expected, t) => expect(fast[t]).toBeCloseTo(expected, 9));
  });
});

describe('spectral-residual', () => {
  it('ranks a spike highest and is 0 for a constant', async () => {
    const values = Float64Array.from(
      { length: 997 },
      (_, t) => Math.sin((2 * Math.PI * t) / 50) + ((t * 37) % 11) / 50,
    );
    values[400]! += 3;
    const detector = await spectralResidual.create(listDefaults(spectralResidual.options));
    const { raw } = await detector.score(createSeries({ channels: [{ name: 'v', values }] }), {});
    expect(raw.indexOf(Math.max(...raw))).toBe(400);
    const flat = createSeries({ channels: [{ name: 'v', values: new Float64Array(50).fill(3) }] });
    expect(Math.max(...(await detector.score(flat, {})).raw)).toBe(0);
  });
});
