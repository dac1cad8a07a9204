import type { BinaryReader, BinaryWriter } from './binary.js';

/**
 * Points beyond all that a series has shown lie off its outermost value by its whole range; where it seldom moved, that
 * says little, and they lie off by this share of the value too.
 */
const OFF_SHARE = 0.5;
const SELDOM = 0.5;
/** Each is as rare as one in all the points there were, though not independent of the one before. */
const DEPENDENT = 0.5;
const LEAST_KNOWN = 20;
const HIGHEST = 4;

/**
 * A series that leaves everything it has shown so far, and stays away: a constant that jumps, or the level of a series so
 * young that the members have hardly a spread to go by. Such points in a row speak for themselves.
 */
export class Departure {
  /** Outermost values so far, and those of the points in a row beyond them. */
  private readonly usual = new Float64Array([Infinity, -Infinity]);
  private readonly beyond = new Float64Array([Infinity, -Infinity]);
  private known = 0;
  private moves = 0;
  private off = 0;
  private offMoves = 0;
  private last = NaN;

  /** @param newNormal points in a row after which what is beyond is what the series does */
  constructor(private readonly newNormal: number) {}

  /**
   * Takes a value.
   * @returns how rare it is that so many in a row are beyond all that came before, in decades; 0 where it is within that
   */
  push(value: number): number {
    const moved = value === this.last ? 0 : 1;
    this.last = value;
    if (this.known < LEAST_KNOWN || !this.isOff(value)) {
      if (this.off > 0) this.settle();
      extend(this.usual, value);
      this.known++;
      this.moves += moved;
      return 0;
    }
    extend(this.beyond, value);
    this.off++;
    this.offMoves += moved;
    if (this.off > this.newNormal) {
      this.settle();
      return 0;
    }
    return Math.min(HIGHEST, DEPENDENT * this.off * Math.log10(this.known + 1));
  }

  private isOff(value: number): boolean {
    const [least, most] = this.usual as unknown as [number, number];
    const away = Math.max(least - value, value - most);
    if (!(away > 0 && away >= most - least)) return false;
    return this.moves > SELDOM * this.known || away >= OFF_SHARE * Math.max(Math.abs(least), Math.abs(most));
  }

  private settle(): void {
    for (const value of this.beyond) extend(this.usual, value);
    this.known += this.off;
    this.moves += this.offMoves;
    this.off = this.offMoves = 0;
    this.beyond.set([Infinity, -Infinity]);
  }

  write(out: BinaryWriter): void {
    for (const value of [this.known, this.moves, this.off, this.offMoves, this.last]) out.number(value);
    out.array(this.usual);
    out.array(this.beyond);
  }

  read(from: BinaryReader): void {
    this.known = from.number();
    this.moves = from.number();
    this.off = from.number();
    this.offMoves = from.number();
    this.last = from.number();
    from.array(this.usual);
    from.array(this.beyond);
  }
}

function extend(range: Float64Array, value: number): void {
  range[0] = Math.min(range[0]!, value);
  range[1] = Math.max(range[1]!, value);
}
