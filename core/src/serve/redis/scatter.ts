import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { HeedError } from '../../errors.js';
import type { QueryConfig } from '../config.js';
import type { FeedOptions } from '../fleet.js';
import type { Log } from '../log.js';
import type { Feed } from '../query-watch.js';
import type { SourceAnswer, SourceSeries } from '../source.js';
import { nameChannels, assignPart, unitKey } from '../units.js';
import { encodeBatch } from './codec.js';
import type { QueryKeys } from './keys.js';
import type { Scripts } from './scripts.js';

export interface ScatterOptions {
  readonly redis: Redis;
  readonly scripts: Scripts;
  readonly keys: QueryKeys;
  readonly query: QueryConfig;
  readonly shards: number;
  /** Most series. */
  readonly limit: number;
  /** ms without a value after which a series makes room for others. */
  readonly forget: number;
  readonly log: Log;
  readonly now: () => number;
  /** Number of the reign; -1 where another process leads. */
  readonly epoch: () => number;
  /** Batches were added: they are to be given out. */
  readonly onAppended: (query: QueryConfig, shards: readonly number[]) => Promise<void>;
}

/** Batches that may wait before the source is read on. */
const BACKLOG = 50;
const POLL = 25;
/** Shortest time that a round is waited for, ms. */
const LEAST_WAIT = 10_000;

/** Gives the points of a query to the shards, wherever they are: the side of who reads the source. */
export class Scatter implements Feed {
  readonly units = { size: 0 };
  leftOut = 0;
  /** Shards that had not judged the last round when its time was over. */
  behind = 0;
  /** Which shard has a series, by its labels as they came, and when it was last seen. */
  private readonly known = new Map<string, { readonly shard: number; seen: number }>();
  private isPrimed = false;
  /** Redis had more, of all shards or of some, and has it no more. */
  private isLost = false;
  /** Of the round under way. */
  private reign = -1;
  /** By shard: epoch ms of its newest point. */
  private times = new Map<number, number>();
  private stopped = false;

  constructor(private readonly options: ScatterOptions) {}

  /** Nobody waits for it any more. */
  stop(): void {
    this.stopped = true;
  }

  until(start: number): number {
    if (this.isLost) return start;
    let least = Infinity;
    for (const time of this.times.values()) least = Math.min(least, Number.isNaN(time) ? start : time);
    return least === Infinity ? NaN : least;
  }

  rewind(until: number): void {
    for (const [shard, time] of this.times) this.times.set(shard, Math.min(time, until));
  }

  /** How far the shards are is known to Redis alone. */
  async revive(): Promise<void> {
    const { redis, keys, epoch } = this.options;
    // What Redis has is looked at after: where it is lost in between, the reign is another, and takes no batch of this round.
    this.reign = epoch();
    const [times, heads, sizes] = await Promise.all([
      redis.hgetall(keys.times),
      redis.hgetall(keys.head),
      redis.hgetall(keys.sizes),
    ]);
    // Until a whole round has got there again.
    if ([...this.times.keys()].some((shard) => heads[shard] === undefined)) this.isLost = true;
    this.times = new Map(Object.keys(heads).map((shard) => [Number(shard), Number(times[shard] ?? NaN)]));
    this.units.size = Object.values(sizes).reduce((sum, size) => sum + Number(size), 0);
    // Who leads now cannot know which series are new.
    this.isPrimed ||= this.units.size === 0;
  }

  newcomers(series: readonly SourceSeries[]): SourceSeries[] {
    const { query, limit } = this.options;
    if (!this.isPrimed) return [];
    const room = query.together ? Infinity : limit - this.known.size;
    return series
      .filter(({ labels }) => {
        return !this.known.has(JSON.stringify(labels)) && query.chooseJudgment(query.together ? {} : labels);
      })
      .slice(0, Math.max(0, room));
  }

