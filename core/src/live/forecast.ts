import { fitAutoregression } from '../preprocess/autoregression.js';
import { autocorrelation } from '../preprocess/autocorrelation.js';
import { quantileOfSorted, sortedPresent } from '../preprocess/statistics.js';
import type { BinaryReader, BinaryWriter } from './binary.js';
import type { History } from './history.js';

/** Points that a forecast looks back at. */
const ORDER = 64;
const RIDGE = 0.01;
/** Spreads beyond which a value enters later forecasts clipped, so that a spike has no echo… */
const CLIP = 4;
/** … unless more values than this in a row lie on the same side: then it is a new level. */
const SAME_SIDE = 3;
/** Rate at which a lasting error is taken over. */
const BIAS = 1 / 32;
/** Latest errors that the spread comes from. */
const ERRORS = 384;

const clamp = (x: number, low: number, high: number): number => (x < low ? low : x > high ? high : x);

/** One-step forecasts of a channel by an autoregression that is fitted again as the series goes on. */
export class Forecast {
  private readonly coefficients = new Float64Array(ORDER);
  private order = 0;
  /** The latest values, oldest first, outliers clipped. */
  private readonly clean = new Float64Array(ORDER);
  private readonly errors = new Float32Array(ERRORS);
  private points = 0;
  private mean = NaN;
  private bias = 0;
  private sameSide = 0;
  /** Usual error of a forecast. */
  spread = 0;
  /** The middle of all values, and the usual distance of one from it. */
  middle = NaN;
  scale = 0;
  /** Nearly the whole range of values: 0.5% to 99.5%. */
  range = 0;

  /** Of the next point; NaN while nothing is known. */
  next(): number {
    let sum = this.mean + this.bias;
    for (let k = 0; k < this.order; k++) {
      sum += this.coefficients[k]! * (this.clean[ORDER - 1 - k]! - this.mean);
    }
    return sum;
  }

  /**
   * Takes the value that came.
   * @param expected its forecast
   * @returns its squared error; −1 while there is no forecast
   */
  push(value: number, expected: number): number {
    const known = !Number.isNaN(expected);
    const error = known ? value - expected : 0;
    const limit = CLIP * this.spread;
    const side = Math.sign(error);
    const isFar = known && Math.abs(error) > limit;
    this.sameSide = !isFar ? 0 : this.sameSide * side > 0 ? this.sameSide + side : side;
    const isClipped = isFar && Math.abs(this.sameSide) <= SAME_SIDE;
    this.clean.copyWithin(0, 1);
    this.clean[ORDER - 1] = isClipped ? expected + side * limit : value;
    if (known) this.bias += BIAS * clamp(error, -limit, limit);
    this.errors[this.points++ % ERRORS] = error * error;
    return known ? error * error : -1;
  }

  /** @param history the values seen, the newest included */
  fit(history: History): void {
    const values = history.recent();
    const n = values.length;
    const sorted = sortedPresent(values);
    const middle = quantileOfSorted(sorted, 0.5);
    this.middle = middle;
    const low = quantileOfSorted(sorted, 0.05);
    const high = quantileOfSorted(sorted, 0.95);
    const distances = values.map((value) => Math.abs(value - middle)).sort();
    let square = 0;
    for (const value of values) square += (clamp(value, 2 * low - high, 2 * high - low) - middle) ** 2;
    const whole = sorted[n - 1]! - sorted[0]!;
    this.scale =
      Math.max(
        1.4826 * quantileOfSorted(distances, 0.5),
        (high - low) / 3.29,
        Math.sqrt(square / n),
        1e-3 * whole,
      ) ||
      1e-9 * Math.abs(middle) ||
      1;
    this.range = quantileOfSorted(sorted, 0.995) - quantileOfSorted(sorted, 0.005);

    const standard = values.map((value) => clamp((value - middle) / this.scale, -CLIP, CLIP));
    let mean = 0;
    for (const value of standard) mean += value / n;
    this.mean = middle + mean * this.scale;
    this.bias = 0;
    this.order = whole > 0 ? clamp(n >> 3, 1, ORDER) : 0;
    this.coefficients.fill(0);
    if (this.order > 0) {
      this.coefficients.set(fitAutoregression(autocorrelation(standard, this.order), this.order, RIDGE));
    }
    // Before the first fit nothing was expected, and the clean values lack nothing but the start.
    const errors = this.errors.slice(0, Math.min(this.points, ERRORS)).sort();
    this.spread = Math.max(Math.sqrt(quantileOfSorted(errors, 0.68)), 1e-3 * this.scale);
  }

  write(out: BinaryWriter): void {
    for (const value of [this.order, this.points, this.mean, this.bias, this.sameSide]) out.number(value);
    for (const value of [this.spread, this.middle, this.scale, this.range]) out.number(value);
    out.array(this.coefficients.subarray(0, this.order));
    out.array(this.clean);
    out.array(this.errors.subarray(0, Math.min(this.points, ERRORS)));
  }

  read(from: BinaryReader): void {
    this.order = from.number();
    this.points = from.number();
    this.mean = from.number();
    this.bias = from.number();
    this.sameSide = from.number();
    this.spread = from.number();
    this.middle = from.number();
    this.scale = from.number();
    this.range = from.number();
    from.array(this.coefficients);
    from.array(this.clean);
    from.array(this.errors);
  }
}
