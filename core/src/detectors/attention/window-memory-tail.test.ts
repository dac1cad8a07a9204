import { expect, it } from 'vitest';
import { createRandom } from '../../random.js';
import { createSeries, sliceSeries } from '../../series/series.js';
import { CooperativeScheduler } from '../../yield.js';
import { computeScales, standardizeSeries } from '../base/standardize.js';
import { GrowingChannels } from './growing-channels.js';
import { MemoryTail } from './window-memory-tail.js';
import { planMemory, scoreByMemory } from './window-memory.js';

const n = 2000;
const history = 1600;
const random = createRandom(8);
const channels = [9, 31].map((period, c) => ({
  name: `c${c}`,
  values: Float64Array.from({ length: n }, (_, t) => Math.sin(t / period) + 0.1 * random.normal()),
}));

it.each([
  { how: 'one channel', d: 1, window: 16, budget: 1e8, before: 90 },
  { how: 'two channels', d: 2, window: 16, budget: 1e8, before: 60 },
  { how: 'one in some offsets', d: 1, window: 16, budget: 4e4, before: 90 },
  { how: 'means of two points', d: 1, window: 64, budget: 6e5, before: 200 },
])('scores points further back than a window, whose keys come later too: $how', async (given) => {
  const { d, window, budget, before } = given;
  const whole = createSeries({ channels: channels.slice(0, d) });
  const plan = planMemory(n, d, {
    window,
    normalization: 'none',
    temperature: 0.1,
    keys: 4,
    budget,
    coarsest: 8,
  });
  const scales = computeScales(whole.channels.map(({ values }) => values.subarray(0, history)));
  const growing = new GrowingChannels(sliceSeries(whole, 0, history));
  const tail = new MemoryTail(growing, scales);
  for (let start = history, step = 1; start < n; start += step, step = (step % 5) + 2) {
    const k = Math.min(step, n - start);
    growing.append(sliceSeries(whole, start, start + k));
    const found = tail.score(k, scales, plan, { before, explains: false })!;
    if (start % 3 > 0) continue;
    const wanted = await scoreByMemory(
      standardizeSeries(sliceSeries(whole, 0, start + k), scales),
      plan,
      new CooperativeScheduler(undefined),
      () => {},
      plan,
    );
    const from = start - before;
    expect(found.raw.length).toBe(k + before);
    for (let t = 0; t < k + before; t++) {
      expect(Math.abs(found.raw[t]! - wanted.raw[from + t]!)).toBeLessThan(1e-9);
      expect(Math.abs(found.neighborDistance[t]! - wanted.neighborDistance[from + t]!)).toBeLessThan(1e-9);
    }
  }
});
