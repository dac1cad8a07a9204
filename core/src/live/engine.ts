import { toSeverity } from '../detection/threshold/scores.js';
import type { BinaryReader, BinaryWriter } from './binary.js';
import type { ChannelMonitor } from './channel.js';
import { explainIncident, type Explanation } from './explanation.js';
import { IncidentTracker, type OpenIncident } from './incidents.js';
import { JOINT_THRESHOLD, JointStrength } from './joint.js';
import { NormalCourse } from './normal-course.js';
import { Ranking } from './ranking.js';
import { RECENT } from './recent.js';
import { Recurrence } from './recurrence.js';
import { BudgetThreshold } from './threshold.js';
import type { LiveIncident, IncidentChange, MonitorPoint, MonitorState } from './types.js';
import type { Seen, Watch } from './watch.js';

/** Points of which a series is still learned. */
const LEARNING = 64;
/** Missing points in a row after which there is no data. */
const SILENT = 3;
/** Strength from which points before the one that was noticed belong to an incident; one of several is often as high. */
const BEGUN = 1;
const BEGUN_OF_SEVERAL = 1.5;
/** Half-width of the band, in spreads. */
const BAND = 3;

export interface EngineOptions {
  readonly channels: readonly { readonly name: string; readonly unit?: string }[];
  /** ms */
  readonly step: number;
  /** False incidents per point that are allowed. */
  readonly rate: number;
  /** The threshold that follows from it is multiplied by this. */
  readonly factor: number;
  readonly indexTime?: boolean;
  readonly timeZone?: string;
}

/** Decides by one budget what the points of a watched series are worth, one at a time. */
export class Engine {
  private readonly recurrence: Recurrence;
  private readonly ranking = new Ranking();
  /** Of one channel; several have one each. */
  private readonly threshold: BudgetThreshold;
  private readonly joint: JointStrength;
  private readonly tracker: IncidentTracker;
  private explanation: Explanation | undefined;
  /** Times of the open incident's points, whose indices count. */
  private openTimes = { start: 0, noticed: 0, end: 0, peak: 0 };
  /** What each channel would be without the latest incident, and to which side it has left that: −1, 0, 1. */
  private readonly courses: NormalCourse[];
  private readonly sides: number[];
  /** Whether the value of one has been; until then its shape stands out, which lasts as long as its windows say. */
  private isOfLevel = false;
  /** Index of the point at which it began. */
  private begun = 0;
  private silent = 0;

  /** @param watch what the channels made of the points; it has seen each before this decides on it */
  constructor(
    private readonly options: EngineOptions,
    private readonly watch: Watch,
  ) {
    this.courses = options.channels.map(() => new NormalCourse());
    this.sides = options.channels.map(() => 0);
    this.recurrence = new Recurrence(watch.calendar);
    this.threshold = new BudgetThreshold(options.rate);
    this.joint = new JointStrength(options.channels.length, options.rate);
    this.tracker = new IncidentTracker(options.channels.length > 1 ? BEGUN_OF_SEVERAL : BEGUN);
  }

  push(seen: Seen): { point: MonitorPoint; change?: IncidentChange } {
    if (seen.restart) this.recurrence.clear();
    const { options } = this;
    const { channels } = this.watch;
    const { index, time, missing, values, expected, spreads, strengths } = seen;
    this.silent = missing ? this.silent + 1 : 0;
    const isOne = channels.length === 1;
    const strength = missing ? 0 : isOne ? strengths[0]! : this.joint.push(strengths, switches(channels));
    const regular = !missing && this.recurrence.push(index, strength);
    const rank = isOne ? channels[0]!.rank : strength;
    const level = (isOne ? this.threshold.value : JOINT_THRESHOLD) * options.factor;
    if (isOne) this.threshold.push(strength, regular);
    const normal = this.tracker.isNear(index) ? this.normal(index) : this.courses.map(() => NaN);
    // While an incident is open what is expected stays what would be without it.
    const stays = normal.map((value) => this.tracker.open !== undefined && !Number.isNaN(value));
    const change = this.track(index, strength, level, regular, values, normal);
    const center = expected.map((value, c) => (stays[c] ? normal[c]! : value));
    const width = spreads.map((spread, c) =>
      stays[c] ? this.courses[c]!.band(index - this.begun) : BAND * spread,
    );
    const point: MonitorPoint = {
      time,
      score: missing ? 0 : this.ranking.push(strength, rank, level, regular),
      missing,
      state: this.state(index),
      expected: center,
      lower: center.map((value, c) => value - width[c]!),
      upper: center.map((value, c) => value + width[c]!),
      ...(this.tracker.open ? { incident: this.idOf(this.openTimes.noticed) } : {}),
    };
    return change ? { point, change } : { point };
  }

