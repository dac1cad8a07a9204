import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Config, QueryConfig } from '../config.js';
import type { IncidentRecord } from '../ledger.js';
import type { Log } from '../log.js';
import { createOutputs } from '../outputs/index.js';
import type { Output } from '../outputs/output.js';
import { QueryWatch } from '../query-watch.js';
import type { Source } from '../source.js';
import { assignShards } from './assign.js';
import { IncidentMirror } from './incident-mirror.js';
import { makeQueryKeys, type Keys } from './keys.js';
import { MemoryTable } from './memory-table.js';
import { Scatter } from './scatter.js';
import type { Scripts } from './scripts.js';
import type { Told } from './shard-runner.js';
import { openQueue, type AdvanceJob } from './worker.js';

/** Another process takes over so long after the last sign of life of this one, ms. */
const LEASE = 5_000;
const RENEW = 1_000;
const LOOK = 500;
const DRAIN = 100;
const CHANGES = 200;
/** A query that no process reads any more is forgotten after so long, and no sooner than three of its steps, ms. */
const RETIRE = 600_000;
/** The incidents that outputs are not told of are read again this often, ms. */
const RELOAD = 30_000;

export interface LeaderOptions {
  /** Of this process. */
  readonly id: string;
  readonly redis: Redis;
  readonly scripts: Scripts;
  readonly keys: Keys;
  readonly config: Config;
  readonly sources: ReadonlyMap<string, Source>;
  readonly log: Log;
  readonly now: () => number;
}

/** One query as who leads reads it. */
export interface LedWatch {
  readonly watch: QueryWatch;
  readonly scatter: Scatter;
}

/**
 * What one process at a time does for all: reads the sources, gives the shards to the processes that live, and tells the
 * outputs. Every process stands by to do it.
 */
export class Leader {
  readonly watches: readonly LedWatch[];
  readonly mirror = new IncidentMirror();
  outputs: readonly Output[] = [];
  private epoch = -1;
  private readonly stopping = new AbortController();
  /** Of the reign under way. */
  private reign: { readonly stop: AbortController; readonly ended: Promise<unknown> } | undefined;
  private readonly queues = new Map<string, Queue<AdvanceJob>>();
  private delivery = new MemoryTable<unknown, [string, number]>();
  private running: Promise<void> | undefined;
  private runs = false;
  private draining: Promise<void> = Promise.resolve();

  constructor(private readonly options: LeaderOptions) {
    const { redis, scripts, keys, config, log, now, sources } = options;
    this.watches = config.queries.map((query) => {
      const scatter = new Scatter({
        ...{ redis, scripts, query, log, now },
        keys: makeQueryKeys(keys, query.print),
        shards: config.redis!.shards,
        limit: config.limits.series,
        forget: config.limits.forget,
        epoch: () => this.epoch,
        onAppended: (one, shards) => this.giveOut(one, shards),
      });
      const watch = new QueryWatch({
        query,
        log,
        now,
        fleet: scatter,
        source: sources.get(query.source)!,
        catchUp: config.limits.catchUp,
        trail: config.outputs.remoteWrite.length > 0,
        onPoints: (_, until) => {
          for (const output of this.outputs) output.scored?.([], until);
        },
        onRound: () => void redis.hset(keys.queries, query.print, now() + 3 * query.step).catch(() => {}),
      });
      return { watch, scatter };
    });
  }

  get leads(): boolean {
    return this.epoch > 0;
  }

  /** Takes the lead where nobody has it, and keeps it; goes on until `close`. */
  async start(): Promise<void> {
    await this.look();
    this.running = this.run();
  }

  /** Reads every query from now on, whenever this process leads. */
  read(): void {
    this.runs = true;
    this.readOn();
  }

  /** One round of every query where this process leads, whatever comes of it. */
  async round(): Promise<void> {
    const stop = this.reign?.stop;
    if (!stop) return;
    await Promise.all(this.watches.map(({ watch }) => watch.tryRound(stop.signal)));
    await this.drain();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await sleep(RENEW, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      await this.look().catch((error: unknown) => {
        this.options.log.once('redis: lead', 'error', 'Redis does not answer; it is tried again.', {
          cause: String((error as Error)?.message),
        });
      });
    }
  }

  private async look(): Promise<void> {
    const { scripts, id, log } = this.options;
    const epoch = await scripts.lead(id, LEASE);
    log.clear('redis: lead');
    if (epoch === (this.leads ? this.epoch : 0)) return;
    await this.abdicate();
    if (epoch > 0) await this.reignOver(epoch);
  }

