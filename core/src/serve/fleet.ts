import type { Log } from './log.js';
import type { QueryConfig } from './config.js';
import { readingSize, type HostResult, type UnitChange } from './monitor-host.js';
import type { Shard } from './shard.js';
import type { Labels, SourceAnswer, SourceSeries } from './source.js';
import type { StoredUnit, Table, Tables } from './store.js';
import { canonical, createUnit, nameChannels, assignPart, toSpec, type WatchedUnit } from './units.js';

/** What a fleet tells: of its incidents, and of what it did. */
export interface FleetListener {
  changed(unit: WatchedUnit, change: UnitChange): void;
  /** Its monitor is new, where it may have had another before. */
  begun(unit: WatchedUnit): void;
  forgotten(unit: WatchedUnit): void;
}

export interface FleetOptions {
  readonly query: QueryConfig;
  readonly shards: readonly Shard[];
  readonly store: {
    readonly units: Table<StoredUnit>;
    readonly monitors: Pick<Tables['monitors'], 'remove'>;
  };
  readonly listener: FleetListener;
  readonly log: Log;
  /** Most series. */
  readonly limit: number;
  /** The part of the series that is watched. */
  readonly shard: { readonly index: number; readonly of: number };
  /** ms */
  readonly forget: number;
  /** Rounds within which every unit is written. */
  readonly every: number;
}

export interface FeedOptions {
  /** For series that are new: what opens and closes up to then is told to nobody. */
  readonly quietUntil: number;
  /** The clock was set back: points are taken from then on. */
  readonly rewind: boolean;
  readonly save: 'some' | 'all' | 'none';
  /** Units are to have all points after then (epoch ms), not the latest alone; Infinity: none. */
  readonly trailAfter: number;
  /** These series alone; the others are as they were. */
  readonly only: boolean;
}

/** Where the channel of a series is. */
interface Place {
  readonly unit: WatchedUnit;
  readonly channel: number;
}

/** The series of one query, their monitors on the shards, and what those said last. */
export class Fleet {
  readonly units = new Map<number, WatchedUnit>();
  /** By labels as they came; `undefined` where the series is not watched. */
  private readonly places = new Map<string, Place | undefined>();
  private readonly deaths: number[];
  private rounds = 0;
  /** Series that the limit left out. */
  private readonly excess = new Set<string>();
  /** Monitors whose last point failed. */
  failing = 0;
  saved = 0;
  savedBytes = 0;

  constructor(private readonly options: FleetOptions) {
    this.deaths = options.shards.map(({ deaths }) => deaths);
  }

  get leftOut(): number {
    return this.excess.size;
  }

  /** Opens the units that the state knows. Returns how many monitors went on where they were. */
  async restore(now: number): Promise<number> {
    const { query, store, shards } = this.options;
    const found: WatchedUnit[] = [];
    for (const { key, value } of store.units.getRange()) {
      if (value.query !== query.name) continue;
      const judgment = query.chooseJudgment(query.together ? {} : value.channels[0]!.labels);
      const unit = judgment && createUnit(query, judgment, value.channels, shards.length);
      if (
        unit?.key !== key ||
        !this.isMine(query.together ? { key: query.name } : unit) ||
        now - value.seen > this.options.forget
      ) {
        await store.units.remove(key).catch(() => {});
        await store.monitors.remove(key).catch(() => {});
        if (unit) this.options.listener.forgotten(unit);
        continue;
      }
      unit.seen = value.seen;
      found.push(unit);
    }
    await this.open(found, now - query.step);
    return found.filter(({ until }) => !Number.isNaN(until)).length;
  }

  /** Epoch ms of the oldest point that some unit waits for, less one step; NaN where it is new to all. */
  until(start: number): number {
    let least = Infinity;
    for (const { until } of this.units.values()) least = Math.min(least, Number.isNaN(until) ? start : until);
    return least === Infinity ? NaN : least;
  }

  /** The clock was set back: points are taken from then on. */
  rewind(until: number): void {
    for (const unit of this.units.values()) unit.until = Math.min(unit.until, until);
  }

