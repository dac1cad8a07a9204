import type { BinaryReader, BinaryWriter } from './binary.js';

/** Width of a bin in natural logarithms; a member's values are squares, so it is 5% of a deviation. */
const BIN = 0.1;
const BINS = 320;
/** Bins below the anchor: it lies where a deviation is too small to matter. */
const BELOW = 60;
/** The anchor follows the floor once it has moved this far (natural logarithms). */
const FAR = 5;
/** Values after which an old one weighs 1/e. */
const FORGET = 10_000;
const BLOCK = 64;
/** Share of its own past that a member's tail is fitted to. */
const TAIL = 0.02;
/** Decades of a value at the start of the tail. */
const TAIL_DECADES = -Math.log10(TAIL);
/** The tail is at least this share of the body's slope, and at least this steep. */
const BODY = 0.5;
const LEAST_SHAPE = 0.3;
/** How much wider a tail is taken to be where few values tell of it. */
const CAUTION = 2;
const CAP = 8;
/** Decades beyond the number of values seen that can be told from them. */
const BEYOND_EVIDENCE = 2;

/**
 * How rare a value is in the past of what it is a value of, in decades (2 = once in 100). A histogram of logarithms
 * that forgets; beyond its 98% quantile a Pareto tail, whose exponent comes from two quantiles so that no single value
 * moves it.
 */
export class Tail {
  private readonly mass = new Float32Array(BINS);
  private total = 0;
  private count = 0;
  private pending = 0;
  private next = 8;
  /** Logarithm of the value in bin `BELOW`. */
  private anchor = NaN;
  private middle = 0;
  private start = 0;
  private shape = 1;

  /** Values seen. */
  get size(): number {
    return this.count;
  }

  /**
   * @param value > 0
   * @param floor > 0: values that matter are not far below it
   */
  add(value: number, floor: number, weight = 1): void {
    this.follow(Math.log(floor));
    const bin = this.binOf(Math.log(value));
    this.mass[bin] = this.mass[bin]! + weight;
    this.total += weight;
    this.count++;
    if (++this.pending >= BLOCK) {
      const keep = (1 - 1 / FORGET) ** BLOCK;
      for (let i = 0; i < BINS; i++) this.mass[i] = this.mass[i]! * keep;
      this.total *= keep;
      this.pending = 0;
    }
    if (this.count >= this.next) {
      this.fit();
      this.next = this.count + Math.max(1, Math.min(32, this.count >> 4));
    }
  }

  /** Decades, 0…8; 0 while fewer than 8 values are known. */
  decades(value: number): number {
    if (this.count < 8) return 0;
    const { middle, start } = this;
    const at = Math.log(value);
    if (at <= middle) return 0.3;
    if (at <= start) return 0.3 + ((TAIL_DECADES - 0.3) * (at - middle)) / Math.max(1e-9, start - middle);
    const n = Math.min(this.count, FORGET);
    const wider = 1 + CAUTION / Math.sqrt(n * TAIL + 1);
    const far = TAIL_DECADES + (at - start) / (this.shape * wider) / Math.LN10;
    // What was seen before is no rarer than that; where nothing ever spread, the number of values is all there is.
    const seen = (this.above(this.binOf(at)) / this.total) * n;
    const most = seen >= 1 ? Math.log10(n / seen) + 0.3 : start - middle < 0.1 ? Math.log10(n) + 0.5 : CAP;
    return Math.min(CAP, Math.log10(n) + BEYOND_EVIDENCE, far, Math.max(TAIL_DECADES, most));
  }

  write(out: BinaryWriter): void {
    for (const value of [this.total, this.count, this.pending, this.next, this.anchor]) out.number(value);
    for (const value of [this.middle, this.start, this.shape]) out.number(value);
    out.sparse(this.mass);
  }

  read(from: BinaryReader): void {
    this.total = from.number();
    this.count = from.number();
    this.pending = from.number();
    this.next = from.number();
    this.anchor = from.number();
    this.middle = from.number();
    this.start = from.number();
    this.shape = from.number();
    from.sparse(this.mass);
  }

  private above(bin: number): number {
    let sum = 0;
    for (let i = BINS - 1; i >= bin; i--) sum += this.mass[i]!;
    return sum;
  }

  private binOf(log: number): number {
    const bin = Math.floor((log - this.anchor) / BIN) + BELOW;
    return bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
  }

  /** Moves the bins with the floor; what leaves them stays in the outermost. */
  private follow(floor: number): void {
    if (Number.isNaN(this.anchor)) this.anchor = floor;
    const bins = Math.round((floor - this.anchor) / BIN);
    if (Math.abs(bins) * BIN <= FAR) return;
    const before = this.mass.slice();
    this.mass.fill(0);
    before.forEach((mass, i) => {
      const to = Math.max(0, Math.min(BINS - 1, i - bins));
      this.mass[to] = this.mass[to]! + mass;
    });
    this.anchor += bins * BIN;
    this.fit();
  }

  private fit(): void {
    const { mass, total } = this;
    let bin = BINS - 1;
    let sum = 0;
    const quantileAbove = (share: number): number => {
      const wanted = total * share;
      while (bin >= 0 && sum + mass[bin]! < wanted) sum += mass[bin--]!;
      const within = bin >= 0 && mass[bin]! > 0 ? (wanted - sum) / mass[bin]! : 0;
      return this.anchor + (bin + 1 - BELOW - within) * BIN;
    };
    const far = quantileAbove(TAIL / 4);
    this.start = quantileAbove(TAIL);
    this.middle = quantileAbove(0.5);
    this.shape = Math.max(
      (far - this.start) / Math.log(4),
      (BODY * (this.start - this.middle)) / Math.log(0.5 / TAIL),
      LEAST_SHAPE,
    );
  }
}
