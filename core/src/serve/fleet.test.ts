import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HeedError } from '../errors.js';
import { checkConfig } from './config.js';
import { FakePrometheus, noise } from './fake-prometheus.fixture.js';
import { Fleet, type FleetListener } from './fleet.js';
import { createLog } from './log.js';
import { MonitorHost, READING_HEAD, type HostResult, type HostTask } from './monitor-host.js';
import { QueryWatch } from './query-watch.js';
import type { Shard } from './shard.js';
import { Source } from './source.js';
import { openStore, type Store } from './store.js';
import { minute, noon } from './testbed.fixture.js';

/** A shard whose thread a test can kill. */
class MortalShard {
  deaths = 0;
  private isDead = false;
  private host: MonitorHost;

  constructor(private readonly store: Store) {
    this.host = new MonitorHost(store);
  }

  /** It dies at the next task, and with it what it knows. */
  kill(): void {
    this.isDead = true;
  }

  run(task: HostTask): Promise<HostResult> {
    if (!this.isDead) return this.host.run(task);
    this.isDead = false;
    this.deaths++;
    this.host = new MonitorHost(this.store);
    return Promise.reject(
      new HeedError('internal', 'a worker stopped: exit code 1', 'The other tasks go on.'),
    );
  }

  async close(): Promise<void> {}
}

let folder: string;
let store: Store;
let prometheus: FakePrometheus;
let now: number;
let messages: string[];
const listener: FleetListener = { changed: vi.fn(), begun: vi.fn(), forgotten: vi.fn() };
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heed-fleet-'));
  store = openStore(folder);
  prometheus = new FakePrometheus();
  await prometheus.start();
  prometheus.series = [0, 1, 2, 3].map((i) => ({
    labels: { __name__: 'load', instance: `h${i}` },
    value: (t) => 10 * i + noise(t / 60 + i),
  }));
  now = noon;
  messages = [];
  vi.clearAllMocks();
});
afterEach(async () => {
  await prometheus.stop();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function watched(state: Store, answerBytes = 1e6) {
  const { queries, sources } = checkConfig({
    sources: { main: { url: prometheus.url, timeout: '30s' } },
    queries: [{ name: 'load', expr: 'load', range: '3h' }],
  });
  const query = queries[0]!;
  const log = createLog('text', (line) => messages.push(line));
  const shards = [new MortalShard(state), new MortalShard(state)];
  const fleet = new Fleet({
    query,
    log,
    listener,
    store: state,
    shards: shards as unknown as Shard[],
    limit: 100,
    shard: { index: 0, of: 1 },
    forget: 86_400_000,
    every: 2,
  });
  const source = new Source(sources['main']!, answerBytes);
  const watch = new QueryWatch({
    query,
    fleet,
    log,
    source,
    catchUp: 3_600_000,
    now: () => now,
    trail: true,
    onPoints: () => {},
    onRound: () => {},
  });
  const round = (): Promise<boolean> => {
    now += minute;
    return watch.tryRound();
  };
  const scores = (): number[] =>
    [...fleet.units.values()]
      .sort((a, b) => (a.channels[0]!.name < b.channels[0]!.name ? -1 : 1))
      .map(({ reading }) => reading[0]!);
  return { fleet, watch, round, scores, shards, source };
}

test('a thread that dies: its monitors go on from the state, to the bit', async () => {
  const calm = watched(store);
  for (let i = 0; i < 8; i++) await calm.round();
  const expected = calm.scores();
  for (const table of [store.monitors, store.units]) {
    for (const { key } of [...table.getRange()]) await table.remove(key);
  }
  now = noon;
  const rough = watched(store);
  const results: boolean[] = [];
  for (let i = 0; i < 8; i++) {
    if (i === 3) rough.shards[0]!.kill();
    if (i === 5) rough.shards[1]!.kill();
    results.push(await rough.round());
  }
  expect(results).toEqual([true, true, true, false, true, false, true, true]);
  expect(rough.scores()).toEqual(expected);
  expect(messages.filter((line) => line.includes('A thread died'))).toHaveLength(2);
  expect(listener.begun).toHaveBeenCalledTimes(8);
});

test('a disk that is full: rounds go on, it is told once, and counted as unsaved', async () => {
  const refuse = (): Promise<never> => Promise.reject(new Error('ENOSPC: no space left on device'));
  const full = {
    ...store,
    units: { getRange: () => [], put: refuse, remove: refuse },
    monitors: { get: () => undefined, put: refuse, remove: refuse },
  } as unknown as Store;
  const { round, fleet, scores } = watched(full);
  for (let i = 0; i < 5; i++) expect(await round()).toBe(true);
  // A series that is forgotten needs the disk as well.
  prometheus.series = prometheus.series.slice(1);
  now += 25 * 60 * minute;
  expect(await round()).toBe(true);
  expect(fleet.units.size).toBe(3);
  expect(scores().every((score) => score >= 0)).toBe(true);
  expect(fleet.saved).toBe(0);
  expect(messages.filter((line) => line.includes('The state cannot be written.')).length).toBeLessThanOrEqual(
    2,
  );
});

test('an answer of a million series is refused by its size, before it is taken in', async () => {
  const { round, watch, fleet } = watched(store, 20_000);
  expect(await round()).toBe(true);
  prometheus.instead = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write('{"status":"success","data":{"resultType":"vector","result":[');
    const piece = '{"metric":{"__name__":"load","instance":"x"},"value":[1,"1"]},'.repeat(1000);
    const write = (): void => {
      if (!response.destroyed && response.write(piece)) setImmediate(write);
      else response.once('drain', write);
    };
    write();
    return true;
  };
  expect(await round()).toBe(false);
  expect(watch.failure).toMatch(/has more than 20000 bytes/);
  prometheus.instead = undefined;
  expect(await round()).toBe(true);
  expect(fleet.units.size).toBe(4);
});

test('one monitor that throws begins anew, the others go on', async () => {
  const host = new MonitorHost(undefined);
  const units = [0, 1].map((id) => ({
    id,
    key: `k${id}`,
    print: 'p',
    quietUntil: 0,
    options: { step: minute, lateness: 0 },
  }));
  await host.run({ kind: 'open', units });
  const feed = (times: number[], values: number[]): Promise<HostResult> =>
    host.run({
      kind: 'feed',
      times: Float64Array.from(times),
      ids: Uint32Array.of(0, 1),
      values: Float64Array.from(values),
      rewind: false,
      trail: false,
      save: new Uint32Array(0),
    });
  await feed([minute, 2 * minute], [1, 2, 1, 2]);
  const { failures, readings } = await feed([3 * minute], [Infinity, 1]);
  expect(failures).toEqual([{ unit: 0, message: expect.stringMatching(/Infinity/) as string }]);
  expect(Number.isNaN(readings![0]!)).toBe(true);
  expect(readings![READING_HEAD + 3]).toBeGreaterThanOrEqual(0);
  const next = await feed([4 * minute], [1, 1]);
  expect(next.failures).toEqual([]);
});
