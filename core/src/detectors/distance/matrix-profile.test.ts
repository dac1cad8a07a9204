import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeries } from '../../series/series.js';
import { computeMatrixProfile, matrixProfile } from './matrix-profile.js';
import { naiveMatrixProfile } from './matrix-profile.naive.js';

describe('matrixProfile', () => {
  it('equals the pairwise definition, constant intervals included', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 24, maxLength: 60 }),
        fc.integer({ min: 3, max: 8 }),
        fc.nat(10),
        async (values, window, flat) => {
          const series = values.map((value, t) => (t >= flat && t < flat + 10 ? 1 : value));
          const { distance } = await computeMatrixProfile(Float64Array.from(series), window, {});
          naiveMatrixProfile(series, window).forEach((expected, i) => {
            // Rounding of a correlation near 1 shows as its square root in the distance.
            expect(Math.abs(distance[i]! - expected)).toBeLessThan(1e-5);
          });
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  it('keeps its precision beside a huge offset', async () => {
    const values = Float64Array.from({ length: 200 }, (_, t) => Math.sin(t / 4) + ((t * 37) % 11) / 20);
    const near = await computeMatrixProfile(values, 12, {});
    const far = await computeMatrixProfile(
      values.map((value) => value + 1e6),
      12,
      {},
    );
    near.distance.forEach((distance, i) => expect(Math.abs(far.distance[i]! - distance)).toBeLessThan(1e-4));
  });
});

describe('matrix-profile', () => {
  const values = Float64Array.from({ length: 900 }, (_, t) => Math.sin((2 * Math.PI * t) / 30));
  for (let t = 500; t < 515; t++) values[t] = Math.cos((2 * Math.PI * t) / 10);

  it('finds the discord and names its nearest neighbor', async () => {
    const detector = await matrixProfile.create({ window: 30 });
    const { raw, attend } = await detector.score(createSeries({ channels: [{ name: 'value', values }] }), {});
    const top = raw.indexOf(Math.max(...raw));
    expect(Math.abs(top - 507)).toBeLessThan(20);
    const [nearest] = attend!(top, top);
    expect(nearest!.end - nearest!.start).toBe(29);
    expect(nearest!.weight).toBe(1);
    expect(Math.abs(nearest!.start + 15 - top)).toBeGreaterThan(8);
  });

  it('scores a constant series 0 and stops when cancelled', async () => {
    const detector = await matrixProfile.create({ window: 0 });
    const flat = createSeries({ channels: [{ name: 'value', values: new Float64Array(100).fill(3) }] });
    expect(Math.max(...(await detector.score(flat, {})).raw)).toBe(0);
    const long = createSeries({
      channels: [{ name: 'value', values: Float64Array.from({ length: 60_000 }, (_, t) => Math.sin(t * t)) }],
    });
    const controller = new AbortController();
    const running = detector.score(long, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });
});
