import { expect, it } from 'vitest';
import { createRandom } from '../../random.js';
import { createSeries } from '../../series/series.js';
import { naiveMemoryAttention } from '../../windows/memory.naive.js';
import { standardizeSeries } from '../base/standardize.js';
import { neighborDistance } from './neighbor-distance.js';

const random = createRandom(3);
const wave = (shift: number): Float64Array =>
  Float64Array.from({ length: 240 }, (_, t) => Math.sin((t + shift) / 5) + 0.2 * random.normal());
const series = createSeries({
  channels: [
    { name: 'a', values: wave(0) },
    { name: 'b', values: wave(7) },
  ],
});

it('is the mean distance of every window from its nearest keys, at its center', async () => {
  const window = 13;
  const detector = await neighborDistance.create({ window, keys: 1, sample: 0, budget: 1e8 });
  const { raw, contributions } = await detector.score(series, {});
  const { distance } = naiveMemoryAttention(standardizeSeries(series).channels, {
    window,
    normalization: 'none',
    floor: 0,
    exclusion: window,
    k: 1,
    temperature: 1,
  });
  distance.forEach((row, i) => expect(raw[i + 6]).toBeCloseTo(Math.min(...row), 9));
  raw.forEach((value, t) => expect(contributions![0]![t]! + contributions![1]![t]!).toBeCloseTo(value, 9));
});

it('averages over more keys that lie at least half a window apart, and says what it compared', async () => {
  const [near, far] = await Promise.all(
    [1, 6].map(async (keys) =>
      (await neighborDistance.create({ window: 16, keys, sample: 0, budget: 1e8 })).score(series, {}),
    ),
  );
  far!.raw.forEach((value, t) => expect(value).toBeGreaterThanOrEqual(near!.raw[t]! - 1e-12));
  const starts = far!.attend!(100, 100).map(({ start }) => start);
  expect(starts.length).toBeGreaterThan(1);
  for (const [i, a] of starts.entries()) {
    for (const b of starts.slice(i + 1)) expect(Math.abs(a - b)).toBeGreaterThanOrEqual(8);
  }
});

it('says so where a long history is averaged', async () => {
  const { notes } = await (
    await neighborDistance.create({ window: 64, keys: 2, sample: 0, budget: 1e4 })
  ).score(series, {});
  expect(notes!.join(' ')).toMatch(/downsampled/);
});
