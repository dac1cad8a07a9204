import { describe, expect, it, vi } from 'vitest';
import { HeedError } from '../errors.js';
import type { PoolCancellation, PoolRequest } from './protocol.js';
import { WorkerPool, type PoolWorker, type WorkerPoolOptions } from './worker-pool.js';

/** A worker that answers when told. */
class FakeWorker implements PoolWorker {
  readonly posted: (PoolRequest<string> | PoolCancellation)[] = [];
  ended = false;
  private tell: (message: unknown) => void = () => undefined;
  die: (reason: unknown) => void = () => undefined;
  post(message: unknown) {
    this.posted.push(message as PoolRequest<string>);
  }
  listen(onMessage: (message: unknown) => void, onFailure: (error: unknown) => void) {
    this.tell = onMessage;
    this.die = onFailure;
  }
  end() {
    this.ended = true;
  }
  ready() {
    this.tell({ ready: true });
    return this;
  }
  private get current(): PoolRequest<string> {
    return this.posted.filter((message) => 'id' in message).at(-1)!;
  }
  get task(): string {
    return this.current.task;
  }
  finish(result = 'result') {
    this.tell({ id: this.current.id, result, milliseconds: 1 });
  }
  fail(code: string) {
    this.tell({ id: this.current.id, error: { message: 'it failed', code } });
  }
  report(done: number) {
    this.tell({ id: this.current.id, progress: { phase: 'score', done } });
  }
}

const list = 'task';

function pool(size = 2, extra: Partial<WorkerPoolOptions> = {}) {
  const workers: FakeWorker[] = [];
  const pages: FakeWorker[] = [];
  const make = (all: FakeWorker[]) => () => {
    const worker = new FakeWorker();
    all.push(worker);
    return worker;
  };
  const made = new WorkerPool<string, string>({
    size,
    start: make(workers),
    startFallback: make(pages),
    attempts: 2,
    ...extra,
  });
  return { pool: made, workers, pages };
}

/** A pool with a worker of another kind. */
const withSpecialist = (start: () => Promise<PoolWorker>) =>
  pool(1, {
    specialist: {
      refusal: 'engine-without-learned',
      start,
      failure: (reason) => new HeedError('backend-unavailable', reason, 'Allow workers.'),
    },
  });

