import { Worker } from 'node:worker_threads';
import { HeedError, isHeedError, type HeedErrorCode } from './errors.js';

/** What a pool sends to its workers. */
export interface PoolRequest<Task> {
  readonly id: number;
  readonly task: Task;
}

/** What a worker answers: exactly one reply per request, in any order. */
export type PoolReply<Result> =
  | { readonly id: number; readonly result: Result }
  | { readonly id: number; readonly error: { readonly code: HeedErrorCode; readonly message: string } };

interface Job<Task, Result> {
  readonly request: PoolRequest<Task>;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A fixed number of Node workers that take tasks from one queue. A worker that dies (memory, crash) fails its task
 * only: the next task gets a fresh worker.
 */
export class NodeWorkerPool<Task, Result> {
  private readonly idle: Worker[] = [];
  private readonly running = new Map<Worker, Job<Task, Result>>();
  private readonly queue: Job<Task, Result>[] = [];
  private nextId = 0;
  private closed = false;

  /**
   * @param script the worker's module; it answers every `PoolRequest` with a `PoolReply`
   * @param size most workers at a time; they start when first needed
   */
  constructor(
    private readonly script: URL,
    private readonly size: number,
  ) {}

  /** Runs one task. @throws HeedError of the worker; internal where the worker died; cancelled after `close` */
  run(task: Task): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(cancelled());
        return;
      }
      this.queue.push({ request: { id: this.nextId++, task }, resolve, reject });
      this.dispatch();
    });
  }

  /** Ends all workers at once; running and waiting tasks are rejected with `cancelled`. */
  async close(): Promise<void> {
    this.closed = true;
    for (const job of [...this.queue.splice(0), ...this.running.values()]) job.reject(cancelled());
    const workers = [...this.idle.splice(0), ...this.running.keys()];
    this.running.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  private dispatch(): void {
    while (this.queue.length > 0 && this.running.size < this.size) {
      const worker = this.idle.pop() ?? this.start();
      const job = this.queue.shift()!;
      this.running.set(worker, job);
      worker.postMessage(job.request);
    }
  }

  private start(): Worker {
    const worker = new Worker(this.script);
    worker.on('message', (reply: PoolReply<Result>) => {
      const job = this.running.get(worker);
      if (!job || job.request.id !== reply.id) return;
      this.running.delete(worker);
      this.idle.push(worker);
      if ('error' in reply) job.reject(revive(reply.error));
      else job.resolve(reply.result);
      this.dispatch();
    });
    const lost = (error: unknown): void => {
      const job = this.running.get(worker);
      this.running.delete(worker);
      const at = this.idle.indexOf(worker);
      if (at >= 0) this.idle.splice(at, 1);
      if (!job) return;
      job.reject(
        isHeedError(error)
          ? error
          : new HeedError(
              'internal',
              `a worker stopped: ${error instanceof Error ? error.message : String(error)}`,
              'The other tasks go on; run this one alone with more memory (NODE_OPTIONS=--max-old-space-size=8192).',
            ),
      );
      this.dispatch();
    };
    worker.on('error', lost);
    worker.on('exit', (code) => lost(`exit code ${code}`));
    return worker;
  }
}

function cancelled(): HeedError {
  return new HeedError('cancelled', 'the work was cancelled', 'Start it again to get a result.');
}

/** Keeps code and message of an error that crossed a thread. */
function revive(error: { readonly code: HeedErrorCode; readonly message: string }): HeedError {
  const revived = new HeedError(error.code, error.message, '');
  revived.message = error.message;
  return revived;
}
