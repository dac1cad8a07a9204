import { describe, expect, it } from 'vitest';
import { generateSeries } from '../../datasets/index.js';
import { averagePrecision, rankingCurve } from '../../evaluate/curves.js';
import { createSeries, sliceSeries } from '../../series/series.js';
import type { DetectorState } from '../base/types.js';
import { resolveOptions } from '../base/options.js';
import { featureAttention } from './feature-attention/index.js';
import { featureAttentionPlan } from './feature-attention/network.js';
import type { FeatureAttentionOptions } from './feature-attention/options.js';
import { WindowedDetector } from './training/windowed-detector.js';
import { labeled, makeQuick, normal, series, training } from './learned-case.fixture.js';

describe('learned detectors', () => {
  it('give the same numbers for the same seed and others for another', async () => {
    const run = async (seed: number) => {
      const detector = await makeQuick('attention-autoencoder');
      await detector.fit(normal, { seed });
      return (await detector.score(series, {})).raw;
    };
    const first = await run(3);
    expect(await run(3)).toEqual(first);
    expect(await run(4)).not.toEqual(first);
  });

  it('learn from labels where they are asked to, and put the threshold at probability 0.5', async () => {
    for (const id of ['feature-attention', 'spatio-temporal-attention', 'cnn', 'rnn', 'self-attention']) {
      const detector = await makeQuick(id, { ...training, supervised: true, epochs: 12, window: 16 });
      await detector.fit(sliceSeries(labeled, 0, 600), { seed: 1 });
      const { raw, threshold } = await detector.score(labeled, {});
      expect(threshold).toBe(0.5);
      expect(raw.every((value) => value >= 0 && value <= 1)).toBe(true);
      const unseen = labeled.labels!.subarray(600);
      const rate = unseen.reduce((sum, label) => sum + label, 0) / unseen.length;
      const figure = averagePrecision(rankingCurve(unseen, raw.subarray(600)));
      expect(figure, id).toBeGreaterThan(rate + 0.2);
      detector.dispose();
    }
  });

  it('feature attention learns a threshold of its own, the same for both non-linearities', async () => {
    const flags: number[][] = [];
    for (const nonlinearity of ['sigmoid', 'softplus']) {
      const detector = await makeQuick('feature-attention', { nonlinearity });
      await detector.fit(normal, { seed: 1 });
      const { raw, threshold } = await detector.score(series, {});
      expect(threshold).toBeCloseTo(nonlinearity === 'sigmoid' ? 0.5 : Math.LN2, 6);
      flags.push(Array.from(raw, (value) => (value > threshold! ? 1 : 0)));
      detector.dispose();
    }
    expect(flags[0]).toEqual(flags[1]);
    expect(flags[0]!.includes(1)).toBe(true);
  });

  it('feature attention takes the formulas to the letter where it is told to', async () => {
    const quick = resolveOptions(featureAttention, {
      ...featureAttention.quick,
      literal: true,
      features: 'none',
      window: 16,
    }) as FeatureAttentionOptions;
    const detector = new WindowedDetector(featureAttentionPlan(quick));
    await detector.fit(normal, { seed: 2 });
    const { network, windows } = detector.open(series);
    const { tensors } = await detector.getState();
    const w = Array.from(tensors['attention.weight']!.values as Float32Array);
    const [x] = windows.gather([40]).arraySync();
    const inference = network.infer(windows.gather([40]));
    // a = softmax(W x), z = sum of a x: the outlier itself takes part.
    const scores = x!.map((point) => point.reduce((sum, value, c) => sum + value * w[c]!, 0));
    const highest = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - highest));
    const total = powers.reduce((sum, value) => sum + value, 0);
    const z = x![0]!.map((_, c) => x!.reduce((sum, point, i) => sum + (powers[i]! / total) * point[c]!, 0));
    const [expected] = inference.expected!.arraySync();
    expected!.forEach((row) => row.forEach((value, c) => expect(value).toBeCloseTo(z[c]!, 4)));
    detector.dispose();
    // With f a softmax, the points of a window share one unit of score.
    const ranked = new WindowedDetector(featureAttentionPlan({ ...quick, nonlinearity: 'softmax' }));
    await ranked.fit(normal, { seed: 2 });
    const { network: other } = ranked.open(series);
    const [row] = other.infer(windows.gather([40])).score!.arraySync();
    expect(row!.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    const { raw, threshold } = await ranked.score(series, {});
    expect(threshold).toBeGreaterThan(0);
    expect(raw.some((value) => value > threshold!)).toBe(true);
    ranked.dispose();
  });

  it('pretraining by masked reconstruction lowers the loss training starts from', async () => {
    const first = async (pretrainEpochs: number): Promise<number> => {
      const detector = await makeQuick('self-attention', { ...training, pretrainEpochs, epochs: 1 });
      const phases = new Set<string>();
      const report = await detector.fit(normal, { seed: 1, onProgress: ({ phase }) => phases.add(phase) });
      expect(phases.has('pretrain')).toBe(pretrainEpochs > 0);
      detector.dispose();
      return report.validationLoss![0]!;
    };
    expect(await first(6)).toBeLessThan(0.8 * (await first(0)));
  });

  it('refuse pretraining where the network cannot rebuild windows, in place of leaving it out', async () => {
    const detector = await makeQuick('rnn', { pretrainEpochs: 2 });
    await expect(detector.fit(normal, {})).rejects.toMatchObject({ code: 'bad-option' });
  });

  it('stop when cancelled and can be fitted again', async () => {
    const detector = await makeQuick('encoder-decoder-attention', { epochs: 1000, patience: 1000 });
    const controller = new AbortController();
    const fit = detector.fit(normal, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(fit).rejects.toMatchObject({ code: 'cancelled' });
    await expect(detector.fit(normal, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const other = await makeQuick('encoder-decoder-attention', { epochs: 1 });
    expect((await other.fit(normal, {})).loss!.length).toBe(1);
  });

  it('say what is wrong', async () => {
    const detector = await makeQuick('attention-autoencoder');
    await expect(detector.score(series, {})).rejects.toMatchObject({ code: 'not-fitted' });
    await expect(detector.fit(sliceSeries(series, 0, 5), {})).rejects.toMatchObject({
      code: 'too-few-points',
    });
    const supervised = await makeQuick('cnn', { supervised: true });
    const { labels: _, ...unlabeled } = normal;
    await expect(supervised.fit(unlabeled, {})).rejects.toMatchObject({ code: 'labels-missing' });
    await expect(supervised.fit(normal, {})).rejects.toMatchObject({ code: 'labels-missing' });
    for (const [id, options] of [
      ['attention-autoencoder', { modelSize: 7 }],
      ['attention-autoencoder', { nonsense: 1 }],
      ['self-attention', { exclusion: 40 }],
      ['encoder-decoder-attention', { horizon: 15 }],
    ] as const) {
      await expect(makeQuick(id, options)).rejects.toMatchObject({ code: 'bad-option' });
    }
    const augmented = await makeQuick('rnn', { augment: 'mirror' });
    await expect(augmented.fit(normal, {})).rejects.toMatchObject({ code: 'bad-option' });

    await detector.fit(normal, {});
    const one = { ...series, channels: series.channels.slice(0, 1) };
    await expect(detector.score(one, {})).rejects.toMatchObject({ code: 'channel-mismatch' });

    const state = await detector.getState();
    const weights = state.tensors['encoder.weight']!;
    const broken: DetectorState[] = [
      { json: { ...state.json, window: 5 }, tensors: state.tensors },
      { json: { ...state.json, scalers: [] }, tensors: state.tensors },
      { json: { ...state.json, errorScale: [NaN, 1] }, tensors: state.tensors },
      { json: state.json, tensors: {} },
      { json: state.json, tensors: { ...state.tensors, 'encoder.weight': { ...weights, shape: [1] } } },
      {
        json: state.json,
        tensors: {
          ...state.tensors,
          'encoder.weight': { ...weights, values: weights.values.map(() => NaN) },
        },
      },
    ];
    for (const bad of broken) {
      const fresh = await makeQuick('attention-autoencoder');
      await expect(fresh.setState(bad)).rejects.toMatchObject({ code: 'model-corrupt' });
      await expect(fresh.score(series, {})).rejects.toMatchObject({ code: 'not-fitted' });
    }
  });

  it('train on a constant channel, on one wild point and on the 100 × 5 stock series', async () => {
    const wild = createSeries({
      channels: [
        { name: 'constant', values: new Float64Array(200).fill(7) },
        {
          name: 'wild',
          values: Float64Array.from({ length: 200 }, (_, t) => (t === 150 ? 1e30 : Math.sin(t / 4))),
        },
      ],
    });
    const detector = await makeQuick('spatio-temporal-attention');
    await detector.fit(sliceSeries(wild, 0, 140), {});
    const { raw } = await detector.score(wild, {});
    expect(raw.every(Number.isFinite)).toBe(true);
    expect(raw.indexOf(Math.max(...raw))).toBe(150);

    const stock = generateSeries('stock');
    expect([stock.time.length, stock.channels.length]).toEqual([100, 5]);
    const model = await makeQuick('spatio-temporal-attention', {
      window: 8,
      epochs: 10,
      augment: 'jitter,scale',
    });
    await model.fit(sliceSeries(stock, 0, 30), {});
    const scores = await model.score(stock, {});
    const figure = averagePrecision(rankingCurve(stock.labels, scores.raw));
    const rate = stock.labels.reduce((sum, label) => sum + label, 0) / 100;
    expect(figure).toBeGreaterThan(2 * rate);
  });
});