  get step(): number {
    return this.options.step;
  }

  /** Closes the incident that is open, if one is. */
  finish(): IncidentChange | undefined {
    const changed = this.tracker.close();
    if (!changed) return undefined;
    this.explain(changed.incident, this.watch.points - 1);
    return {
      change: 'closed',
      time: this.watch.lastTime,
      incident: this.describe(changed.incident, 'closed'),
    };
  }

  private state(index: number): MonitorState {
    if (this.silent > SILENT) return 'no data';
    if (this.tracker.open) return this.tracker.isRecovering(index) ? 'recovering' : 'anomalous';
    return this.watch.channels[0]!.points < LEARNING ? 'learning' : 'normal';
  }

  private track(
    index: number,
    strength: number,
    level: number,
    regular: boolean,
    values: readonly number[],
    normal: readonly number[],
  ): IncidentChange | undefined {
    const offsets = this.offsets(index, values, normal);
    const staying = offsets.map((off, c) => off !== 0 && Math.sign(off) === this.sides[c]);
    // On the other side of what is normal lies the way back, where the incident began as a slow one.
    const isOff = offsets.some((off, c) => off !== 0 && (staying[c] || this.sides[c] === 0));
    const byItself = !this.isOfLevel || isOff;
    const stays = this.isOfLevel && staying.includes(true);
    const changed = this.tracker.push(index, strength, level, regular, byItself, stays);
    const incident = changed?.incident ?? this.tracker.open;
    if (!incident) return undefined;
    if (changed?.change === 'opened') {
      this.explanation = undefined;
      this.begun = incident.start;
      const startsBefore = index - incident.start;
      this.watch.recent.forEach((recent, c) => {
        const { expected, spread } = recent.last(startsBefore + 1);
        this.courses[c]!.begin(this.watch.channels[c]!, startsBefore, expected[0]!, spread[0]!);
      });
      const opened = this.offsets(index, values, this.normal(index));
      this.isOfLevel = opened.some((off) => off !== 0);
      this.sides.fill(0);
      this.noteSides(opened, values);
    } else if (strength >= level) {
      // A ramp that began as a shape is one of level as soon as a value is off.
      this.isOfLevel ||= isOff;
      this.noteSides(offsets, values);
    }
    // Of the point that opens an incident these are distances from the course of the one before.
    if (changed?.change !== 'opened' && this.tracker.open) {
      staying.forEach((isStaying, c) => isStaying && this.courses[c]!.note(offsets[c]!));
    }
    this.noteTimes(incident, index, changed?.change === 'opened');
    if (!changed) return undefined;
    this.explain(incident, index);
    return {
      change: changed.change,
      time: this.watch.lastTime,
      incident: this.describe(incident, changed.change),
    };
  }

  /** How far each value is off what would be without the latest incident; 0 where that is usual. */
  private offsets(index: number, values: readonly number[], normal: readonly number[]): number[] {
    return this.courses.map((course, c) => {
      const off = values[c]! - normal[c]!;
      return course.isOff(off, index - this.begun) ? off : 0;
    });
  }

  /** A channel that left its usual values is off for as long as it stays there; one that came back to them is not. */
  private noteSides(offsets: readonly number[], values: readonly number[]): void {
    offsets.forEach((off, c) => {
      if (off === 0 || this.sides[c] !== 0) return;
      const channel = this.watch.channels[c]!;
      if (!this.courses[c]!.isReturn(channel, values[c]!)) this.sides[c] = Math.sign(off);
    });
  }

