import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../core/src/node/free-port.js';
import { noise, type FakeSeries } from '../core/src/serve/fake-prometheus.fixture.js';
import { minute, noon, Testbed } from '../core/src/serve/testbed.fixture.js';
import { makeKeys, makeQueryKeys } from '../core/src/serve/redis/keys.js';
import type { WebhookMessage } from '../core/src/serve/outputs/webhook.js';
import { Scripts } from '../core/src/serve/redis/scripts.js';
import { findTool } from './setup/tools.js';

const server = findTool('redis');
const heed = join(dirname(fileURLToPath(import.meta.url)), '../core/bin/heed.js');
const second = 1000;
/** What is waited for comes in a second or so; a machine that is busy may take its time. */
const patiently = { timeout: 100 * second, interval: 50 };

/** A Redis of our own, which keeps every write, so that it can be killed and started again. */
class RealRedis {
  readonly folder = mkdtempSync(join(tmpdir(), 'heed-redis-'));
  port = 0;
  private child: ChildProcess | undefined;

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(...more: string[]): Promise<void> {
    this.port ||= await freePort();
    const args = [
      ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', ''],
      ...['--appendonly', 'yes', '--appendfsync', 'always', '--daemonize', 'no', ...more],
    ];
    this.child = spawn(server!, args, { stdio: 'ignore' });
    await vi.waitFor(async () => {
      const socket = connect(this.port, '127.0.0.1');
      try {
        socket.write('PING\r\n');
        const [answer] = (await once(socket, 'data')) as [Buffer];
        expect(answer.toString()).toMatch(/PONG|NOAUTH/);
      } finally {
        socket.destroy();
      }
    }, patiently);
  }