  /** Monitors whose thread died are opened again from the state. */
  async revive(quietUntil: number): Promise<void> {
    const { shards, log, query } = this.options;
    for (const [s, shard] of shards.entries()) {
      if (shard.deaths === this.deaths[s]) continue;
      this.deaths[s] = shard.deaths;
      const lost = [...this.units.values()].filter((unit) => unit.shard === s);
      log.write('error', 'A thread died; its monitors go on from the state.', {
        query: query.name,
        monitors: lost.length,
      });
      await this.open(lost, quietUntil);
    }
  }

  /** Series that would be watched from now on: they are not known, and there is room for them. */
  newcomers(series: readonly SourceSeries[]): SourceSeries[] {
    const { query, limit, shards } = this.options;
    const unknown = series.filter(({ labels }) => {
      const text = JSON.stringify(labels);
      return !this.places.has(text) && !this.excess.has(text);
    });
    if (unknown.length === 0) return [];
    const known = this.byLabels();
    return unknown
      .filter(({ labels }) => {
        if (known.has(canonical(labels))) return false;
        const judgment = query.chooseJudgment(query.together ? {} : labels);
        if (!judgment) return false;
        return this.isMine(
          query.together
            ? { key: query.name }
            : createUnit(query, judgment, [{ name: '', labels }], shards.length),
        );
      })
      .slice(0, query.together ? Infinity : limit - this.units.size);
  }

  /** Gives the units the points of an answer. */
  async feed(
    answer: Pick<SourceAnswer, 'series'>,
    times: Float64Array,
    { quietUntil, rewind, save, trailAfter, only }: FeedOptions,
  ): Promise<void> {
    await this.admit(answer.series, quietUntil);
    const { shards, every } = this.options;
    const length = times.length;
    const units = only ? this.unitsOf(answer.series) : this.units.values();
    // Where the points of a unit begin among those of its shard.
    const starts = new Map<number, number>();
    const sizes = shards.map(() => 0);
    const byShard: WatchedUnit[][] = shards.map(() => []);
    for (const unit of units) {
      starts.set(unit.id, sizes[unit.shard]!);
      sizes[unit.shard]! += unit.channels.length * length;
      byShard[unit.shard]!.push(unit);
      for (const channel of unit.channels) channel.value = NaN;
      unit.trail = undefined;
    }
    const points = sizes.map((size) => new Float64Array(size).fill(NaN));
    for (const { labels, values } of answer.series) {
      const place = this.places.get(JSON.stringify(labels));
      if (!place) continue;
      const { unit, channel } = place;
      const width = unit.channels.length;
      const start = starts.get(unit.id)! + channel;
      for (let t = 0; t < length; t++) points[unit.shard]![start + t * width] = values[t]!;
      for (let t = length - 1; t >= 0; t--) {
        if (Number.isNaN(values[t]!)) continue;
        if (!(unit.seen >= times[t]!)) unit.seen = times[t]!;
        break;
      }
      unit.channels[channel]!.value = values[length - 1]!;
    }
    if (save !== 'none') this.rounds++;
    const isDue = ({ id }: WatchedUnit): boolean =>
      save === 'all' || (save === 'some' && (id + this.rounds) % every === 0);
    if (!only) this.failing = 0;
    const trail = trailAfter < times[length - 1]!;
    await Promise.all(
      shards.map(async (shard, s) => {
        const units = byShard[s]!;
        if (units.length === 0) return;
        const result = await shard.run({
          kind: 'feed',
          times,
          ids: Uint32Array.from(units, ({ id }) => id),
          values: points[s]!,
          rewind,
          trail,
          save: Uint32Array.from(units.filter(isDue), ({ id }) => id),
        });
        // The history of a unit that is new is no part of it.
        const after = units.map(({ until }) => (Number.isNaN(until) ? quietUntil : trailAfter));
        this.take(units, times[length - 1]!, result);
        if (!trail) return;
        let at = 0;
        for (const [u, unit] of units.entries()) {
          const width = unit.channels.length;
          const start = starts.get(unit.id)!;
          const end = at + readingSize(width) * length;
          const first = times.findIndex((time) => time > after[u]!);
          if (first >= 0) {
            unit.trail = {
              times: times.subarray(first),
              values: points[s]!.subarray(start + first * width, start + length * width),
              readings: result.trail!.subarray(at + readingSize(width) * first, end),
            };
          }
          at = end;
        }
      }),
    );
  }