  /** What each channel would be without the latest incident; NaN where that is not known. */
  private normal(index: number): number[] {
    return this.courses.map((course, c) => course.at(this.watch.channels[c]!, 0, index - this.begun));
  }

  /** Indices become times while they are at hand. */
  private noteTimes(incident: OpenIncident, index: number, isNew: boolean): void {
    const { lastTime } = this.watch;
    const at = (point: number): number => lastTime - (index - point) * this.options.step;
    if (isNew) this.openTimes = { start: at(incident.start), noticed: lastTime, end: 0, peak: 0 };
    if (incident.lasted === index || isNew) this.openTimes.end = lastTime;
    if (incident.peak === index || isNew) this.openTimes.peak = lastTime;
  }

  private describe(incident: OpenIncident, change: IncidentChange['change']): LiveIncident {
    return {
      id: this.idOf(this.openTimes.noticed),
      ...this.openTimes,
      open: change !== 'closed',
      score: incident.score,
      severity: toSeverity(incident.score),
      ...this.explanation!,
    };
  }

  /** From what is measured and when it was noticed alone, so that all who see the same points give the same id. */
  private idOf(noticed: number): string {
    let hash = 0x811c9dc5;
    for (const { name } of this.options.channels) {
      for (const byte of new TextEncoder().encode(`${name}\n`)) hash = Math.imul(hash ^ byte, 0x01000193);
    }
    return `${Math.round(noticed).toString(36)}-${(hash >>> 0).toString(36)}`;
  }

  /** Says what an incident is, as far as it has gone; where it began too long ago to tell anew, what was told stays. */
  private explain(incident: OpenIncident, index: number): void {
    const { options } = this;
    const { channels, recent, points, lastTime: time } = this.watch;
    const kept = Math.min(RECENT, points, channels[0]!.history.length);
    const first = index - kept + 1;
    if (this.explanation && incident.start < first) return;
    const told = explainIncident({
      channels: options.channels.map((channel, c) => ({
        ...channel,
        values: channels[c]!.history.recent().slice(),
        ...recent[c]!.last(kept),
        normal: (back: number) => this.courses[c]!.at(channels[c]!, back, index - this.begun - back),
        similar: channels[c]!.attend(),
      })),
      time,
      step: options.step,
      ...(options.indexTime ? { indexTime: true } : {}),
      ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
      startsBefore: index - Math.max(first, incident.start),
      endsBefore: index - incident.lasted,
      peaksBefore: index - Math.max(first, incident.peak),
      score: incident.score,
      // What was most similar when it was noticed; later the windows hold the incident itself.
      ...(this.explanation ? { attended: this.explanation.attended } : {}),
    });
    this.explanation = told;
  }

  write(out: BinaryWriter): void {
    const { start, noticed, end, peak } = this.openTimes;
    for (const value of [this.silent, start, noticed, end, peak]) out.number(value);
    out.number(this.isOfLevel ? 1 : 0);
    out.text(this.explanation ? JSON.stringify(this.explanation) : '');
    out.number(this.begun);
    out.array(Float64Array.from(this.sides));
    for (const course of this.courses) course.write(out);
    for (const part of this.parts()) part.write(out);
  }

  read(from: BinaryReader): void {
    this.silent = from.number();
    this.openTimes = {
      start: from.number(),
      noticed: from.number(),
      end: from.number(),
      peak: from.number(),
    };
    this.isOfLevel = from.number() === 1;
    const explanation = from.text();
    this.explanation = explanation === '' ? undefined : (JSON.parse(explanation) as Explanation);
    this.begun = from.number();
    const sides = new Float64Array(this.sides.length);
    from.array(sides);
    sides.forEach((side, c) => (this.sides[c] = side));
    for (const course of this.courses) course.read(from);
    for (const part of this.parts()) part.read(from);
  }

  private parts(): { write(out: BinaryWriter): void; read(from: BinaryReader): void }[] {
    const { joint, recurrence, ranking, threshold, tracker } = this;
    return [joint, recurrence, ranking, threshold, tracker];
  }
}

const switches = (channels: readonly ChannelMonitor[]): boolean[] => channels.map(({ isSwitch }) => isSwitch);
