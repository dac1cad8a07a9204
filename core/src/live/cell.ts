import type { Series } from '../series/series.js';
import type { CooperativeScheduler } from '../yield.js';
import { createMonitor, type Monitor } from './monitor.js';
import type { LiveIncident, MonitorOptions, MonitorPoint, MonitorState } from './types.js';

/** An incident as it was told. */
export interface IncidentRecord {
  readonly incident: LiveIncident;
  /** The same as it had been told when the cell ended. */
  readonly atEnd: LiveIncident;
  /** Epoch ms and severity of each time something was told. */
  readonly path: readonly (readonly [time: number, severity: number])[];
  /** Epoch ms of the point that closed it; Infinity while it is open. */
  readonly closed: number;
}

/** Curves of what a monitor said, one row per point. */
export interface CellScores {
  readonly score: Float32Array;
  readonly expected: readonly Float64Array[];
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
}

const states: readonly MonitorState[] = ['learning', 'normal', 'anomalous', 'recovering', 'no data'];

/** Slots that are kept at first; more as points come. */
const SLOTS = 256;

/** One monitor that is answerable for the points from `start` to before `end`, and what it said of them. */
export class CellMonitor {
  readonly start: number;
  readonly end: number;
  readonly notes: string[] = [];
  /** Whether an incident was on when the cell began. */
  openAtStart = false;
  private monitor: Monitor | undefined;
  private fed: number;
  private readonly incidents = new Map<string, IncidentRecord>();
  private open: string | undefined;
  private readonly step: number;
  /** d: one row is score, then d × expected, lower, upper, by slot. */
  private rows: Float64Array;
  private states: Uint8Array;
  private readonly width: number;

  /** @param bounds epoch ms; points from `learnFrom` on are learned from */
  constructor(
    options: MonitorOptions & { readonly step: number },
    bounds: { readonly learnFrom: number; readonly start: number; readonly end: number },
  ) {
    this.monitor = createMonitor(options);
    this.step = options.step;
    this.fed = bounds.learnFrom - options.step / 2;
    this.start = bounds.start;
    this.end = bounds.end;
    this.width = 1 + 3 * (options.channels?.length ?? 1);
    this.rows = new Float64Array(SLOTS * this.width).fill(NaN);
    this.states = new Uint8Array(SLOTS);
  }

  /** Shows it the points that it has not seen; how many they were. */
  async feed(series: Series, scheduler: CooperativeScheduler): Promise<number> {
    const { time, channels } = series;
    let count = 0;
    for (let t = firstAfter(time, this.fed); t < time.length && this.monitor; t++) {
      if ((count & 63) === 0) await scheduler.yieldIfDue();
      const at = time[t]!;
      // Beyond its end it follows what it has noticed until that is over.
      if (at >= this.end && this.open === undefined) {
        this.monitor = undefined;
        break;
      }
      const update = this.monitor.append(
        at,
        channels.map(({ values }) => values[t]!),
      );
      this.fed = at;
      count++;
      for (const note of update.notes) this.notes.push(note);
      // Points and changes come in the order of time.
      for (const point of update.points) this.note(point);
      for (const { change, time: when, incident } of update.incidents) {
        const before = this.incidents.get(incident.id);
        this.open = change === 'closed' ? undefined : incident.id;
        this.incidents.set(incident.id, {
          incident,
          atEnd: before && when >= this.end ? before.atEnd : incident,
          path: [...(before?.path ?? []), [when, incident.severity]],
          closed: change === 'closed' ? when : Infinity,
        });
      }
    }
    return count;
  }

  /** Epoch ms of the latest point it was shown. */
  get lastSeen(): number {
    return this.fed;
  }

  /** In the order in which they were noticed: all that were on while the cell was answerable. */
  records(): IncidentRecord[] {
    return [...this.incidents.values()].filter(
      ({ incident, closed }) => incident.noticed < this.end && closed >= this.start,
    );
  }

  /** Writes what was said of a moment into row `row`. */
  read(time: number, row: number, out: CellScores): void {
    const slot = this.slot(time);
    if (slot < 0 || slot >= this.states.length) return;
    const at = slot * this.width;
    if (Number.isNaN(this.rows[at]!)) return;
    out.score[row] = this.rows[at]!;
    const d = out.expected.length;
    for (let c = 0; c < d; c++) {
      out.expected[c]![row] = this.rows[at + 1 + c]!;
      out.lower[c]![row] = this.rows[at + 1 + d + c]!;
      out.upper[c]![row] = this.rows[at + 1 + 2 * d + c]!;
    }
  }

  stateAt(time: number): MonitorState {
    // A point that is waited for has none yet.
    for (let slot = Math.min(this.slot(time), this.states.length - 1); slot >= 0; slot--) {
      if (!Number.isNaN(this.rows[slot * this.width]!)) return states[this.states[slot]!]!;
    }
    return 'learning';
  }

  /** Epoch ms since when it has been in a state without a break until `time`; undefined where it was not then. */
  heldSince(state: MonitorState, time: number): number | undefined {
    let first: number | undefined;
    const code = states.indexOf(state);
    for (let slot = Math.min(this.slot(time), this.states.length - 1); slot >= 0; slot--) {
      if (Number.isNaN(this.rows[slot * this.width]!)) continue;
      if (this.states[slot] !== code) break;
      first = this.start + slot * this.step;
    }
    return first;
  }

  private slot(time: number): number {
    return Math.round((time - this.start) / this.step);
  }

  private note(point: MonitorPoint): void {
    const slot = this.slot(point.time);
    if (slot < 0) {
      this.openAtStart = point.incident !== undefined;
      return;
    }
    if (point.time >= this.end) return;
    if (slot >= this.states.length) this.grow(slot + 1);
    const row = [point.score, ...point.expected, ...point.lower, ...point.upper];
    this.rows.set(row, slot * this.width);
    this.states[slot] = states.indexOf(point.state);
  }

  private grow(slots: number): void {
    const size = Math.max(slots, 2 * this.states.length);
    const rows = new Float64Array(size * this.width).fill(NaN);
    rows.set(this.rows);
    this.rows = rows;
    const kept = new Uint8Array(size);
    kept.set(this.states);
    this.states = kept;
  }
}

/** Index of the first time above a moment. */
function firstAfter(time: Float64Array, moment: number): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle]! <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
