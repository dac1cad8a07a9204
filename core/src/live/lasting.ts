import type { BinaryReader, BinaryWriter } from './binary.js';

/** Latest errors that the middle one is taken of: it moves once most of them have. */
const LATEST = 9;

/**
 * The middle one of the latest errors of the forecast, squared: what lasts shows in it, and spikes, however large and many,
 * do not, so that its past is a calm one where the other members' is full of spikes.
 */
export class LastingError {
  private readonly errors = new Float64Array(LATEST);
  private readonly sorted = new Float64Array(LATEST);
  private count = 0;

  /**
   * @param error signed; NaN where nothing was expected
   * @returns −1 while there are too few
   */
  push(error: number): number {
    if (Number.isNaN(error)) return -1;
    this.errors[this.count++ % LATEST] = error;
    if (this.count < LATEST) return -1;
    this.sorted.set(this.errors);
    return this.sorted.sort()[LATEST >> 1]! ** 2;
  }

  write(out: BinaryWriter): void {
    out.number(this.count);
    out.array(this.errors);
  }

  read(from: BinaryReader): void {
    this.count = from.number();
    from.array(this.errors);
  }
}
