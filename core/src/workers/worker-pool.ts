import type { Progress } from '../detectors/base/types.js';
import { HeedError, isHeedError } from '../errors.js';
import type { PoolCancellation, PoolError, PoolNotice, PoolReply, PoolRequest } from './protocol.js';

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

export interface WorkerPoolOptions {
  /** Makes a worker that answers every `PoolRequest` with a `PoolReply`. */
  readonly start: () => PoolWorker;
  /** Most workers at a time; they start when first needed. */
  readonly size: number;
  /**
   * Does the work, one task at a time, where workers are refused: where the first one fails before it has said that it is
   * ready, as browsers do under a strict content security policy.
   */
  readonly startFallback?: () => PoolWorker;
  /** A worker that says nothing within this time after its start counts as failed, ms. Default: it may take its time. */
  readonly startTimeout?: number;
  /** A task whose workers died so often is given up; default 1. */
  readonly attempts?: number;
  /** One more worker, of another kind, for tasks that the others refuse with `refusal` as the error's code. */
  readonly specialist?: {
    readonly refusal: string;
    readonly start: () => Promise<PoolWorker>;
    /** The error of a task that needs it, where it cannot be started. */
    readonly failure: (reason: string) => HeedError;
  };
}

export interface RunTaskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: Progress) => void;
  /** Small first: what somebody waits for goes before background work. Default 0. */
  readonly priority?: number;
  /** Tasks of one affinity go to the worker that did the last one, if it is idle: it may remember something. */
  readonly affinity?: string;
  /** To the specialist at once. */
  readonly special?: boolean;
}

export interface TaskOutcome<Result> {
  readonly result: Result;
  /** Time in the worker, without waiting, ms. */
  readonly milliseconds: number;
  /** Whether the fallback did it. */
  readonly fallback: boolean;
}

interface Job<Task, Result> {
  readonly request: PoolRequest<Task>;
  readonly options: RunTaskOptions;
  readonly resolve: (outcome: TaskOutcome<Result>) => void;
  readonly reject: (error: unknown) => void;
  stopListening: () => void;
  special: boolean;
  attempts: number;
  settled: boolean;
  member?: Member<Task, Result>;
}

interface Member<Task, Result> {
  readonly worker: PoolWorker;
  readonly kind: 'worker' | 'fallback' | 'specialist';
  job: Job<Task, Result> | undefined;
  timer?: ReturnType<typeof setTimeout>;
}

/**
 * A few workers that take tasks from one queue, one at a time each. A worker that dies (memory, crash) is replaced and
 * costs its task one attempt.
 */
export class WorkerPool<Task, Result> {
  private readonly members: Member<Task, Result>[] = [];
  private readonly queue: Job<Task, Result>[] = [];
  private readonly lastByKey = new Map<string, Member<Task, Result>>();
  private nextId = 0;
  private closed = false;
  private refused = false;
  private everReady = false;
  private startingSpecialist = false;
  /** Workers that died. */
  deaths = 0;

  constructor(private readonly options: WorkerPoolOptions) {}

  get size(): number {
    return this.options.size;
  }
  /** Where work is done now, for people who wonder why it is slow. */
  get mode(): 'worker' | 'fallback' {
    return this.refused ? 'fallback' : 'worker';
  }
  get waiting(): number {
    return this.queue.length;
  }
  get running(): number {
    return this.members.filter(({ job }) => job).length;
  }

