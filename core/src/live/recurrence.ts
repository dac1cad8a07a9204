import type { BinaryReader, BinaryWriter } from './binary.js';
import { LONGEST_WINDOW } from './nearest.js';

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
/**
 * Chance below which a match is no accident: where peaks are many, some are at equal distances whatever their times are,
 * and a fault must not pass for one more of them.
 */
const CHANCE = 0.15;

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
   * @returns whether points that stood out as much came before at the same distance, so often that it is no accident; or
   * a day or a week ago; or whether windows still hold such points
   */
  push(point: number, strength: number): boolean {
    if (strength < NEAR_FROM) return false;
    const regular = this.recurs(point, SHARE * strength);
    if (regular) {
      this.highest = point - this.echo <= MERGE ? Math.max(this.highest, strength) : strength;
      this.regular = this.echo = point;
    }
    const isEcho =
      point - this.regular <= LONGEST_WINDOW && point - this.echo <= MERGE && strength <= this.highest;
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
    return recursEvenly(
      peaks.filter(({ strength }) => strength >= least),
      point,
    );
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

/**
 * Whether a point comes as long after a peak as that came after another, and so on, in a way that peaks at random times
 * with the same rate hardly would.
 * @param peaks those that stood out as much, oldest first
 */
function recursEvenly(peaks: readonly Peak[], point: number): boolean {
  const rate = peaks.length / Math.max(1, point - (peaks[0]?.start ?? point));
  // Of any peak so near as this one the one before it might have matched.
  let chance = 0;
  for (let a = peaks.length - 1; a >= 0; a--) {
    const later = peaks[a]!;
    if (point - later.end < APART) continue;
    chance += rate * reach(later, point - later.start);
    for (let b = a - 1; b >= 0; b--) {
      const distance = later.start - peaks[b]!.start;
      const slack = SLACK + SLACK_SHARE * distance;
      if (point - distance < later.start - slack) break;
      if (!isAt(point - distance, later, slack)) continue;
      if (chance * chanceOfMore(peaks.slice(0, b + 1), distance, rate) < CHANCE) return true;
    }
  }
  return false;
}

/** Chance of the peaks that precede the last one at the same distance again and again; 1 where there are none. */
function chanceOfMore(peaks: readonly Peak[], distance: number, rate: number): number {
  const slack = SLACK + SLACK_SHARE * distance;
  let chance = 1;
  let expected = peaks[peaks.length - 1]!.start - distance;
  for (let i = peaks.length - 2; i >= 0; i--) {
    const peak = peaks[i]!;
    if (peak.end < expected - slack) break;
    if (!isAt(expected, peak, slack)) continue;
    chance *= Math.min(1, rate * reach(peak, distance));
    expected = peak.start - distance;
  }
  return chance;
}

/** Points at which another would be at this distance from a peak. */
const reach = ({ start, end }: Peak, distance: number): number =>
  2 * (SLACK + SLACK_SHARE * distance) + end - start + 1;

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