  private async reignOver(epoch: number): Promise<void> {
    const { redis, keys, config, log, now } = this.options;
    const waiting = await redis.hgetall(keys.delivery);
    await this.reload();
    this.epoch = epoch;
    const rows = Object.entries(waiting).map(
      ([key, text]) => [JSON.parse(key) as [string, number], JSON.parse(text) as unknown] as const,
    );
    this.delivery = new MemoryTable(rows, () => void setImmediate(() => void this.drain().catch(() => {})));
    // Scores are written by who has them.
    this.outputs = createOutputs(
      { outputs: { ...config.outputs, remoteWrite: [] } },
      {
        store: { outbox: this.delivery },
        log,
        now,
        ledger: () => this.mirror,
        most: config.limits.queue,
      },
    );
    const stop = new AbortController();
    // Stopped while it was taking the lead: it gives it back.
    if (this.stopping.signal.aborted) stop.abort();
    const every = async (milliseconds: number, work: () => Promise<void>): Promise<void> => {
      while (!stop.signal.aborted) {
        await work().catch((error: unknown) => {
          if (!stop.signal.aborted)
            log.once('redis: lead', 'error', 'What one process does for all has failed; it is tried again.', {
              cause: String((error as Error)?.stack),
            });
        });
        await sleep(milliseconds, undefined, { signal: stop.signal }).catch(() => {});
      }
    };
    const ended = Promise.all([
      every(LOOK, () => this.assign()),
      every(DRAIN, () => this.drain()),
      every(RELOAD, () => this.reload()),
    ]);
    this.reign = { stop, ended };
    log.write('info', 'This process leads: it reads the sources and tells the outputs.', { epoch });
    await this.retire();
    this.readOn();
  }

  private readOn(): void {
    const { reign } = this;
    if (!this.runs || !reign) return;
    const reading = this.watches.map(({ watch }) =>
      watch.run(reign.stop.signal).catch((error: unknown) => {
        this.options.log.write('error', 'A query is not watched any more; please report it.', {
          query: watch.query.name,
          cause: String((error as Error)?.stack ?? error),
        });
      }),
    );
    this.reign = { stop: reign.stop, ended: Promise.all([reign.ended, ...reading]) };
  }

  private async abdicate(): Promise<void> {
    const { reign } = this;
    if (!reign) return;
    this.reign = undefined;
    this.epoch = -1;
    reign.stop.abort();
    this.options.log.write('warn', 'Another process leads now.');
    await reign.ended;
    await Promise.allSettled(this.outputs.map((output) => output.close()));
    this.outputs = [];
  }

  /** Shards whose batches wait go to processes that live. */
  private async assign(): Promise<void> {
    const { redis, scripts, keys } = this.options;
    const [alive, dead] = await scripts.workers();
    for (const worker of dead) {
      // What it had to do is still in the logs.
      await this.queueOf(worker)
        .obliterate({ force: true })
        .catch(() => {});
      await this.queues.get(worker)?.close();
      this.queues.delete(worker);
      await redis.zrem(keys.workers, worker);
    }
    if (alive.length === 0) return;
    const waiting = await Promise.all(this.watches.map(({ scatter }) => scatter.waiting()));
    const jobs = this.watches.flatMap(({ watch }, i) =>
      [...waiting[i]!.keys()].map((shard) => ({ query: watch.query, shard })),
    );
    if (jobs.length === 0) return;
    const owners = await this.owners(alive);
    await Promise.all(jobs.map(({ query, shard }) => this.enqueue(query, shard, owners)));
  }

  /** Decides who has which shard, and writes it down. */
  private async owners(alive: readonly string[]): Promise<Map<string, string>> {
    const { redis, keys } = this.options;
    const [before, ...heads] = await Promise.all([
      redis.hgetall(keys.owners),
      ...this.watches.map(({ watch }) => redis.hkeys(makeQueryKeys(keys, watch.query.print).head)),
    ]);
    const names = this.watches.flatMap(({ watch }, i) =>
      heads[i]!.map((shard) => `${watch.query.print}/${shard}`).sort(),
    );
    const owners = assignShards(names, before, alive);
    const changed = [...owners].filter(([name, worker]) => before[name] !== worker);
    if (changed.length > 0) await redis.hset(keys.owners, Object.fromEntries(changed));
    return owners;
  }

  private async giveOut(query: QueryConfig, shards: readonly number[]): Promise<void> {
    const [alive] = await this.options.scripts.workers();
    const owners = await this.owners(alive);
    await Promise.all(shards.map((shard) => this.enqueue(query, shard, owners)));
  }

