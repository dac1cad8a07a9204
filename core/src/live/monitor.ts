import { checkArray, checkRecord, checkSeries } from '../check-argument.js';
import { checkNumber } from '../check-number.js';
import { HeedError, isHeedError, shownValue } from '../errors.js';
import type { Series } from '../series/series.js';
import { BinaryReader, BinaryWriter, corrupt } from './binary.js';
import { MEMORY } from './channel.js';
import { Clock, type ClockUpdate } from './clock.js';
import { Engine } from './engine.js';
import { parseBudget } from './threshold.js';
import type { IncidentChange, MonitorOptions, MonitorPoint, MonitorUpdate } from './types.js';
import { Watch } from './watch.js';

const minute = 60_000;
const day = 24 * 60 * minute;
/** First number of every snapshot, and its layout. */
const MAGIC = 0x48656564;
const VERSION = 6;
export const USUAL_BUDGET = '1/week';

/** Watches one series as its points arrive. What it has said of a point it never revises. */
export interface Monitor {
  readonly options: MonitorOptions;
  /** Points judged so far, missing ones included. */
  readonly length: number;
  /** Points left out: those whose time had passed, and those whose time was taken. */
  readonly late: number;
  readonly duplicates: number;
  /**
   * Takes one point.
   * @param time epoch ms
   * @param values d values, NaN where missing; a number where there is one channel
   * @returns what it brought; of a point that is waited for, or came too late, nothing
   * @throws HeedError bad-time, channel-mismatch, not-finite
   */
  append(time: number, values: number | readonly number[]): MonitorUpdate;
  /**
   * Takes points in order.
   * @throws HeedError channel-mismatch, not-finite
   */
  appendSeries(points: Series): MonitorUpdate;
  /**
   * Tells what time it is: what should have come by then, lateness included, is missing.
   * @param time epoch ms
   * @throws HeedError bad-time
   */
  advance(time: number): MonitorUpdate;
  /** Everything known, as bytes; `restoreMonitor` goes on from there to the bit. */
  snapshot(): Uint8Array;
}

/**
 * Starts to monitor a series: a causal score for every point, and incidents within an alert budget. It learns from the
 * points that it gets; give it the history first.
 * @throws HeedError bad-option
 */
export function createMonitor(options: MonitorOptions = {}): Monitor {
  checkRecord('options', options);
  return new SeriesMonitor(options);
}

/**
 * Goes on from a snapshot.
 * @param snapshot what `snapshot()` gave; any view of the bytes will do, a Node Buffer too
 * @throws HeedError model-version, model-corrupt
 */
export function restoreMonitor(snapshot: Uint8Array): Monitor {
  checkArray('snapshot', snapshot);
  const from = new BinaryReader(snapshot);
  if (from.number() !== MAGIC) {
    throw new HeedError(
      'model-corrupt',
      'this is no snapshot of a monitor',
      'Give the bytes of `snapshot()`.',
    );
  }
  const version = from.number();
  if (version !== VERSION) {
    throw new HeedError(
      'model-version',
      `the snapshot has version ${version}, this Heed reads version ${VERSION}`,
      'Start a new monitor with the history.',
    );
  }
  from.checkSum();
  try {
    const monitor = new SeriesMonitor(JSON.parse(from.text()) as MonitorOptions);
    monitor.read(from);
    from.end();
    return monitor;
  } catch (error) {
    if (isHeedError(error) && error.code === 'model-corrupt') throw error;
    // Damaged options and lengths show as faults of all kinds.
    throw corrupt();
  }
}

/** One series judged once, for several budgets side by side. */
export class BudgetMonitors {
  length = 0;
  readonly clock: Clock;
  private watch: Watch | undefined;
  private engines: Engine[] = [];
  private readonly channels: NonNullable<MonitorOptions['channels']>;

  /**
   * @param options of all; its own budget does not count
   * @param budgets m >= 1
   * @throws HeedError bad-option
   */
  constructor(
    private readonly options: MonitorOptions,
    private readonly budgets: readonly string[],
  ) {
    checkOptions(options);
    for (const budget of budgets) parseBudget(budget);
    this.channels = options.channels ?? [{ name: 'value' }];
    const step = options.step ?? (options.indexTime ? 1 : NaN);
    this.clock = new Clock(step, options.lateness ?? 2, MEMORY);
  }

  /**
   * As `append` of a monitor; m updates, in the order of the budgets.
   * @throws HeedError bad-time, channel-mismatch, not-finite
   */
  append(time: number, values: number | readonly number[]): MonitorUpdate[] {
    const all = typeof values === 'number' ? [values] : values;
    this.check(time, all);
    return this.judge(this.clock.push(time, all));
  }

  /** @throws HeedError bad-time */
  advance(time: number): MonitorUpdate[] {
    checkTime(time, 'the time to advance to');
    return this.judge(this.clock.advance(time));
  }

  write(out: BinaryWriter): void {
    out.number(this.length);
    this.clock.write(out);
    out.number(this.watch ? 1 : 0);
    this.watch?.write(out);
    for (const engine of this.engines) engine.write(out);
  }

  read(from: BinaryReader): void {
    this.length = from.number();
    this.clock.read(from, this.channels.length);
    if (from.number() === 0) return;
    this.start().read(from);
    for (const engine of this.engines) engine.read(from);
  }

