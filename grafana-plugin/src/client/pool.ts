import type { Job, Progress, Reply, ResultOf } from '../engine/protocol.js';
import type { EngineHandle } from './transport.js';

export class JobError extends Error {
  override readonly name = 'HeedError';
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

export interface PoolOptions {
  /** Workers at most. */
  readonly size: number;
  readonly startWorker: () => EngineHandle;
  /** Where workers are refused. */
  readonly startOnPage: () => EngineHandle;
  /** The engine that knows learned detectors; loaded when a job turns out to need it. */
  readonly startLearned?: () => Promise<EngineHandle>;
  /** A worker that neither answers `ready` nor dies within this time counts as refused, ms. */
  readonly startTimeout?: number;
}

export interface RunJobOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Small first: what the user waits for goes before background work. Default 0. */
  readonly priority?: number;
  /** Jobs of one affinity go to the engine that did the last one, if it is idle: it may remember something. */
  readonly affinity?: string;
}

interface Task {
  readonly id: number;
  readonly job: Job;
  readonly priority: number;
  readonly affinity: string | undefined;
  readonly resolve: (outcome: { result: unknown; milliseconds: number; where: 'worker' | 'page' }) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  learned: boolean;
  attempts: number;
  settled: boolean;
  member?: Member;
}

interface Member {
  readonly engine: EngineHandle;
  readonly learned: boolean;
  ready: boolean;
  task: Task | undefined;
  timer?: ReturnType<typeof setTimeout>;
}

const cancelled = () => new JobError('the work was cancelled', 'cancelled');

/** A worker dies with the job that killed it; more than this many deaths and the job is given up. */
const attemptsPerJob = 2;

/**
 * Runs jobs on a few workers, one at a time each. Where the browser refuses workers the same jobs run on the page;
 * a worker that dies is replaced and its job tried once more.
 */
export class WorkerPool {
  private readonly members: Member[] = [];
  private readonly queue: Task[] = [];
  private sequence = 0;
  private readonly lastOf = new Map<string, Member>();
  private workersRefused = false;
  private everReady = false;
  private startingLearned = false;
  deaths = 0;

  constructor(private readonly options: PoolOptions) {}

  /** Where work is done now, for people who wonder why it is slow. */
  get mode(): 'worker' | 'page' {
    return this.workersRefused ? 'page' : 'worker';
  }
  get waiting(): number {
    return this.queue.length;
  }
  get running(): number {
    return this.members.filter((member) => member.task).length;
  }

  run<J extends Job>(
    job: J,
    options: RunJobOptions = {},
  ): Promise<{ result: ResultOf<J>; milliseconds: number; where: 'worker' | 'page' }> {
    return new Promise((resolve, reject) => {
      if (options.signal?.aborted) return reject(cancelled());
      const task: Task = {
        id: ++this.sequence,
        job,
        priority: options.priority ?? 0,
        affinity: options.affinity,
        resolve: resolve as Task['resolve'],
        reject,
        onProgress: options.onProgress,
        learned: job.kind === 'fit',
        attempts: 0,
        settled: false,
      };
      options.signal?.addEventListener('abort', () => this.cancel(task), { once: true });
      this.enqueue(task);
      this.pump();
    });
  }

  dispose(): void {
    for (const member of this.members) member.engine.terminate();
    this.members.length = 0;
    for (const task of this.queue.splice(0)) task.reject(cancelled());
  }

  private enqueue(task: Task): void {
    let at = this.queue.length;
    while (at > 0 && this.queue[at - 1]!.priority > task.priority) at--;
    this.queue.splice(at, 0, task);
  }

  private cancel(task: Task): void {
    if (task.settled) return;
    task.settled = true;
    const at = this.queue.indexOf(task);
    if (at >= 0) this.queue.splice(at, 1);
    // The engine notices within 100 ms and then takes the next job; the caller need not wait for that.
    task.member?.engine.post({ type: 'cancel', id: task.id });
    task.reject(cancelled());
  }

  private pump(): void {
    for (let i = 0; i < this.queue.length;) {
      const task = this.queue[i]!;
      const member = this.idleMember(task.learned, task.affinity);
      if (!member) {
        i++;
        continue;
      }
      // By value: starting an engine may have changed the queue.
      const at = this.queue.indexOf(task);
      if (at < 0) continue;
      this.queue.splice(at, 1);
      this.assign(member, task);
    }
  }

