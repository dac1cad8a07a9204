import { setTimeout as sleep } from 'node:timers/promises';
import { isHeedError } from '../errors.js';
import { formatDuration } from '../series/time.js';
import type { QueryConfig } from './config.js';
import type { FeedOptions } from './fleet.js';
import type { Log } from './log.js';
import { nameChannels } from './units.js';
import { readHistory, MOST_NEWCOMERS } from './newcomers.js';
import type { Source, SourceAnswer, SourceSeries } from './source.js';

/** Who takes the points of a query: the monitors of this process, or those of many. */
export interface Feed {
  readonly units: { readonly size: number };
  until(start: number): number;
  rewind(until: number): void;
  revive(quietUntil: number): Promise<void>;
  newcomers(series: readonly SourceSeries[]): SourceSeries[];
  feed(answer: Pick<SourceAnswer, 'series'>, times: Float64Array, options: FeedOptions): Promise<void>;
  forget(now: number): Promise<number>;
  remember(): Promise<void>;
}

export interface QueryWatchOptions {
  readonly query: QueryConfig;
  readonly source: Source;
  readonly fleet: Feed;
  readonly log: Log;
  /** Longest hole that is read again, ms. */
  readonly catchUp: number;
  readonly now: () => number;
  /** Whether outputs want every point, not the latest alone. */
  readonly trail: boolean;
  /** Called when points were judged, up to then. */
  readonly onPoints: (watch: QueryWatch, until: number) => void;
  /** Called after every round that brought points, and every one that failed. */
  readonly onRound: (watch: QueryWatch, error: unknown) => void;
}

/** Samples per answer of a range query. */
const SAMPLES = 200_000;
/** Points per range query: Prometheus refuses more than 11,000. */
const MOST_POINTS = 5_000;
/** A wait is looked at again after this long, ms: the clock may have been set. */
const NAP = 30_000;
/** Points of a hole after which every monitor is written. */
const LONG_HOLE = 10;
const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;

/** Reads one query round by round; the next begins when the last has ended. */
export class QueryWatch {
  /** Epoch ms of the newest point that was read; NaN before the first. */
  last = NaN;
  /** Of the last round, ms. */
  milliseconds = NaN;
  rounds = 0;
  failures = 0;
  /** Of the last round, where it failed. */
  failure: string | undefined;
  malformed = 0;
  /** Points of a hole that were read after a pause. */
  caughtUp = 0;
  private attempts = 0;
  private busy: Promise<boolean> = Promise.resolve(true);

  constructor(readonly options: QueryWatchOptions) {}

  get query(): QueryConfig {
    return this.options.query;
  }

  /** Newest time of the grid whose points should be there by now. */
  due(): number {
    const { step, lateness } = this.query;
    return Math.floor((this.options.now() - lateness) / step) * step;
  }

  /** How far the newest point that was read is behind, ms. */
  get lag(): number {
    return this.options.now() - this.last;
  }

  /** Reads until the signal fires; what is under way is ended in order. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.wait(signal);
        await this.tryRound(signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** One round, whatever comes of it; after the one that is under way. */
  tryRound(signal?: AbortSignal): Promise<boolean> {
    this.busy = this.busy.then(() => this.oneRound(signal));
    return this.busy;
  }

  private async oneRound(signal: AbortSignal | undefined): Promise<boolean> {
    const { log, onRound } = this.options;
    const name = this.query.name;
    try {
      await this.round(signal);
      this.attempts = 0;
      this.failure = undefined;
      if (log.clear(`${name}: round`)) log.write('info', 'Read again.', { query: name });
      onRound(this, undefined);
      return true;
    } catch (error) {
      if (signal?.aborted) return false;
      this.attempts++;
      this.failures++;
      this.failure = isHeedError(error)
        ? error.message
        : `internal error: ${String((error as Error)?.message)}`;
      log.once(`${name}: round`, 'error', 'A round failed; it is tried again.', {
        query: name,
        cause: this.failure,
        ...(isHeedError(error) ? {} : { stack: String((error as Error)?.stack) }),
      });
      onRound(this, error);
      return false;
    }
  }

