import type { NearestWindows, Reconstruction, WindowMemory } from './memory-types.js';

/*
 * The kernels of core/assembly/windows.ts in plain JavaScript, for engines that refuse WebAssembly: the same
 * operations in the same order, so that scores do not depend on which of the two ran.
 */

/** Puts key j at distance d among the k nearest of query i; keys nearer together than `separation` share a slot. */
export function insertNearest(nearest: NearestWindows, i: number, j: number, d: number): void {
  const { k, distance, index, separation } = nearest;
  const base = i * k;
  let last = base + k - 1;
  // A slot that already holds this match is replaced, or keeps its place when it is the better one.
  for (let slot = base; slot <= last && index[slot]! >= 0; slot++) {
    const gap = index[slot]! - j;
    if (gap < separation && gap > -separation) {
      if (distance[slot]! <= d) return;
      last = slot;
      break;
    }
  }
  let slot = last;
  while (slot > base && distance[slot - 1]! > d) {
    distance[slot] = distance[slot - 1]!;
    index[slot] = index[slot - 1]!;
    slot--;
  }
  distance[slot] = d;
  index[slot] = j;
}

/** Squared distances of the points t and t + offset over all channels, into `squared`. */
function squareDifferences(memory: WindowMemory, offset: number, squared: Float64Array): number {
  const { values: x, channels, points, window } = memory;
  const width = points - offset;
  for (let t = 0, a = 0, b = offset * channels; t < width; t++) {
    let sum = 0;
    for (let c = 0; c < channels; c++, a++, b++) {
      const difference = x[a]! - x[b]!;
      sum += difference * difference;
    }
    squared[t] = sum;
  }
  let sum = 0;
  for (let t = 0; t < window; t++) sum += squared[t]!;
  return sum;
}

/** Pairs of windows that lie first, first + stride, … below last apart, two offsets at a time. */
export function scanPlain(
  memory: WindowMemory,
  nearest: NearestWindows,
  first: number,
  last: number,
  stride: number,
): void {
  const { window: w, count, channels, points } = memory;
  const { distance, k } = nearest;
  const share = 1 / (w * channels);
  const worst = k - 1;
  const squaredA = new Float64Array(points + 1);
  const squaredB = new Float64Array(points + 1);
  const consider = (i: number, j: number, d: number): void => {
    if (d < distance[i * k + worst]!) insertNearest(nearest, i, j, d);
    if (d < distance[j * k + worst]!) insertNearest(nearest, j, i, d);
  };
  for (let a = first; a < last; a += 2 * stride) {
    const b = a + stride;
    const pairs = b < last ? Math.max(0, count - b) : 0;
    let sumA = squareDifferences(memory, a, squaredA);
    let sumB = pairs > 0 ? squareDifferences(memory, b, squaredB) : 0;
    for (let i = 0; i < pairs; i++) {
      consider(i, i + a, sumA > 0 ? sumA * share : 0);
      consider(i, i + b, sumB > 0 ? sumB * share : 0);
      sumA += squaredA[i + w]! - squaredA[i]!;
      sumB += squaredB[i + w]! - squaredB[i]!;
    }
    for (let i = pairs; i < count - a; i++) {
      consider(i, i + a, sumA > 0 ? sumA * share : 0);
      sumA += squaredA[i + w]! - squaredA[i]!;
    }
  }
}

/** `reconstructWindows` for one range of queries. */
export function reconstructPlain(
  memory: WindowMemory,
  nearest: NearestWindows,
  weights: Float64Array,
  first: number,
  last: number,
  stride: number,
  into: Reconstruction,
): void {
  const { values: x, window: w, channels, mean, scale, normalization } = memory;
  const { k, index } = nearest;
  const plain = normalization === 'none';
  const rebuilt = new Float64Array(w);
  const second = new Float64Array(w);
  const errors = new Float64Array(4);
  for (let i = first; i < last; i += stride) {
    if (index[i * k]! < 0) continue;
    for (let c = 0; c < channels; c++) {
      rebuilt.fill(0);
      second.fill(0);
      const q = i * channels + c;
      for (let slot = i * k; slot < i * k + k && index[slot]! >= 0; slot++) {
        const weight = weights[slot]!;
        if (weight === 0) continue;
        const key = index[slot]! * channels + c;
        const gain = plain ? 1 : scale[q]! / scale[key]!;
        const shift = plain ? 0 : mean[q]! - gain * mean[key]!;
        for (let t = 0, at = key; t < w; t++, at += channels) {
          const value = gain * x[at]! + shift;
          const part = weight * value;
          rebuilt[t] = rebuilt[t]! + part;
          second[t] = second[t]! + part * value;
        }
      }
      // Four sums, as the lanes of the WebAssembly keep them, and the rest of the window on top.
      errors.fill(0);
      const body = w & ~3;
      let error = 0;
      for (let t = 0, at = q; t < w; t++, at += channels) {
        const residual = x[at]! - rebuilt[t]!;
        if (t === body) error = errors[0]! + errors[2]! + (errors[1]! + errors[3]!);
        if (t < body) errors[t & 3] = errors[t & 3]! + residual * residual;
        else error += residual * residual;
        into.expected[at] = into.expected[at]! + rebuilt[t]!;
        into.squares[at] = into.squares[at]! + second[t]!;
      }
      if (body === w) error = errors[0]! + errors[2]! + (errors[1]! + errors[3]!);
      const unit = plain ? 1 : scale[q]!;
      into.residual[q] = error / (w * unit * unit);
    }
    for (let t = i; t < i + w; t++) into.covered[t] = into.covered[t]! + 1;
  }
}
