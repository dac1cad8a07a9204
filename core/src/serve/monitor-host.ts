import { isHeedError } from '../errors.js';
import { createMonitor, restoreMonitor, type Monitor } from '../live/monitor.js';
import type {
  IncidentChange,
  LiveIncident,
  MonitorOptions,
  MonitorPoint,
  MonitorState,
} from '../live/types.js';
import type { StoredMonitor, Tables } from './store.js';
import { packMonitors, unpackMonitors } from './packed-monitors.js';

/** One monitor and what it watches: one series, or several as one. */
export interface UnitSpec {
  readonly id: number;
  readonly key: string;
  /** Of the settings. */
  readonly print: string;
  readonly options: MonitorOptions;
  /** Where it is new, epoch ms: what opens and closes up to then is history, and told to nobody. */
  readonly quietUntil: number;
}

/** Work for the thread that holds some of the monitors. */
export type HostTask =
  | { readonly kind: 'open'; readonly units: readonly UnitSpec[] }
  | {
      readonly kind: 'feed';
      /** Epoch ms, in order. */
      readonly times: Float64Array;
      readonly ids: Uint32Array;
      /** For unit after unit, for time after time, its channels. */
      readonly values: Float64Array;
      /** The clock was set back: these times are new, whatever has been judged. */
      readonly rewind: boolean;
      /** Of these the state is written. */
      readonly save: Uint32Array;
      /** Whether the readings of all times are wanted, not of the last alone. */
      readonly trail: boolean;
    }
  | { readonly kind: 'save' }
  /** Their state is given out, or taken in before their units are opened. */
  | { readonly kind: 'pack'; readonly ids: Uint32Array }
  | { readonly kind: 'unpack'; readonly packed: Uint8Array }
  | { readonly kind: 'drop'; readonly ids: Uint32Array };

/** A change with what it is a change of. */
export interface UnitChange extends IncidentChange {
  readonly unit: number;
  /** Largest distance from the expected value so far, in the unit of the channel. */
  readonly deviation: number;
}

export interface HostResult {
  /** Of `open`: the newest point of every unit, NaN where it is new. */
  readonly until?: Float64Array;
  /** Of `feed`: for unit after unit `score, state, expected, lower, upper (of every channel)`; score NaN: none yet. */
  readonly readings?: Float64Array;
  /** Of `feed` with `trail`: the same for unit after unit, for time after time; score NaN where it was not judged. */
  readonly trail?: Float64Array;
  readonly changes?: readonly UnitChange[];
  readonly failures?: readonly { readonly unit: number; readonly message: string }[];
  readonly notes?: readonly { readonly unit: number; readonly message: string }[];
  /** Of `pack`. */
  readonly packed?: Uint8Array;
  /** Monitors written, and their bytes. */
  readonly saved?: number;
  readonly bytes?: number;
  /** Why they could not be written. */
  readonly saveFailure?: string;
}

export const states: readonly MonitorState[] = ['learning', 'normal', 'anomalous', 'recovering', 'no data'];
/** Numbers of a reading before those of its channels. */
export const READING_HEAD = 2;
/** Numbers of a reading of so many channels. */
export const readingSize = (channels: number): number => READING_HEAD + 3 * channels;

interface Unit extends Omit<UnitSpec, 'quietUntil'> {
  monitor: Monitor;
  readonly width: number;
  until: number;
  last: MonitorPoint | undefined;
  incident: LiveIncident | undefined;
  deviation: number;
  quietUntil: number;
  changed: boolean;
}

/** Holds monitors and advances them: what runs in a worker thread. A fault of one costs no other. */
export class MonitorHost {
  private readonly units = new Map<number, Unit>();

  /** Monitors that were handed over, until their units are opened. */
  private readonly unpacked = new Map<string, StoredMonitor>();

  constructor(private readonly store: Pick<Tables, 'monitors'> | undefined) {}

  async run(task: HostTask): Promise<HostResult> {
    switch (task.kind) {
      case 'open':
        return this.open(task.units);
      case 'feed':
        return this.feed(task);
      case 'save':
        return this.save([...this.units.values()]);
      case 'pack':
        return {
          packed: packMonitors(
            [...task.ids].flatMap((id) => {
              const unit = this.units.get(id);
              return unit && !Number.isNaN(unit.until) ? [[unit.key, toStored(unit)] as const] : [];
            }),
          ),
        };
      case 'unpack':
        for (const [key, stored] of unpackMonitors(task.packed)) this.unpacked.set(key, stored);
        return {};
      case 'drop':
        for (const id of task.ids) {
          const unit = this.units.get(id);
          this.units.delete(id);
          if (unit) await this.store?.monitors.remove(unit.key).catch(() => {});
        }
        return {};
    }
  }

  private open(specs: readonly UnitSpec[]): HostResult {
    const until = new Float64Array(specs.length).fill(NaN);
    const failures: { unit: number; message: string }[] = [];
    specs.forEach((spec, i) => {
      const unit: Unit = {
        ...spec,
        width: spec.options.channels?.length ?? 1,
        monitor: createMonitor(spec.options),
        until: NaN,
        last: undefined,
        incident: undefined,
        deviation: 0,
        changed: false,
      };
      try {
        const stored = this.unpacked.get(spec.key) ?? this.store?.monitors.get(spec.key);
        this.unpacked.delete(spec.key);
        if (stored?.print === spec.print) {
          // A copy: slices of a Buffer share its memory, at any offset.
          unit.monitor = restoreMonitor(new Uint8Array(stored.snapshot));
          unit.until = until[i] = stored.until;
          unit.incident = stored.incident;
          unit.deviation = stored.deviation;
          unit.quietUntil = stored.quietUntil;
        }
      } catch (error) {
        failures.push({ unit: spec.id, message: `its state cannot be used: ${toMessage(error)}` });
      }
      this.units.set(spec.id, unit);
    });
    return { until, failures };
  }