  async feed(
    { series }: Pick<SourceAnswer, 'series'>,
    times: Float64Array,
    options: FeedOptions,
  ): Promise<void> {
    const { scripts, keys, query, now, onAppended } = this.options;
    const at = now();
    const parts = this.split(series, at, options.only);
    const until = times[times.length - 1]!;
    // Shards that have had series are told that there are none.
    const shards = options.only ? [...parts.keys()] : [...new Set([...this.times.keys(), ...parts.keys()])];
    const results = await Promise.all(
      shards.map(async (shard) => {
        const batch = await encodeBatch({ ...options, times, series: parts.get(shard) ?? [], now: at });
        const flags = { rewind: options.rewind, isAside: options.only };
        return scripts.append(keys, this.reign, shard, until, flags, batch);
      }),
    );
    if (results.includes(-1)) throw new HeedError('cancelled', 'another process leads', 'It goes on there.');
    if (!options.only) {
      this.isPrimed = true;
      for (const shard of shards) this.times.set(shard, until);
      if (options.save !== 'none') this.isLost = false;
    }
    await onAppended(query, shards);
    await this.wait(options.save === 'none' ? BACKLOG : 0);
  }

  /** Shards forget by themselves; here series make room. */
  forget(now: number): Promise<number> {
    for (const [text, { seen }] of this.known) {
      if (now - seen > this.options.forget) this.known.delete(text);
    }
    return Promise.resolve(0);
  }

  remember(): Promise<void> {
    return Promise.resolve();
  }

  /** Batches that shards have not judged yet. */
  async waiting(): Promise<Map<number, number>> {
    const { redis, keys } = this.options;
    const [heads, done] = await Promise.all([redis.hgetall(keys.head), redis.hgetall(keys.done)]);
    return new Map(
      Object.entries(heads)
        .map(([shard, head]) => [Number(shard), Number(head) - Number(done[shard] ?? 0)] as const)
        .filter(([, batches]) => batches > 0),
    );
  }

  /** Until no shard has more batches to judge, or the next round is due. */
  private async wait(most: number): Promise<void> {
    const { query, log } = this.options;
    const end = Date.now() + Math.max(LEAST_WAIT, query.step);
    for (;;) {
      const waiting = await this.waiting();
      const behind = [...waiting.values()].filter((batches) => batches > most).length;
      this.behind = behind;
      if (behind === 0) {
        if (log.clear(`${query.name}: behind`))
          log.write('info', 'All shards have judged the round.', { query: query.name });
        return;
      }
      if (this.stopped || this.options.epoch() < 0) return;
      // What is judged late is waited for where more would pile up.
      if (most === 0 && Date.now() > end) {
        log.once(`${query.name}: behind`, 'warn', 'Shards have not judged the last round in its time.', {
          query: query.name,
          shards: behind,
        });
        return;
      }
      await sleep(POLL);
    }
  }

  private split(series: readonly SourceSeries[], now: number, only: boolean): Map<number, SourceSeries[]> {
    const { query, shards, limit, log } = this.options;
    const parts = new Map<number, SourceSeries[]>();
    const isNew = series.some(({ labels }) => !this.known.has(JSON.stringify(labels)));
    const names = isNew ? nameChannels(series, query) : [];
    let leftOut = 0;
    for (const [i, one] of series.entries()) {
      const text = JSON.stringify(one.labels);
      let place = this.known.get(text);
      if (!place) {
        if (!query.chooseJudgment(query.together ? {} : one.labels)) continue;
        if (!query.together && this.known.size >= limit) {
          leftOut++;
          continue;
        }
        const key = query.together ? query.name : unitKey(query.name, one.labels);
        place = { shard: assignPart(key, shards), seen: now };
        this.known.set(text, place);
      }
      if (!Number.isNaN(one.values[one.values.length - 1]!)) place.seen = now;
      const part = parts.get(place.shard) ?? [];
      part.push({ ...one, name: one.name ?? names[i] });
      parts.set(place.shard, part);
    }
    if (!only) this.leftOut = leftOut;
    if (leftOut > 0) {
      log.once(
        `${query.name}: limit`,
        'warn',
        'There are more series than the limit; the rest is left out.',
        {
          query: query.name,
          limit,
          'left out': leftOut,
        },
      );
    }
    return parts;
  }
}
