import { checkRecord } from '../check-argument.js';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { location } from './location.js';
import { makePool, type ScorePool } from '../workers/pool.js';
import { WorkerPool, type PoolWorker } from '../workers/worker-pool.js';

/** A pool of worker threads that all run one module. */
export class NodeWorkerPool<Task, Result> extends WorkerPool<Task, Result> {
  /**
   * @param script the worker's module; it answers every `PoolRequest` with a `PoolReply`
   * @param size most workers at a time; they start when first needed
   * @param workerData what a worker finds under this name
   */
  constructor(script: URL, size: number, workerData?: unknown) {
    super({ start: () => startThread(script, workerData), size });
  }
}

/**
 * Scores many series in parallel on worker threads: `createPool` for Node.
 * @param options most workers at a time; default: one per processor
 * @throws HeedError bad-option
 */
export function createNodePool(options: { readonly workers?: number } = {}): ScorePool {
  checkRecord('options', options);
  const { workers = availableParallelism() } = options;
  return makePool(() => startThread(new URL('./pool-worker.js', location)), workers);
}

function startThread(script: URL, workerData?: unknown): PoolWorker {
  const worker = new Worker(script, { workerData });
  return {
    post: (message) => worker.postMessage(message),
    listen: (onMessage, onFailure) => {
      worker.on('message', onMessage);
      worker.on('error', onFailure);
      worker.on('messageerror', onFailure);
      worker.on('exit', (code) => onFailure(`exit code ${code}`));
    },
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
    end: () => worker.terminate(),
  };
}
