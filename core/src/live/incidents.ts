import type { BinaryReader, BinaryWriter } from './binary.js';

/** What a single point must exceed the threshold by; the second in a row, and a point of an open incident, need not. */
const SINGLE = 0.3;
const NEARLY = 0.9;
/** Calm points after which an incident is closed. */
const CALM = 16;
/** Calm points after which it is recovering. */
const RECOVERING = 4;
/** Points looked back at for the beginning. */
const LOOK_BACK = 32;
/** A new peak is worth an update where it is so much higher than the one told. */
const HIGHER = 1.1;

/** Indices count points of the monitor. */
export interface OpenIncident {
  readonly start: number;
  readonly noticed: number;
  /** Latest point that stands out, be it for what came before it. */
  end: number;
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
  /** Latest strengths, oldest first. */
  private readonly recent = new Float32Array(LOOK_BACK);

  /** @param begun strength from which points just before the one that was noticed belong to the incident */
  constructor(private readonly begun: number) {}

  /**
   * @param point index
   * @param regular whether it stood out because of what happens at regular times
   * @param byItself whether its value stands out, rather than windows that still hold the values before it
   */
  push(
    point: number,
    strength: number,
    threshold: number,
    regular: boolean,
    byItself = true,
  ): TrackerChange | undefined {
    this.recent.copyWithin(0, 1);
    this.recent[LOOK_BACK - 1] = regular ? 0 : strength;
    const isSure = this.open !== undefined || this.before >= NEARLY * threshold;
    const isOn = !regular && strength >= threshold + (isSure ? 0 : SINGLE);
    this.before = strength;
    const score = strength / threshold;
    const { open } = this;
    if (isOn && !open) {
      const start = point - this.begunBefore();
      this.open = { start, noticed: point, end: point, lasted: point, peak: point, score, told: score };
      return { change: 'opened', incident: this.open };
    }
    if (isOn && open) {
      open.end = point;
      if (byItself) open.lasted = point;
      if (score <= open.score) return undefined;
      open.score = score;
      if (byItself) open.peak = point;
      if (score < HIGHER * open.told) return undefined;
      open.told = score;
      return { change: 'updated', incident: open };
    }
    return open && point - open.end >= CALM ? this.close() : undefined;
  }

  /** Closes the incident that is open, if one is. */
  close(): TrackerChange | undefined {
    const { open } = this;
    this.open = undefined;
    return open && { change: 'closed', incident: open };
  }

  isRecovering(point: number): boolean {
    return this.open !== undefined && point - this.open.end >= RECOVERING;
  }

  /** How many points before the newest the run of points that stand out begins; one calm point does not end it. */
  private begunBefore(): number {
    const { recent } = this;
    let begun = LOOK_BACK - 1;
    for (let i = LOOK_BACK - 2; i >= 0 && begun - i <= 2; i--) if (recent[i]! >= this.begun) begun = i;
    return LOOK_BACK - 1 - begun;
  }

  write(out: BinaryWriter): void {
    out.number(this.before);
    out.array(this.recent);
    out.array(Float64Array.from(this.open ? Object.values(this.open) : []));
  }

  read(from: BinaryReader): void {
    this.before = from.number();
    from.array(this.recent);
    const numbers = new Float64Array(7);
    const [start, noticed, end, lasted, peak, score, told] = numbers.subarray(0, from.array(numbers));
    this.open =
      start === undefined
        ? undefined
        : {
            start,
            noticed: noticed!,
            end: end!,
            lasted: lasted!,
            peak: peak!,
            score: score!,
            told: told!,
          };
  }
}
