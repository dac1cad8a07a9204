import { randomUUID } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Config } from '../config.js';
import { LabelBook } from '../exposition.js';
import type { Fleet } from '../fleet.js';
import type { IncidentRecord, Incidents, Ledger } from '../ledger.js';
import type { Log } from '../log.js';
import { createOutputs } from '../outputs/index.js';
import type { Output } from '../outputs/output.js';
import {
  makeLabelBook,
  makeSources,
  type ClusterState,
  type FleetView,
  type Runs,
  type Watched,
} from '../running.js';
import { Shard } from '../shard.js';
import type { Source } from '../source.js';
import type { WatchedUnit } from '../units.js';
import { connectRedis } from './connection.js';
import { makeKeys } from './keys.js';
import { Leader } from './leader.js';
import { MemoryTable } from './memory-table.js';
import { Scripts } from './scripts.js';
import type { ShardRunner } from './shard-runner.js';
import { ShardWorker } from './worker.js';

/** How long what cannot end without Redis is waited for, ms. */
const LAST_WAIT = 2_000;

export interface ClusterOptions {
  readonly config: Config;
  readonly log: Log;
  readonly now: () => number;
}

/**
 * Joins the machines that share a Redis: judges the shards that are given to this one, and stands by to lead.
 * @throws HeedError source-unreachable, source-error
 */
export async function joinCluster(options: ClusterOptions): Promise<Runs> {
  const redis = await connectRedis(options.config.redis!);
  redis.on('error', (error: Error) => {
    options.log.once('redis', 'error', 'Redis does not answer; it is tried again.', { cause: error.message });
  });
  redis.on('ready', () => {
    if (options.log.clear('redis')) options.log.write('info', 'Redis answers again.');
  });
  return new Cluster(options, redis);
}

class Cluster implements Runs {
  readonly watches: readonly Watched[];
  readonly labels: LabelBook;
  readonly ledger: Incidents;
  private readonly id = `${hostname().replace(/[^\w.-]/g, '_')}-${process.pid}-${randomUUID().slice(0, 8)}`;
  private readonly threads: readonly Shard[];
  private readonly sources: ReadonlyMap<string, Source>;
  private readonly worker: ShardWorker;
  private readonly leader: Leader;
  /** Of the scores that are judged here. */
  private readonly scores: readonly Output[];

  constructor(
    private readonly options: ClusterOptions,
    private readonly redis: Redis,
  ) {
    const { config, log, now } = options;
    const { id } = this;
    const keys = makeKeys(config.redis!.prefix);
    const scripts = new Scripts(redis, keys);
    this.threads = Array.from(
      { length: config.limits.workers ?? availableParallelism() },
      () => new Shard(undefined, undefined),
    );
    this.sources = makeSources(config);
    this.labels = makeLabelBook(log);
    const { remoteWrite } = config.outputs;
    this.scores = createOutputs(
      { outputs: { ...config.outputs, alertmanager: [], webhook: [], grafana: [], remoteWrite } },
      {
        store: { outbox: new MemoryTable() },
        log,
        now,
        ledger: () => this.ledger,
        most: config.limits.queue,
      },
    );
    this.worker = new ShardWorker({
      ...{ id, redis, scripts, keys, config, log },
      threads: this.threads,
      onPoints: (units, until) => {
        for (const output of this.scores) output.scored?.(units, until);
      },
      onForgotten: (unit) => this.labels.release(unit),
    });
    const { sources } = this;
    this.leader = new Leader({ id, redis, scripts, keys, config, sources, log, now });
    const { leader, worker } = this;
    this.watches = leader.watches.map(({ watch, scatter }) => ({
      watch,
      fleet: new FleetUnion(
        () => worker.heldOf(watch.query.print).map(({ fleet }) => fleet),
        () => scatter.leftOut,
      ),
      get reads() {
        return leader.leads;
      },
    }));
    this.ledger = new AllIncidents(
      () => worker.held(),
      () => (leader.leads ? leader.mirror : undefined),
    );
  }

