import { HeedError, isHeedError, type HeedErrorCode } from '../errors.js';

/** What a pool sends to its workers. */
export interface PoolRequest<Task> {
  readonly id: number;
  readonly task: Task;
}

/** Sent after a request whose answer nobody waits for any more. */
export interface PoolCancellation {
  readonly cancel: number;
}

/** What a worker answers: exactly one reply per request, in any order. */
export type PoolReply<Result> =
  | { readonly id: number; readonly result: Result }
  | { readonly id: number; readonly error: { readonly code: HeedErrorCode; readonly message: string } };

/** A worker of any platform, as a pool needs it. */
export interface PoolWorker {
  post(message: unknown): void;
  /** Called once, before anything is posted. */
  listen(onMessage: (message: unknown) => void, onFailure: (error: unknown) => void): void;
  /** Told when it gets and ends work; where idle workers must not keep a process alive. */
  hold?(busy: boolean): void;
  /** Ends it at once. */
  end(): unknown;
}

interface Job<Task, Result> {
  readonly request: PoolRequest<Task>;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  stopListening: () => void;
}

/**
 * A fixed number of workers that take tasks from one queue. A worker that dies (memory, crash) fails its task
 * only: the next task gets a fresh worker.
 */
export class WorkerPool<Task, Result> {
  private readonly idle: PoolWorker[] = [];
  private readonly running = new Map<PoolWorker, Job<Task, Result>>();
  private readonly queue: Job<Task, Result>[] = [];
  private nextId = 0;
  private closed = false;

  /**
   * @param startWorker makes a worker that answers every `PoolRequest` with a `PoolReply`
   * @param size most workers at a time; they start when first needed
   */
  constructor(
    private readonly startWorker: () => PoolWorker,
    readonly size: number,
  ) {}

  /**
   * Runs one task. A cancelled one is rejected at once; its worker is told, and takes the next when it has answered.
   * @throws HeedError of the worker; internal where the worker died; cancelled, also after `close`
   */
  run(task: Task, signal?: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.closed || signal?.aborted) {
        reject(cancelled());
        return;
      }
      const job: Job<Task, Result> = {
        request: { id: this.nextId++, task },
        resolve,
        reject,
        stopListening: () => signal?.removeEventListener('abort', onAbort),
      };
      const onAbort = (): void => this.cancel(job);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.queue.push(job);
      this.dispatch();
    });
  }

  /** Ends all workers at once; running and waiting tasks are rejected with `cancelled`. */
  async close(): Promise<void> {
    this.closed = true;
    for (const job of [...this.queue.splice(0), ...this.running.values()]) this.settle(job, cancelled());
    const workers = [...this.idle.splice(0), ...this.running.keys()];
    this.running.clear();
    await Promise.all(workers.map((worker) => worker.end()));
  }

  private cancel(job: Job<Task, Result>): void {
    const at = this.queue.indexOf(job);
    if (at >= 0) this.queue.splice(at, 1);
    for (const [worker, running] of this.running) {
      if (running === job) worker.post({ cancel: job.request.id } satisfies PoolCancellation);
    }
    this.settle(job, cancelled());
  }

  private settle(job: Job<Task, Result>, error: unknown): void {
    job.stopListening();
    job.reject(error);
  }

  private dispatch(): void {
    while (this.queue.length > 0 && this.running.size < this.size) {
      const job = this.queue.shift()!;
      let worker: PoolWorker | undefined;
      try {
        worker = this.idle.pop() ?? this.start();
        this.running.set(worker, job);
        worker.hold?.(true);
        worker.post(job.request);
      } catch (error) {
        // The worker cannot be started, or the task cannot be sent.
        if (worker) {
          this.release(worker);
        }
        this.settle(job, failure(error));
      }
    }
  }

  private release(worker: PoolWorker): void {
    this.running.delete(worker);
    this.idle.push(worker);
    worker.hold?.(false);
  }

  private start(): PoolWorker {
    const worker = this.startWorker();
    worker.listen(
      (message) => {
        const reply = message as PoolReply<Result>;
        const job = this.running.get(worker);
        if (!job || job.request.id !== reply.id) return;
        this.release(worker);
        if ('error' in reply) this.settle(job, revive(reply.error));
        else {
          job.stopListening();
          job.resolve(reply.result);
        }
        this.dispatch();
      },
      (error) => {
        const job = this.running.get(worker);
        this.running.delete(worker);
        const at = this.idle.indexOf(worker);
        if (at >= 0) this.idle.splice(at, 1);
        if (!job) return;
        worker.end();
        this.settle(job, failure(error));
        this.dispatch();
      },
    );
    return worker;
  }
}

function failure(error: unknown): HeedError {
  if (isHeedError(error)) return error;
  return new HeedError(
    'internal',
    `a worker stopped: ${error instanceof Error ? error.message : String(error)}`,
    'The other tasks go on; run this one alone with more memory (in Node: NODE_OPTIONS=--max-old-space-size=8192).',
  );
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