  private idleMember(learned: boolean, affinity?: string): Member | undefined {
    const fitting = this.members.filter((member) => member.learned === learned);
    const remembers = affinity === undefined ? undefined : this.lastOf.get(affinity);
    const idle =
      fitting.find((member) => !member.task && member === remembers) ??
      fitting.find((member) => !member.task);
    if (idle) return idle;
    if (learned) {
      if (fitting.length === 0) this.startLearned();
      return undefined;
    }
    if (fitting.length >= (this.workersRefused ? 1 : this.options.size)) return undefined;
    return this.workersRefused ? this.add(this.options.startOnPage(), false) : this.addWorker();
  }

  private addWorker(): Member | undefined {
    try {
      return this.add(this.options.startWorker(), false);
    } catch {
      this.refuseWorkers();
      return this.add(this.options.startOnPage(), false);
    }
  }

  private startLearned(): void {
    if (this.startingLearned) return;
    const failAll = (reason: string) => {
      for (const task of this.queue.filter((candidate) => candidate.learned)) {
        this.queue.splice(this.queue.indexOf(task), 1);
        this.settle(task, () =>
          task.reject(
            new JobError(
              `learned detectors need a Web Worker, and it could not be started: ${reason}. Allow blob: workers in the content security policy, or use a detector that needs no training.`,
              'backend-unavailable',
            ),
          ),
        );
      }
    };
    if (!this.options.startLearned || this.workersRefused) {
      // Not now: the caller is walking the queue.
      queueMicrotask(() => failAll('the browser refuses workers'));
      return;
    }
    this.startingLearned = true;
    this.options
      .startLearned()
      .then(
        (engine) => void this.add(engine, true),
        (error: unknown) => failAll(error instanceof Error ? error.message : String(error)),
      )
      .finally(() => {
        this.startingLearned = false;
        this.pump();
      });
  }

  private add(engine: EngineHandle, learned: boolean): Member {
    const member: Member = { engine, learned, ready: engine.kind === 'page', task: undefined };
    if (engine.kind === 'worker') {
      member.timer = setTimeout(
        () => this.died(member, 'the worker did not start in time'),
        this.options.startTimeout ?? 20_000,
      );
    }
    engine.onReply = (reply) => this.receive(member, reply);
    engine.onDead = (reason) => this.died(member, reason);
    this.members.push(member);
    return member;
  }

  private assign(member: Member, task: Task): void {
    member.task = task;
    task.member = member;
    task.attempts++;
    if (task.affinity !== undefined) this.lastOf.set(task.affinity, member);
    member.engine.post({ type: 'run', id: task.id, job: task.job });
  }

  private receive(member: Member, reply: Reply): void {
    if (reply.type === 'ready') {
      member.ready = true;
      if (member.engine.kind === 'worker') this.everReady = true;
      clearTimeout(member.timer);
      return;
    }
    const task = member.task;
    if (!task || task.id !== reply.id) return;
    if (reply.type === 'progress') {
      if (!task.settled) task.onProgress?.(reply.progress);
      return;
    }
    member.task = undefined;
    delete task.member;
    if (reply.type === 'done') {
      this.settle(task, () =>
        task.resolve({ result: reply.result, milliseconds: reply.milliseconds, where: member.engine.kind }),
      );
    } else if (reply.error.code === 'engine-without-learned' && !task.learned) {
      task.learned = true;
      if (!task.settled) this.enqueue(task);
    } else {
      this.settle(task, () => task.reject(new JobError(reply.error.message, reply.error.code)));
    }
    this.pump();
  }

  private died(member: Member, reason: string): void {
    const at = this.members.indexOf(member);
    if (at < 0) return;
    this.members.splice(at, 1);
    for (const [affinity, last] of this.lastOf) if (last === member) this.lastOf.delete(affinity);
    clearTimeout(member.timer);
    member.engine.terminate();
    this.deaths++;
    const { task } = member;
    // A worker that never came up says that the page's policy refuses workers, not that the job is bad.
    if (!member.ready && !this.everReady && !member.learned) this.refuseWorkers();
    else if (task && task.attempts >= attemptsPerJob) {
      this.settle(task, () =>
        task.reject(new JobError(`the scoring worker stopped twice: ${reason}`, 'internal')),
      );
    }
    if (task) {
      delete task.member;
      // It has waited longest.
      if (!task.settled) this.queue.unshift(task);
    }
    this.pump();
  }

  private refuseWorkers(): void {
    this.workersRefused = true;
    for (const member of this.members.filter((m) => m.engine.kind === 'worker')) this.died(member, 'refused');
  }

  private settle(task: Task, how: () => void): void {
    if (task.settled) return;
    task.settled = true;
    how();
  }
}
