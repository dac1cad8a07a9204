import { availableParallelism } from 'node:os';
import { formatDuration } from '../series/time.js';
import type { Config, QueryConfig } from './config.js';
import { LabelBook } from './exposition.js';
import { Fleet } from './fleet.js';
import { Ledger, type Incidents } from './ledger.js';
import type { Log } from './log.js';
import { createOutputs } from './outputs/index.js';
import type { Output } from './outputs/output.js';
import { QueryWatch } from './query-watch.js';
import { Shard } from './shard.js';
import { Source } from './source.js';
import type { Store } from './store.js';
import type { WatchedUnit } from './units.js';

/** How a query is read, as far as it is shown. */
export type WatchView = Pick<
  QueryWatch,
  'last' | 'lag' | 'milliseconds' | 'rounds' | 'failures' | 'failure' | 'malformed' | 'caughtUp'
> & { readonly query: Pick<QueryConfig, 'name' | 'step'> };

/** The series of a query, as far as they are shown. */
export interface FleetView {
  readonly units: ReadonlyMap<number, WatchedUnit>;
  readonly leftOut: number;
  readonly failing: number;
  readonly savedBytes: number;
}

export interface Watched {
  readonly watch: WatchView;
  readonly fleet: FleetView;
  /** Whether this process reads it. */
  readonly reads: boolean;
}

/** What one of several machines says of itself. */
export interface ClusterState {
  readonly id: string;
  readonly leads: boolean;
  /** Held here. */
  readonly shards: number;
  readonly jobs: number;
  readonly lost: number;
  /** Shards that had not judged the last round in its time; NaN where another process leads. */
  readonly behind: number;
}

/** Everything that one configuration makes: what a reload replaces. */
export interface Runs {
  readonly watches: readonly Watched[];
  readonly ledger: Incidents;
  readonly outputs: readonly Output[];
  readonly labels: LabelBook;
  /** Undefined where this process works alone. */
  readonly cluster?: ClusterState;
  /** Monitors go on where the state has them. */
  restore(): Promise<void>;
  /** One round of every query, whatever comes of it. */
  first(): Promise<void>;
  run(): void;
  /** The series of which /metrics gives scores. */
  exported(): WatchedUnit[];
  /** Begins to stop. */
  abort(): void;
  /** Ends the round under way, writes the state, closes everything but the store. */
  stop(): Promise<void>;
}

export const makeSources = ({ sources, limits }: Config): ReadonlyMap<string, Source> =>
  new Map(
    Object.entries(sources).map(([name, endpoint]) => [name, new Source(endpoint, limits.answerBytes)]),
  );

export const makeLabelBook = (log: Log): LabelBook =>
  new LabelBook((message, unit) =>
    log.once(`labels: ${unit.query.name}: ${message}`, 'warn', 'Labels were renamed for /metrics.', {
      query: unit.query.name,
      series: unit.channels[0]!.name,
      cause: message,
    }),
  );

export interface RunningOptions {
  readonly config: Config;
  /** Of the state, for the threads. */
  readonly path: string;
  readonly store: Store;
  readonly log: Log;
  readonly now: () => number;
}

