import { selectQuantile } from '../preprocess/statistics.js';
import type { BinaryReader, BinaryWriter } from './binary.js';
import type { ChannelMonitor } from './channel.js';

/** Points ahead for which it is measured how far a channel usually moves; for those in between the next longer counts. */
const HORIZONS = [1, 2, 4, 8, 16, 32, 64, 128];
/** Points before an incident that this is measured on, and fewest. */
const LEARNED = 512;
const FEWEST = 64;
/** How much less a channel must move around its cycle than by itself before the cycle is believed. */
const BETTER = 0.8;
/** The horizon at which that is compared. */
const COMPARED = HORIZONS.indexOf(32);
/** Latest points that tell how far the present cycle is off the usual one. */
const OFFSET_FROM = 8;
/** Half-width of the band: in usual errors of the next point, and in mean moves over the time that has gone by. */
const SPREADS = 4;
const MOVES = 3.5;
/** Share of what it was off by so far from which a value still belongs to the incident. */
const SHARE = 0.3;

/** What a channel would have gone on to be without the incident that began, and how far from it is still usual. */
export class NormalCourse {
  /** Points of the cycle it follows, 0 where it stays at its level; whether it is the longer one. */
  private cycle = 0;
  private isLong = false;
  /** Its level, or how far it is off its cycle. */
  private level = NaN;
  private spread = NaN;
  /** Mean distance of two points so far apart, around the cycle. */
  private readonly moves = new Float64Array(HORIZONS.length);
  /** How far it was off so far: sum and count. */
  private off = 0;
  private points = 0;

  /**
   * Begins with an incident.
   * @param startsBefore points before the newest at which the incident starts
   * @param expected of the point at which it starts
   * @param spread usual error of that
   */
  begin(channel: ChannelMonitor, startsBefore: number, expected: number, spread: number): void {
    this.spread = spread;
    this.cycle = this.off = this.points = 0;
    this.level = expected;
    let residuals = residualsBefore(channel, startsBefore, 0, false);
    measureMoves(residuals, this.moves);
    const { period, longPeriod } = channel.season;
    const moves = new Float64Array(HORIZONS.length);
    for (const [cycle, isLong] of [
      [period, false],
      [longPeriod, true],
    ] as const) {
      if (cycle === 0) continue;
      residuals = residualsBefore(channel, startsBefore, cycle, isLong);
      if (residuals.length < FEWEST) continue;
      measureMoves(residuals, moves);
      if (!(moves[COMPARED]! < (this.cycle === 0 ? BETTER : 1) * this.moves[COMPARED]!)) continue;
      this.cycle = cycle;
      this.isLong = isLong;
      this.level = selectQuantile(Float64Array.from(residuals.slice(0, OFFSET_FROM)), 0.5);
      this.moves.set(moves);
    }
  }

  /**
   * @param back points before the newest
   * @param since points from the start of the incident to that point
   * @returns what is normal there; NaN where it is not known
   */
  at(channel: ChannelMonitor, back: number, since: number): number {
    if (this.cycle === 0) return this.level;
    return this.level + channel.season.usual(this.cycle, this.isLong, back, since);
  }

  /** Whether a value lies nearer to the middle of all values than what was expected: an earlier fault that ends, say. */
  isReturn(channel: ChannelMonitor, value: number): boolean {
    if (this.cycle !== 0) return false;
    const { middle } = channel.forecast;
    return Math.abs(value - middle) < Math.abs(this.level - middle);
  }

  /** How far from it is still usual so many points after the start. */
  band(since: number): number {
    const horizon = HORIZONS.findIndex((points) => points > since);
    const move = this.moves[horizon < 0 ? HORIZONS.length - 1 : horizon]!;
    return Math.max(SPREADS * this.spread, MOVES * move);
  }

  /**
   * Whether a value that is off by so much is out of what is usual, and not small beside what it was off by so far.
   * @param off distance from what is normal
   */
  isOff(off: number, since: number): boolean {
    const most = this.points === 0 ? 0 : (SHARE * this.off) / this.points;
    return Math.abs(off) > Math.max(most, this.band(since));
  }

  /** Takes how far a value is off that belongs to the incident. */
  note(off: number): void {
    this.off += Math.abs(off);
    this.points++;
  }

  write(out: BinaryWriter): void {
    for (const value of [this.cycle, this.isLong ? 1 : 0, this.level, this.spread]) out.number(value);
    out.number(this.off);
    out.number(this.points);
    out.array(this.moves);
  }

  read(from: BinaryReader): void {
    this.cycle = from.number();
    this.isLong = from.number() === 1;
    this.level = from.number();
    this.spread = from.number();
    this.off = from.number();
    this.points = from.number();
    from.array(this.moves);
  }
}

/** How far the points before an incident were off their cycle, latest first, as far back as it is known. */
function residualsBefore(
  { history, season }: ChannelMonitor,
  startsBefore: number,
  cycle: number,
  isLong: boolean,
): number[] {
  const { values, length } = history;
  const out: number[] = [];
  for (let back = startsBefore + 1; back < length && out.length < LEARNED; back++) {
    const usual = cycle === 0 ? 0 : season.usual(cycle, isLong, back, 0);
    if (Number.isNaN(usual)) break;
    out.push(values[length - 1 - back]! - usual);
  }
  return out;
}

/** Mean distance of two points by how far they are apart; where the points do not reach, that of the longest known. */
function measureMoves(residuals: readonly number[], out: Float64Array): void {
  let known = 0;
  HORIZONS.forEach((horizon, i) => {
    const count = residuals.length - horizon;
    if (count >= horizon) {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += Math.abs(residuals[k]! - residuals[k + horizon]!);
      known = sum / count;
    }
    out[i] = known;
  });
}
