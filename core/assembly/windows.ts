/**
 * Kernels of memory attention over the windows of a series: sliding distances and weighted reconstruction. All f64,
 * byte addresses, without fused multiply–add, and in the order of the plain JavaScript that stands in where
 * WebAssembly is refused (core/src/attention), so that both give the same bits.
 */

// What one scan works on: set once, since a call of many arguments costs more than the work it leads to.
let distances: usize = 0;
let indices: usize = 0;
let limits: usize = 0;
let kept: i32 = 0;
let apart: i32 = 0;
let values: f64 = 0;
let share: f64 = 0;

/**
 * Puts key j at distance d among the nearest of query i, if it is one; keys nearer together than `apart` share a
 * slot. `limits` is kept up to date: see `limitOf`. Four slots are looked at together: which of them is hit cannot be
 * foretold, and a branch for each would cost more than all comparisons.
 */
function insert(i: i32, j: i32, d: f64): void {
  const distance = distances + (<usize>i * kept << 3);
  const worst = distance + (<usize>(kept - 1) << 3);
  if (!(d < load<f64>(worst))) return;
  const index = indices + (<usize>i * kept << 2);

  // The slot that holds this match already, else the last.
  let last: i32 = kept - 1;
  let slot: i32 = 0;
  for (; slot + 4 <= kept; slot += 4) {
    const held = v128.load(index + (<usize>slot << 2));
    const gap = v128.abs<i32>(v128.sub<i32>(held, i32x4.splat(j)));
    const near = v128.and(v128.lt<i32>(gap, i32x4.splat(apart)), v128.ge<i32>(held, i32x4.splat(0)));
    const hits = v128.bitmask<i32>(near);
    if (hits) {
      last = slot + ctz(hits);
      slot = kept;
    }
  }
  for (; slot < kept; slot++) {
    const held = load<i32>(index + (<usize>slot << 2));
    if (held < 0) break;
    const gap = held - j;
    if (gap < apart && gap > -apart) {
      last = slot;
      break;
    }
  }
  // It keeps its place when it is the better one; the last, too, lies farther than d otherwise.
  if (load<f64>(distance + (<usize>last << 3)) <= d) return;

  slot = last;
  while (slot > 0) {
    const before = load<f64>(distance + (<usize>(slot - 1) << 3));
    if (!(before > d)) break;
    store<f64>(distance + (<usize>slot << 3), before);
    store<i32>(index + (<usize>slot << 2), load<i32>(index + (<usize>(slot - 1) << 2)));
    slot--;
  }
  store<f64>(distance + (<usize>slot << 3), d);
  store<i32>(index + (<usize>slot << 2), j);
  store<f64>(limits + (<usize>i << 3), limitOf(load<f64>(worst)));
}

/**
 * The sum of squares over all values of a window from which on a pair certainly lies farther than the worst key kept:
 * a hair above, so that rounding on the way from sums to distances excludes none.
 */
// @ts-ignore: decorator
@inline
function limitOf(worst: f64): f64 {
  return worst * values * (1 + 1e-14) + 1e-300;
}

/** Offers the windows at i and i + offset to each other; `sum` is their squared distance. */
function consider(i: i32, offset: i32, sum: f64): void {
  const d = sum > 0 ? sum * share : 0;
  const j = i + offset;
  if (sum < load<f64>(limits + (<usize>i << 3))) insert(i, j, d);
  if (sum < load<f64>(limits + (<usize>j << 3))) insert(j, i, d);
}

/** Looks closely at two pairs of each offset, of which `near` says which may be kept (bits: A, A + 1, B, B + 1). */
function considerFour(i: i32, a: i32, b: i32, sumA: v128, sumB: v128, near: i32): void {
  if (near & 1) consider(i, a, f64x2.extract_lane(sumA, 0));
  if (near & 4) consider(i, b, f64x2.extract_lane(sumB, 0));
  if (near & 2) consider(i + 1, a, f64x2.extract_lane(sumA, 1));
  if (near & 8) consider(i + 1, b, f64x2.extract_lane(sumB, 1));
}

/**
 * Squared differences, summed over the channels, of the points t and t + a, and of t and t + b: side by side for every
 * t of points − a; the second is left as it was where t + b lies beyond the end.
 */
