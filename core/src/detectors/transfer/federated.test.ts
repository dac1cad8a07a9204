import { describe, expect, it } from 'vitest';
import { averagePrecision, rankingCurve } from '../../evaluate/curves.js';
import { decodeModel, encodeModel } from '../../detection/model-file.js';
import { sliceSeries } from '../../series/series.js';
import { distill } from './distill.js';
import {
  averageStates,
  connectFederatedClient,
  createFederatedClient,
  serveFederatedClient,
  trainFederated,
} from './federated.js';
import { makeQuick, normal, series, training } from '../learned/learned-case.fixture.js';
import { quantizeState, stateBytes } from '../base/quantize.js';

const ap = (scores: ArrayLike<number>): number => averagePrecision(rankingCurve(series.labels!, scores));
const options = { ...training, modelSize: 8, heads: 2 };

describe('federated averaging', () => {
  it('averages states by the clients’ points', () => {
    const state = (value: number) => ({
      json: { errorScale: [value], threshold: null },
      tensors: { w: { shape: [2], values: Float32Array.of(value, 2 * value) } },
    });
    const mean = averageStates([state(1), state(4)], [1, 2]);
    expect(Array.from(mean.tensors['w']!.values)).toEqual([3, 6]);
    expect(mean.json['errorScale']).toEqual([3]);
    expect(() => averageStates([state(1)], [0])).toThrow();
  });

  it('trains one global model over clients behind ports that learns what no client has seen alone', async () => {
    const parts = [sliceSeries(normal, 0, 90), sliceSeries(normal, 90, 300)];
    const clients = parts.map((part) => {
      const { port1, port2 } = new MessageChannel();
      serveFederatedClient(port1, createFederatedClient('attention-autoencoder', options, part));
      return { client: connectFederatedClient(port2), close: () => port1.close() };
    });
    const progress: number[] = [];
    const result = await trainFederated(
      'attention-autoencoder',
      options,
      clients.map(({ client }) => client),
      { rounds: 5, localEpochs: 3, seed: 1, onProgress: ({ done }) => progress.push(done) },
    );
    expect(result.loss.at(-1)!).toBeLessThan(0.5 * result.loss[0]!);
    expect(progress).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
    const global = await makeQuick('attention-autoencoder', options);
    await global.setState(result.state);
    expect(ap((await global.score(series, {})).raw)).toBeGreaterThan(0.5);

    await expect(clients[0]!.client.train({ json: {}, tensors: {} }, 1, 0)).rejects.toMatchObject({
      code: 'model-corrupt',
    });
    for (const { close } of clients) close();
  });

  it('lets no value of the data leave a client whose detector does not scale by the range', async () => {
    const client = createFederatedClient('rnn', {}, normal);
    for (const told of await client.statistics(false)) {
      expect(Object.keys(told)).toEqual(['name', 'count', 'mean', 'squares']);
    }
    const { values } = normal.channels[0]!;
    expect((await client.statistics(true))[0]).toMatchObject({
      low: Math.min(...values),
      high: Math.max(...values),
    });
    const empty = createFederatedClient(
      'rnn',
      {},
      {
        ...normal,
        channels: normal.channels.map((channel) => ({ ...channel, values: channel.values.map(() => NaN) })),
      },
    );
    await expect(trainFederated('rnn', {}, [empty])).rejects.toMatchObject({ code: 'empty-input' });
  });

  it('rejects clients of different channels and detectors without weights', async () => {
    const one = createFederatedClient('rnn', {}, normal);
    const other = createFederatedClient('rnn', {}, { ...normal, channels: normal.channels.slice(0, 1) });
    await expect(trainFederated('rnn', {}, [one, other])).rejects.toMatchObject({ code: 'channel-mismatch' });
    await expect(trainFederated('z-score', {}, [one])).rejects.toMatchObject({ code: 'not-supported' });
    await expect(trainFederated('rnn', {}, [])).rejects.toMatchObject({ code: 'empty-input' });
  });
});

describe('compression', () => {
  it('distils a detector into a smaller one that ranks alike, and into 8 bits in the model file', async () => {
    const teacher = await makeQuick('attention-autoencoder', { ...training, modelSize: 32, heads: 4 });
    await teacher.fit(normal, { seed: 1 });
    const { student, compression } = await distill(
      teacher,
      'attention-autoencoder',
      { ...training, modelSize: 8, heads: 2 },
      normal,
      { seed: 1 },
    );
    expect(compression.student.parameters).toBeLessThan(compression.teacher.parameters / 4);
    expect(compression.quantized.bytes).toBeLessThan(0.6 * compression.student.bytes);
    expect(compression.teacher.rankCorrelation).toBeCloseTo(1, 9);
    expect(ap((await student.score(series, {})).raw)).toBeGreaterThan(0.5);

    const full = await teacher.getState();
    const small = quantizeState(full);
    expect(stateBytes(small)).toBeLessThan(stateBytes(full) / 3);
    const content = { detector: 'attention-autoencoder', options: {}, channels: ['a', 'b'], state: small };
    const copy = await makeQuick('attention-autoencoder', { ...training, modelSize: 32, heads: 4 });
    await copy.setState(decodeModel(encodeModel(content)).state);
    const before = (await teacher.score(series, {})).raw;
    const after = (await copy.score(series, {})).raw;
    expect(ap(after)).toBeGreaterThan(ap(before) - 0.05);
    expect(after).not.toEqual(before);

    const { 'encoder.weight#scale': _, ...without } = small.tensors;
    await expect(copy.setState({ json: small.json, tensors: without })).rejects.toMatchObject({
      code: 'model-corrupt',
    });
  });
});
