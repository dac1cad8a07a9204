import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Config, QueryConfig } from '../config.js';
import { Fleet } from '../fleet.js';
import { Ledger, type Change, type IncidentRecord } from '../ledger.js';
import type { Log } from '../log.js';
import type { Shard } from '../shard.js';
import type { StoredUnit } from '../store.js';
import type { WatchedUnit } from '../units.js';
import { decodeBatch, decodeSnapshot, encodeSnapshot, type Batch } from './codec.js';
import type { QueryKeys } from './keys.js';
import { MemoryTable } from './memory-table.js';
import type { Scripts } from './scripts.js';

/** A change of an incident on its way to the outputs. */
export interface Told {
  readonly change: Change;
  readonly record: IncidentRecord;
}

export interface ShardRunnerOptions {
  readonly redis: Redis;
  readonly scripts: Scripts;
  readonly keys: QueryKeys;
  readonly query: QueryConfig;
  readonly shard: number;
  readonly config: Config;
  /** That holds its monitors. */
  readonly thread: Shard;
  readonly log: Log;
  /** Points of it were judged, and written down as judged. */
  readonly onPoints: (units: Iterable<WatchedUnit>, until: number) => void;
  readonly onForgotten: (unit: WatchedUnit) => void;
}

/** The shard belongs to another process, or what Redis had of it is gone. */
export class ShardLost extends Error {}

/** Batches that are asked for at a time. */
const BATCHES = 16;
/** A snapshot that nothing refers to is removed after so long, s. */
const ORPHAN = 3600;

/**
 * The monitors of one shard of one query on this process: what is judged here is written to Redis batch by batch, so
 * that another process can go on from the latest snapshot and the batches since, and comes to the same.
 */
