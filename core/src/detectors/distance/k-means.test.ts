import { listDefaults } from '../base/options.js';
import { describe, expect, it } from 'vitest';
import { createSeries } from '../../series/series.js';
import { kMeans } from './k-means.js';
import { averageWindowScores } from '../base/subsequence.js';

const period = 25;
const values = Float64Array.from({ length: 1500 }, (_, t) => Math.sin((2 * Math.PI * t) / period));
for (let t = 800; t < 812; t++) values[t] = -values[t]!;
const series = createSeries({ channels: [{ name: 'value', values }] });

describe('k-means', () => {
  it('gives every window the distance from the mean of its cluster: with one cluster, from the mean window', async () => {
    const window = 4;
    const short = Float64Array.of(0, 1, 0, 2, 5, 1, 0, 3, 1, 1, 1, 1, 4);
    const detector = await kMeans.create({ window, clusters: 1 });
    const { raw } = await detector.score(createSeries({ channels: [{ name: 'v', values: short }] }), {});
    const windows = Array.from({ length: short.length - window + 1 }, (_, i) => {
      const part = [...short.subarray(i, i + window)];
      const mean = part.reduce((sum, value) => sum + value) / window;
      const std = Math.sqrt(part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (window - 1));
      return part.map((value) => (std > 0 ? (value - mean) / std : 0));
    });
    const center = windows[0]!.map(
      (_, j) => windows.reduce((sum, part) => sum + part[j]!, 0) / windows.length,
    );
    const distances = windows.map((part) => Math.hypot(...part.map((value, j) => value - center[j]!)));
    averageWindowScores(distances, window).forEach((expected, t) => expect(raw[t]).toBeCloseTo(expected, 9));
  });

  it('ranks a reversed interval highest, the same for the same seed', async () => {
    const detector = await kMeans.create(listDefaults(kMeans.options));
    const { raw } = await detector.score(series, { seed: 3 });
    const top = raw.indexOf(Math.max(...raw));
    expect(Math.abs(top - 806)).toBeLessThan(period);
    expect((await detector.score(series, { seed: 3 })).raw).toEqual(raw);
  });

  it('blames the channel that differs', async () => {
    const other = Float64Array.from({ length: 1500 }, (_, t) => Math.cos((2 * Math.PI * t) / period));
    const both = createSeries({
      channels: [
        { name: 'a', values: other },
        { name: 'b', values },
      ],
    });
    const detector = await kMeans.create(listDefaults(kMeans.options));
    const { raw, contributions } = await detector.score(both, {});
    const top = raw.indexOf(Math.max(...raw));
    expect(Math.abs(top - 806)).toBeLessThan(40);
    expect(contributions![1]![top]).toBeGreaterThan(contributions![0]![top]!);
    expect(contributions![0]![top]! + contributions![1]![top]!).toBeCloseTo(raw[top]!, 6);
  });

  it('handles constants, fewer windows than clusters, and cancellation', async () => {
    const detector = await kMeans.create(listDefaults(kMeans.options));
    const flat = createSeries({ channels: [{ name: 'v', values: new Float64Array(80).fill(5) }] });
    expect(Math.max(...(await detector.score(flat, {})).raw)).toBe(0);
    const tiny = createSeries({ channels: [{ name: 'v', values: [1, 5, 2, 8, 3, 1] }] });
    expect((await detector.score(tiny, {})).raw.every(Number.isFinite)).toBe(true);
    await expect(detector.score(series, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