function squareDifferences(x: usize, channels: i32, points: i32, a: i32, b: i32, squared: usize): void {
  const step = <usize>channels << 3;
  let otherA = x + <usize>a * step;
  let otherB = x + <usize>b * step;
  const together = max(0, points - b);
  let t: i32 = 0;
  for (; t + 2 <= together; t += 2) {
    let sumA = f64x2.splat(0);
    let sumB = f64x2.splat(0);
    for (let c: usize = 0; c < step; c += 8) {
      const own = loadPair(x + c, step);
      const gapA = v128.sub<f64>(own, loadPair(otherA + c, step));
      const gapB = v128.sub<f64>(own, loadPair(otherB + c, step));
      sumA = v128.add<f64>(sumA, v128.mul<f64>(gapA, gapA));
      sumB = v128.add<f64>(sumB, v128.mul<f64>(gapB, gapB));
    }
    v128.store(squared, v128.shuffle<f64>(sumA, sumB, 0, 2));
    v128.store(squared, v128.shuffle<f64>(sumA, sumB, 1, 3), 16);
    x += 2 * step;
    otherA += 2 * step;
    otherB += 2 * step;
    squared += 32;
  }
  for (; t < points - a; t++) {
    let sumA: f64 = 0;
    let sumB: f64 = 0;
    for (let c: usize = 0; c < step; c += 8) {
      const own = load<f64>(x + c);
      const gapA = own - load<f64>(otherA + c);
      sumA += gapA * gapA;
      if (t < together) {
        const gapB = own - load<f64>(otherB + c);
        sumB += gapB * gapB;
      }
    }
    store<f64>(squared, sumA);
    if (t < together) store<f64>(squared, sumB, 8);
    x += step;
    otherA += step;
    otherB += step;
    squared += 16;
  }
}

/** The same for one channel, where the points lie side by side. */
function squareDifferencesOfOne(x: usize, points: i32, a: i32, b: i32, squared: usize): void {
  let otherA = x + (<usize>a << 3);
  let otherB = x + (<usize>b << 3);
  const together = max(0, points - b);
  const end = squared + (<usize>(together & ~1) << 4);
  for (; squared < end; squared += 32) {
    const own = v128.load(x);
    const gapA = v128.sub<f64>(own, v128.load(otherA));
    const gapB = v128.sub<f64>(own, v128.load(otherB));
    const sumA = v128.mul<f64>(gapA, gapA);
    const sumB = v128.mul<f64>(gapB, gapB);
    v128.store(squared, v128.shuffle<f64>(sumA, sumB, 0, 2));
    v128.store(squared, v128.shuffle<f64>(sumA, sumB, 1, 3), 16);
    x += 16;
    otherA += 16;
    otherB += 16;
  }
  for (let t = together & ~1; t < points - a; t++) {
    const gapA = load<f64>(x) - load<f64>(otherA);
    store<f64>(squared, gapA * gapA);
    if (t < together) {
      const gapB = load<f64>(x) - load<f64>(otherB);
      store<f64>(squared, gapB * gapB, 8);
    }
    x += 8;
    otherA += 8;
    otherB += 8;
    squared += 16;
  }
}

/**
 * Compares all pairs of windows whose starts lie first, first + stride, … below last apart, and keeps the k nearest
 * of each (distance: count × k, index: count × k). Two offsets run side by side; along each, the squared distance
 * changes by one entering and one leaving point.
 * @param x (points + 1) × channels values
 * @param limit scratch of count values
 * @param squared scratch of (points + 2) × 2 values
 */
export function scanOffsets(
  x: usize, channels: i32, window: i32, points: i32, distance: usize, index: usize, k: i32, separation: i32,
  first: i32, last: i32, stride: i32, limit: usize, squared: usize,
): void {
  const count = points - window + 1;
  distances = distance;
  indices = index;
  limits = limit;
  kept = k;
  apart = separation;
  values = <f64>(window * channels);
  share = 1 / values;
  for (let i: i32 = 0; i < count; i++) {
    const worst = load<f64>(distance + (<usize>(i * k + k - 1) << 3));
    store<f64>(limit + (<usize>i << 3), limitOf(worst));
  }
  for (let a = first; a < last; a += 2 * stride) {
    // Pairs at the second offset; fewer than at the first, none where it is beyond the end.
    const b = a + stride < last ? a + stride : points;
    if (channels == 1) squareDifferencesOfOne(x, points, a, b, squared);
    else squareDifferences(x, channels, points, a, b, squared);
    scanTwo(window, count, a, b, max(0, count - b), squared);
  }
}

