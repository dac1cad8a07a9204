import { listDefaults } from '../base/options.js';
import { describe, expect, it } from 'vitest';
import { createSeries, type Series } from '../../series/series.js';
import { memoryAttention, type MemoryAttentionOptions } from './memory-attention.js';
import type { RawScores, RunOptions } from '../base/types.js';

const wave = (n: number, channels: number): Series =>
  createSeries({
    channels: Array.from({ length: channels }, (_, c) => ({
      name: `c${c}`,
      values: Float64Array.from(
        { length: n },
        (_, t) => 100 + 5 * Math.sin(t / (5 + c)) + 0.3 * Math.sin(t * t),
      ),
    })),
  });

async function score(
  series: Series,
  options: Partial<MemoryAttentionOptions> = {},
  run: RunOptions = {},
): Promise<RawScores> {
  const detector = await memoryAttention.create({ ...listDefaults(memoryAttention.options), ...options });
  return detector.score(series, run);
}

const highest = (raw: Float64Array): number =>
  raw.reduce((best, value, t) => (value > raw[best]! ? t : best), 0);

describe('memory-attention', () => {
  it.each(['none', 'center', 'z'] as const)(
    'peaks at a shape that is nowhere else (%s)',
    async (normalization) => {
      const series = wave(1500, 2);
      for (let t = 900; t < 920; t++) series.channels[1]!.values[t] = 100 + 5 * Math.sin(t * 1.3);
      const result = await score(series, { windows: [32], normalization });
      expect(Math.abs(highest(result.raw) - 910)).toBeLessThanOrEqual(16);
      const [first, second] = result.contributions!;
      expect(second![910]).toBeGreaterThan(5 * first![910]!);
      result.raw.forEach((value, t) => expect(value).toBeCloseTo(first![t]! + second![t]!, 9));
    },
  );

  it('averages scales, and expects what the rest of the history shows', async () => {
    const series = wave(1200, 1);
    const clean = series.channels[0]!.values.slice();
    series.channels[0]!.values[600] = 130;
    const single = await Promise.all([16, 48].map((window) => score(series, { windows: [window] })));
    const both = await score(series, { windows: [16, 48] });
    both.raw.forEach((value, t) =>
      expect(value).toBeCloseTo((single[0]!.raw[t]! + single[1]!.raw[t]!) / 2, 9),
    );
    expect(Math.abs(both.expected![0]![600]! - clean[600]!)).toBeLessThan(3);
    expect(both.spread![0]!.every((value) => value >= 0)).toBe(true);
  });

  it('attends to intervals outside the window, heaviest first', async () => {
    const series = wave(1000, 1);
    const attended = (await score(series, { windows: [40] })).attend!(500, 500);
    expect(attended.length).toBeGreaterThan(1);
    attended.forEach(({ start, end, weight }, i) => {
      expect(end - start).toBe(39);
      expect(Math.abs(start - 480)).toBeGreaterThanOrEqual(39);
      if (i > 0) expect(weight).toBeLessThanOrEqual(attended[i - 1]!.weight);
    });
    expect(attended.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(1 + 1e-9);
  });

  it('thins a history beyond the budget, says so, and still finds the odd interval', async () => {
    const series = wave(6000, 1);
    for (let t = 4000; t < 4060; t++) series.channels[0]!.values[t] = 100;
    const full = await score(series, { windows: [64] });
    const downsampled = await score(series, { windows: [64], budget: 2e5 });
    expect(full.notes).toEqual([]);
    expect(downsampled.notes!.join(' ')).toMatch(/downsampled/);
    expect(Math.abs(highest(downsampled.raw) - 4030)).toBeLessThanOrEqual(40);
  });

  it('reports progress and stops when cancelled', async () => {
    const seen: number[] = [];
    await score(wave(3000, 1), {}, { onProgress: ({ done }) => seen.push(done) });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(Math.max(...seen)).toBeLessThanOrEqual(1);
    const controller = new AbortController();
    controller.abort();
    await expect(score(wave(3000, 1), {}, { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
