import type { BinaryReader, BinaryWriter } from './binary.js';

/** Points that incidents are explained from. */
export const RECENT = 256;

/** What was expected of the latest points of a channel, and how much each stood out: what a reason is made from. */
export class Recent {
  private readonly kept = [0, 1, 2].map(() => new Float32Array(RECENT));

  push(expected: number, spread: number, strength: number): void {
    [expected, spread, strength].forEach((value, i) => {
      this.kept[i]!.copyWithin(0, 1);
      this.kept[i]![RECENT - 1] = value;
    });
  }

  /** The last `count` points, RECENT at most. */
  last(count: number): { expected: Float64Array; spread: Float64Array; strength: Float64Array } {
    const cut = (i: number): Float64Array => Float64Array.from(this.kept[i]!.subarray(RECENT - count));
    return { expected: cut(0), spread: cut(1), strength: cut(2) };
  }

  write(out: BinaryWriter): void {
    for (const values of this.kept) out.array(values);
  }

  read(from: BinaryReader): void {
    for (const values of this.kept) from.array(values);
  }
}