/** The pairs of two offsets, `pairs` of the second, from the squared differences of their points side by side. */
function scanTwo(window: i32, count: i32, a: i32, b: i32, pairs: i32, squared: usize): void {
  const ahead = <usize>window << 4;
  let sums = f64x2.splat(0);
  for (let t: usize = 0; t < ahead; t += 16) sums = v128.add<f64>(sums, v128.load(squared + t));

  // Two pairs of each offset at a time: only where one might be kept, it is looked at by itself.
  let leaving = squared;
  let entering = squared + ahead;
  let own = limits;
  let otherA = limits + (<usize>a << 3);
  let otherB = limits + (<usize>b << 3);
  const body = squared + (<usize>(pairs & ~1) << 4);
  for (; leaving < body; leaving += 32) {
    const next = v128.add<f64>(sums, v128.sub<f64>(v128.load(entering), v128.load(leaving)));
    const sumA = v128.shuffle<f64>(sums, next, 0, 2);
    const sumB = v128.shuffle<f64>(sums, next, 1, 3);
    sums = v128.add<f64>(next, v128.sub<f64>(v128.load(entering, 16), v128.load(leaving, 16)));
    const limit = v128.load(own);
    // pmax, as everywhere here: max, which minds NaN and −0, takes several instructions.
    const nearA = v128.lt<f64>(sumA, v128.pmax<f64>(limit, v128.load(otherA)));
    const nearB = v128.lt<f64>(sumB, v128.pmax<f64>(limit, v128.load(otherB)));
    if (v128.bitmask<i64>(v128.or(nearA, nearB))) {
      const near = v128.bitmask<i64>(nearA) | (v128.bitmask<i64>(nearB) << 2);
      considerFour(<i32>((leaving - squared) >> 4), a, b, sumA, sumB, near);
    }
    entering += 32;
    own += 16;
    otherA += 16;
    otherB += 16;
  }
  for (let i = pairs & ~1; i < count - a; i++) {
    consider(i, a, f64x2.extract_lane(sums, 0));
    if (i < pairs) consider(i, b, f64x2.extract_lane(sums, 1));
    sums = v128.add<f64>(sums, v128.sub<f64>(v128.load(entering), v128.load(leaving)));
    leaving += 16;
    entering += 16;
  }
}

// @ts-ignore: decorator
@inline
function loadPair(at: usize, step: usize): v128 {
  return step == 8 ? v128.load(at) : v128.load_lane<f64>(at + step, v128.load_zero<f64>(at), 1);
}

// @ts-ignore: decorator
@inline
function addPair(at: usize, step: usize, values: v128): void {
  if (step == 8) v128.store(at, v128.add<f64>(v128.load(at), values));
  else {
    store<f64>(at, load<f64>(at) + f64x2.extract_lane(values, 0));
    store<f64>(at + step, load<f64>(at + step) + f64x2.extract_lane(values, 1));
  }
}

/**
 * Rebuilds the queries first, first + stride, … below last from their k keys: Σ weight · (gain · key + shift), where
 * gain and shift put a key at the query's scale and mean (1 and 0 where `mean` is 0). Adds to residual (count ×
 * channels), expected and squares (points × channels) and covered (points).
 * @param slots scratch of k × 4 values: what is used of each key
 */