export class ShardRunner {
  readonly fleet: Fleet;
  readonly ledger: Ledger;
  written = 0;
  private readonly units: MemoryTable<StoredUnit>;
  private readonly incidents: MemoryTable<unknown>;
  private told: Told[] = [];
  private position = 0;
  /** Up to this batch another process has told of what it brought. */
  private done = 0;
  /** Number of the batch that the latest snapshot ends with. */
  private snapshotAt = 0;
  private now = 0;
  private readonly deaths: number;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly options: ShardRunnerOptions,
    private readonly token: string,
    units: Iterable<readonly [string, StoredUnit]>,
    incidents: Iterable<readonly [string, unknown]>,
  ) {
    const { query, config, thread, log, shard, onForgotten } = options;
    this.deaths = thread.deaths;
    this.units = new MemoryTable(units);
    this.incidents = new MemoryTable(incidents);
    this.now = Date.now();
    this.ledger = new Ledger({
      store: { incidents: this.incidents },
      now: () => this.now,
      tell: (change, record) => this.told.push({ change, record }),
    });
    // What is judged again after another process was told of by that one.
    const isNews = (): boolean => this.position >= this.done;
    this.fleet = new Fleet({
      query,
      log,
      shards: [thread],
      store: { units: this.units, monitors: { remove: () => Promise.resolve() } },
      limit: config.limits.series,
      shard: { index: shard, of: config.redis!.shards },
      forget: config.limits.forget,
      every: config.state.every,
      listener: {
        changed: (unit, change) => isNews() && this.ledger.changed(unit, change),
        begun: (unit) => isNews() && this.ledger.begun(unit),
        forgotten: (unit) => {
          if (isNews()) this.ledger.forgotten(unit);
          onForgotten(unit);
        },
      },
    });
  }

  /** Takes the shard from whoever had it, and goes on where that one was. */
  static async acquire(options: ShardRunnerOptions): Promise<ShardRunner> {
    const { redis, keys, shard, thread, log, query } = options;
    const field = String(shard);
    const token = randomUUID();
    // From here on nobody else can write.
    await redis.hset(keys.fence, field, token);
    const [done, snapshot, incidents] = await Promise.all([
      redis.hget(keys.done, field),
      redis.hget(keys.snapshots, field),
      redis.hgetall(keys.incidents(shard)),
    ]);
    const data = snapshot === null ? null : await redis.getBuffer(snapshot);
    let found;
    try {
      if (data) found = await decodeSnapshot(data);
      if (found) await thread.run({ kind: 'unpack', packed: found.monitors });
    } catch (error) {
      found = undefined;
      log.write('error', 'The state of a shard cannot be used; its monitors begin anew.', {
        query: query.name,
        shard,
        cause: (error as Error).message,
      });
    }
    const runner = new ShardRunner(
      options,
      token,
      found?.units ?? [],
      Object.entries(incidents).map(([id, text]) => [id, JSON.parse(text) as unknown] as const),
    );
    runner.done = Number(done ?? 0);
    runner.position = runner.snapshotAt = found?.position ?? 0;
    if (snapshot !== null && !found) await runner.reset();
    if (found)
      await runner.fleet.restore(found.units.reduce((most, [, { seen }]) => Math.max(most, seen), 0));
    return runner;
  }

  private async reset(): Promise<void> {
    const { scripts, keys, shard } = this.options;
    this.done = this.position = this.snapshotAt = await scripts.reset(keys, { shard, token: this.token });
  }

  /**
   * Judges the batches that wait, one after another.
   * @throws ShardLost where the shard is not ours any more
   */
  advance(): Promise<void> {
    const result = this.last.then(() => this.catchUp());
    this.last = result.catch(() => {});
    return result;
  }

  private async catchUp(): Promise<void> {
    const { redis, keys, shard, thread } = this.options;
    const field = String(shard);
    for (;;) {
      const [head, done] = (
        await Promise.all([redis.hget(keys.head, field), redis.hget(keys.done, field)])
      ).map((text) => Number(text ?? 0)) as [number, number];
      // What was judged here is written down as judged: else it was lost, and batches of these numbers are others.
      if (Math.min(head, done) < this.position) throw new ShardLost('Redis has lost what it had');
      if (head === this.position) return;
      const count = Math.min(BATCHES, head - this.position);
      const numbers = Array.from({ length: count }, (_, i) => this.position + 1 + i);
      const batches = await redis.hmgetBuffer(keys.log(shard), ...numbers.map(String));
      for (const [i, data] of batches.entries()) {
        if (!data) throw new ShardLost('a batch is gone');
        if (thread.deaths !== this.deaths) throw new ShardLost('the thread with its monitors died');
        await this.judge(numbers[i]!, await decodeBatch(data));
      }
    }
  }

  private async judge(number: number, batch: Batch): Promise<void> {
    const { onPoints, log, query } = this.options;
    const { times, series, now, ...options } = batch;
    const isNews = number > this.done;
    this.now = now;
    // `isNews` of the listener: the batch under way counts.
    this.position = number - 1;
    await this.fleet.feed({ series }, times, { ...options, save: 'none' });
    if (options.save !== 'none') {
      const forgotten = await this.fleet.forget(now);
      if (isNews) {
        if (forgotten > 0)
          log.write('info', 'Series were forgotten.', { query: query.name, series: forgotten });
        this.ledger.settle(query, this.fleet.units.values(), times[times.length - 1]!);
      }
    }
    this.position = number;
    if (!isNews) return;
    await this.commit(number);
    if (!options.only) onPoints(this.fleet.units.values(), times[times.length - 1]!);
    if (this.isDue(number, options.save)) await this.writeSnapshot();
  }

  private async commit(position: number): Promise<void> {
    const { scripts, keys, shard } = this.options;
    const { written, removed } = this.incidents.takeChanges((id) => id);
    const told = this.told.map((one) => JSON.stringify(one));
    this.told = [];
    const holding = { shard, token: this.token, position };
    if (!(await scripts.commit(keys, holding, this.fleet.units.size, written, removed, told))) {
      throw new ShardLost('another process has it');
    }
    this.done = position;
  }

  /** Shards take turns, so that not all are written in the same round. */
  private isDue(number: number, save: Batch['save']): boolean {
    const { config, shard } = this.options;
    const { every } = config.state;
    return save === 'all' || (number + shard) % every === 0 || number - this.snapshotAt >= 2 * every;
  }

  /** Writes all monitors; what is judged later is found by judging again. */
  snapshot(): Promise<void> {
    const result = this.last.then(() => (this.position > this.snapshotAt ? this.writeSnapshot() : undefined));
    this.last = result.catch(() => {});
    return result;
  }

  private async writeSnapshot(): Promise<void> {
    const { redis, scripts, keys, shard, thread } = this.options;
    const { position, token } = this;
    const ids = Uint32Array.from(this.fleet.units.keys());
    const { packed } = await thread.run({ kind: 'pack', ids });
    await this.fleet.remember();
    const units = [...this.units.getRange()].map(({ key, value }) => [key, value] as const);
    const data = await encodeSnapshot({ position, units, monitors: packed! });
    const key = keys.snapshot(shard, token, position);
    await redis.set(key, data, 'EX', ORPHAN);
    if (!(await scripts.snapshot(keys, { shard, token, position }, key))) {
      throw new ShardLost('another process has it');
    }
    this.snapshotAt = position;
    this.written += data.length;
    this.fleet.saved += units.length;
    this.fleet.savedBytes += data.length;
  }

  /** Its monitors are not held here any more. */
  async drop(): Promise<void> {
    const { thread, onForgotten } = this.options;
    // At once: another one may be made for the same shard, with the same labels.
    for (const unit of this.fleet.units.values()) onForgotten(unit);
    await this.last;
    if (thread.deaths !== this.deaths) return;
    await thread.run({ kind: 'drop', ids: Uint32Array.from(this.fleet.units.keys()) }).catch(() => {});
  }
}
