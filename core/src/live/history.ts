import type { BinaryReader, BinaryWriter } from './binary.js';

const SLACK = 128;

/** The latest values of a channel, oldest first and without a break. */
export class History<Values extends Float64Array | Float32Array = Float64Array> {
  /** Only `length` of them are in use. */
  readonly values: Values;
  length = 0;

  /**
   * @param capacity values kept at least
   * @param type what they are kept in
   */
  constructor(
    readonly capacity: number,
    type: new (length: number) => Values,
  ) {
    this.values = new type(capacity + SLACK);
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      this.values.copyWithin(0, SLACK);
      this.length -= SLACK;
    }
    this.values[this.length++] = value;
  }

  /** The latest values, `capacity` at most; a view. */
  recent(): Values {
    return this.values.subarray(Math.max(0, this.length - this.capacity), this.length) as Values;
  }

  clear(): void {
    this.length = 0;
  }

  write(out: BinaryWriter): void {
    out.array(this.values.subarray(0, this.length));
  }

  read(from: BinaryReader): void {
    this.length = from.array(this.values);
  }
}
