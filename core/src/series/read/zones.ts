import { HeedError } from '../../errors.js';

/** Offsets of the abbreviations that mean one thing only, in minutes east of UTC. */
const abbreviations: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  UT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  CET: 60,
  MEZ: 60,
  CEST: 120,
  MESZ: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  EST: -300,
  EDT: -240,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  AKST: -540,
  AKDT: -480,
  JST: 540,
  KST: 540,
  AEST: 600,
  AEDT: 660,
  NZST: 720,
  NZDT: 780,
};

/** Minutes east of UTC of a zone's abbreviation; NaN where it is none or means several. */
export function abbreviatedOffset(name: string): number {
  return Object.hasOwn(abbreviations, name) ? abbreviations[name]! : NaN;
}

/** Turns the wall clock of a time zone into epoch milliseconds. */
export class Zone {
  private readonly format: Intl.DateTimeFormat;
  /** Offset per hour of UTC: rules change on the hour, and neighbors share theirs. */
  private readonly offsets = new Map<number, number>();

  /** @param name IANA name such as `Europe/Berlin` @throws HeedError bad-option */
  constructor(readonly name: string) {
    try {
      this.format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
        era: 'short',
      });
    } catch (cause) {
      throw new HeedError(
        'bad-option',
        `there is no time zone "${name}"`,
        'Give an IANA name such as UTC, Europe/Berlin or America/New_York.',
        undefined,
        cause,
      );
    }
  }

  /** Milliseconds that the wall clock is ahead of UTC at an instant. */
  offsetAt(utc: number): number {
    const slot = Math.floor(utc / 900_000);
    const known = this.offsets.get(slot);
    if (known !== undefined) return known;
    const parts: Record<string, string> = {};
    for (const { type, value } of this.format.formatToParts(slot * 900_000)) parts[type] = value;
    const wall = Date.UTC(
      Number(parts.year) * (parts.era?.startsWith('B') ? -1 : 1),
      Number(parts.month) - 1,
      Number(parts.day),
      Number(parts.hour),
      Number(parts.minute),
      Number(parts.second),
    );
    const offset = wall - slot * 900_000;
    this.offsets.set(slot, offset);
    return offset;
  }

  /**
   * The instants at which the clock shows `wall` (epoch ms as if it were UTC): one, two (the hour that is repeated
   * when summer time ends), or none (the hour that is skipped when it begins).
   */
  instants(wall: number): number[] {
    const before = this.offsetAt(wall - 86_400_000);
    const after = this.offsetAt(wall + 86_400_000);
    if (before === after) return [wall - before];
    return [...new Set([wall - Math.max(before, after), wall - Math.min(before, after)])].filter(
      (utc) => utc + this.offsetAt(utc) === wall,
    );
  }

  /**
   * The instant of a wall time in a row of times that do not go back: the first pass of a repeated hour, unless that
   * is not after `previous`; what a skipped hour would have been had the clock not been changed.
   */
  toUtc(wall: number, previous: number): { readonly utc: number; readonly skipped: boolean } {
    const found = this.instants(wall);
    if (found.length === 0) return { utc: wall - this.offsetAt(wall - 86_400_000), skipped: true };
    const [first, second] = found;
    return { utc: second !== undefined && first! <= previous ? second : first!, skipped: false };
  }
}