  private async feed(task: Extract<HostTask, { kind: 'feed' }>): Promise<HostResult> {
    const { times, ids, values, rewind } = task;
    const readings = new Float64Array(READING_HEAD * ids.length + (3 * values.length) / times.length);
    const trail = new Float64Array(task.trail ? readings.length * times.length : 0).fill(NaN);
    let read = 0;
    let trailed = 0;
    const changes: UnitChange[] = [];
    const failures: { unit: number; message: string }[] = [];
    const notes: { unit: number; message: string }[] = [];
    let at = 0;
    for (const id of ids) {
      const unit = this.units.get(id)!;
      const { width } = unit;
      if (rewind) unit.until = -Infinity;
      try {
        for (let t = 0; t < times.length; t++) {
          const point = values.subarray(at + t * width, at + (t + 1) * width);
          const isNew = times[t]! > unit.until;
          for (const note of this.append(unit, times[t]!, point, changes)) {
            notes.push({ unit: id, message: note });
          }
          if (task.trail && isNew) writeReading(trail, trailed + t * readingSize(width), unit);
        }
      } catch (error) {
        failures.push({ unit: id, message: toMessage(error) });
        this.begin(unit, times[times.length - 1]!, changes);
      }
      at += times.length * width;
      writeReading(readings, read, unit);
      read += readingSize(width);
      trailed += times.length * readingSize(width);
    }
    const saved = await this.save([...task.save].flatMap((id) => this.units.get(id) ?? []));
    return {
      readings,
      ...(task.trail ? { trail } : {}),
      changes,
      failures,
      notes,
      ...saved,
    };
  }

  private append(unit: Unit, time: number, values: Float64Array, changes: UnitChange[]): readonly string[] {
    if (time <= unit.until) return [];
    // Nothing exists before the first sample.
    if (unit.monitor.length === 0 && values.every(Number.isNaN)) return [];
    const isQuiet = time <= unit.quietUntil;
    if (!isQuiet && unit.until <= unit.quietUntil && unit.incident) {
      changes.push(this.changeOf(unit, 'opened', unit.incident));
    }
    const { points, incidents, notes } = unit.monitor.append(time, [...values]);
    unit.until = time;
    unit.changed = true;
    const last = points[points.length - 1];
    if (last) {
      unit.last = last;
      if (last.incident !== undefined) {
        for (let c = 0; c < values.length; c++) {
          const distance = Math.abs(values[c]! - last.expected[c]!);
          if (distance > unit.deviation) unit.deviation = distance;
        }
      }
    }
    for (const { change, incident } of incidents) {
      if (change === 'opened' && last) {
        unit.deviation = Math.max(
          0,
          ...[...values].map((value, c) => Math.abs(value - last.expected[c]!) || 0),
        );
      }
      unit.incident = incident.open ? incident : undefined;
      if (!isQuiet) changes.push(this.changeOf(unit, change, incident));
    }
    return notes;
  }

  private changeOf(unit: Unit, change: IncidentChange['change'], incident: LiveIncident): UnitChange {
    return { unit: unit.id, change, time: unit.until, incident, deviation: unit.deviation };
  }

  /** After a failure nothing that the monitor holds can be relied on. */
  private begin(unit: Unit, until: number, changes: UnitChange[]): void {
    const { incident } = unit;
    if (incident) changes.push(this.changeOf(unit, 'closed', { ...incident, open: false }));
    unit.monitor = createMonitor(unit.options);
    unit.until = until;
    unit.last = undefined;
    unit.incident = undefined;
    unit.changed = true;
  }

  private async save(units: readonly Unit[]): Promise<Pick<HostResult, 'saved' | 'bytes' | 'saveFailure'>> {
    const { store } = this;
    if (!store) return { saved: 0, bytes: 0 };
    let saved = 0;
    let bytes = 0;
    let waiting = 0;
    let failure: string | undefined;
    let written: Promise<unknown> = Promise.resolve();
    for (const unit of units) {
      if (!unit.changed) continue;
      const stored = toStored(unit);
      unit.changed = false;
      written = store.monitors.put(unit.key, stored).then(
        () => {
          saved++;
          bytes += stored.snapshot.length;
        },
        (error: unknown) => {
          unit.changed = true;
          failure ??= toMessage(error);
        },
      );
      // Snapshots wait in memory until they are written.
      if (++waiting % 500 === 0) await written;
    }
    await written;
    return { saved, bytes, ...(failure === undefined ? {} : { saveFailure: failure }) };
  }
}

function toStored({ monitor, print, until, deviation, quietUntil, incident }: Unit): StoredMonitor {
  const snapshot = monitor.snapshot();
  return { print, until, snapshot, deviation, quietUntil, ...(incident ? { incident } : {}) };
}

function writeReading(readings: Float64Array, at: number, { last, width }: Unit): void {
  readings[at] = last ? last.score : NaN;
  readings[at + 1] = last ? states.indexOf(last.state) : 0;
  for (let c = 0; c < width; c++) {
    const channel = at + READING_HEAD + 3 * c;
    readings[channel] = last?.expected[c] ?? NaN;
    readings[channel + 1] = last?.lower[c] ?? NaN;
    readings[channel + 2] = last?.upper[c] ?? NaN;
  }
}

function toMessage(error: unknown): string {
  if (isHeedError(error)) return error.message;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}