  private judge({ slots, notes }: ClockUpdate): MonitorUpdate[] {
    const points: MonitorPoint[][] = this.budgets.map(() => []);
    const incidents: IncidentChange[][] = this.budgets.map(() => []);
    const closeAll = (): void => {
      this.engines.forEach((engine, i) => {
        const closed = engine.finish();
        if (closed) incidents[i]!.push(closed);
      });
    };
    for (const slot of slots) {
      // What was usual from one point to the next says nothing of points further, or less far, apart.
      const isNewStep = slot.restart === true && this.engines[0]?.step !== this.clock.step;
      if (isNewStep) closeAll();
      const watch = this.watch && !isNewStep ? this.watch : this.start();
      const seen = watch.push(slot);
      this.engines.forEach((engine, i) => {
        const { point, change } = engine.push(seen);
        points[i]!.push(point);
        if (change) incidents[i]!.push(change);
      });
      this.length++;
    }
    return this.budgets.map((_, i) => ({ points: points[i]!, incidents: incidents[i]!, notes }));
  }

  private start(): Watch {
    const { indexTime, timeZone, sensitivity = 50 } = this.options;
    const { step } = this.clock;
    const watch = new Watch(this.channels.length, indexTime ? [] : [day / step, (7 * day) / step]);
    this.watch = watch;
    this.engines = this.budgets.map((budget) => {
      const { incidents, period } = parseBudget(budget);
      const options = {
        channels: this.channels,
        step,
        rate: (incidents * (indexTime ? minute : step)) / period,
        factor: 2 ** ((50 - sensitivity) / 25),
        ...(indexTime ? { indexTime } : {}),
        ...(timeZone === undefined ? {} : { timeZone }),
      };
      return new Engine(options, watch);
    });
    return watch;
  }

  private check(time: number, values: readonly number[]): void {
    checkTime(time, 'the time of a point');
    if (!Array.isArray(values) || !values.every((value) => typeof value === 'number')) {
      throw new HeedError(
        'bad-value',
        'the values of a point are no numbers',
        'Give NaN where a value is missing.',
      );
    }
    if (values.length !== this.channels.length) {
      throw new HeedError(
        'channel-mismatch',
        `a point has ${values.length} values where the monitor has ${this.channels.length} channels`,
        'Give one value per channel, NaN where it is missing.',
      );
    }
    const infinite = values.findIndex((value) => value === Infinity || value === -Infinity);
    if (infinite >= 0) {
      throw new HeedError(
        'not-finite',
        `the value of "${this.channels[infinite]!.name}" is ${values[infinite]}`,
        'Give NaN where a value is missing.',
      );
    }
  }
}

class SeriesMonitor implements Monitor {
  private readonly monitors: BudgetMonitors;

  constructor(readonly options: MonitorOptions) {
    this.monitors = new BudgetMonitors(options, [options.budget ?? USUAL_BUDGET]);
  }

  get length(): number {
    return this.monitors.length;
  }

  get late(): number {
    return this.monitors.clock.late;
  }

  get duplicates(): number {
    return this.monitors.clock.duplicates;
  }

  append(time: number, values: number | readonly number[]): MonitorUpdate {
    return this.monitors.append(time, values)[0]!;
  }

  appendSeries(series: Series): MonitorUpdate {
    checkSeries(series);
    const { time, channels } = series;
    const points: MonitorPoint[] = [];
    const incidents: IncidentChange[] = [];
    const notes: string[] = [];
    for (let t = 0; t < time.length; t++) {
      const update = this.append(
        time[t]!,
        channels.map(({ values }) => values[t]!),
      );
      for (const point of update.points) points.push(point);
      for (const change of update.incidents) incidents.push(change);
      for (const note of update.notes) notes.push(note);
    }
    return { points, incidents, notes };
  }

  advance(time: number): MonitorUpdate {
    return this.monitors.advance(time)[0]!;
  }

  snapshot(): Uint8Array {
    const out = new BinaryWriter();
    out.number(MAGIC);
    out.number(VERSION);
    out.text(JSON.stringify(this.options));
    this.monitors.write(out);
    return out.finish();
  }

  read(from: BinaryReader): void {
    this.monitors.read(from);
  }
}

function checkTime(time: number, what: string): void {
  if (Number.isFinite(time)) return;
  throw new HeedError('bad-time', `${what} is ${shownValue(time)}`, 'Give epoch milliseconds.');
}

function checkOptions({
  detector = 'auto',
  channels,
  sensitivity,
  step,
  lateness,
  budget,
}: MonitorOptions): void {
  const refuse = (what: string, remedy: string): never => {
    throw new HeedError('bad-option', what, remedy);
  };
  if (detector !== 'auto') refuse(`the detector ${shownValue(detector)} cannot be monitored`, 'Choose auto.');
  if (channels?.length === 0) refuse('the monitor has no channel', 'Name at least one.');
  if (sensitivity !== undefined) checkNumber('the sensitivity', sensitivity, { min: 0, max: 100 });
  if (step !== undefined) checkNumber('the step in ms', step, { above: 0 });
  if (lateness !== undefined) checkNumber('the lateness', lateness, { min: 0, max: 1000, whole: true });
  if (budget !== undefined) parseBudget(budget);
}
