import { listDefaults } from '../base/options.js';
import { describe, expect, it } from 'vitest';
import { createDetector } from '../../detection/index.js';
import { naiveBandPower } from '../../preprocess/band-power.naive.js';
import { createRandom } from '../../random.js';
import { createSeries } from '../../series/series.js';
import { bandPower } from './band-power.js';
import { estimateUsualPower, scoreBandPower } from './band-power-scores.js';

const sample = (n: number): Float64Array => {
  const random = createRandom(4);
  const values = Float64Array.from({ length: n }, (_, t) => Math.sin(t / 9) + 0.3 * random.normal());
  // The same level and size, another texture.
  for (let t = 600; t < 700; t++) values[t] = Math.sin(t / 2) + 0.3 * random.normal();
  return values;
};

/** Quantile with linear interpolation, from the definition. */
const quantile = (values: readonly number[], probability: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = probability * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below]! + (at - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!);
};

describe('band power', () => {
  it.each([16, 64])('is the squared deviation of the definition, at the centers of %i points', (window) => {
    const values = sample(1000);
    const hop = Math.max(4, window / 8);
    const starts = Array.from({ length: Math.floor((1000 - window) / hop) + 1 }, (_, f) => f * hop);
    const powers = starts.map((start) => naiveBandPower(values, window, start));
    const bands = powers[0]!.map((_, b) => powers.map((own) => own[b]!));
    const wanted = powers.map((own) => {
      const squares = own.map((power, b) => {
        const spread = Math.max(0.3, quantile(bands[b]!, 0.75) - quantile(bands[b]!, 0.25));
        return ((power - quantile(bands[b]!, 0.5)) / spread) ** 2;
      });
      return squares.reduce((sum, value) => sum + value, 0) / squares.length;
    });
    const scores = scoreBandPower(values, estimateUsualPower(values, window));
    // Centers lie between two points; the mean of both is the score of the window.
    wanted.forEach((score, f) => {
      const center = starts[f]! + (window - 1) / 2;
      const between = (scores[Math.floor(center)]! + scores[Math.ceil(center)]!) / 2;
      const slope = Math.abs((wanted[f + 1] ?? score) - score) + Math.abs((wanted[f - 1] ?? score) - score);
      expect(Math.abs(between - score)).toBeLessThanOrEqual(slope / hop + 1e-9);
    });
    // Halfway between two centers, exactly.
    const [a, b] = [wanted[10]!, wanted[11]!];
    const t = Math.ceil(starts[10]! + (window - 1) / 2);
    expect(scores[t]).toBeCloseTo(a + ((b - a) * 0.5) / hop, 9);
  });

  it('scores the end of a series as it scores the whole', () => {
    const values = sample(1000);
    const usual = estimateUsualPower(values, 64);
    const whole = scoreBandPower(values, usual);
    for (const from of [700, 701, 707]) {
      const end = scoreBandPower(values.subarray(from), usual, from);
      for (let t = from + 64 + 8; t < 1000; t++) expect(end[t - from]).toBeCloseTo(whole[t]!, 12);
    }
  });

  it('finds another texture at the same level, in the right channel', async () => {
    const random = createRandom(5);
    const series = createSeries({
      channels: [
        { name: 'calm', values: Float64Array.from({ length: 1000 }, () => random.normal()) },
        { name: 'odd', values: sample(1000) },
      ],
    });
    const detector = await bandPower.create(listDefaults(bandPower.options));
    const { raw, contributions } = await detector.score(series, {});
    const at = raw.indexOf(Math.max(...raw));
    expect(at).toBeGreaterThan(580);
    expect(at).toBeLessThan(720);
    expect(contributions![1]![at]).toBeGreaterThan(contributions![0]![at]!);
  });

  it('takes a shorter window for a short series, and refuses one that is no power of two', async () => {
    const short = createSeries({ channels: [{ name: 'x', values: sample(1000).slice(0, 20) }] });
    expect((await (await createDetector('band-power')).score(short)).score.every(Number.isFinite)).toBe(true);
    await expect(createDetector('band-power', { window: 48 })).rejects.toMatchObject({ code: 'bad-option' });
    expect(bandPower.tags.multivariate).toBe(true);
  });
});
