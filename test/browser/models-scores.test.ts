import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateGraph, generateGraphSequence, generateSeries } from '../../core/src/datasets/index.js';
import { listDetectors } from '../../core/src/detectors/index.js';
import { createDetector, createGraphDetector, toGraphInput } from '../../core/src/detection/index.js';
import { findChromium, launchChromium } from './chromium.js';
import { serveWorker, type WorkerPage } from './worker-page.js';

const executable = findChromium();

/** What a saved model is given in the browser; plain numbers, so that both sides get the same doubles. */
interface Job {
  readonly id: string;
  readonly model: string;
  readonly kind: 'series' | 'graph' | 'graph-sequence';
}
interface Answer {
  readonly score: number[];
  readonly backend?: string;
  readonly error?: string;
}

const learned = listDetectors().filter(({ tags, quick }) => tags.needsTraining && quick?.['epochs']);
const series = generateSeries('server-metrics', { points: 700, seed: 4 });
const { graph } = generateGraph({ nodes: 60, cliques: 1, cliqueSize: 5, seed: 1 });
const { sequence } = generateGraphSequence({ nodes: 6, steps: 160, anomalies: 3, seed: 1 });

describe.skipIf(!executable)('models of learned detectors saved in Node and loaded in Chromium', () => {
  let served: WorkerPage;
  let browser: Awaited<ReturnType<typeof launchChromium>>;

  beforeAll(async () => {
    served = await serveWorker(`onmessage = async ({ data: { jobs, channels, labels, engine } }) => {
      const heed = Object.assign({}, ...(await Promise.all([
        import('../../core/src/index.ts'), import('../../core/src/datasets/index.ts'),
        import('../../core/src/detection/index.ts'), import('../../core/src/attention.ts'),
      ])));
      heed.configureBackend({ backend: engine, wasmPath: location.origin + '/wasm/' });
      const series = heed.createSeries({ channels, labels });
      const { graph } = heed.generateGraph({ nodes: 60, cliques: 1, cliqueSize: 5, seed: 1 });
      const { sequence } = heed.generateGraphSequence({ nodes: 6, steps: 160, anomalies: 3, seed: 1 });
      const { backend } = await heed.chooseBackend();
      const answers = [];
      for (const { model, kind } of jobs) {
        try {
          if (kind === 'series') {
            const detector = await heed.loadDetector(model);
            answers.push({ backend, score: Array.from((await detector.score(series)).score) });
          } else {
            const detector = await heed.loadGraphDetector(model);
            const found = await detector.score(kind === 'graph' ? graph : sequence);
            const rows = kind === 'graph' ? [found.nodes, found.edges] : found.nodes;
            answers.push({ backend, score: rows.flatMap((row) => Array.from(row)) });
          }
        } catch (error) {
          answers.push({ score: [], error: String(error) });
        }
      }
      postMessage(answers);
    };`);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    served?.close();
  });

  async function inChromium(jobs: readonly Job[], engine: 'wasm' | 'cpu'): Promise<Answer[]> {
    const page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    await page.goto(served.address);
    const channels = series.channels.map(({ name, values }) => ({ name, values: Array.from(values) }));
    return page.evaluate(
      (data) =>
        new Promise<Answer[]>((resolve, reject) => {
          const worker = new Worker('/worker.js', { type: 'module' });
          worker.onmessage = (event) => resolve(event.data as Answer[]);
          worker.onerror = (event) => reject(new Error(event.message));
          worker.postMessage(data);
        }),
      { jobs: [...jobs], channels, labels: Array.from(series.labels), engine },
    );
  }

  test('score equally, to a millionth of the threshold', async () => {
    const jobs: Job[] = [];
    const here: number[][] = [];
    for (const definition of learned) {
      const { id, input, quick, options } = definition;
      // How long it was trained is no matter here.
      const short = { ...quick, epochs: 1 };
      const variants = 'supervised' in options ? [{}, { supervised: true }] : [{}];
      for (const variant of input === 'series' ? variants : []) {
        const detector = await createDetector(id, { ...short, ...variant });
        await detector.fit(series, { seed: 1 });
        here.push(Array.from((await detector.score(series)).score));
        jobs.push({ id, kind: 'series', model: await detector.save() });
        detector.dispose();
      }
      if (!toGraphInput(definition)) continue;
      const detector = await createGraphDetector(id, short);
      if (detector.input === 'graph') {
        await detector.fit(graph, { seed: 1 });
        const { nodes, edges } = await detector.score(graph);
        here.push([...nodes, ...edges]);
      } else {
        await detector.fit(sequence, { seed: 1 });
        here.push((await detector.score(sequence)).nodes.flatMap((row) => Array.from(row)));
      }
      jobs.push({ id, kind: detector.input, model: await detector.save() });
      detector.dispose();
    }
    const families = new Set(jobs.map(({ id }) => id));
    for (const id of [
      'encoder-decoder-attention',
      'graph-attention',
      'graph-sequence-attention',
      'feature-attention',
      'attention-autoencoder',
      'spatio-temporal-attention',
      'cnn',
      'rnn',
      'self-attention',
      'anomaly-transformer',
      'tranad',
    ]) {
      expect(families).toContain(id);
    }

    // Plain JavaScript sums in another order than WebAssembly, which is as far as results may differ.
    for (const engine of ['wasm', 'cpu'] as const) {
      const there = await inChromium(jobs, engine);
      expect(there.length).toBe(jobs.length);
      there.forEach(({ score, error, backend }, i) => {
        const what = `${jobs[i]!.id}, ${jobs[i]!.kind}, ${engine}`;
        expect(error, what).toBeUndefined();
        expect(backend).toBe(engine);
        expect(score.length, what).toBe(here[i]!.length);
        const apart = score.map((value, t) => Math.abs(value - here[i]![t]!) / Math.max(1, here[i]![t]!));
        expect(Math.max(...apart), what).toBeLessThanOrEqual(1e-6);
        expect(Math.max(...score), what).toBeGreaterThan(0);
      });
    }
  }, 600_000);
});