export function reconstruct(
  x: usize, channels: i32, window: i32, mean: usize, scale: usize, weights: usize, index: usize, k: i32,
  first: i32, last: i32, stride: i32, residual: usize, expected: usize, squares: usize, covered: usize,
  slots: usize,
): void {
  const step = <usize>channels << 3;
  const body = window & ~3;
  for (let i = first; i < last; i += stride) {
    const own = <usize>i * k;
    if (load<i32>(index + (own << 2)) < 0) continue;
    for (let c: i32 = 0; c < channels; c++) {
      const q = <usize>(i * channels + c) << 3;
      let end = slots;
      for (let slot: usize = 0; slot < <usize>k; slot++) {
        const key = load<i32>(index + ((own + slot) << 2));
        if (key < 0) break;
        const weight = load<f64>(weights + ((own + slot) << 3));
        if (weight == 0) continue;
        const at = <usize>(key * channels + c) << 3;
        const gain = mean ? load<f64>(scale + q) / load<f64>(scale + at) : 1;
        store<usize>(end, x + at);
        store<f64>(end, weight, 8);
        store<f64>(end, gain, 16);
        store<f64>(end, mean ? load<f64>(mean + q) - gain * load<f64>(mean + at) : 0, 24);
        end += 32;
      }
      let error0 = f64x2.splat(0);
      let error1 = f64x2.splat(0);
      let t: i32 = 0;
      let ahead: usize = 0;
      for (; t < body; t += 4) {
        let rebuilt0 = f64x2.splat(0);
        let rebuilt1 = f64x2.splat(0);
        let second0 = f64x2.splat(0);
        let second1 = f64x2.splat(0);
        for (let slot = slots; slot < end; slot += 32) {
          const at = load<usize>(slot) + ahead;
          const weight = v128.load_splat<f64>(slot, 8);
          let value0 = loadPair(at, step);
          let value1 = loadPair(at + 2 * step, step);
          if (mean) {
            const gain = v128.load_splat<f64>(slot, 16);
            const shift = v128.load_splat<f64>(slot, 24);
            value0 = v128.add<f64>(v128.mul<f64>(gain, value0), shift);
            value1 = v128.add<f64>(v128.mul<f64>(gain, value1), shift);
          }
          const part0 = v128.mul<f64>(weight, value0);
          const part1 = v128.mul<f64>(weight, value1);
          rebuilt0 = v128.add<f64>(rebuilt0, part0);
          rebuilt1 = v128.add<f64>(rebuilt1, part1);
          second0 = v128.add<f64>(second0, v128.mul<f64>(part0, value0));
          second1 = v128.add<f64>(second1, v128.mul<f64>(part1, value1));
        }
        const at = q + ahead;
        const gap0 = v128.sub<f64>(loadPair(x + at, step), rebuilt0);
        const gap1 = v128.sub<f64>(loadPair(x + at + 2 * step, step), rebuilt1);
        error0 = v128.add<f64>(error0, v128.mul<f64>(gap0, gap0));
        error1 = v128.add<f64>(error1, v128.mul<f64>(gap1, gap1));
        addPair(expected + at, step, rebuilt0);
        addPair(expected + at + 2 * step, step, rebuilt1);
        addPair(squares + at, step, second0);
        addPair(squares + at + 2 * step, step, second1);
        ahead += 4 * step;
      }
      const errors = v128.add<f64>(error0, error1);
      let error = f64x2.extract_lane(errors, 0) + f64x2.extract_lane(errors, 1);
      for (; t < window; t++) {
        let rebuilt: f64 = 0;
        let second: f64 = 0;
        for (let slot = slots; slot < end; slot += 32) {
          let value = load<f64>(load<usize>(slot) + ahead);
          if (mean) value = load<f64>(slot, 16) * value + load<f64>(slot, 24);
          const part = load<f64>(slot, 8) * value;
          rebuilt += part;
          second += part * value;
        }
        const at = q + ahead;
        const gap = load<f64>(x + at) - rebuilt;
        error += gap * gap;
        store<f64>(expected + at, load<f64>(expected + at) + rebuilt);
        store<f64>(squares + at, load<f64>(squares + at) + second);
        ahead += step;
      }
      const unit = mean ? load<f64>(scale + q) : 1;
      store<f64>(residual + q, error / (<f64>window * unit * unit));
    }
    for (let t: usize = <usize>i << 3, end = <usize>(i + window) << 3; t < end; t += 8) {
      store<f64>(covered + t, load<f64>(covered + t) + 1);
    }
  }
}

/**
 * Adds to `into`, for each of `count` shifts from `first` on, the squared differences between the points from…to and
 * those `shift` away, weighed by `observed` (1 or 0) of the latter; points beyond the ends take no part. In four sums.
 * @param x one channel of so many points
 */
export function addContextDistances(
  x: usize, observed: usize, points: i32, from: i32, to: i32, first: i32, count: i32, into: usize,
): void {
  for (let i: i32 = 0; i < count; i++) {
    const shift = first + i;
    const low = max(from, -shift);
    const high = min(to, points - 1 - shift);
    if (low > high) continue;
    let own = x + (<usize>low << 3);
    let other = x + (<usize>(low + shift) << 3);
    let seen = observed + (<usize>(low + shift) << 3);
    let sums0 = f64x2.splat(0);
    let sums1 = f64x2.splat(0);
    let t = low;
    for (; t + 3 <= high; t += 4) {
      const gap0 = v128.sub<f64>(v128.load(own), v128.load(other));
      const gap1 = v128.sub<f64>(v128.load(own, 16), v128.load(other, 16));
      sums0 = v128.add<f64>(sums0, v128.mul<f64>(v128.mul<f64>(gap0, gap0), v128.load(seen)));
      sums1 = v128.add<f64>(sums1, v128.mul<f64>(v128.mul<f64>(gap1, gap1), v128.load(seen, 16)));
      own += 32;
      other += 32;
      seen += 32;
    }
    let sum0 = f64x2.extract_lane(sums0, 0);
    for (; t <= high; t++) {
      const gap = load<f64>(own) - load<f64>(other);
      sum0 += gap * gap * load<f64>(seen);
      own += 8;
      other += 8;
      seen += 8;
    }
    const sum =
      sum0 + f64x2.extract_lane(sums0, 1) + (f64x2.extract_lane(sums1, 0) + f64x2.extract_lane(sums1, 1));
    const at = into + (<usize>i << 3);
    store<f64>(at, load<f64>(at) + sum);
  }
}