describe('WorkerPool', () => {
  it('starts no more workers than it may and queues the rest', async () => {
    const { pool: p, workers } = pool(2);
    const all = [1, 2, 3].map(() => p.run(list));
    expect(workers).toHaveLength(2);
    expect(p.waiting).toBe(1);
    workers.forEach((engine) => engine.ready());
    workers[0]!.finish('a');
    expect(p.waiting).toBe(0);
    workers[0]!.finish('c');
    workers[1]!.finish('b');
    expect((await Promise.all(all)).map(({ result }) => result)).toEqual(['a', 'b', 'c']);
  });

  it('puts what the user waits for before background work', () => {
    const { pool: p, workers } = pool(1);
    void p.run(list);
    void p.run('late', { priority: 1 });
    void p.run('soon', { priority: 0 });
    workers[0]!.ready().finish();
    expect(workers[0]!.task).toBe('soon');
  });

  it('cancels waiting and running tasks at once', async () => {
    const { pool: p, workers } = pool(1);
    const abort = new AbortController();
    const running = p.run(list, { signal: abort.signal });
    const waiting = p.run(list, { signal: abort.signal });
    const settled = Promise.allSettled([running, waiting]);
    abort.abort();
    for (const outcome of await settled)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    expect(workers[0]!.posted.at(-1)).toEqual({ cancel: 0 });
    expect(p.waiting).toBe(0);
  });

  it('takes the next task only after a cancelled one has let go', () => {
    const { pool: p, workers } = pool(1);
    const abort = new AbortController();
    p.run(list, { signal: abort.signal }).catch(() => undefined);
    void p.run(list);
    abort.abort();
    expect(workers[0]!.posted).toHaveLength(2);
    workers[0]!.fail('cancelled');
    expect(workers[0]!.posted).toHaveLength(3);
  });

  it('falls back when the first worker is refused by an error event', async () => {
    const { pool: p, workers, pages } = pool(2);
    const job = p.run(list);
    workers[0]!.die('refused');
    expect(p.mode).toBe('fallback');
    expect(workers[0]!.ended).toBe(true);
    pages[0]!.finish('on the page');
    await expect(job).resolves.toMatchObject({ result: 'on the page', fallback: true });
    void p.run(list);
    expect(workers).toHaveLength(1);
  });

  it('falls back when a worker cannot even be made', async () => {
    const { pool: p, pages } = pool(1, {
      start: () => {
        throw new DOMException('no', 'SecurityError');
      },
    });
    const job = p.run(list);
    pages[0]!.finish('fine');
    await expect(job).resolves.toMatchObject({ result: 'fine' });
  });

  it('counts a worker that never reports as refused', async () => {
    vi.useFakeTimers();
    const { pool: p, pages } = pool(1, { startTimeout: 50 });
    const job = p.run(list);
    vi.advanceTimersByTime(60);
    vi.useRealTimers();
    pages[0]!.finish('fine');
    await expect(job).resolves.toMatchObject({ fallback: true });
  });

  it('replaces a worker that dies and tries its task once more', async () => {
    const { pool: p, workers } = pool(1);
    const job = p.run(list);
    workers[0]!.ready().die('out of memory');
    expect(p.mode).toBe('worker');
    expect(workers).toHaveLength(2);
    workers[1]!.ready().finish('second try');
    await expect(job).resolves.toMatchObject({ result: 'second try' });
  });

  it('gives a task up that kills two workers, and goes on with the others', async () => {
    const { pool: p, workers } = pool(1);
    const bad = p.run(list);
    const good = p.run(list);
    workers[0]!.ready().die('crash');
    workers[1]!.ready().die('crash');
    await expect(bad).rejects.toMatchObject({ code: 'internal' });
    workers[2]!.ready().finish('fine');
    await expect(good).resolves.toMatchObject({ result: 'fine' });
  });

  it('starts the specialist when a task turns out to need it', async () => {
    const learned = new FakeWorker();
    const { pool: p, workers } = withSpecialist(async () => learned);
    const job = p.run(list);
    workers[0]!.ready().fail('engine-without-learned');
    await vi.waitFor(() => expect(learned.posted).toHaveLength(1));
    learned.ready().finish('learned');
    await expect(job).resolves.toMatchObject({ result: 'learned' });
  });

  it('says what to do where the specialist cannot be started', async () => {
    const { pool: p, workers } = withSpecialist(() => Promise.reject(new Error('answered 404')));
    const job = p.run(list);
    workers[0]!.ready().fail('engine-without-learned');
    await expect(job).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: expect.stringContaining('404'),
    });
  });

  it('passes errors on with their code', async () => {
    const { pool: p, workers } = pool(1);
    const job = p.run(list);
    workers[0]!.ready().fail('too-few-points');
    await expect(job).rejects.toMatchObject({ code: 'too-few-points', message: 'it failed' });
  });

  it('sends tasks of one affinity to the worker that remembers', () => {
    const { pool: p, workers } = pool(2);
    void p.run(list, { affinity: 'x' });
    void p.run(list, { affinity: 'y' });
    workers.forEach((engine) => engine.ready().finish());
    void p.run(list, { affinity: 'y' });
    expect(workers[1]!.posted).toHaveLength(2);
  });

  it('tells how far a task has come, until nobody waits for it', async () => {
    const { pool: p, workers } = pool(1);
    const abort = new AbortController();
    const seen: number[] = [];
    const job = p.run(list, { signal: abort.signal, onProgress: ({ done }) => seen.push(done) });
    workers[0]!.ready().report(0.5);
    abort.abort();
    workers[0]!.report(0.7);
    await expect(job).rejects.toMatchObject({ code: 'cancelled' });
    expect(seen).toEqual([0.5]);
  });

  it('fails at the first death where nothing else is asked for', async () => {
    const { pool: p, workers } = pool(1, { attempts: undefined, startFallback: undefined });
    const job = p.run(list);
    workers[0]!.die('exit code 3');
    await expect(job).rejects.toMatchObject({ code: 'internal' });
    const next = p.run(list);
    workers[1]!.finish('fine');
    await expect(next).resolves.toMatchObject({ result: 'fine' });
  });
});
