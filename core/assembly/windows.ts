/**
 * Kernels of memory attention over the windows of a series: sliding distances and weighted reconstruction. All f64,
 * byte addresses, without fused multiply–add, and in the order of the plain JavaScript that stands in where
 * WebAssembly is refused (core/src/attention), so that both give the same bits.
 */

/** Puts key j at distance d among the k nearest of query i; keys nearer together than `separation` share a slot. */
function insert(
  distance: usize, index: usize, worst: usize, k: i32, separation: i32, i: i32, j: i32, d: f64,
): void {
  const distances = distance + (<usize>i * k << 3);
  const indices = index + (<usize>i * k << 2);
  let last: i32 = k - 1;
  for (let slot: i32 = 0; slot <= last; slot++) {
    const held = load<i32>(indices + (<usize>slot << 2));
    if (held < 0) break;
    const gap = held - j;
    if (gap < separation && gap > -separation) {
      if (load<f64>(distances + (<usize>slot << 3)) <= d) return;
      last = slot;
      break;
    }
  }
  let slot = last;
  while (slot > 0) {
    const before = load<f64>(distances + (<usize>(slot - 1) << 3));
    if (!(before > d)) break;
    store<f64>(distances + (<usize>slot << 3), before);
    store<i32>(indices + (<usize>slot << 2), load<i32>(indices + (<usize>(slot - 1) << 2)));
    slot--;
  }
  store<f64>(distances + (<usize>slot << 3), d);
  store<i32>(indices + (<usize>slot << 2), j);
  store<f64>(worst + (<usize>i << 3), load<f64>(distances + (<usize>(k - 1) << 3)));
}

/** Squared differences, summed over the channels, of the points t and t + offset, for all t below `width`. */
function squareDifferences(x: usize, channels: i32, offset: i32, width: i32, squared: usize): void {
  const step = <usize>channels << 3;
  let other = x + <usize>offset * step;
  let t: i32 = 0;
  if (channels == 1) {
    for (; t + 4 <= width; t += 4) {
      const gap0 = v128.sub<f64>(v128.load(x), v128.load(other));
      const gap1 = v128.sub<f64>(v128.load(x, 16), v128.load(other, 16));
      v128.store(squared, v128.mul<f64>(gap0, gap0));
      v128.store(squared, v128.mul<f64>(gap1, gap1), 16);
      x += 32;
      other += 32;
      squared += 32;
    }
  }
  for (; t + 2 <= width; t += 2) {
    let sum = f64x2.splat(0);
    for (let c: usize = 0; c < step; c += 8) {
      const gap = v128.sub<f64>(loadPair(x + c, step), loadPair(other + c, step));
      sum = v128.add<f64>(sum, v128.mul<f64>(gap, gap));
    }
    v128.store(squared, sum);
    x += 2 * step;
    other += 2 * step;
    squared += 16;
  }
  if (t < width) {
    let sum: f64 = 0;
    for (let c: usize = 0; c < step; c += 8) {
      const gap = load<f64>(x + c) - load<f64>(other + c);
      sum += gap * gap;
    }
    store<f64>(squared, sum);
  }
}

function sumOf(values: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (const end = values + (<usize>n << 3); values < end; values += 8) sum += load<f64>(values);
  return sum;
}

/**
 * Compares all pairs of windows whose starts lie first, first + stride, … below last apart, and keeps the k nearest
 * of each (distance: count × k, index: count × k). Two offsets run side by side; along each, the squared distance
 * changes by one entering and one leaving point.
 * @param x (points + 1) × channels values
 * @param worst scratch of count values
 * @param squared scratch of (points + 2) × 2 values
 */
export function scanOffsets(
  x: usize, channels: i32, window: i32, points: i32, distance: usize, index: usize, k: i32, separation: i32,
  first: i32, last: i32, stride: i32, worst: usize, squared: usize,
): void {
  const count = points - window + 1;
  const share: f64 = 1 / <f64>(window * channels);
  const shares = f64x2.splat(share);
  const zero = f64x2.splat(0);
  const ahead = <usize>window << 3;
  for (let i: i32 = 0; i < count; i++) {
    store<f64>(worst + (<usize>i << 3), load<f64>(distance + (<usize>(i * k + k - 1) << 3)));
  }
  for (let a = first; a < last; a += 2 * stride) {
    const b = a + stride;
    // Pairs at the second offset; fewer than at the first, none where it is beyond the end.
    const pairs = b < last ? max(0, count - b) : 0;
    const squaredA = squared;
    const squaredB = squared + (<usize>(points + 2) << 3);
    const worstA = worst + (<usize>a << 3);
    const worstB = worst + (<usize>b << 3);
    squareDifferences(x, channels, a, points - a, squaredA);
    if (pairs > 0) squareDifferences(x, channels, b, points - b, squaredB);
    let sums = f64x2.splat(sumOf(squaredA, window));
    if (pairs > 0) sums = f64x2.replace_lane(sums, 1, sumOf(squaredB, window));

    // Two pairs of each offset at a time: only where one might be kept, each is looked at by itself.
    const body = pairs & ~1;
    let i: i32 = 0;
    for (; i < body; i += 2) {
      const at = <usize>i << 3;
      const changeA = v128.sub<f64>(v128.load(squaredA + at + ahead), v128.load(squaredA + at));
      const changeB = v128.sub<f64>(v128.load(squaredB + at + ahead), v128.load(squaredB + at));
      const next = v128.add<f64>(sums, v128.shuffle<f64>(changeA, changeB, 0, 2));
      const dA = v128.mul<f64>(v128.max<f64>(v128.shuffle<f64>(sums, next, 0, 2), zero), shares);
      const dB = v128.mul<f64>(v128.max<f64>(v128.shuffle<f64>(sums, next, 1, 3), zero), shares);
      sums = v128.add<f64>(next, v128.shuffle<f64>(changeA, changeB, 1, 3));
      const own = v128.load(worst + at);
      const nearA = v128.lt<f64>(dA, v128.max<f64>(own, v128.load(worstA + at)));
      const nearB = v128.lt<f64>(dB, v128.max<f64>(own, v128.load(worstB + at)));
      if (v128.bitmask<i64>(v128.or(nearA, nearB))) {
        consider(distance, index, worst, k, separation, i, i + a, f64x2.extract_lane(dA, 0));
        consider(distance, index, worst, k, separation, i, i + b, f64x2.extract_lane(dB, 0));
        consider(distance, index, worst, k, separation, i + 1, i + 1 + a, f64x2.extract_lane(dA, 1));
        consider(distance, index, worst, k, separation, i + 1, i + 1 + b, f64x2.extract_lane(dB, 1));
      }
    }
    let sumA = f64x2.extract_lane(sums, 0);
    let sumB = f64x2.extract_lane(sums, 1);
    for (; i < count - a; i++) {
      const at = <usize>i << 3;
      consider(distance, index, worst, k, separation, i, i + a, max(sumA, 0) * share);
      sumA += load<f64>(squaredA + at + ahead) - load<f64>(squaredA + at);
      if (i < pairs) {
        consider(distance, index, worst, k, separation, i, i + b, max(sumB, 0) * share);
        sumB += load<f64>(squaredB + at + ahead) - load<f64>(squaredB + at);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function consider(
  distance: usize, index: usize, worst: usize, k: i32, separation: i32, i: i32, j: i32, d: f64,
): void {
  if (d < load<f64>(worst + (<usize>i << 3))) insert(distance, index, worst, k, separation, i, j, d);
  if (d < load<f64>(worst + (<usize>j << 3))) insert(distance, index, worst, k, separation, j, i, d);
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
