import { describe, expect, it, vi } from 'vitest';
import type { Request } from '../engine/protocol.js';
import { startEngine } from '../engine/engine.js';
import { WorkerPool, type PoolOptions } from './pool.js';
import { startOnPage, type EngineHandle } from './transport.js';

const list = { kind: 'list' } as const;

/** An engine that answers when told. */
class FakeEngine implements EngineHandle {
  readonly posted: Request[] = [];
  onReply: EngineHandle['onReply'] = () => undefined;
  onDead: EngineHandle['onDead'] = () => undefined;
  terminated = false;
  constructor(readonly kind: 'worker' | 'page' = 'worker') {}
  post(request: Request) {
    this.posted.push(request);
  }
  terminate() {
    this.terminated = true;
  }
  ready() {
    this.onReply({ type: 'ready' });
    return this;
  }
  get current(): number {
    return this.posted.filter((request) => request.type === 'run').at(-1)!.id;
  }
  finish(result: unknown = 'result') {
    this.onReply({ type: 'done', id: this.current, result, milliseconds: 1 });
  }
  fail(code: string) {
    this.onReply({ type: 'failed', id: this.current, error: { message: 'it failed', code } });
  }
}

function pool(size = 2, extra: Partial<PoolOptions> = {}) {
  const engines: FakeEngine[] = [];
  const pages: FakeEngine[] = [];
  const make = (kind: 'worker' | 'page', all: FakeEngine[]) => () => {
    const engine = new FakeEngine(kind);
    all.push(engine);
    return engine;
  };
  const made = new WorkerPool({
    size,
    startWorker: make('worker', engines),
    startOnPage: make('page', pages),
    ...extra,
  });
  return { pool: made, engines, pages };
}

describe('WorkerPool', () => {
  it('starts no more workers than it may and queues the rest', async () => {
    const { pool: p, engines } = pool(2);
    const all = [1, 2, 3].map(() => p.run(list));
    expect(engines).toHaveLength(2);
    expect(p.waiting).toBe(1);
    engines.forEach((engine) => engine.ready());
    engines[0]!.finish('a');
    expect(p.waiting).toBe(0);
    engines[0]!.finish('c');
    engines[1]!.finish('b');
    expect((await Promise.all(all)).map(({ result }) => result)).toEqual(['a', 'b', 'c']);
  });

  it('puts what the user waits for before background work', () => {
    const { pool: p, engines } = pool(1);
    void p.run(list);
    void p.run({ kind: 'inspect', model: 'late' }, { priority: 1 });
    void p.run({ kind: 'inspect', model: 'soon' }, { priority: 0 });
    engines[0]!.ready().finish();
    expect((engines[0]!.posted.at(-1) as { job: { model: string } }).job.model).toBe('soon');
  });

  it('cancels waiting and running jobs at once', async () => {
    const { pool: p, engines } = pool(1);
    const abort = new AbortController();
    const running = p.run(list, { signal: abort.signal });
    const waiting = p.run(list, { signal: abort.signal });
    const settled = Promise.allSettled([running, waiting]);
    abort.abort();
    for (const outcome of await settled)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    expect(engines[0]!.posted.at(-1)).toEqual({ type: 'cancel', id: 1 });
    expect(p.waiting).toBe(0);
  });

  it('takes the next job only after a cancelled one has let go', () => {
    const { pool: p, engines } = pool(1);
    const abort = new AbortController();
    p.run(list, { signal: abort.signal }).catch(() => undefined);
    void p.run(list);
    abort.abort();
    expect(engines[0]!.posted).toHaveLength(2);
    engines[0]!.fail('cancelled');
    expect(engines[0]!.posted).toHaveLength(3);
  });

  it('works on the page when the first worker is refused by an error event', async () => {
    const { pool: p, engines, pages } = pool(2);
    const job = p.run(list);
    engines[0]!.onDead('refused');
    expect(p.mode).toBe('page');
    expect(engines[0]!.terminated).toBe(true);
    pages[0]!.finish('on the page');
    await expect(job).resolves.toMatchObject({ result: 'on the page', where: 'page' });
    void p.run(list);
    expect(engines).toHaveLength(1);
  });

  it('works on the page when a worker cannot even be made', async () => {
    const { pool: p, pages } = pool(1, {
      startWorker: () => {
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
    await expect(job).resolves.toMatchObject({ where: 'page' });
  });

  it('replaces a worker that dies and tries its job once more', async () => {
    const { pool: p, engines } = pool(1);
    const job = p.run(list);
    engines[0]!.ready().onDead('out of memory');
    expect(p.mode).toBe('worker');
    expect(engines).toHaveLength(2);
    engines[1]!.ready().finish('second try');
    await expect(job).resolves.toMatchObject({ result: 'second try' });
  });

  it('gives a job up that kills two workers, and goes on with the others', async () => {
    const { pool: p, engines } = pool(1);
    const bad = p.run(list);
    const good = p.run(list);
    engines[0]!.ready().onDead('crash');
    engines[1]!.ready().onDead('crash');
    await expect(bad).rejects.toMatchObject({ code: 'internal' });
    engines[2]!.ready().finish('fine');
    await expect(good).resolves.toMatchObject({ result: 'fine' });
  });

  it('starts the engine with learned detectors when a job turns out to need it', async () => {
    const learned = new FakeEngine();
    const { pool: p, engines } = pool(1, { startLearned: async () => learned });
    const job = p.run(list);
    engines[0]!.ready().fail('engine-without-learned');
    await vi.waitFor(() => expect(learned.posted).toHaveLength(1));
    learned.ready().finish('learned');
    await expect(job).resolves.toMatchObject({ result: 'learned' });
  });

  it('says what to do where learned detectors cannot run', async () => {
    const { pool: p, engines } = pool(1, { startLearned: () => Promise.reject(new Error('answered 404')) });
    const job = p.run(list);
    engines[0]!.ready().fail('engine-without-learned');
    await expect(job).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: expect.stringContaining('404'),
    });
  });

  it('passes errors on with their code', async () => {
    const { pool: p, engines } = pool(1);
    const job = p.run(list);
    engines[0]!.ready().fail('too-few-points');
    await expect(job).rejects.toMatchObject({ code: 'too-few-points', message: 'it failed' });
  });

  it('sends jobs of one affinity to the engine that remembers', () => {
    const { pool: p, engines } = pool(2);
    void p.run(list, { affinity: 'x' });
    void p.run(list, { affinity: 'y' });
    engines.forEach((engine) => engine.ready().finish());
    void p.run(list, { affinity: 'y' });
    expect(engines[1]!.posted).toHaveLength(2);
  });
});

describe('the engine on the page', () => {
  it('runs real jobs', async () => {
    const p = new WorkerPool({
      size: 1,
      startWorker: () => {
        throw new Error('none');
      },
      startOnPage: () => startOnPage(startEngine),
    });
    const { result } = await p.run(list);
    expect(result.map(({ id }) => id)).toContain('auto');
    await expect(
      p.run({
        kind: 'score',
        series: { time: new Float64Array(0), channels: [] },
        scoreConfig: { detector: 'auto' },
      }),
    ).rejects.toMatchObject({ name: 'HeedError', code: 'no-numeric-column' });
  });
});
