import { checkArray, checkEach, checkRecord, checkText } from '../../check-argument.js';
import { resolveOptions } from '../base/options.js';
import { HeedError, throwIfAborted } from '../../errors.js';
import { createScaler, type Scaler, type ScalerKind } from '../../preprocess/index.js';
import type { Series } from '../../series/series.js';
import type { DetectorOptions, DetectorState, RunOptions, StateTensor } from '../base/types.js';
import { getSeriesDefinition } from '../registry.js';
import type { WindowedDetector } from '../learned/training/windowed-detector.js';

/**
 * What a client tells of a channel, so that all clients scale alike. `low` and `high` are two values of its data: they
 * leave the client only where the detector scales by the range.
 */
export interface ChannelStatistics {
  readonly name: string;
  readonly count: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean. */
  readonly squares: number;
  readonly low?: number;
  readonly high?: number;
}

/** What a client gives back after a round. */
export interface ClientUpdate {
  readonly state: DetectorState;
  /** Points it trained on: its weight in the average. */
  readonly points: number;
  readonly loss: number;
}

/** One holder of data in federated training: here, in a worker, or on another machine. */
export interface FederatedClient {
  /** Of every channel; `range` asks for the smallest and the largest value as well. */
  statistics(range: boolean): Promise<readonly ChannelStatistics[]>;
  /** Trains the global model on the client's own data for some epochs. */
  train(state: DetectorState, epochs: number, seed: number): Promise<ClientUpdate>;
}

/** Options of `trainFederated`. */
export interface FederatedOptions extends RunOptions {
  /** Rounds of distributing, training and averaging. Default 5. */
  readonly rounds?: number;
  /** Epochs per client and round. Default 2. */
  readonly localEpochs?: number;
}

/** The averaged model and how the rounds went. */
export interface FederatedResult {
  /** For `setState` of a detector of the same id and options. */
  readonly state: DetectorState;
  /** Mean loss of the clients per round, weighted by their points. */
  readonly loss: readonly number[];
}

async function createLearned(detector: string, options: DetectorOptions): Promise<WindowedDetector> {
  const definition = getSeriesDefinition(detector);
  const raw = await definition.create(resolveOptions(definition, options));
  if ('initialize' in raw) return raw as WindowedDetector;
  throw new HeedError('not-supported', `${detector} has no weights to average`, 'Choose a learned detector.');
}