  async kill(): Promise<void> {
    if (!this.child) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
    this.child = undefined;
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A wave with noise, which leaves it for some minutes. */
function host(i: number, since = Infinity, until = Infinity): FakeSeries {
  return {
    labels: { __name__: 'load', instance: `h${i}` },
    value: (t) =>
      40 + 10 * Math.sin((2 * Math.PI * t) / 3600) + noise(t / 60 + i) + (t >= since && t < until ? 60 : 0),
  };
}

describe.skipIf(!server)('heed serve on several machines with a real Redis', () => {
  let redis: RealRedis;
  let look: Redis;
  let bed: Testbed;
  beforeAll(async () => {
    redis = new RealRedis();
    await redis.start();
    look = new Redis(redis.url);
    look.on('error', () => {});
  });
  afterAll(async () => {
    look?.disconnect();
    await redis?.end();
  });
  beforeEach(async () => {
    await look.flushall();
    bed = new Testbed();
    bed.prometheus.series = Array.from({ length: 12 }, (_, i) =>
      host(i, i === 3 ? noon / second + 120 : Infinity, noon / second + 600),
    );
  });
  afterEach(() => bed.end());

  const shared = (more: object = {}) => ({
    redis: { url: redis.url, shards: 4 },
    state: { every: 3 },
    ...more,
  });
  const queryKeys = async () => {
    const keys = makeKeys('heed');
    const [print] = await look.hkeys(keys.queries);
    return makeQueryKeys(keys, print!);
  };
  /** Until every batch that Redis has was judged: a busy machine is behind when a round has ended. */
  const untilJudged = (): Promise<unknown> =>
    vi.waitFor(async () => {
      const { head, done } = await queryKeys();
      const heads = await look.hgetall(head);
      expect(Object.keys(heads).length).toBeGreaterThan(0);
      expect(await look.hgetall(done)).toEqual(heads);
    }, patiently);
  const advance = async (service: Awaited<ReturnType<Testbed['start']>>): Promise<void> => {
    await bed.advance(service, minute);
    await untilJudged();
  };
  const alone = async (rounds: number): Promise<Map<string, number>> => {
    bed.now = noon;
    const service = await bed.start({ state: {} });
    for (let i = 0; i < rounds; i++) await bed.advance(service, minute);
    return new Map(await scoresOf(service));
  };
  const scoresOf = async (service: Awaited<ReturnType<Testbed['start']>>): Promise<[string, number][]> =>
    [...(await bed.metrics(service))].filter(([name]) => /^heed_(score|expected|incident)\{/.test(name));

  test('three processes give the numbers of one, and its incidents', async () => {
    const single = await bed.start({ state: {} });
    for (let i = 0; i < 8; i++) await bed.advance(single, minute);
    const expected = new Map(await scoresOf(single));
    const incidents = async (url: string) => {
      const answer = (await (await fetch(`${url}/api/incidents`)).json()) as {
        open: { id: string; opened: number; series: string; incident: object; sequence: number }[];
      };
      return answer.open.map(({ id, series, incident, sequence }) => ({ id, series, incident, sequence }));
    };
    const open = await incidents(single.url);
    expect(open).toHaveLength(1);
    await bed.stop(single);

    bed.now = noon;
    const leader = await bed.start(shared());
    const others = [await bed.start(shared()), await bed.start(shared())];
    for (let i = 0; i < 8; i++) await advance(leader);
    // Who had a shard before lets go of it when it next looks.
    const found = await vi.waitFor(async () => {
      const all = (await Promise.all([leader, ...others].map(scoresOf))).flat();
      expect(all).toHaveLength(expected.size);
      return all;
    }, patiently);
    expect(new Map(found)).toEqual(expected);
    expect(await incidents(leader.url)).toEqual(open);
    for (const one of [leader, ...others]) {
      expect((await bed.metrics(one)).get('heed_redis_shards')).toBeGreaterThanOrEqual(1);
      expect((await bed.metrics(one)).get('heed_redis_leader')).toBe(one === leader ? 1 : 0);
    }

    // Whoever is left goes on with what the others had.
    for (const one of [leader, ...others.slice(1)]) await bed.stop(one);
    const [last] = others;
    await vi.waitFor(
      async () => expect((await bed.metrics(last!)).get('heed_redis_leader')).toBe(1),
      patiently,
    );
    await advance(last!);
    expect(await scoresOf(last!)).toHaveLength(expected.size);
    expect((await incidents(last!.url)).map(({ id }) => id)).toEqual(open.map(({ id }) => id));
    expect(bed.messages().filter((message) => message === 'Incident opened.')).toHaveLength(1);
  });

  test('who lost a shard cannot write it any more, and judges it again from what Redis has', async () => {
    const service = await bed.start(shared());
    for (let i = 0; i < 3; i++) await advance(service);
    const keys = makeKeys('heed');
    const scripts = new Scripts(look, keys);
    const query = await queryKeys();
    const tokens = await look.hgetall(query.fence);
    const before = await look.hgetall(query.done);
    // Another process takes all shards, and dies.
    for (const shard of Object.keys(tokens)) await look.hset(query.fence, shard, 'another');
    const stale = { shard: 0, token: tokens['0']!, position: Number(before['0']) + 1 };
    expect(await scripts.commit(query, stale, 1, [['id', '{}']], [], ['{}'])).toBe(false);
    await look.set('stale', 'x');
    expect(await scripts.snapshot(query, stale, 'stale')).toBe(false);
    expect(await look.exists('stale')).toBe(0);
    expect(await look.hgetall(query.done)).toEqual(before);
    expect(await look.hget(query.incidents(0), 'id')).toBeNull();
    // A batch is judged once, whoever says so again.
    const twice = { shard: 0, token: 'another', position: Number(before['0']) };
    expect(await scripts.commit(query, twice, 1, [], [], ['{}'])).toBe(false);
    expect(await look.llen(keys.outbox)).toBe(0);

    for (let i = 0; i < 5; i++) await advance(service);
    expect(bed.messages().filter((message) => message === 'A shard is let go.')).toHaveLength(4);
    const found = await scoresOf(service);
    const lost = (await bed.metrics(service)).get('heed_redis_shards_lost');
    expect(lost).toBe(4);
    await bed.stop(service);
    expect(new Map(found)).toEqual(await alone(8));
  });

  test('two that believe to lead: the points of one alone count, and every change is told once', async () => {
    const got: WebhookMessage[] = [];
    const receiver = await receive((body) => got.push(body as WebhookMessage));
    const service = await bed.start(shared({ outputs: { webhook: [{ url: receiver.url }] } }));
    const keys = makeKeys('heed');
    const scripts = new Scripts(look, keys);
    const query = await queryKeys();
    const epoch = Number(await look.get(keys.epoch));
    const heads = await look.hgetall(query.head);
    const again = (reign: number, until: number) =>
      scripts.append(query, reign, 0, until, { rewind: false, isAside: false }, Buffer.from('none'));
    expect(await again(epoch - 1, bed.now + 10 * minute)).toBe(-1);
    expect(await again(epoch, bed.now - 10 * minute)).toBe(0);
    expect(await look.hgetall(query.head)).toEqual(heads);

    // A job that comes again, and one of a shard that is up to date, change nothing.
    for (let i = 0; i < 6; i++) await advance(service);
    await vi.waitFor(async () => {
      expect(got.length).toBeGreaterThan(0);
      expect([await look.llen(keys.outbox), await look.hlen(keys.delivery)]).toEqual([0, 0]);
    }, patiently);
    const changes = got.map(({ id, sequence, event }) => `${id} ${sequence} ${event}`);
    expect(new Set(changes).size, changes.join()).toBe(changes.length);
    expect(got.filter(({ event }) => event === 'opened')).toHaveLength(1);
    const done = await look.hgetall(query.done);
    const jobs = (await bed.metrics(service)).get('heed_redis_jobs')!;
    const [worker] = await look.zrange(keys.workers, '0', '-1');
    const queue = new Queue(`worker-${worker}`, { connection: look, prefix: keys.bull });
    const print = (await look.hkeys(keys.queries))[0]!;
    for (let i = 0; i < 5; i++) await queue.add('advance', { query: print, shard: 0, number: 1 });
    await queue.close();
    await vi.waitFor(
      async () =>
        expect((await bed.metrics(service)).get('heed_redis_jobs')).toBeGreaterThanOrEqual(jobs + 5),
      patiently,
    );
    expect(await look.hgetall(query.done)).toEqual(done);

    // The lead goes to another process, which finds nothing left to tell.
    const next = await bed.start(shared({ outputs: { webhook: [{ url: receiver.url }] } }));
    await look.set(keys.leader, 'nobody', 'PX', 1500);
    await vi.waitFor(async () => {
      const leads = await Promise.all([service, next].map(async (one) => bed.metrics(one)));
      expect(leads.filter((found) => found.get('heed_redis_leader') === 1)).toHaveLength(1);
      expect(Number(await look.get(keys.epoch))).toBe(epoch + 1);
    }, patiently);
    expect(got).toHaveLength(changes.length);
    await receiver.close();
  });

  test('a Redis that is killed and started again: the rounds go on where they were', async () => {
    const service = await bed.start(shared());
    for (let i = 0; i < 3; i++) await advance(service);
    await redis.kill();
    const waiting = bed.advance(service, minute);
    await sleep(1500);
    await redis.start();
    await waiting;
    for (let i = 0; i < 4; i++) await advance(service);
    const found = await scoresOf(service);
    await bed.stop(service);
    expect(new Map(found)).toEqual(await alone(8));
    expect(bed.messages().filter((message) => message === 'Incident opened.')).toHaveLength(1);
  });

  test('ends although Redis is away', async () => {
    const service = await bed.start(shared());
    await redis.kill();
    await bed.stop(service);
    await redis.start();
  });

  test('a Redis that lost everything: the history is read again', async () => {
    const service = await bed.start(shared());
    for (let i = 0; i < 3; i++) await advance(service);
    // In the middle of a round, which another reign must not end as if it knew what there was.
    const { leader } = makeKeys('heed');
    let isLost = false;
    bed.prometheus.instead = (asked, response) => {
      bed.prometheus.instead = undefined;
      void look
        .flushall()
        .then(() => vi.waitFor(async () => expect(await look.get(leader)).not.toBeNull(), patiently))
        .then(() => (isLost = true))
        .then(() => bed.prometheus.give(asked, response));
      return true;
    };
    await bed.advance(service, minute);
    await vi.waitFor(() => expect(isLost).toBe(true), patiently);
    const reigns = () => bed.messages().filter((message) => String(message).startsWith('This process leads'));
    await vi.waitFor(() => expect(reigns()).toHaveLength(2), patiently);
    await advance(service);
    const found = await scoresOf(service);
    await bed.stop(service);
    expect(found.map(([name]) => name).sort()).toEqual([...(await alone(5)).keys()].sort());
  });

  test('a Redis that lost the last minutes: they are judged again, none is left out', async () => {
    const service = await bed.start(shared());
    for (let i = 0; i < 3; i++) await advance(service);
    const names = (await look.keys('heed:*')).filter((name) => !name.startsWith('heed:bull'));
    const copy = await Promise.all(
      names.map(async (name) => [name, await look.dumpBuffer(name), await look.pttl(name)] as const),
    );
    await advance(service);
    // As a replica has it that takes over, and had not got everything.
    for (const [name, data, life] of copy) await look.restore(name, Math.max(0, life), data, 'REPLACE');
    for (let i = 0; i < 4; i++) await advance(service);
    const found = await scoresOf(service);
    await bed.stop(service);
    expect(new Map(found)).toEqual(await alone(8));
  });

  test('a process that is killed in the middle of its work: another one goes on, nothing is told twice', async () => {
    const got: WebhookMessage[] = [];
    const receiver = await receive((body) => got.push(body as WebhookMessage));
    await bed.prometheus.start();
    let jump = Infinity;
    bed.prometheus.series = Array.from({ length: 40 }, (_, i) => ({
      labels: { __name__: 'load', instance: `h${i}` },
      value: (t) => 40 + 10 * Math.sin((2 * Math.PI * t) / 60) + noise(t + i) + (i < 8 && t >= jump ? 60 : 0),
    }));
    bed.prometheus.instead = (_, response) => (response.writeHead(503).end(), true);
    const config = join(redis.folder, 'heed.yaml');
    writeFileSync(
      config,
      `sources: { local: { url: ${bed.prometheus.url} } }
queries: [{ name: load, expr: load, step: 1s, range: 3m, lateness: 1s }]
outputs: { webhook: [{ url: ${receiver.url} }] }
redis: { shards: 8, url: ${redis.url} }
state: { every: 5 }
server: { listen: 127.0.0.1:0 }
limits: { workers: 1 }
`,
    );
    const keys = makeKeys('heed');
    const start = async (): Promise<ChildProcess> => {
      const child = spawn(process.execPath, [heed, 'serve', '--config', config], { stdio: 'ignore' });
      children.push(child);
      await vi.waitFor(async () => {
        const names = await look.zrange(keys.workers, '0', '-1');
        expect(names.some((name) => name.includes(`-${child.pid}-`))).toBe(true);
      }, patiently);
      return child;
    };
    const children: ChildProcess[] = [];
    try {
      const first = await start();
      const second = await start();
      bed.prometheus.instead = undefined;
      const print = await vi.waitFor(async () => {
        const name = Object.keys(await look.hgetall(keys.owners))[0]!.split('/')[0]!;
        expect(name).toBeDefined();
        return name;
      }, patiently);
      const query = makeQueryKeys(keys, print);
      const behind = async (who?: string): Promise<number> => {
        const [heads, done, owners] = await Promise.all(
          [query.head, query.done, keys.owners].map((key) => look.hgetall(key)),
        );
        return Object.entries(heads!).filter(
          ([shard, head]) =>
            Number(head) > Number(done![shard] ?? 0) &&
            (who === undefined || owners![`${print}/${shard}`]?.includes(`-${who}-`)),
        ).length;
      };
      const caughtUp = (): Promise<unknown> =>
        vi.waitFor(async () => {
          expect(Number((await look.hgetall(query.head))['0'])).toBeGreaterThan(3);
          expect(await behind()).toBe(0);
        }, patiently);
      // One that has work to do, and has it under way.
      await vi.waitFor(async () => expect(await behind(String(second.pid))).toBeGreaterThan(0), {
        ...patiently,
        interval: 5,
      });
      second.kill('SIGKILL');
      await caughtUp();
      expect(new Set(Object.values(await look.hgetall(keys.owners))).size).toBe(1);

      // Now the one that leads, with incidents under way.
      await start();
      jump = Date.now() / 1000;
      await vi.waitFor(() => expect(got.length).toBeGreaterThan(0), { ...patiently, interval: 10 });
      first.kill('SIGKILL');
      await vi.waitFor(
        () => expect(new Set(got.map(({ id }) => id.slice(-8))).size).toBeGreaterThanOrEqual(8),
        patiently,
      );
      await caughtUp();
      const opened = got.filter(({ event }) => event === 'opened');
      // What was under way when it died is sent again, as the same message; a receiver tells by its key.
      expect(new Set(opened.map(({ id }) => id)).size).toBe(8);
      expect(new Set(opened.map(({ series }) => series)).size).toBe(8);
      expect(new Set(opened.map(({ id, sequence }) => `${id}-${sequence}`)).size).toBe(8);
      expect(opened.length).toBeLessThan(16);
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await receiver.close();
    }
  });

  test('one line says what is wrong with a Redis, without its password', async () => {
    const port = await freePort();
    await expect(bed.start({ redis: { url: `redis://127.0.0.1:${port}` } })).rejects.toThrow(
      new RegExp(`Redis at 127\\.0\\.0\\.1:${port} does not answer: .*ECONNREFUSED.*Start it`),
    );
    const guarded = new RealRedis();
    await guarded.start('--requirepass', 'open-sesame');
    try {
      const none = { redis: { url: guarded.url } };
      await expect(bed.start(none)).rejects.toThrow(/refuses: .*NOAUTH.*HEED_REDIS_PASSWORD/);
      const wrong = { redis: { url: guarded.url, password: 'hush-hush' } };
      const error: unknown = await bed.start(wrong).catch((cause: unknown) => cause);
      expect(String(error)).toMatch(/refuses: .*WRONGPASS/);
      expect(String(error)).not.toContain('hush');
      const right = await bed.start({ redis: { url: guarded.url, password: 'open-sesame', shards: 2 } });
      await vi.waitFor(async () => expect(await scoresOf(right)).toHaveLength(36), patiently);
      expect(JSON.stringify(bed.lines)).not.toContain('sesame');
    } finally {
      await bed.end();
      await guarded.end();
    }
  });
});

/** A server that takes JSON by POST. */
async function receive(onBody: (body: unknown) => void): Promise<{ url: string; close(): Promise<void> }> {
  const taker = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      onBody(JSON.parse(text));
      response.end();
    });
  });
  await new Promise<void>((resolve) => taker.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(taker.address() as AddressInfo).port}`,
    close: async () => {
      taker.closeAllConnections();
      await new Promise((resolve) => taker.close(resolve));
    },
  };
}
