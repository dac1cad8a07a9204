import { listDefaults } from '../base/options.js';
import { expect, test } from 'vitest';
import { createSeries } from '../../series/series.js';
import type { RawScores, RunOptions, SeriesDetectorDefinition } from '../base/types.js';
import { mad } from './mad.js';
import { movingVariance } from './moving-variance.js';
import { random } from './random.js';
import { squaredDifference } from './squared-difference.js';
import { threeSigma } from './three-sigma.js';
import { tTest } from './t-test.js';
import { zScore } from './z-score.js';

async function scoreOf(
  definition: SeriesDetectorDefinition,
  values: number[],
  options: Record<string, unknown> = {},
  run: RunOptions = {},
): Promise<RawScores> {
  const detector = await definition.create({ ...listDefaults(definition.options), ...options });
  return detector.score(createSeries({ channels: [{ name: 'a', values }] }), run);
}

test('z-score and three-sigma: mean 3, population deviation √2', async () => {
  const { raw, expected, spread } = await scoreOf(zScore, [1, 2, 3, 4, 5]);
  [2, 1, 0, 1, 2].forEach((steps, t) => expect(raw[t]).toBeCloseTo(steps / Math.SQRT2, 12));
  expect([expected![0]![0], spread![0]![0]]).toEqual([3, Math.SQRT2]);
  const rule = await scoreOf(threeSigma, [1, 2, 3, 4, 5], { sigmas: 2 });
  expect(rule.threshold).toBe(2);
  expect(rule.raw).toEqual(raw);
});

test('a training prefix is what the rest is compared with', async () => {
  const { raw } = await scoreOf(zScore, [1, 3, 1, 3, 12], {}, { trainLength: 4 });
  expect([...raw]).toEqual([1, 1, 1, 1, 10]);
});

test('mad: an outlier moves neither center nor scale', async () => {
  const { raw } = await scoreOf(mad, [1, 2, 3, 4, 1000]);
  // Median 3, median absolute deviation 1.
  expect(raw[0]).toBeCloseTo(2 / 1.4826022185, 8);
  expect(raw[4]).toBeCloseTo(997 / 1.4826022185, 6);
  const flat = await scoreOf(mad, [5, 5, 5, 5, 5]);
  expect([...flat.raw]).toEqual([0, 0, 0, 0, 0]);
});

test('t-test: Welch’s statistic of the windows before and after', async () => {
  const values = [1, 3, 2, 9, 11, 10, 10, 10];
  const { raw } = await scoreOf(tTest, values, { window: 3 });
  // Means 2 and 10, sample variances 1 and 1, three values each: 8 / √(2/3).
  expect(raw[3]).toBeCloseTo(8 / Math.sqrt(2 / 3), 6);
  expect([raw[0], raw[1], raw[2], raw[6]]).toEqual([0, 0, 0, 0]);
  const flat = await scoreOf(tTest, [4, 4, 4, 4, 9, 9, 9, 9], { window: 4 });
  expect(flat.raw[4]).toBeGreaterThan(1000);
  expect(flat.raw.every(Number.isFinite)).toBe(true);
});

test('moving-variance and squared-difference by hand', async () => {
  const variance = await scoreOf(movingVariance, [1, 3, 3, 9], { window: 2 });
  [0, 1, 0, 9].forEach((value, t) => expect(variance.raw[t]).toBeCloseTo(value, 12));
  const difference = await scoreOf(squaredDifference, [1, 3, 3, 9]);
  expect([...difference.raw]).toEqual([0, 4, 0, 36]);
  expect([...difference.expected![0]!]).toEqual([1, 1, 3, 3]);
});

test('random scores are uniform and depend on the seed alone', async () => {
  const values = Array.from({ length: 4000 }, (_, t) => t);
  const [a, b, other] = [
    await scoreOf(random, values, {}, { seed: 1 }),
    await scoreOf(
      random,
      values.map((value) => -value),
      {},
      { seed: 1 },
    ),
    await scoreOf(random, values, {}, { seed: 2 }),
  ];
  expect(b.raw).toEqual(a.raw);
  expect(other.raw).not.toEqual(a.raw);
  const mean = a.raw.reduce((sum, value) => sum + value, 0) / a.raw.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
});