  get outputs(): readonly Output[] {
    return [...this.leader.outputs, ...this.scores];
  }

  get cluster(): ClusterState {
    const { leader, worker } = this;
    return {
      id: this.id,
      leads: leader.leads,
      shards: worker.held().length,
      jobs: worker.jobs,
      lost: worker.lost,
      behind: leader.leads ? leader.watches.reduce((sum, { scatter }) => sum + scatter.behind, 0) : NaN,
    };
  }

  async restore(): Promise<void> {
    await this.worker.keepAlive();
    await this.leader.start();
  }

  first(): Promise<void> {
    return this.leader.round();
  }

  run(): void {
    this.leader.read();
  }

  exported(): WatchedUnit[] {
    const { series } = this.options.config.outputs.metrics;
    if (series === 'none') return [];
    const units = this.watches.flatMap(({ fleet }) => [...fleet.units.values()]);
    return series === 'all' ? units : units.filter((unit) => this.ledger.of(unit));
  }

  abort(): void {
    this.leader.stop();
  }

  async stop(): Promise<void> {
    const started = performance.now();
    // Without Redis nothing can be handed over; what was judged is judged again by who goes on.
    const isAway = this.redis.status !== 'ready';
    if (isAway) this.redis.disconnect();
    // It may also go away in between.
    const away = new Promise<void>((resolve) => (isAway ? resolve() : this.redis.once('close', resolve)));
    const bounded = (work: Promise<unknown>): Promise<unknown> =>
      Promise.race([work.catch(() => {}), away.then(() => sleep(LAST_WAIT))]);
    await bounded(this.leader.close());
    await bounded(this.worker.close());
    await Promise.allSettled(this.scores.map((output) => output.close()));
    await Promise.allSettled(this.threads.map((thread) => thread.close()));
    await Promise.allSettled([...this.sources.values()].map((source) => source.close()));
    this.redis.disconnect();
    this.options.log.write('info', 'The state was written.', {
      shards: this.worker.held().length,
      seconds: Math.round(performance.now() - started) / 1000,
    });
  }
}

/** The units of the shards that are held here. */
class FleetUnion implements FleetView {
  constructor(
    private readonly fleets: () => readonly Fleet[],
    private readonly left: () => number,
  ) {}

  get units(): ReadonlyMap<number, WatchedUnit> {
    return new Map(this.fleets().flatMap(({ units }) => [...units]));
  }
  get leftOut(): number {
    return this.left();
  }
  get failing(): number {
    return this.fleets().reduce((sum, { failing }) => sum + failing, 0);
  }
  get savedBytes(): number {
    return this.fleets().reduce((sum, { savedBytes }) => sum + savedBytes, 0);
  }
}

/** The incidents of all shards where this process leads, else of those that it holds. */
class AllIncidents implements Incidents {
  private readonly ledgers = new WeakMap<WatchedUnit, Ledger>();

  constructor(
    private readonly runners: () => readonly ShardRunner[],
    private readonly mirror: () => Incidents | undefined,
  ) {}

  listOpen(): IncidentRecord[] {
    return this.mirror()?.listOpen() ?? this.runners().flatMap(({ ledger }) => ledger.listOpen());
  }

  listClosed(): IncidentRecord[] {
    return this.mirror()?.listClosed() ?? this.runners().flatMap(({ ledger }) => ledger.listClosed());
  }

  of(unit: WatchedUnit): IncidentRecord | undefined {
    let ledger = this.ledgers.get(unit);
    if (!ledger) {
      ledger = this.runners().find(({ fleet }) => fleet.units.get(unit.id) === unit)?.ledger;
      if (ledger) this.ledgers.set(unit, ledger);
    }
    return ledger?.of(unit);
  }

  get opened(): number {
    return this.runners().reduce((sum, { ledger }) => sum + ledger.opened, 0);
  }
}