  /** Nothing comes of the same job twice: a queue takes it once, and a shard that is up to date does nothing. */
  private async enqueue(
    { print }: QueryConfig,
    shard: number,
    owners: ReadonlyMap<string, string>,
  ): Promise<void> {
    const { redis, keys } = this.options;
    const owner = owners.get(`${print}/${shard}`);
    if (owner === undefined) return;
    const number = Number((await redis.hget(makeQueryKeys(keys, print).head, String(shard))) ?? 0);
    await this.queueOf(owner).add(
      'advance',
      { query: print, shard, number },
      { jobId: `${print}-${shard}-${number}`, removeOnComplete: true, removeOnFail: true },
    );
  }

  private queueOf(worker: string): Queue<AdvanceJob> {
    const known = this.queues.get(worker);
    if (known) return known;
    const queue = openQueue(worker, this.options.redis, this.options.keys);
    this.queues.set(worker, queue);
    return queue;
  }

  /** Hands changes of incidents to the outputs; each once, whoever leads. */
  private drain(): Promise<void> {
    const result = this.draining.then(() => this.drainOnce());
    this.draining = result.catch(() => {});
    return result;
  }

  private async drainOnce(): Promise<void> {
    const { redis, scripts, keys } = this.options;
    if (!this.leads) return;
    for (;;) {
      const changes = await redis.lrange(keys.outbox, 0, CHANGES - 1);
      for (const text of changes) {
        const { change, record } = JSON.parse(text) as Told;
        this.mirror.take(record);
        if (change === 'opened') this.mirror.opened++;
        for (const output of this.outputs) output.told?.(change, record);
      }
      const { written, removed } = this.delivery.takeChanges((key) => JSON.stringify(key));
      if (changes.length + written.length + removed.length > 0) {
        await scripts.deliver(this.epoch, changes.length, written, removed);
      }
      if (changes.length < CHANGES) return;
    }
  }

  private async reload(): Promise<void> {
    const { redis, keys, config } = this.options;
    await this.mirror.load(
      redis,
      config.queries.flatMap(({ print }) =>
        Array.from({ length: config.redis!.shards }, (_, shard) =>
          makeQueryKeys(keys, print).incidents(shard),
        ),
      ),
    );
  }

  /** What is left of queries that no configuration has any more; their incidents end. */
  private async retire(): Promise<void> {
    const { redis, keys, config, log } = this.options;
    const current = new Set(config.queries.map(({ print }) => print));
    for (const [print, until] of Object.entries(await redis.hgetall(keys.queries))) {
      if (current.has(print) || this.options.now() < Number(until) + RETIRE) continue;
      const own = makeQueryKeys(keys, print);
      const snapshots = await redis.hvals(own.snapshots);
      for (const shard of await redis.hkeys(own.head)) {
        for (const text of await redis.hvals(own.incidents(Number(shard)))) {
          const record = JSON.parse(text) as IncidentRecord;
          if (record.closed !== undefined || record.muted !== undefined) continue;
          const closed: Told = {
            change: 'closed',
            record: {
              ...record,
              incident: { ...record.incident, open: false },
              closed: this.options.now(),
              sequence: record.sequence + 1,
              closedBecause: 'the query was removed',
            },
          };
          await redis.rpush(keys.outbox, JSON.stringify(closed));
        }
        await redis.unlink(own.incidents(Number(shard)), own.log(Number(shard)));
        await redis.hdel(keys.owners, `${print}/${shard}`);
      }
      const { head, times, done, fence, sizes } = own;
      await redis.unlink(head, times, done, fence, sizes, own.snapshots, ...snapshots);
      await redis.hdel(keys.queries, print);
      log.write('info', 'A query that nobody reads any more was removed.', { print });
    }
  }

  /** Begins to stop. */
  stop(): void {
    for (const { scatter } of this.watches) scatter.stop();
    this.stopping.abort();
    this.reign?.stop.abort();
  }

  /** Gives the lead back. */
  async close(): Promise<void> {
    const { scripts, id } = this.options;
    this.stop();
    await this.running;
    const { reign } = this;
    await reign?.ended;
    await this.drain().catch(() => {});
    this.reign = undefined;
    await Promise.allSettled(this.outputs.map((output) => output.close()));
    if (this.leads) {
      await this.drain().catch(() => {});
      await scripts.resign(id).catch(() => {});
    }
    this.epoch = -1;
    await Promise.allSettled([...this.queues.values()].map((queue) => queue.close()));
  }
}