  /** Drops what has had no value for too long. */
  async forget(now: number): Promise<number> {
    const { forget, shards, store, listener } = this.options;
    const old = [...this.units.values()].filter(({ seen }) => now - seen > forget);
    for (const [s, shard] of shards.entries()) {
      const ids = old.filter((unit) => unit.shard === s).map(({ id }) => id);
      if (ids.length > 0) await shard.run({ kind: 'drop', ids: Uint32Array.from(ids) });
    }
    for (const unit of old) {
      this.units.delete(unit.id);
      // Where it cannot be removed now, it is at the next start.
      await store.units.remove(unit.key).catch(() => {});
      listener.forgotten(unit);
    }
    // There may be room now; and what comes and goes must not pile up.
    if (
      old.length > 0 ||
      this.places.size + this.excess.size > 10_000 + 4 * this.units.size * this.options.shard.of
    ) {
      this.places.clear();
      this.excess.clear();
    }
    return old.length;
  }

  /** Writes down which units there are, and when they were last seen. */
  async remember(): Promise<void> {
    let written: Promise<unknown> = Promise.resolve();
    for (const unit of this.units.values()) written = this.note(unit);
    await written;
  }

  private note({ key, channels, seen, query }: WatchedUnit): Promise<unknown> {
    const { store, log } = this.options;
    return store.units
      .put(key, {
        query: query.name,
        channels: channels.map(({ name, labels }) => ({ name, labels })),
        seen,
      })
      .catch((error: unknown) =>
        log.once(`state: ${String(error)}`, 'error', 'The state cannot be written.', {
          cause: String(error),
        }),
      );
  }

  private take(units: readonly WatchedUnit[], until: number, result: HostResult): void {
    const { listener, log, query } = this.options;
    let at = 0;
    for (const unit of units) {
      const size = readingSize(unit.channels.length);
      unit.reading = result.readings!.subarray(at, at + size);
      unit.until = Number.isNaN(unit.until) ? until : Math.max(unit.until, until);
      unit.failure = undefined;
      at += size;
    }
    for (const { unit: id, message } of result.failures ?? []) {
      const unit = this.units.get(id)!;
      unit.failures++;
      unit.failure = message;
      this.failing++;
      log.once(`${query.name}: ${message}`, 'warn', 'A series cannot be judged; the others go on.', {
        query: query.name,
        series: unit.channels[0]!.name,
        cause: message,
      });
    }
    for (const { unit, message } of result.notes ?? []) {
      const { name } = this.units.get(unit)!.channels[0]!;
      log.once(`${query.name}: ${message}`, 'info', message, { query: query.name, series: name });
    }
    for (const change of result.changes ?? []) listener.changed(this.units.get(change.unit)!, change);
    if (result.saveFailure !== undefined) {
      log.once(`state: ${result.saveFailure}`, 'error', 'The state cannot be written.', {
        cause: result.saveFailure,
      });
    } else if ((result.saved ?? 0) > 0) this.saved += result.saved!;
    this.savedBytes += result.bytes ?? 0;
  }

