import type { BinaryReader, BinaryWriter } from './binary.js';
import { Tail } from './tail.js';

/** Decades from which a moment is learned from only now and then, until so many in a row that it is the new normal. */
const FLAGGED = 2;
const NOW_AND_THEN = 8;
const NEW_NORMAL = 128;

/**
 * Several channels as one: the largest of their strengths and the root mean square of all, each by how rare it was in
 * its own past. With many channels one of them often stands out; that all do, a little, is rare.
 */
export class JointStrength {
  private readonly tails = [new Tail(), new Tail()];
  private points = 0;
  private flagged = 0;

  push(strengths: ArrayLike<number>): number {
    if (strengths.length === 1) return strengths[0]!;
    let largest = 0;
    let square = 0;
    for (let c = 0; c < strengths.length; c++) {
      largest = Math.max(largest, strengths[c]!);
      square += strengths[c]! ** 2 / strengths.length;
    }
    this.points++;
    const values = [largest, Math.sqrt(square)].map((strength) => Math.exp(SHARPNESS * strength));
    let sum = 0;
    this.tails.forEach((tail, i) => (sum += tail.decades(values[i]!) ** 2 / 2));
    const joint = Math.sqrt(sum);
    this.flagged = joint >= FLAGGED ? this.flagged + 1 : Math.max(0, this.flagged - 2);
    if (joint < FLAGGED || this.flagged > NEW_NORMAL || this.points % NOW_AND_THEN === 0) {
      this.tails.forEach((tail, i) => tail.add(values[i]!, 1));
    }
    return joint;
  }

  write(out: BinaryWriter): void {
    out.number(this.points);
    out.number(this.flagged);
    for (const tail of this.tails) tail.write(out);
  }

  read(from: BinaryReader): void {
    this.points = from.number();
    this.flagged = from.number();
    for (const tail of this.tails) tail.read(from);
  }
}

/** Natural logarithms that one decade of a channel's strength counts as in the tails. */
const SHARPNESS = 2;
