import type { BinaryReader, BinaryWriter } from './binary.js';

/** Decades from which a peak is remembered. */
const FROM = 1.4;
/** An earlier peak counts where it reached this share of the newest. */
const SHARE = 0.7;
/** Latest peaks remembered. */
const PEAKS = 64;
/** Points by which peaks of one cluster are apart at most, and a cluster from the next at least. */
const MERGE = 16;
const APART = 12;
/** Points, and share of the distance, by which regular peaks may be off. */
const SLACK = 2;
const SLACK_SHARE = 0.005;
/** The same of a day and a week. */
const CALENDAR_SLACK_SHARE = 0.0025;

interface Peak {
  start: number;
  end: number;
  strength: number;
}

/** Tells what stands out because it happens now and then from what happens at regular times, such as a nightly job. */
export class Recurrence {
  private peaks: Peak[] = [];

  /** @param calendar cycles that clocks have, in points: what comes a day or a week later comes once before it is known */
  constructor(private readonly calendar: readonly number[] = []) {}

  /** @returns whether points that stood out as much came before at the same distance, twice; or a day or a week ago */
  push(point: number, strength: number): boolean {
    if (strength < FROM) return false;
    const regular = this.recurs(point, SHARE * strength);
    const last = this.peaks[this.peaks.length - 1];
    if (last && point - last.end <= MERGE) {
      last.end = point;
      last.strength = Math.max(last.strength, strength);
    } else {
      this.peaks.push({ start: point, end: point, strength });
      if (this.peaks.length > PEAKS) this.peaks.shift();
    }
    return regular;
  }

  private recurs(point: number, least: number): boolean {
    const { peaks } = this;
    for (let a = peaks.length - 1; a >= 0; a--) {
      const later = peaks[a]!;
      if (later.strength < least || point - later.end < APART) continue;
      if (this.calendar.some((cycle) => isAt(point - cycle, later, SLACK + CALENDAR_SLACK_SHARE * cycle))) {
        return true;
      }
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
  }

  write(out: BinaryWriter): void {
    out.array(Float64Array.from(this.peaks.flatMap(({ start, end, strength }) => [start, end, strength])));
  }

  read(from: BinaryReader): void {
    const numbers = new Float64Array(3 * PEAKS);
    const count = from.array(numbers) / 3;
    this.peaks = Array.from({ length: count }, (_, i) => ({
      start: numbers[3 * i]!,
      end: numbers[3 * i + 1]!,
      strength: numbers[3 * i + 2]!,
    }));
  }
}

function isAt(point: number, { start, end }: Peak, slack: number): boolean {
  return point >= start - slack && point <= end + slack;
}