/** One machine that does everything. */
export class Running implements Runs {
  readonly watches: { readonly watch: QueryWatch; readonly fleet: Fleet; readonly reads: true }[] = [];
  readonly ledger: Ledger;
  readonly outputs: readonly Output[];
  readonly labels: LabelBook;
  private readonly sources: ReadonlyMap<string, Source>;
  private readonly shards: readonly Shard[];
  private readonly stopping = new AbortController();
  private ended: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: RunningOptions) {
    const { config, path, store, log, now } = options;
    const { limits, state } = config;
    this.sources = makeSources(config);
    this.shards = Array.from(
      { length: limits.workers ?? availableParallelism() },
      () => new Shard(path, store),
    );
    this.labels = makeLabelBook(log);
    this.ledger = new Ledger({
      store,
      now,
      tell: (change, record) => {
        log.write('info', `Incident ${change}.`, {
          id: record.id,
          query: record.query,
          series: record.series,
          severity: Math.round(record.incident.severity),
          reason: record.incident.reason,
        });
        for (const output of this.outputs) output.told?.(change, record);
      },
    });
    this.outputs = createOutputs(config, {
      store,
      log,
      now,
      ledger: () => this.ledger,
      most: limits.queue,
    });
    for (const query of config.queries) {
      const fleet = new Fleet({
        query,
        store,
        log,
        shards: this.shards,
        limit: limits.series,
        shard: limits.shard,
        forget: limits.forget,
        every: state.every,
        listener: {
          changed: (unit, change) => this.ledger.changed(unit, change),
          begun: (unit) => this.ledger.begun(unit),
          forgotten: (unit) => {
            this.ledger.forgotten(unit);
            this.labels.release(unit);
          },
        },
      });
      const watch = new QueryWatch({
        query,
        fleet,
        log,
        now,
        source: this.sources.get(query.source)!,
        catchUp: limits.catchUp,
        trail: this.outputs.some(({ wantsTrail }) => wantsTrail),
        onPoints: (_, until) => {
          for (const output of this.outputs) output.scored?.(fleet.units.values(), until);
        },
        onRound: (round, error) => {
          if (error !== undefined) return;
          this.ledger.settle(query, fleet.units.values(), round.last);
        },
      });
      this.watches.push({ watch, fleet, reads: true });
    }
  }

  async restore(): Promise<void> {
    const { log, now, config, store } = this.options;
    const names = new Set(config.queries.map(({ name }) => name));
    this.ledger.keepOnly(names);
    // A query may be left out by mistake, so what it knew is kept for a while.
    for (const { key, value } of store.units.getRange()) {
      if (names.has(value.query) || now() - value.seen <= config.limits.forget) continue;
      await store.units.remove(key).catch(() => {});
      await store.monitors.remove(key).catch(() => {});
    }
    for (const { fleet, watch } of this.watches) {
      const started = performance.now();
      const restored = await fleet.restore(now()).catch((error: unknown) => {
        // The round that follows opens what is missing.
        log.write('error', 'The state cannot be read.', { query: watch.query.name, cause: String(error) });
        return 0;
      });
      if (restored === 0) continue;
      log.write('info', 'Monitors go on from the state.', {
        query: watch.query.name,
        monitors: restored,
        seconds: Math.round(performance.now() - started) / 1000,
        hole: formatDuration(Math.max(0, watch.due() - fleet.until(watch.due()))),
      });
    }
  }

  async first(): Promise<void> {
    await Promise.all(this.watches.map(({ watch }) => watch.tryRound(this.stopping.signal)));
  }

  run(): void {
    this.ended = Promise.all(
      this.watches.map(({ watch }) =>
        watch.run(this.stopping.signal).catch((error: unknown) => {
          // Faults of a round do not get here; what does is ours.
          this.options.log.write('error', 'A query is not watched any more; please report it.', {
            query: watch.query.name,
            cause: String((error as Error)?.stack ?? error),
          });
        }),
      ),
    );
  }

  exported(): WatchedUnit[] {
    const { series } = this.options.config.outputs.metrics;
    if (series === 'none') return [];
    const units = this.watches.flatMap(({ fleet }) => [...fleet.units.values()]);
    return series === 'all' ? units : units.filter((unit) => this.ledger.of(unit));
  }

  abort(): void {
    this.stopping.abort();
  }

  async stop(): Promise<void> {
    const { log } = this.options;
    const started = performance.now();
    this.stopping.abort();
    await this.ended;
    const results = await Promise.allSettled(this.shards.map((shard) => shard.run({ kind: 'save' })));
    await Promise.allSettled(this.watches.map(({ fleet }) => fleet.remember()));
    await Promise.allSettled(this.outputs.map((output) => output.close()));
    await Promise.allSettled(this.shards.map((shard) => shard.close()));
    await Promise.allSettled([...this.sources.values()].map((source) => source.close()));
    const values = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    log.write('info', 'The state was written.', {
      monitors: values.reduce((sum, { saved = 0 }) => sum + saved, 0),
      seconds: Math.round(performance.now() - started) / 1000,
    });
    for (const { saveFailure } of values) {
      if (saveFailure !== undefined)
        log.write('error', 'The state cannot be written.', { cause: saveFailure });
    }
  }
}
