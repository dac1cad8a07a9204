type Numbers = Float64Array | Int32Array | Uint8Array;

/** A typed array that grows by doubling; what was never set is 0. */
export class Growing<T extends Numbers> {
  values: T;

  constructor(private readonly type: new (length: number) => T) {
    this.values = new type(64);
  }

  set(at: number, value: number): void {
    if (at >= this.values.length) {
      let size = 2 * this.values.length;
      while (size <= at) size *= 2;
      const grown = new this.type(size);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[at] = value;
  }
}