  /** Makes units for series that are not known. */
  private async admit(series: readonly SourceSeries[], quietUntil: number): Promise<void> {
    const { query, limit, log, shards } = this.options;
    const unknown: { readonly text: string; readonly labels: Labels; readonly index: number }[] = [];
    series.forEach(({ labels }, index) => {
      const text = JSON.stringify(labels);
      if (!this.places.has(text) && !this.excess.has(text)) unknown.push({ text, labels, index });
    });
    if (unknown.length === 0) return;
    const known = this.byLabels();
    const fresh = unknown.filter(({ text, labels }) => {
      const place = known.get(canonical(labels));
      if (place) this.places.set(text, place);
      return !place;
    });
    const names = fresh.length > 0 ? nameChannels(series, query) : [];
    if (query.together) return this.admitTogether(series, names, fresh.length > 0, quietUntil);
    const added: WatchedUnit[] = [];
    for (const { text, labels, index } of fresh) {
      const judgment = query.chooseJudgment(labels);
      if (!judgment) {
        this.places.set(text, undefined);
        continue;
      }
      const unit = createUnit(query, judgment, [{ name: names[index]!, labels }], shards.length);
      if (!this.isMine(unit)) {
        this.places.set(text, undefined);
        continue;
      }
      if (this.units.size + added.length >= limit) {
        this.excess.add(text);
        continue;
      }
      unit.seen = quietUntil;
      this.places.set(text, { unit, channel: 0 });
      added.push(unit);
    }
    if (this.excess.size > 0) {
      log.once(
        `${query.name}: limit`,
        'warn',
        'There are more series than the limit; the rest is left out.',
        {
          query: query.name,
          limit,
          'left out': this.excess.size,
        },
      );
    }
    await this.open(added, quietUntil);
    for (const unit of added) void this.note(unit);
  }

  /** One unit of all the series; another one where there are new ones among them. */
  private async admitTogether(
    series: readonly SourceSeries[],
    names: readonly string[],
    isNew: boolean,
    quietUntil: number,
  ): Promise<void> {
    if (!isNew) return;
    const { query, limit, shards, store, listener } = this.options;
    const judgment = query.chooseJudgment({});
    if (!judgment) return;
    const channels = series
      .map(({ labels }, i) => ({ labels, name: names[i]! }))
      .sort((a, b) => (canonical(a.labels) < canonical(b.labels) ? -1 : 1))
      .slice(0, limit);
    for (const old of this.units.values()) {
      await shards[old.shard]!.run({ kind: 'drop', ids: Uint32Array.of(old.id) });
      await store.units.remove(old.key).catch(() => {});
      listener.forgotten(old);
    }
    this.units.clear();
    this.places.clear();
    const unit = createUnit(query, judgment, channels, shards.length);
    if (!this.isMine({ key: query.name })) return;
    unit.seen = quietUntil;
    channels.forEach(({ labels }, channel) => this.places.set(JSON.stringify(labels), { unit, channel }));
    await this.open([unit], quietUntil);
    await this.note(unit);
  }

  private unitsOf(series: readonly SourceSeries[]): Set<WatchedUnit> {
    return new Set(
      series.flatMap(({ labels }) => {
        const place = this.places.get(JSON.stringify(labels));
        return place ? [place.unit] : [];
      }),
    );
  }

  private isMine({ key }: Pick<WatchedUnit, 'key'>): boolean {
    const { index, of } = this.options.shard;
    return of === 1 || assignPart(key, of) === index;
  }

  private byLabels(): Map<string, Place> {
    const known = new Map<string, Place>();
    for (const unit of this.units.values()) {
      unit.channels.forEach(({ labels }, channel) => known.set(canonical(labels), { unit, channel }));
    }
    return known;
  }

  private async open(units: readonly WatchedUnit[], quietUntil: number): Promise<void> {
    const { shards, listener, log, query } = this.options;
    for (const unit of units) this.units.set(unit.id, unit);
    await Promise.all(
      shards.map(async (shard, s) => {
        const mine = units.filter((unit) => unit.shard === s);
        if (mine.length === 0) return;
        const { until, failures } = await shard.run({
          kind: 'open',
          units: mine.map((unit) => toSpec(unit, quietUntil)),
        });
        mine.forEach((unit, i) => {
          unit.until = until![i]!;
          if (Number.isNaN(unit.until)) listener.begun(unit);
        });
        for (const { unit, message } of failures ?? []) {
          log.once(`${query.name}: ${message}`, 'warn', 'A monitor begins anew.', {
            query: query.name,
            series: this.units.get(unit)!.channels[0]!.name,
            cause: message,
          });
        }
      }),
    );
  }
}
