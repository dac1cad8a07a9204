import type { BinaryReader, BinaryWriter } from './binary.js';

/** Decades from which a peak is remembered, and from which one is until a day or a week later. */
const FROM = 1.4;
const NEAR_FROM = 1;
/** An earlier peak counts where it reached this share of the newest. */
const SHARE = 0.7;
/** Latest peaks remembered, of either kind. */
const PEAKS = 64;
const NEAR_PEAKS = 32;
/** Points by which peaks of one cluster are apart at most, and a cluster from the next at least. */
const MERGE = 16;
const APART = 12;
/** Points, and share of the distance, by which regular peaks may be off. */
const SLACK = 2;
const SLACK_SHARE = 0.005;
/** The same of a day and a week. */
const CALENDAR_SLACK_SHARE = 0.0025;
/** The longest window: so long it holds what stood out at a regular time. */
const ECHO = 128;

interface Peak {
  start: number;
  end: number;
  strength: number;
}

/** Tells what stands out because it happens now and then from what happens at regular times, such as a nightly job. */
export class Recurrence {
  private peaks: Peak[] = [];
  private near: Peak[] = [];
  /** The latest regular point, the latest one of its echo, and the highest strength of them all. */
  private regular = -Infinity;
  private echo = -Infinity;
  private highest = 0;

  /** @param calendar cycles that clocks have, in points: what comes a day or a week later comes once before it is known */
  constructor(private readonly calendar: readonly number[] = []) {}

  /**
   * @returns whether points that stood out as much came before at the same distance, twice; or a day or a week ago; or
   * whether windows still hold such points
   */
  push(point: number, strength: number): boolean {
    if (strength < NEAR_FROM) return false;
    const regular = this.recurs(point, SHARE * strength);
    if (regular) {
      this.highest = point - this.echo <= MERGE ? Math.max(this.highest, strength) : strength;
      this.regular = this.echo = point;
    }
    const isEcho = point - this.regular <= ECHO && point - this.echo <= MERGE && strength <= this.highest;
    if (isEcho) this.echo = point;
    note(this.near, NEAR_PEAKS, point, strength);
    if (strength >= FROM) note(this.peaks, PEAKS, point, strength);
    return isEcho;
  }

  private recurs(point: number, least: number): boolean {
    const { peaks, near } = this;
    const isCalendar = (peak: Peak): boolean =>
      peak.strength >= least &&
      point - peak.end >= APART &&
      this.calendar.some((cycle) => isAt(point - cycle, peak, SLACK + CALENDAR_SLACK_SHARE * cycle));
    if (peaks.some(isCalendar) || near.some(isCalendar)) return true;
    for (let a = peaks.length - 1; a >= 0; a--) {
      const later = peaks[a]!;
      if (later.strength < least || point - later.end < APART) continue;
      for (let b = a - 1; b >= 0; b--) {
        const earlier = peaks[b]!;
        if (earlier.strength < least) continue;
        const distance = later.start - earlier.start;
        const slack = SLACK + SLACK_SHARE * distance;
        const then = point - distance;
        if (then < later.start - slack) break;
        if (isAt(then, later, slack)) return true;
      }
    }
    return false;
  }

  clear(): void {
    this.peaks = [];
    this.near = [];
    this.regular = this.echo = -Infinity;
    this.highest = 0;
  }

  write(out: BinaryWriter): void {
    for (const value of [this.regular, this.echo, this.highest]) out.number(value);
    for (const peaks of [this.peaks, this.near]) {
      out.array(Float64Array.from(peaks.flatMap(({ start, end, strength }) => [start, end, strength])));
    }
  }

  read(from: BinaryReader): void {
    this.regular = from.number();
    this.echo = from.number();
    this.highest = from.number();
    this.peaks = readPeaks(from, PEAKS);
    this.near = readPeaks(from, NEAR_PEAKS);
  }
}

/** Adds a point to the latest cluster, or begins one; the oldest goes where there are too many. */
function note(peaks: Peak[], most: number, point: number, strength: number): void {
  const last = peaks[peaks.length - 1];
  if (last && point - last.end <= MERGE) {
    last.end = point;
    last.strength = Math.max(last.strength, strength);
    return;
  }
  peaks.push({ start: point, end: point, strength });
  if (peaks.length > most) peaks.shift();
}

function readPeaks(from: BinaryReader, most: number): Peak[] {
  const numbers = new Float64Array(3 * most);
  const count = from.array(numbers) / 3;
  return Array.from({ length: count }, (_, i) => ({
    start: numbers[3 * i]!,
    end: numbers[3 * i + 1]!,
    strength: numbers[3 * i + 2]!,
  }));
}

function isAt(point: number, { start, end }: Peak, slack: number): boolean {
  return point >= start - slack && point <= end + slack;
}
