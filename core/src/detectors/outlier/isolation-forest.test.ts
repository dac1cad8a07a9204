import { listDefaults } from '../base/options.js';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../random.js';
import { createSeries } from '../../series/series.js';
import { isolationForest } from './isolation-forest.js';

const score = async (channels: readonly Float64Array[], options = {}, run = {}) => {
  const detector = await isolationForest.create({ ...listDefaults(isolationForest.options), ...options });
  return detector.score(
    createSeries({ channels: channels.map((values, c) => ({ name: `c${c}`, values })) }),
    run,
  );
};

describe('isolation-forest', () => {
  const wave = Float64Array.from({ length: 1000 }, (_, t) => Math.sin((2 * Math.PI * t) / 40));

  it('ranks a broken shape highest, the same for the same seed, otherwise for another', async () => {
    const values = wave.slice();
    for (let t = 600; t < 620; t++) values[t] = t % 2;
    const { raw, period } = await score([values], {}, { seed: 1 });
    expect(period).toBe(40);
    expect(Math.abs(raw.indexOf(Math.max(...raw)) - 610)).toBeLessThan(40);
    expect((await score([values], {}, { seed: 1 })).raw).toEqual(raw);
    expect((await score([values], {}, { seed: 2 })).raw).not.toEqual(raw);
  });

  it('isolates an outlying combination of channels', async () => {
    const random = createRandom(5);
    const channels = [0, 1, 2, 3].map(() => wave.map(() => random.normal()));
    channels.forEach((values, c) => (values[300] = c % 2 === 0 ? 9 : -9));
    const { raw } = await score(channels);
    expect(raw.indexOf(Math.max(...raw))).toBe(300);
  });

  it('gives every window the same score, 1/2 at most, where nothing differs', async () => {
    const { raw } = await score([new Float64Array(100).fill(2)]);
    expect(new Set(raw).size).toBe(1);
    expect(raw[0]).toBeCloseTo(0.5, 6);
  });

  it('stops when cancelled', async () => {
    await expect(score([wave], {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
