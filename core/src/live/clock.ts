import type { BinaryReader, BinaryWriter } from './binary.js';

/** Differences of arrival that a step, a new step or a new clock is read from. */
const READ_FROM = 8;
/** Points that are waited for where the step is not given. */
const FIRST = 5;

/** A point in its place on the time axis; no values where it is missing. */
export interface Slot {
  readonly time: number;
  readonly values?: readonly number[];
  /** What came before is too long ago, or on another step: memory begins anew. */
  readonly restart?: boolean;
}

export interface ClockUpdate {
  readonly slots: Slot[];
  readonly notes: string[];
}

/**
 * Brings points as they arrive onto a regular time axis. A point that is next is passed on at once. Where one is skipped
 * it is waited for, for `lateness` steps, then it is missing. What comes later than that, or twice, is left out. A clock
 * that was set back, and a step that changed, are noticed after 8 points.
 */
export class Clock {
  private last = NaN;
  private pending: { time: number; values: readonly number[] }[] = [];
  /** The latest differences between arrivals, and how many points in a row lay before the last one. */
  private differences: number[] = [];
  private arrived = NaN;
  private behind = 0;
  private arrivedBehind = NaN;
  private isRestart = false;
  /** Points left out because their time had passed, or was taken. */
  late = 0;
  duplicates = 0;

  /**
   * @param step ms; NaN to read it from the first points
   * @param lateness steps
   * @param longest missing points in a row after which memory begins anew
   */
  constructor(
    public step: number,
    private readonly lateness: number,
    private readonly longest: number,
  ) {}

  push(time: number, values: readonly number[]): ClockUpdate {
    const update: ClockUpdate = { slots: [], notes: [] };
    if (Number.isNaN(this.step)) {
      this.hold(time, values);
      if (this.pending.length >= FIRST) this.begin(update);
      return update;
    }
    this.watchStep(time, update);
    const steps = this.stepsTo(time);
    if (steps < 1) {
      if (Math.abs(time - this.last) < this.step / 2) this.duplicates++;
      else this.late++;
      if (!this.isSetBack(time)) return update;
      update.notes.push('The clock was set back; points go on from there.');
      this.pending = [];
      this.last = time - this.step;
    }
    this.behind = 0;
    this.hold(time, values);
    this.release(update, this.lateness);
    return update;
  }

  /** Tells what time it is, so that what has not come is missing. */
  advance(time: number): ClockUpdate {
    const update: ClockUpdate = { slots: [], notes: [] };
    if (Number.isNaN(this.step) || Number.isNaN(this.last)) return update;
    const due = Math.floor((time - this.last) / this.step) - this.lateness;
    this.release(update, -1);
    for (let k = 0; k < due && k < this.longest; k++) this.miss(update);
    return update;
  }

  private begin(update: ClockUpdate): void {
    const times = this.pending.map(({ time }) => time);
    const steps = times
      .slice(1)
      .map((time, i) => time - times[i]!)
      .sort((a, b) => a - b);
    this.step = steps[steps.length >> 1]!;
    this.release(update, this.lateness);
  }

  private hold(time: number, values: readonly number[]): void {
    const at = this.pending.findIndex((held) => held.time >= time - (this.step / 2 || 0));
    const held = at < 0 ? undefined : this.pending[at]!;
    if (held && Math.abs(held.time - time) <= (this.step / 2 || 0)) this.duplicates++;
    else this.pending.splice(at < 0 ? this.pending.length : at, 0, { time, values });
  }

  private release(update: ClockUpdate, lateness: number): void {
    while (this.pending.length > 0) {
      const first = this.pending[0]!;
      const steps = Number.isNaN(this.last) ? 1 : this.stepsTo(first.time);
      if (steps > 1) {
        const newest = this.stepsTo(this.pending[this.pending.length - 1]!.time);
        if (newest - 1 <= lateness) return;
        if (steps - 1 > this.longest) {
          update.notes.push(`Nothing came for ${steps - 1} steps; memory begins anew.`);
          update.slots.push({ ...first, restart: true });
          this.last = first.time;
          this.pending.shift();
        } else this.miss(update);
        continue;
      }
      update.slots.push(this.isRestart ? { ...first, restart: true } : first);
      this.isRestart = false;
      this.last = first.time;
      this.pending.shift();
    }
  }

  private miss(update: ClockUpdate): void {
    this.last += this.step;
    update.slots.push({ time: this.last });
  }

  private stepsTo(time: number): number {
    return Math.round((time - this.last) / this.step);
  }

  /** Eight points in a row, in order, that lie before the last one. */
  private isSetBack(time: number): boolean {
    const wasBehind = this.behind > 0;
    const goesOn = !wasBehind || time > this.arrivedBehind;
    this.arrivedBehind = time;
    this.behind = goesOn ? this.behind + 1 : 1;
    return this.behind >= READ_FROM;
  }

  private watchStep(time: number, update: ClockUpdate): void {
    const difference = time - this.arrived;
    this.arrived = time;
    if (!(difference > 0)) {
      this.differences = [];
      return;
    }
    this.differences.push(difference);
    if (this.differences.length > READ_FROM) this.differences.shift();
    if (this.differences.length < READ_FROM) return;
    const sorted = [...this.differences].sort((a, b) => a - b);
    const middle = sorted[READ_FROM >> 1]!;
    const ratio = middle / this.step;
    const isSteady = sorted[0]! > 0.9 * middle && sorted[READ_FROM - 1]! < 1.1 * middle;
    if (!isSteady || (ratio > 0.75 && ratio < 1.34)) return;
    update.notes.push(`The step changed from ${this.step} to ${middle} ms; memory begins anew.`);
    this.step = middle;
    this.pending = [];
    this.differences = [];
    // This point is the first of the new step, and next.
    this.last = time - middle;
    this.isRestart = true;
  }

  write(out: BinaryWriter): void {
    const { last, arrived, arrivedBehind, behind, late, duplicates, step } = this;
    for (const value of [step, last, arrived, arrivedBehind, behind, late, duplicates]) out.number(value);
    out.array(Float64Array.from(this.differences));
    out.array(Float64Array.from(this.pending.flatMap(({ time, values }) => [time, ...values])));
  }

  read(from: BinaryReader, channels: number): void {
    this.step = from.number();
    this.last = from.number();
    this.arrived = from.number();
    this.arrivedBehind = from.number();
    this.behind = from.number();
    this.late = from.number();
    this.duplicates = from.number();
    const differences = new Float64Array(READ_FROM);
    this.differences = Array.from(differences.subarray(0, from.array(differences)));
    const held = new Float64Array((channels + 1) * (this.lateness + FIRST + 1));
    const length = from.array(held);
    this.pending = [];
    for (let at = 0; at < length; at += channels + 1) {
      this.pending.push({ time: held[at]!, values: Array.from(held.subarray(at + 1, at + 1 + channels)) });
    }
  }
}