/** A client that holds a series and trains in this thread; `serveFederatedClient` puts one behind a port. */
export function createFederatedClient(
  detector: string,
  options: DetectorOptions,
  series: Series,
): FederatedClient {
  return {
    async statistics(range) {
      return series.channels.map(({ name, values }) => {
        let [count, mean, squares, low, high] = [0, 0, 0, Infinity, -Infinity];
        for (const value of values) {
          if (Number.isNaN(value)) continue;
          const delta = value - mean;
          mean += delta / ++count;
          squares += delta * (value - mean);
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
        return { name, count, mean, squares, ...(range ? { low, high } : {}) };
      });
    },
    async train(state, epochs, seed) {
      const raw = await createLearned(detector, options);
      try {
        await raw.setState(state);
        const report = await raw.fineTune(series, { epochs, seed });
        return { state: await raw.getState(), points: report.points, loss: report.loss!.at(-1)! };
      } finally {
        raw.dispose();
      }
    },
  };
}

/**
 * Federated averaging (McMahan et al. 2017; “Deep learning in anomaly detection” §5.5): the clients agree on the scaling by their statistics,
 * then in every round train the global model on their own data, and the models' weights are averaged by the number
 * of points. The data stay where they are.
 * @throws HeedError channel-mismatch, not-supported, cancelled
 */
export async function trainFederated(
  detector: string,
  detectorOptions: DetectorOptions,
  clients: readonly FederatedClient[],
  options: FederatedOptions = {},
): Promise<FederatedResult> {
  checkText('detector', detector);
  checkRecord('detector options', detectorOptions);
  checkEach('client', clients, checkRecord);
  checkRecord('options', options);
  const { rounds = 5, localEpochs = 2, seed = 0 } = options;
  if (clients.length === 0) throw new HeedError('empty-input', 'there is no client', 'Give at least one.');
  const raw = await createLearned(detector, detectorOptions);
  const { scaler } = raw.plan;
  const range = scaler === 'min-max';
  const statistics = await Promise.all(clients.map((client) => client.statistics(range)));
  const names = statistics[0]!.map(({ name }) => name);
  for (const [c, each] of statistics.entries()) {
    if (each.map(({ name }) => name).join('\n') !== names.join('\n')) {
      throw new HeedError(
        'channel-mismatch',
        `client ${c} has other channels than client 0`,
        'Give every client the same channels.',
      );
    }
  }
  const scalers = names.map((_, c) =>
    pooledScaler(
      scaler,
      statistics.map((each) => each[c]!),
    ),
  );
  await raw.initialize(names, scalers, seed);
  let state = await raw.getState();
  raw.dispose();

  const loss: number[] = [];
  for (let round = 0; round < rounds; round++) {
    throwIfAborted(options.signal);
    const current = state;
    const updates = await Promise.all(
      clients.map((client, c) => client.train(current, localEpochs, seed + round * clients.length + c)),
    );
    const points = updates.map((update) => update.points);
    state = averageStates(
      updates.map((update) => update.state),
      points,
    );
    const total = points.reduce((a, b) => a + b, 0);
    loss.push(updates.reduce((sum, update) => sum + (update.loss * update.points) / total, 0));
    options.onProgress?.({
      phase: 'fit',
      done: (round + 1) / rounds,
      loss: loss[round]!,
      epoch: round + 1,
      epochs: rounds,
    });
  }
  throwIfAborted(options.signal);
  return { state, loss };
}

/**
 * The weighted mean of states of one model: tensors, usual errors and threshold.
 * @throws HeedError model-corrupt when the states are not of one model
 */
export function averageStates(states: readonly DetectorState[], weights: readonly number[]): DetectorState {
  checkEach('state', states, checkRecord);
  checkArray('weights', weights);
  const total = weights.reduce((a, b) => a + b, 0);
  const first = states[0];
  if (!first || !(total > 0) || weights.length !== states.length) {
    throw new HeedError(
      'empty-input',
      'there is nothing to average',
      'Give states and positive weights, one each.',
    );
  }
  const mean = (values: (state: DetectorState) => ArrayLike<number>): Float64Array => {
    const sums = new Float64Array(values(first).length);
    states.forEach((state, s) => {
      const each = values(state);
      if (each?.length !== sums.length) {
        throw new HeedError(
          'model-corrupt',
          `state ${s} is of another model`,
          'Average states of one detector and options.',
        );
      }
      for (let i = 0; i < sums.length; i++) sums[i] += (each[i]! * weights[s]!) / total;
    });
    return sums;
  };
  const tensors: Record<string, StateTensor> = {};
  for (const [name, { shape }] of Object.entries(first.tensors)) {
    tensors[name] = { shape, values: Float32Array.from(mean((state) => state.tensors[name]?.values ?? [])) };
  }
  const { threshold } = first.json;
  return {
    json: {
      ...first.json,
      errorScale: Array.from(mean((state) => state.json['errorScale'] as number[])),
      threshold:
        typeof threshold === 'number' ? mean((state) => [state.json['threshold'] as number])[0]! : null,
    },
    tensors,
  };
}

/** The scaler all data together would give. */
function pooledScaler(kind: ScalerKind, parts: readonly ChannelStatistics[]): Scaler {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const mean = parts.reduce((sum, part) => sum + (part.mean * part.count) / count, 0);
  const squares = parts.reduce((sum, part) => sum + part.squares + part.count * (part.mean - mean) ** 2, 0);
  if (count === 0) {
    throw new HeedError(
      'empty-input',
      `the channel "${parts[0]!.name}" has no value at any client`,
      'Leave the channel out.',
    );
  }
  let [offset, scale] = [mean, Math.sqrt(squares / count)];
  if (kind === 'min-max') {
    offset = Math.min(...parts.map(({ low = Infinity }) => low));
    scale = Math.max(...parts.map(({ high = -Infinity }) => high)) - offset;
  }
  return createScaler({ kind, offset, scale: scale > 0 ? scale : 1 });
}

/** One end of a message channel: a MessagePort, a Worker, a worker's own scope, or Node's parentPort. */
export interface MessageEndpoint {
  postMessage(message: unknown): void;
  addEventListener?(type: 'message', listener: (event: { data: unknown }) => void): void;
  on?(type: 'message', listener: (data: unknown) => void): unknown;
  start?(): void;
}

function listen(endpoint: MessageEndpoint, handle: (data: unknown) => void): void {
  checkRecord('endpoint', endpoint, endpoint?.on ? 'on' : 'addEventListener', 'postMessage');
  // Node's ports give the data itself to `on`, and an event to addEventListener.
  if (endpoint.on) endpoint.on('message', handle);
  else endpoint.addEventListener!('message', ({ data }) => handle(data));
  endpoint.start?.();
}

interface Request {
  readonly id: number;
  readonly call: 'statistics' | 'train';
  readonly args: readonly unknown[];
}

/** In a worker: answers the server's requests with the given client. */
export function serveFederatedClient(endpoint: MessageEndpoint, client: FederatedClient): void {
  checkRecord('client', client);
  listen(endpoint, (data) => {
    const { id, call, args } = data as Request;
    const work =
      call === 'statistics'
        ? client.statistics(args[0] === true)
        : client.train(...(args as [DetectorState, number, number]));
    work.then(
      (result) => endpoint.postMessage({ id, result }),
      (error: { code?: string; message?: string }) =>
        endpoint.postMessage({
          id,
          error: { code: error.code ?? 'internal', message: error.message ?? String(error) },
        }),
    );
  });
}

/** At the server: the client behind the other end of a channel. */
export function connectFederatedClient(endpoint: MessageEndpoint): FederatedClient {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let next = 0;
  listen(endpoint, (data) => {
    const { id, result, error } = data as {
      id: number;
      result?: never;
      error?: { code: string; message: string };
    };
    const promise = waiting.get(id);
    waiting.delete(id);
    if (error) {
      promise?.reject(
        new HeedError(
          error.code as 'internal',
          `a federated client failed: ${error.message}`,
          'See its data.',
        ),
      );
    } else promise?.resolve(result!);
  });
  const ask = <T>(call: Request['call'], ...args: unknown[]): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve: resolve as (value: never) => void, reject });
      endpoint.postMessage({ id, call, args });
    });
  return {
    statistics: (range) => ask('statistics', range),
    train: (state, epochs, seed) => ask('train', state, epochs, seed),
  };
}
