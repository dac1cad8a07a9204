import { checkRecord } from '../check-argument.js';
import { checkNumber } from '../check-number.js';
import type { DetectorId, OptionsFor } from '../detectors/known.js';
import { throwIfAborted } from '../errors.js';

import type { Detection } from '../detection/types.js';
import type { Series } from '../series/series.js';
import type { PoolScoreOptions, ScoreResult, ScoreTask } from './serve.js';
import { WorkerPool, type PoolWorker } from './worker-pool.js';

/** A Web Worker, by what is used of it. */
export interface WebWorkerLike {
  postMessage(message: unknown): void;
  terminate(): void;
  addEventListener(type: string, listener: (event: never) => void): void;
}

export interface PoolOptions {
  /** Most workers at a time; default: one per processor. */
  readonly workers?: number;
  /**
   * Starts a Web Worker whose module calls `serveScores()`:
   * `() => new Worker(new URL('./score-worker.js', import.meta.url), { type: 'module' })`.
   */
  readonly startWorker: () => WebWorkerLike;
}

/** A detector that can cross a thread: its id, or `{ model }` with the text that `Detector.save` gave. */
export type PoolDetector = DetectorId | (string & {}) | { readonly model: string };

export interface PoolRunOptions<D extends PoolDetector = PoolDetector> extends PoolScoreOptions {
  /** Default `auto`. */
  readonly detector?: D;
  /** The detector's own options, laid over its defaults; a model has its own. */
  readonly options?: OptionsFor<D>;
  readonly signal?: AbortSignal;
}

/** Workers that score series in parallel. */
export interface ScorePool {
  /** Most workers at a time. */
  readonly workers: number;
  /** @throws HeedError what `Detector.score` throws; internal where the worker died */
  score<const D extends PoolDetector = 'auto'>(
    series: Series,
    options?: PoolRunOptions<D>,
  ): Promise<Detection>;
  /**
   * Scores many series on all workers; the detections come in the order of the series. At most two series per worker
   * are read ahead of the one given out last, so that memory does not grow with their number.
   * @throws HeedError at the first series that cannot be scored
   */
  scoreAll<const D extends PoolDetector = 'auto'>(
    series: Iterable<Series> | AsyncIterable<Series>,
    options?: PoolRunOptions<D>,
  ): AsyncGenerator<Detection, void, undefined>;
  /** Ends the workers; what is under way is rejected with `cancelled`. */
  close(): Promise<void>;
}

/**
 * Scores series in Web Workers. In Node, `createNodePool` of `@heed/core/node` gives the same pool on threads.
 * @throws HeedError bad-option
 */
export function createPool(options: PoolOptions): ScorePool {
  checkRecord('options', options);
  const { workers, startWorker } = options;
  return makePool(() => ofWebWorker(startWorker()), workers ?? processors());
}

/** @internal A pool on workers of any platform. */
export function makePool(start: () => PoolWorker, workers: number): ScorePool {
  checkNumber('the number of workers', workers, { min: 1, max: 256, whole: true });
  const pool = new WorkerPool<ScoreTask, ScoreResult>({ start, size: workers });
  const score = async (series: Series, options: PoolRunOptions = {}): Promise<Detection> => {
    const { detector = 'auto', options: detectorOptions, signal, ...rest } = options;
    const task: ScoreTask = {
      detector,
      ...(detectorOptions ? { detectorOptions } : {}),
      series: standalone(series),
      options: rest,
    };
    const { result } = await pool.run(task, { signal });
    return { ...result, series };
  };
  return {
    workers,
    score,
    scoreAll: (series, options) => inOrder(series, options, score, 2 * workers),
    close: () => pool.close(),
  };
}

async function* inOrder(
  series: Iterable<Series> | AsyncIterable<Series>,
  options: PoolRunOptions = {},
  score: (series: Series, options: PoolRunOptions) => Promise<Detection>,
  most: number,
): AsyncGenerator<Detection, void, undefined> {
  // What is under way is cancelled when the caller stops early or one series fails.
  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const waiting: Promise<Detection>[] = [];
  try {
    throwIfAborted(options.signal);
    for await (const one of series) {
      const scored = score(one, { ...options, signal: stop.signal });
      // It is awaited in its turn; until then a failure must not count as unhandled.
      scored.catch(() => {});
      waiting.push(scored);
      if (waiting.length >= most) yield await waiting.shift()!;
    }
    while (waiting.length > 0) yield await waiting.shift()!;
  } finally {
    stop.abort();
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** Without the rest of a long array that a channel may be a view of: messages copy whole buffers. */
function standalone(series: Series): Series {
  const own = (values: Float64Array): Float64Array =>
    values.byteLength < values.buffer.byteLength ? values.slice() : values;
  return {
    ...series,
    time: own(series.time),
    channels: series.channels.map((channel) => ({ ...channel, values: own(channel.values) })),
  };
}

function processors(): number {
  return Math.max(
    1,
    (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 2,
  );
}

function ofWebWorker(worker: WebWorkerLike): PoolWorker {
  return {
    post: (message) => worker.postMessage(message),
    listen: (onMessage, onFailure) => {
      worker.addEventListener('message', (event: { readonly data: unknown }) => onMessage(event.data));
      worker.addEventListener('error', (event: { readonly message?: string }) =>
        onFailure(new Error(event.message ?? 'its module does not load')),
      );
      worker.addEventListener('messageerror', () => onFailure(new Error('its answer cannot be read')));
    },
    end: () => worker.terminate(),
  };
}
