import { Queue, Worker, type ConnectionOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { isHeedError } from '../../errors.js';
import type { Config, QueryConfig } from '../config.js';
import type { Log } from '../log.js';
import type { Shard } from '../shard.js';
import type { WatchedUnit } from '../units.js';
import { redisOptions } from './connection.js';
import { makeQueryKeys, type Keys } from './keys.js';
import { ShardLost, ShardRunner } from './shard-runner.js';
import type { Scripts } from './scripts.js';

/** A process that says so less often than this, ms, does not live any more. */
const ALIVE = 5_000;
const BEAT = 1_000;

/** Advancing one shard up to one batch. */
export interface AdvanceJob {
  /** As `QueryConfig.print`. */
  readonly query: string;
  readonly shard: number;
  readonly number: number;
}

const queueName = (worker: string): string => `worker-${worker}`;

/**
 * @param worker name of the process whose queue it is
 */
export function openQueue(worker: string, redis: Redis, keys: Keys): Queue<AdvanceJob> {
  const queue = new Queue<AdvanceJob>(queueName(worker), { connection: redis, prefix: keys.bull });
  // ioredis says so itself, and comes back.
  queue.on('error', () => {});
  return queue;
}

export interface WorkerOptions {
  /** Of this process. */
  readonly id: string;
  readonly redis: Redis;
  readonly scripts: Scripts;
  readonly keys: Keys;
  readonly config: Config;
  readonly threads: readonly Shard[];
  readonly log: Log;
  readonly onPoints: (units: Iterable<WatchedUnit>, until: number) => void;
  readonly onForgotten: (unit: WatchedUnit) => void;
}

/** Takes jobs from the queue of this process, and keeps the shards that it was given. */
export class ShardWorker {
  jobs = 0;
  /** Shards that another process turned out to have. */
  lost = 0;
  private readonly runners = new Map<string, Promise<ShardRunner>>();
  private readonly ready = new Map<string, ShardRunner>();
  private readonly worker: Worker<AdvanceJob>;
  private readonly beat: NodeJS.Timeout;
  private readonly queries: ReadonlyMap<string, QueryConfig>;

  constructor(private readonly options: WorkerOptions) {
    const { id, config, keys, threads, log } = options;
    this.queries = new Map(config.queries.map((query) => [query.print, query]));
    this.worker = new Worker<AdvanceJob>(queueName(id), ({ data }) => this.advance(data), {
      connection: redisOptions(config.redis!) as ConnectionOptions,
      prefix: keys.bull,
      concurrency: 2 * threads.length,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    this.worker.on('error', (error) => {
      log.once('redis: worker', 'error', 'Redis does not answer; it is tried again.', {
        cause: error.message,
      });
    });
    this.worker.on('completed', () => void log.clear('redis: worker'));
    this.beat = setInterval(() => void this.keepAlive().catch(() => {}), BEAT);
  }

  /** Shards that are held here. */
  held(): ShardRunner[] {
    return [...this.ready.values()];
  }

  heldOf(query: string): ShardRunner[] {
    return [...this.ready].flatMap(([name, runner]) => (name.startsWith(`${query}/`) ? [runner] : []));
  }

  /** Says that this process lives, and lets go of shards that were given to others. */
  async keepAlive(): Promise<void> {
    const { scripts, redis, keys, id } = this.options;
    await scripts.beat(id, ALIVE);
    if (this.runners.size === 0) return;
    const owners = await redis.hgetall(keys.owners);
    for (const name of this.runners.keys()) {
      if (owners[name] !== undefined && owners[name] !== id) await this.letGo(name);
    }
  }

  private async advance({ query: print, shard }: AdvanceJob): Promise<void> {
    const { log } = this.options;
    const query = this.queries.get(print);
    if (!query) {
      log.once(
        `redis: ${print}`,
        'error',
        'A shard of a query that is not in this configuration was given here.',
        {
          remedy: 'Give all processes the same configuration.',
        },
      );
      return;
    }
    const name = `${print}/${shard}`;
    this.jobs++;
    const entry = this.runnerOf(name, query, shard);
    try {
      await (await entry).advance();
      log.clear(`redis: ${name}`);
    } catch (error) {
      // Another job may have found the same, and a later one taken the shard again.
      if (this.runners.get(name) !== entry) return;
      await this.letGo(name);
      if (error instanceof ShardLost) {
        this.lost++;
        log.write('warn', 'A shard is let go.', { query: query.name, shard, cause: error.message });
        return;
      }
      log.once(`redis: ${name}`, 'error', 'A shard cannot be advanced; it is tried again.', {
        query: query.name,
        shard,
        cause: isHeedError(error) ? error.message : String((error as Error)?.stack ?? error),
      });
    }
  }

  private runnerOf(name: string, query: QueryConfig, shard: number): Promise<ShardRunner> {
    const known = this.runners.get(name);
    if (known) return known;
    const { redis, scripts, keys, config, threads, log, onPoints, onForgotten } = this.options;
    const started = performance.now();
    const runner = ShardRunner.acquire({
      ...{ redis, scripts, query, shard, config, log, onPoints, onForgotten },
      keys: makeQueryKeys(keys, query.print),
      thread: threads[shard % threads.length]!,
    }).then((one) => {
      this.ready.set(name, one);
      if (one.fleet.units.size > 0) {
        log.write('info', 'A shard goes on here.', {
          query: query.name,
          shard,
          monitors: one.fleet.units.size,
          seconds: Math.round(performance.now() - started) / 1000,
        });
      }
      return one;
    });
    this.runners.set(name, runner);
    return runner;
  }

  private async letGo(name: string): Promise<void> {
    const runner = this.runners.get(name);
    this.runners.delete(name);
    this.ready.delete(name);
    await (await runner?.catch(() => undefined))?.drop();
  }

  /** Ends the jobs under way and writes the state; the others take the shards over. */
  async close(): Promise<void> {
    const { redis, keys, id, log } = this.options;
    clearInterval(this.beat);
    // Without Redis there is nothing to wait for.
    await this.worker.close(redis.status !== 'ready').catch(() => {});
    const results = await Promise.allSettled(this.held().map((runner) => runner.snapshot()));
    for (const result of results) {
      if (result.status === 'rejected' && !(result.reason instanceof ShardLost))
        log.write('error', 'The state cannot be written.', { cause: String(result.reason) });
    }
    await redis.zrem(keys.workers, id);
    const queue = openQueue(id, redis, keys);
    await queue.obliterate({ force: true }).catch(() => {});
    await queue.close().catch(() => {});
  }
}
