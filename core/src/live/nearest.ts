import type { BinaryReader, BinaryWriter } from './binary.js';
import type { History } from './history.js';

/** Points of the longest window that is compared: so long after a point windows hold it. */
export const LONGEST_WINDOW = 128;

/** Lags whose sums are computed anew with every point, so that rounding never adds up. */
const RENEWED = 6;

/**
 * Distance of the window that ends in the newest point from the nearest earlier one that does not overlap it: the left
 * matrix profile without normalization (Lu et al., DAMP, KDD 2022, compare Yeh et al. 2016). Along each lag the squared
 * distance changes by one entering and one leaving point, so that a new point costs O(lags).
 */
export class NearestWindow {
  /** Squared distance of the newest window from the one `lag` points before. */
  private readonly sums: Float32Array;
  private lags = 0;
  private renewed = 0;
  /** Lag of the nearest window; 0 where there is none. */
  lag = 0;

  constructor(
    private readonly window: number,
    private readonly history: History,
  ) {
    this.sums = new Float32Array(Math.max(0, history.capacity - window + 1));
  }

  /** @returns mean squared distance; −1 while there is no earlier window */
  next(): number {
    const { window: w, sums, history } = this;
    const { values, length } = history;
    const newest = length - 1;
    const entering = values[newest]!;
    const leaving = values[newest - w]!;
    const known = this.lags;
    let nearest = Infinity;
    let lag = 0;
    for (let l = w; l <= known; l++) {
      const g = entering - values[newest - l]!;
      const o = leaving - values[newest - w - l]!;
      let sum = sums[l]! + (g * g - o * o);
      if (sum < 0) sum = 0;
      sums[l] = sum;
      if (sum < nearest) {
        nearest = sum;
        lag = l;
      }
    }
    // One more lag per point until memory is full; the last of them needs its window and the point before it.
    const longest = Math.min(sums.length - 1, length - w);
    for (let l = Math.max(w, known + 1); l <= longest; l++) {
      sums[l] = this.sumOf(l);
      if (sums[l]! < nearest) {
        nearest = sums[l]!;
        lag = l;
      }
      this.lags = l;
    }
    if (known > w) {
      for (let k = 0; k < RENEWED; k++) {
        this.renewed = this.renewed >= known || this.renewed < w ? w : this.renewed + 1;
        sums[this.renewed] = this.sumOf(this.renewed);
      }
    }
    this.lag = lag;
    return lag === 0 ? -1 : nearest / w;
  }

  /**
   * The earlier windows most like the one that ends in the newest point, nearest first, none overlapping another.
   * @param unit squared distance per point that counts as large
   * @returns lags and weights, which sum to 1
   */
  attend(most: number, unit: number): { readonly lag: number; readonly weight: number }[] {
    const lags: number[] = [];
    while (lags.length < most) {
      let nearest = 0;
      for (let l = this.window; l <= this.lags; l++) {
        if (nearest > 0 && this.sums[l]! >= this.sums[nearest]!) continue;
        if (lags.every((lag) => Math.abs(lag - l) >= this.window)) nearest = l;
      }
      if (nearest === 0) break;
      lags.push(nearest);
    }
    const least = this.sums[lags[0] ?? 0]!;
    const weights = lags.map((lag) => Math.exp((least - this.sums[lag]!) / this.window / (0.1 * unit)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return lags.map((lag, i) => ({ lag, weight: weights[i]! / total }));
  }

  clear(): void {
    this.lags = 0;
    this.lag = 0;
  }

  write(out: BinaryWriter): void {
    out.number(this.lags);
    out.number(this.renewed);
    out.number(this.lag);
    out.array(this.sums.subarray(0, this.lags + 1));
  }

  read(from: BinaryReader): void {
    this.lags = from.number();
    this.renewed = from.number();
    this.lag = from.number();
    from.array(this.sums);
  }

  private sumOf(lag: number): number {
    const { values, length } = this.history;
    let sum = 0;
    for (let k = 1; k <= this.window; k++) {
      const g = values[length - k]! - values[length - k - lag]!;
      sum += g * g;
    }
    return sum;
  }
}

/**
 * Mean squared distance of the last `window` points, a few, from the nearest earlier ones that do not overlap them,
 * compared one by one, so that nothing has to be kept; −1 while there are none.
 */
export function nearestShape({ values, length, capacity }: History, window: number): number {
  const newest = length - 1;
  const first = Math.max(window - 1, newest - capacity + window);
  let nearest = Infinity;
  for (let end = newest - window; end >= first; end--) {
    let sum = 0;
    for (let k = 0; k < window && sum < nearest; k++) {
      const g = values[newest - k]! - values[end - k]!;
      sum += g * g;
    }
    if (sum < nearest) nearest = sum;
  }
  return nearest === Infinity ? -1 : nearest / window;
}