  /**
   * Runs one task. A cancelled one is rejected at once; its worker is told, and takes the next when it has answered.
   * @throws HeedError of the worker; internal where it died too often; cancelled, also after `close`
   */
  run(task: Task, options: RunTaskOptions = {}): Promise<TaskOutcome<Result>> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (this.closed || signal?.aborted) {
        reject(cancelled());
        return;
      }
      const onAbort = (): void => this.cancel(job);
      const job: Job<Task, Result> = {
        request: { id: this.nextId++, task },
        options,
        resolve,
        reject,
        stopListening: () => signal?.removeEventListener('abort', onAbort),
        special: options.special ?? false,
        attempts: 0,
        settled: false,
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.enqueue(job);
      this.dispatch();
    });
  }

  /** Ends all workers at once; running and waiting tasks are rejected with `cancelled`. */
  async close(): Promise<void> {
    this.closed = true;
    const members = this.members.splice(0);
    for (const job of [...this.queue.splice(0), ...members.flatMap((member) => member.job ?? [])])
      this.settle(job, cancelled());
    for (const { timer } of members) clearTimeout(timer);
    await Promise.all(members.map(({ worker }) => worker.end()));
  }

  private enqueue(job: Job<Task, Result>): void {
    const priority = (other: Job<Task, Result>) => other.options.priority ?? 0;
    let at = this.queue.length;
    while (at > 0 && priority(this.queue[at - 1]!) > priority(job)) at--;
    this.queue.splice(at, 0, job);
  }

  private cancel(job: Job<Task, Result>): void {
    if (job.settled) return;
    const at = this.queue.indexOf(job);
    if (at >= 0) this.queue.splice(at, 1);
    job.member?.worker.post({ cancel: job.request.id } satisfies PoolCancellation);
    this.settle(job, cancelled());
  }

  private settle(job: Job<Task, Result>, outcome: TaskOutcome<Result> | Error): void {
    if (job.settled) return;
    job.settled = true;
    job.stopListening();
    if (outcome instanceof Error) job.reject(outcome);
    else job.resolve(outcome);
  }

  private dispatch(): void {
    for (let i = 0; i < this.queue.length;) {
      const job = this.queue[i]!;
      let member: Member<Task, Result> | undefined;
      try {
        member = this.idleMember(job);
      } catch (error) {
        this.queue.splice(i, 1);
        this.settle(job, failure(error));
        continue;
      }
      if (!member) {
        i++;
        continue;
      }
      // By value: starting a worker may have changed the queue.
      const at = this.queue.indexOf(job);
      if (at < 0) continue;
      this.queue.splice(at, 1);
      this.assign(member, job);
    }
  }

  private idleMember({ special, options }: Job<Task, Result>): Member<Task, Result> | undefined {
    const fitting = this.members.filter(({ kind }) => (kind === 'specialist') === special);
    const remembers = options.affinity === undefined ? undefined : this.lastByKey.get(options.affinity);
    const idle = fitting.filter(({ job }) => !job);
    if (idle.length > 0) return idle.find((member) => member === remembers) ?? idle.at(-1);
    if (special) {
      if (fitting.length === 0) this.startSpecialist();
      return undefined;
    }
    const { size, start, startFallback } = this.options;
    if (fitting.length >= (this.refused ? 1 : size)) return undefined;
    if (!this.refused) {
      try {
        return this.add(start(), 'worker');
      } catch (error) {
        if (!startFallback) throw error;
        this.refuse();
      }
    }
    return this.add(startFallback!(), 'fallback');
  }

  private startSpecialist(): void {
    const { specialist } = this.options;
    if (this.startingSpecialist) return;
    const failAll = (reason: string): void => {
      for (const job of this.queue.filter(({ special }) => special)) {
        this.queue.splice(this.queue.indexOf(job), 1);
        this.settle(job, specialist ? specialist.failure(reason) : failure(reason));
      }
    };
    if (!specialist || this.refused) {
      // Not now: the caller is walking the queue.
      queueMicrotask(() => failAll('workers are refused here'));
      return;
    }
    this.startingSpecialist = true;
    specialist
      .start()
      .then(
        (worker) => void this.add(worker, 'specialist'),
        (error: unknown) => failAll(error instanceof Error ? error.message : String(error)),
      )
      .finally(() => {
        this.startingSpecialist = false;
        this.dispatch();
      });
  }

  private add(worker: PoolWorker, kind: Member<Task, Result>['kind']): Member<Task, Result> {
    const member: Member<Task, Result> = { worker, kind, job: undefined };
    if (this.options.startTimeout !== undefined && kind !== 'fallback') {
      member.timer = setTimeout(
        () => this.died(member, 'it did not start in time'),
        this.options.startTimeout,
      );
    }
    this.members.push(member);
    worker.listen(
      (message) => this.receive(member, message as PoolReply<Result> | PoolNotice),
      (error) => this.died(member, error),
    );
    return member;
  }

  private assign(member: Member<Task, Result>, job: Job<Task, Result>): void {
    member.job = job;
    job.member = member;
    job.attempts++;
    if (job.options.affinity !== undefined) this.lastByKey.set(job.options.affinity, member);
    try {
      member.worker.hold?.(true);
      member.worker.post(job.request);
    } catch (error) {
      // The task cannot be sent.
      this.release(member);
      this.settle(job, failure(error));
    }
  }

  private release(member: Member<Task, Result>): void {
    delete member.job?.member;
    member.job = undefined;
    member.worker.hold?.(false);
  }

  private receive(member: Member<Task, Result>, message: PoolReply<Result> | PoolNotice): void {
    clearTimeout(member.timer);
    if (member.kind === 'worker') this.everReady = true;
    if ('ready' in message) return;
    const { job } = member;
    if (!job || job.request.id !== message.id) return;
    if ('progress' in message) {
      if (!job.settled) job.options.onProgress?.(message.progress);
      return;
    }
    this.release(member);
    if ('result' in message) {
      const { result, milliseconds = 0 } = message;
      this.settle(job, { result, milliseconds, fallback: member.kind === 'fallback' });
    } else if (message.error.code === (this.options.specialist?.refusal as string) && !job.special) {
      job.special = true;
      if (!job.settled) this.enqueue(job);
    } else this.settle(job, revive(message.error));
    this.dispatch();
  }

  private died(member: Member<Task, Result>, reason: unknown): void {
    const at = this.members.indexOf(member);
    if (at < 0) return;
    this.members.splice(at, 1);
    for (const [affinity, last] of this.lastByKey) if (last === member) this.lastByKey.delete(affinity);
    clearTimeout(member.timer);
    member.worker.end();
    this.deaths++;
    const { job } = member;
    // A worker that never came up says that workers are refused here, not that the task is bad.
    const never = !this.everReady && member.kind === 'worker' && this.options.startFallback !== undefined;
    if (never) this.refuse();
    else if (job && job.attempts >= (this.options.attempts ?? 1)) this.settle(job, failure(reason));
    if (job) {
      delete job.member;
      // It has waited longest.
      if (!job.settled) this.queue.unshift(job);
    }
    this.dispatch();
  }

  private refuse(): void {
    this.refused = true;
    for (const member of this.members.filter(({ kind }) => kind === 'worker')) this.died(member, 'refused');
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
function revive(error: PoolError): HeedError {
  const revived = new HeedError(error.code, error.message, '');
  revived.message = error.message;
  return revived;
}
