import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { generateSeries } from '../core/src/datasets/index.js';
import {
  connectFederatedClient,
  getSeriesDefinition,
  resolveOptions,
  trainFederated,
} from '../core/src/detectors/index.js';
import { averagePrecision, rankingCurve } from '../core/src/evaluate/index.js';
import { sliceSeries } from '../core/src/series/index.js';
import { createDetector } from '../core/src/detection/index.js';

const core = join(dirname(dirname(fileURLToPath(import.meta.url))), 'core/dist/esm/all.js');
const detector = 'attention-autoencoder';
const options = { window: 16, epochs: 6, maxWindows: 96, modelSize: 8, heads: 2 };

/** A client in a thread of its own, which makes its part of the data itself: nothing but weights leaves it. */
const client = `
const { parentPort, workerData } = require('node:worker_threads');
// Requests that come while the module loads must not be lost.
const early = [];
const keep = (message) => early.push(message);
parentPort.on('message', keep);
import(workerData.core).then((heed) => {
  const { seed, from, to, detector, options } = workerData;
  const series = heed.sliceSeries(heed.generateSeries('server-metrics', { points: 1200, seed }), from, to);
  const endpoint = { postMessage: (message) => parentPort.postMessage(message), on: (type, handle) => {
    parentPort.off('message', keep);
    parentPort.on(type, handle);
    early.splice(0).forEach(handle);
  } };
  heed.serveFederatedClient(endpoint, heed.createFederatedClient(detector, options, series));
});
`;

const workers: Worker[] = [];
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test('clients in worker threads train one global model by federated averaging', async () => {
  const parts = [
    { from: 0, to: 140 },
    { from: 140, to: 300 },
    { from: 300, to: 370 },
  ];
  const clients = parts.map((part) => {
    const workerData = { core: pathToFileURL(core).href, seed: 7, detector, options, ...part };
    const worker = new Worker(client, { eval: true, workerData });
    workers.push(worker);
    return connectFederatedClient(worker);
  });
  const progress: number[] = [];
  const { state, loss } = await trainFederated(detector, options, clients, {
    rounds: 4,
    localEpochs: 2,
    seed: 1,
    onProgress: ({ done }) => progress.push(done),
  });
  expect(progress).toEqual([0.25, 0.5, 0.75, 1]);
  expect(loss.at(-1)!).toBeLessThan(0.8 * loss[0]!);

  const series = generateSeries('server-metrics', { points: 1200, seed: 7 });
  const definition = getSeriesDefinition(detector);
  const global = await definition.create(resolveOptions(definition, options));
  await global.setState!(state);
  const { labels, ...blind } = series;
  const { raw } = await global.score(blind, {});
  const figure = averagePrecision(rankingCurve(labels, raw));
  global.dispose!();
  // The smallest client alone, with as many epochs, for comparison.
  const alone = await createDetector(detector, { ...options, epochs: 8 });
  await alone.fit(sliceSeries(blind, 300, 370), { seed: 1 });
  const own = averagePrecision(rankingCurve(labels, (await alone.score(blind)).score));
  alone.dispose();
  expect(figure).toBeGreaterThan(own);
}, 180_000);
