import { listDefaults } from '../base/options.js';
import { describe, expect, it } from 'vitest';
import { createSeries } from '../../series/series.js';
import { pca } from './pca.js';

const series = (values: ArrayLike<number>) => createSeries({ channels: [{ name: 'value', values }] });
const run = async (values: ArrayLike<number>, options = {}) =>
  (await (await pca.create({ ...listDefaults(pca.options), ...options })).score(series(values), {})).raw;

describe('pca', () => {
  it('gives the numbers of scikit-learn’s components', async () => {
    // x_t = sin(t / 3) + ((t · 37) mod 101) / 202, t = 0…59, windows of 5, columns standardized, then with numpy 1.24
    // and scikit-learn 1.2.1: pca = PCA().fit(X); cdist(X, pca.components_) / pca.explained_variance_ratio_, summed.
    const values = Float64Array.from({ length: 60 }, (_, t) => Math.sin(t / 3) + ((t * 37) % 101) / 202);
    const raw = await run(values, { window: 5 });
    const expected = [
      941.7523390502311, 1112.3937135573349, 1187.181043618245, 1217.7027985488974, 1190.7253362611561,
      1058.0958995678022, 861.9367652352151, 852.3544973154521,
    ];
    expect(raw).toHaveLength(60);
    expected.forEach((value, t) => expect(raw[t + 2]! / value).toBeCloseTo(1, 8));
    expect(raw[0]).toBe(raw[2]);
    expect(raw[59]).toBe(raw[57]);
  });

  it('uses only the components that explain the given share of the variance', async () => {
    const values = Float64Array.from({ length: 60 }, (_, t) => Math.sin(t / 3) + ((t * 37) % 101) / 202);
    const raw = await run(values, { window: 5, variance: 0.5 });
    const expected = [
      3.6373995313251024, 4.5024712765751795, 4.797389329232934, 4.81243889948868, 4.820096861164937,
      4.289685209069643, 3.380560770183334, 2.858306277630636,
    ];
    expected.forEach((value, t) => expect(raw[t + 2]! / value).toBeCloseTo(1, 8));
  });

  it('scores the points of several channels as scikit-learn’s components do, and blames channels', async () => {
    // x_c,t = sin(t / (3 + c)) + ((t · (37 + c)) mod 101) / 202, c = 0…2, t = 0…59, standardized per channel; then
    // PCA(n_components=0.25) and the weighted distances as above. The default window for several channels is 1.
    const channels = [0, 1, 2].map((c) => ({
      name: `c${c}`,
      values: Float64Array.from(
        { length: 60 },
        (_, t) => Math.sin(t / (3 + c)) + ((t * (37 + c)) % 101) / 202,
      ),
    }));
    const detector = await pca.create(listDefaults(pca.options));
    const { raw, contributions } = await detector.score(createSeries({ channels }), {});
    const expected = [
      3.1943225671559627, 2.077301040470567, 3.457277595746147, 2.9493456547615002, 4.625699246612284,
      6.147252063338484, 4.6777058975082415, 5.5705109447579515,
    ];
    expected.forEach((value, t) => expect(raw[t]! / value).toBeCloseTo(1, 8));
    const sum = contributions!.reduce((total, part) => total + part[7]!, 0);
    expect(sum).toBeCloseTo(raw[7]!, 8);
  });

  it('refuses a window whose covariance matrix would be too large', async () => {
    const channels = Array.from({ length: 40 }, (_, c) => ({
      name: `c${c}`,
      values: new Float64Array(200).map((_, t) => Math.sin(t + c)),
    }));
    const detector = await pca.create({ ...listDefaults(pca.options), window: 100 });
    await expect(detector.score(createSeries({ channels }), {})).rejects.toMatchObject({
      code: 'memory-limit',
    });
  });

  it('ranks a burst highest', async () => {
    const values = Float64Array.from({ length: 1200 }, (_, t) => Math.sin((2 * Math.PI * t) / 40));
    values.fill(3, 700, 720);
    const raw = await run(values);
    const top = raw.indexOf(Math.max(...raw));
    expect(Math.abs(top - 710)).toBeLessThan(40);
  });

  it('scores a constant series 0 throughout and survives huge and tiny values', async () => {
    expect(Math.max(...(await run(new Float64Array(50).fill(7))))).toBe(0);
    for (const scale of [1e-200, 1e200]) {
      const raw = await run(Float64Array.from({ length: 300 }, (_, t) => scale * Math.sin(t / 5)));
      expect(raw.every(Number.isFinite)).toBe(true);
    }
  });

  it('rejects a window longer than the series', async () => {
    await expect(run([1, 2, 3, 4, 5, 6, 7], { window: 7 })).rejects.toMatchObject({ code: 'too-few-points' });
  });

  it('can be cancelled', async () => {
    const detector = await pca.create(listDefaults(pca.options));
    const signal = AbortSignal.abort();
    await expect(
      detector.score(series(new Float64Array(500).map((_, t) => Math.sin(t))), { signal }),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });
});
