import { describe, expect, it } from 'vitest';
import { generateSeries } from '../../datasets/index.js';
import { averagePrecision, rankingCurve } from '../../evaluate/curves.js';
import { fitScaler } from '../../preprocess/index.js';
import { createRandom } from '../../random.js';
import { createSeries, sliceSeries, type Series } from '../../series/series.js';
import type { DetectorState } from '../base/types.js';
import { makeQuick } from '../learned/learned-case.fixture.js';

/** The same kind of signal at another place: a slower rhythm, other units and level, more noise. */
function elsewhere(series: Series, seed: number): Series {
  const slower = 1.2;
  const random = createRandom(seed);
  const points = Math.floor((series.time.length - 1) * slower);
  const at = Array.from({ length: points }, (_, t) => t / slower);
  const channels = series.channels.map(({ name, values }) => {
    const noise = 0.15 * fitScaler(values, 'z-score').scale;
    const value = (x: number): number => {
      const i = Math.floor(x);
      return values[i]! * (1 - x + i) + values[i + 1]! * (x - i);
    };
    return { name, values: Float64Array.from(at, (x) => 1000 + 20 * (value(x) + noise * random.normal())) };
  });
  return createSeries({ channels, labels: Uint8Array.from(at, (x) => series.labels![Math.round(x)]!) });
}

/** 50 points around the first anomaly, and what comes after them. */
function fiftyLabeled(series: Series): { few: Series; unseen: Series } {
  const labels = series.labels!;
  const first = labels.indexOf(1, 60);
  const from = first - 15;
  return {
    few: sliceSeries(series, from, from + 50),
    unseen: sliceSeries(series, from + 50, series.time.length),
  };
}

describe('transfer to another domain', () => {
  it('with frozen attention and 50 labeled points beats training on them, no adaptation and free fine-tuning', async () => {
    const options = { supervised: true, window: 32, hidden: 16, weightings: 8, epochs: 10, maxWindows: 256 };
    const sums = { frozen: 0, free: 0, alone: 0, asItIs: 0 };
    const seeds = [1, 2];
    for (const seed of seeds) {
      const source = generateSeries('ecg', { seed, points: 1800, anomalies: 14 });
      const target = elsewhere(generateSeries('ecg', { seed: seed + 50, points: 1200, anomalies: 10 }), seed);
      const { few, unseen } = fiftyLabeled(target);
      const { labels, ...blind } = unseen;
      const carried = await makeQuick('feature-attention', options);
      await carried.fit(source, { seed });
      const fitted = await carried.getState();
      const judge = async (work: (detector: typeof carried) => Promise<unknown>, state?: DetectorState) => {
        const detector = await makeQuick('feature-attention', options);
        if (state) await detector.setState(state);
        await work(detector);
        const { raw } = await detector.score(blind, {});
        detector.dispose();
        return averagePrecision(rankingCurve(labels!, raw));
      };
      const tuning = { rescale: true, epochs: 15, seed };
      sums.frozen += await judge(async (detector) => {
        await detector.fineTune(few, { ...tuning, freezeAttention: true });
        const { tensors } = await detector.getState();
        // Attention and its features stay; the head adapts.
        expect(tensors['attention.weight']).toEqual(fitted.tensors['attention.weight']);
        expect(tensors['features.first.filter']).toEqual(fitted.tensors['features.first.filter']);
        expect(tensors['head.slope']).not.toEqual(fitted.tensors['head.slope']);
      }, fitted);
      sums.free += await judge((detector) => detector.fineTune(few, tuning), fitted);
      sums.asItIs += await judge(async () => {}, fitted);
      sums.alone += await judge((detector) => detector.fit(few, { seed }));
      carried.dispose();
    }
    const mean = (sum: number): number => sum / seeds.length;
    const figures = `frozen ${mean(sums.frozen)}, free ${mean(sums.free)}, alone ${mean(sums.alone)}, as it is ${mean(sums.asItIs)}`;
    expect(mean(sums.frozen), figures).toBeGreaterThan(mean(sums.alone) + 0.15);
    expect(mean(sums.frozen), figures).toBeGreaterThan(mean(sums.free) + 0.05);
    expect(mean(sums.frozen), figures).toBeGreaterThan(mean(sums.asItIs) + 0.3);
  }, 180_000);
});
