import type { BinaryReader, BinaryWriter } from './binary.js';
import { LONGEST_WINDOW } from './nearest.js';
import { openingStrength } from './threshold.js';

/** Points after which an incident is closed where none of them stands out by itself. */
const CALM = 16;
/** Calm points after which it is recovering. */
const RECOVERING = 4;
/** Points looked back at for the beginning. */
const LOOK_BACK = 32;
/** Points for which a value that stays where the incident took it keeps it open; then it is the new normal. */
const NEW_NORMAL = 192;
/** What must be added to what windows still hold before it is another incident. */
const ANEW = 0.3;
/** A new peak is worth an update where it is so much higher than the one told. */
const HIGHER = 1.1;

/** Indices count points of the monitor. */
export interface OpenIncident {
  readonly start: number;
  readonly noticed: number;
  /** Latest point that stands out by itself. */
  lasted: number;
  peak: number;
  score: number;
  told: number;
}

export interface TrackerChange {
  readonly change: 'opened' | 'updated' | 'closed';
  readonly incident: OpenIncident;
}

/** Opens, updates and closes incidents: open when sure, close when calm, near neighbors are one. */
export class IncidentTracker {
  open: OpenIncident | undefined;
  private before = 0;
  /** What the windows still held of the latest incident when it was closed, and the latest point of its own. */
  private echo = 0;
  private echoOf = -Infinity;
  /** Latest strengths, oldest first. */
  private readonly recent = new Float32Array(LOOK_BACK);

  /** @param begun strength from which points just before the one that was noticed belong to the incident */
  constructor(private readonly begun: number) {}

  /**
   * @param point index
   * @param regular whether it stood out because of what happens at regular times
   * @param byItself whether its value stands out, rather than windows that still hold the values before it
   * @param stays whether its value is still where no value would be without the incident that is open
   */
  push(
    point: number,
    strength: number,
    threshold: number,
    regular: boolean,
    byItself = true,
    stays = false,
  ): TrackerChange | undefined {
    this.recent.copyWithin(0, 1);
    this.recent[LOOK_BACK - 1] = regular ? 0 : strength;
    const opening = openingStrength(strength, this.before);
    this.before = strength;
    const score = strength / threshold;
    const { open } = this;
    if (!open) {
      const isNear = this.isNear(point);
      const isHeld = isNear && !byItself;
      if (regular || opening < (isHeld ? Math.max(threshold, this.echo + ANEW) : threshold)) return undefined;
      const start = point - this.begunBefore(isNear ? Math.max(this.begun, this.echo) : this.begun);
      this.open = { start, noticed: point, lasted: point, peak: point, score, told: score };
      return { change: 'opened', incident: this.open };
    }
    const isOn = !regular && score >= 1;
    if ((isOn && byItself) || (stays && point - open.noticed < NEW_NORMAL)) open.lasted = point;
    if (point - open.lasted >= CALM) {
      this.echo = Math.max(...this.recent.subarray(LOOK_BACK - CALM));
      this.echoOf = open.lasted;
      return this.close();
    }
    if (!isOn || score <= open.score) return undefined;
    open.score = score;
    if (byItself) open.peak = point;
    if (score < HIGHER * open.told) return undefined;
    open.told = score;
    return { change: 'updated', incident: open };
  }

  /** Closes the incident that is open, if one is. */
  close(): TrackerChange | undefined {
    const { open } = this;
    this.open = undefined;
    return open && { change: 'closed', incident: open };
  }

  /** Whether an incident is open, or windows still hold the latest one. */
  isNear(point: number): boolean {
    return this.open !== undefined || point - this.echoOf <= LONGEST_WINDOW;
  }

  isRecovering(point: number): boolean {
    return this.open !== undefined && point - this.open.lasted >= RECOVERING;
  }

  /** How many points before the newest the run of points that stand out begins; one calm point does not end it. */
  private begunBefore(least: number): number {
    const { recent } = this;
    let begun = LOOK_BACK - 1;
    for (let i = LOOK_BACK - 2; i >= 0 && begun - i <= 2; i--) if (recent[i]! >= least) begun = i;
    return LOOK_BACK - 1 - begun;
  }

  write(out: BinaryWriter): void {
    for (const value of [this.before, this.echo, this.echoOf]) out.number(value);
    out.array(this.recent);
    out.array(Float64Array.from(this.open ? Object.values(this.open) : []));
  }

  read(from: BinaryReader): void {
    this.before = from.number();
    this.echo = from.number();
    this.echoOf = from.number();
    from.array(this.recent);
    const numbers = new Float64Array(6);
    const [start, noticed, lasted, peak, score, told] = numbers.subarray(0, from.array(numbers));
    this.open =
      start === undefined
        ? undefined
        : {
            start,
            noticed: noticed!,
            lasted: lasted!,
            peak: peak!,
            score: score!,
            told: told!,
          };
  }
}
