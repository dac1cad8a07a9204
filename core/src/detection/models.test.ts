import { describe, expect, it } from 'vitest';
import { generateGraph, generateGraphSequence, generateSeries } from '../datasets/index.js';
import { rankCorrelation } from '../detectors/transfer/distill.js';
import { listDetectors } from '../detectors/registry.js';
import { decodeModel, encodeModel, modelVersion } from './model-file.js';
import { createSeries, sliceSeries } from '../series/series.js';
import { measureQuantization } from './compress.js';
import { createDetector } from './create.js';
import { createGraphDetector, loadGraphDetector } from './graph/detector.js';
import { loadDetector } from './load.js';

const series = generateSeries('server-metrics', { points: 700, seed: 4 });
const { labels: _, ...unlabeled } = series;
const learned = listDetectors().filter(({ tags, quick }) => tags.needsTraining && quick?.['epochs']);

/** A model file with something changed and its checksum made good again. */
function tampered(text: string, change: (content: ReturnType<typeof decodeModel>) => object): string {
  const content = decodeModel(text);
  return encodeModel({ ...content, ...change(content) });
}

/** One NaN in the first tensor of some size. */
function withNaN(text: string): string {
  return tampered(text, ({ state }) => {
    const [name, tensor] = Object.entries(state.tensors).find(([, { values }]) => values.length > 4)!;
    const values = Float32Array.from(tensor.values);
    values[3] = NaN;
    return { state: { ...state, tensors: { ...state.tensors, [name]: { ...tensor, values } } } };
  });
}

/** Files that are not as they were written, with the code each is refused with. */
function spoiled(text: string): [string, string][] {
  const file = JSON.parse(text) as { version: number; checksum: string };
  return [
    ['model-version', JSON.stringify({ ...file, version: modelVersion + 1 })],
    ['model-corrupt', text.slice(0, text.length >> 1)],
    ['model-corrupt', JSON.stringify({ ...file, checksum: file.checksum.replace(/^./, 'x') })],
    ['model-corrupt', withNaN(text)],
    ['model-corrupt', tampered(text, ({ state }) => ({ state: { ...state, tensors: {} } }))],
    ['model-corrupt', tampered(text, ({ state }) => ({ state: { ...state, json: {} } }))],
  ];
}

describe.each(learned.filter(({ input }) => input === 'series').map(({ id }) => id))(
  'models of %s',
  { timeout: 180_000 },
  (id) => {
    const { quick, options: schema } = learned.find((definition) => definition.id === id)!;
    const options = { ...quick, epochs: 1, maxWindows: 48 };

    it('refuse damage, other channels and missing labels with their own codes, and are smaller in 8 bits', async () => {
      const detector = await createDetector(id, options);
      await detector.fit(series, { seed: 1 });
      const text = await detector.save();
      for (const [code, bad] of spoiled(text)) {
        await expect(loadDetector(bad)).rejects.toMatchObject({ name: 'HeedError', code });
      }
      const one = { ...series, channels: series.channels.slice(0, 1) };
      const loaded = await loadDetector(text);
      await expect(loaded.score(one)).rejects.toMatchObject({ code: 'channel-mismatch' });
      await expect(loadGraphDetector(text)).rejects.toMatchObject({ code: 'not-supported' });

      const figures = await measureQuantization(detector, series);
      expect(figures.bytes).toBeLessThan(figures.originalBytes);
      expect(figures.rankCorrelation).toBeGreaterThan(0.9);
      expect(figures.seconds).toBeGreaterThan(0);
      expect(figures.points).toBe(700);
      loaded.dispose();
      detector.dispose();

      if (!('supervised' in schema)) return;
      const supervised = await createDetector(id, { ...options, supervised: true });
      await expect(supervised.fit(unlabeled)).rejects.toMatchObject({ code: 'labels-missing' });
      const normal = createSeries({ ...unlabeled, labels: new Uint8Array(700) });
      await expect(supervised.fit(normal)).rejects.toMatchObject({ code: 'labels-missing' });
      supervised.dispose();
    });
  },
);

describe('models of graphs', { timeout: 180_000 }, () => {
  it.each(['graph-attention', 'graph-sequence-attention'] as const)('of %s refuse damage', async (id) => {
    const detector = await createGraphDetector(id, { epochs: 2 });
    const { graph } = generateGraph({ nodes: 60 });
    const { sequence } = generateGraphSequence({ steps: 100, anomalies: 2 });
    if (detector.input === 'graph') await detector.fit(graph);
    else await detector.fit(sequence);
    const text = await detector.save();
    const small = await detector.save({ weights: 'int8' });
    expect(small.length).toBeLessThan(text.length);
    const loaded = await loadGraphDetector(small);
    if (detector.input === 'graph' && loaded.input === 'graph') {
      const [before, after] = [await detector.score(graph), await loaded.score(graph)];
      expect(rankCorrelation(before.nodes, after.nodes)).toBeGreaterThan(0.95);
    } else if (detector.input === 'graph-sequence' && loaded.input === 'graph-sequence') {
      const [before, after] = [await detector.score(sequence), await loaded.score(sequence)];
      expect(rankCorrelation(before.score, after.score)).toBeGreaterThan(0.95);
    }
    loaded.dispose();
    for (const [code, bad] of spoiled(text)) {
      await expect(loadGraphDetector(bad)).rejects.toMatchObject({ name: 'HeedError', code });
    }
    const other = id === 'graph-attention' ? 'graph-sequence' : 'graph';
    await expect(loadGraphDetector(tampered(text, () => ({ input: other })))).rejects.toMatchObject({
      code: 'model-corrupt',
    });
    await expect(loadGraphDetector(tampered(text, () => ({ input: 'tree' })))).rejects.toMatchObject({
      code: 'model-corrupt',
    });
    detector.dispose();
  });
});

it('a fitted detector adapts to fewer points than a new one needs, down to one window', async () => {
  const { quick } = learned.find(({ id }) => id === 'feature-attention')!;
  const detector = await createDetector('feature-attention', { ...quick, window: 32, supervised: true });
  const labeled = { ...series, labels: Uint8Array.from(series.time, (_t, i) => +(i % 50 < 3)) };
  await detector.fit(labeled);
  const few = sliceSeries(labeled, 100, 150);
  const report = await detector.fineTune(few, { epochs: 1, freezeAttention: true, rescale: true });
  expect(report.points).toBe(50);
  const { score } = await detector.score(unlabeled);
  expect(score.every(Number.isFinite)).toBe(true);
  await expect(detector.fineTune(sliceSeries(labeled, 0, 31))).rejects.toMatchObject({
    code: 'too-few-points',
  });
  detector.dispose();
}, 60_000);