  private async wait(signal: AbortSignal): Promise<void> {
    const { now } = this.options;
    const { step, lateness } = this.query;
    if (this.attempts > 0) {
      const longest = Math.min(
        LAST_RETRY,
        Math.max(FIRST_RETRY, step),
        FIRST_RETRY * 2 ** (this.attempts - 1),
      );
      // Half of it at random, so that many do not come back at once.
      await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal });
      return;
    }
    while (!(this.due() > this.last) && !this.isSetBack() && !Number.isNaN(this.last)) {
      const next = this.last + step + lateness + this.offset();
      await sleep(Math.max(1, Math.min(NAP, next - now())), undefined, { signal });
    }
    signal.throwIfAborted();
  }

  /** Queries of one step do not all ask at the same moment. */
  private offset(): number {
    let hash = 0;
    for (const character of this.query.name) hash = (31 * hash + character.codePointAt(0)!) % 1009;
    return (hash / 1009) * Math.min(1000, this.query.step / 20);
  }

  private isSetBack(): boolean {
    return this.due() < this.last - this.query.step;
  }

  private async round(signal: AbortSignal | undefined): Promise<void> {
    const { fleet, log, catchUp, now } = this.options;
    const { step, range, name } = this.query;
    const started = performance.now();
    const due = this.due();
    let rewind = false;
    if (this.isSetBack()) {
      log.write('warn', 'The clock was set back; rounds go on from there.', {
        query: name,
        by: formatDuration(this.last - due),
      });
      rewind = true;
      fleet.rewind(due - step);
    }
    const isFirst = Number.isNaN(this.last);
    await fleet.revive(due - step);
    const start = due - Math.floor(range / step) * step;
    const known = fleet.until(start);
    const cursor = Number.isNaN(known) ? (isFirst ? start : this.last) : known;
    const from = Math.max(rewind ? due - step : cursor, due - Math.max(catchUp, isFirst ? range : 0));
    const points = Math.round((due - from) / step);
    if (points < 1) {
      this.last = due;
      return;
    }
    const hole = points > 1;
    // A service that is a few points behind must not be held up by writing everything.
    const isLong = isFirst || points > LONG_HOLE;
    const isNew = fleet.units.size === 0;
    for (let done = 0; done < points;) {
      const times = this.next(from, done, points);
      await this.read(
        times,
        {
          quietUntil: due - step,
          rewind,
          save: done + times.length === points ? (isLong ? 'all' : 'some') : 'none',
          trailAfter: !this.options.trail ? Infinity : isNew ? due - step : -Infinity,
          only: false,
        },
        !(isFirst && isNew),
        signal,
      );
      done += times.length;
      rewind = false;
    }
    const forgotten = await fleet.forget(now());
    if (forgotten > 0) log.write('info', 'Series were forgotten.', { query: name, series: forgotten });
    if (isLong || this.rounds % 60 === 0) await fleet.remember();
    this.last = due;
    this.rounds++;
    this.milliseconds = performance.now() - started;
    if (hole) {
      this.caughtUp += points;
      log.write('info', isFirst && isNew ? 'History was read.' : 'A hole was read again.', {
        query: name,
        series: fleet.units.size,
        from: new Date(from).toISOString(),
        points,
        seconds: Math.round(this.milliseconds) / 1000,
      });
    }
  }

  /** The next times of a hole: as many as an answer may hold. */
  private next(from: number, done: number, points: number): Float64Array {
    const { step } = this.query;
    const series = Math.max(1, this.options.fleet.units.size);
    const most = done === 0 && this.options.fleet.units.size === 0 ? 100 : Math.floor(SAMPLES / series);
    const count = Math.min(points - done, Math.max(1, Math.min(MOST_POINTS, most)));
    return Float64Array.from({ length: count }, (_, t) => from + (done + t + 1) * step);
  }

  /** @param teaches whether series that are new have a history that was not read with the others' */
  private async read(
    times: Float64Array,
    options: FeedOptions,
    teaches: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { source, fleet, log, onPoints } = this.options;
    const { expr, step, name } = this.query;
    const answer = await source.read({ expr, times, step, ...(signal ? { signal } : {}) });
    if (answer.malformed > 0) {
      this.malformed += answer.malformed;
      log.once(`${name}: malformed`, 'warn', 'Some of an answer cannot be read and is left out.', {
        query: name,
        samples: answer.malformed,
        cause: answer.fault,
      });
    }
    for (const warning of answer.warnings) {
      log.once(`${name}: ${warning}`, 'warn', 'The source warns.', { query: name, cause: warning });
    }
    if (teaches) await this.teach(answer.series, times[0]!, options.quietUntil, signal);
    await fleet.feed(answer, times, options);
    onPoints(this, times[times.length - 1]!);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** A series that is new is judged by what the source has of it, as it would be after a restart. */
  private async teach(
    series: readonly SourceSeries[],
    before: number,
    quietUntil: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { source, fleet, log } = this.options;
    const { step, range, together, name } = this.query;
    const all = fleet.newcomers(series);
    // Of one system the others' points are as new.
    const wanted = all.length > 0 && together ? series : all.slice(0, MOST_NEWCOMERS);
    const names = wanted.length > 0 ? nameChannels(series, this.query) : [];
    const taught = wanted.map((one) => ({ ...one, name: names[series.indexOf(one)] }));
    const count = Math.floor(range / step);
    if (taught.length === 0 || count < 1) return;
    const perPiece = Math.max(1, Math.min(MOST_POINTS, Math.floor(SAMPLES / taught.length)));
    const pieces = { start: before - count * step, count, perPiece, signal };
    try {
      for await (const { times, series: part } of readHistory(source, this.query, taught, pieces)) {
        await fleet.feed({ series: part }, times, {
          quietUntil,
          rewind: false,
          save: 'none',
          trailAfter: Infinity,
          only: true,
        });
      }
      log.write('info', 'History of new series was read.', { query: name, series: taught.length });
    } catch (error) {
      if (signal?.aborted || !isHeedError(error)) throw error;
      // Better judged without than not at all.
      log.once(
        `${name}: history`,
        'warn',
        'The history of new series cannot be read; they learn from now on.',
        {
          query: name,
          cause: error.message,
        },
      );
    }
  }
}
