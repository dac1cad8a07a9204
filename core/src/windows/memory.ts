import { checkNumber } from '../check-number.js';
import { checkAnyNumber, checkArray, checkEach, checkRecord } from '../check-argument.js';
import { windowKernels } from './kernels.js';
import { HeedError } from '../errors.js';
import type { NearestWindows, Reconstruction, WindowMemory, WindowNormalization } from './memory-types.js';
import { insertNearest, reconstructPlain, scanPlain } from './memory-plain.js';

/**
 * Attention over the windows of a series' own history ("memory attention"): every window is a query, every other
 * window far enough away is a key and a value. The weights are softmax(−distance / temperature) over the nearest
 * keys, the result is the attention-weighted reconstruction of the query. No parameter is learned.
 *
 * All kernels work on plain typed arrays and do a bounded slice of the work per call, so that a caller can yield
 * in between and another implementation (WebAssembly) can stand behind the same signatures.
 */

/**
 * Prepares the windows of d channels of n values each.
 * @param floor smallest divisor of the `z` normalization per channel (a share of the channel's noise): windows
 *   flatter than this are not blown up
 * @throws HeedError too-few-points when there are not at least two windows
 */
export function createWindowMemory(
  channels: readonly Float64Array[],
  window: number,
  normalization: WindowNormalization = 'none',
  floor: ArrayLike<number> = [],
): WindowMemory {
  checkEach('channel', channels, checkArray);
  if (channels.length === 0)
    throw new HeedError('no-numeric-column', 'there is no channel', 'Give at least one.');
  const d = channels.length;
  const n = channels[0]!.length;
  const count = n - window + 1;
  if (count < 2) {
    throw new HeedError(
      'too-few-points',
      `${n} points hold no two windows of ${window} points`,
      `Give at least ${window + 1} points or a shorter window.`,
    );
  }
  const values = new Float64Array((n + 1) * d);
  for (let c = 0; c < d; c++) {
    const channel = channels[c]!;
    for (let t = 0; t < n; t++) values[t * d + c] = channel[t]!;
  }
  const normalized = normalization !== 'none';
  const mean = new Float64Array(normalized ? count * d : 0);
  const variance = new Float64Array(normalization === 'z' ? count * d : 0);
  const scale = new Float64Array(normalized ? count * d : 0).fill(1);
  if (normalized) {
    for (let c = 0; c < d; c++) {
      // Sums around the channel's mean keep the running squares accurate far from zero.
      let origin = 0;
      for (let t = 0; t < n; t++) origin += channels[c]![t]!;
      origin /= n;
      let sum = 0;
      let squares = 0;
      for (let t = 0; t < n; t++) {
        const entering = channels[c]![t]! - origin;
        sum += entering;
        squares += entering * entering;
        if (t >= window) {
          const leaving = channels[c]![t - window]! - origin;
          sum -= leaving;
          squares -= leaving * leaving;
        }
        const i = t - window + 1;
        if (i < 0) continue;
        const m = sum / window;
        mean[i * d + c] = m + origin;
        if (normalization === 'z') {
          const v = Math.max(0, squares / window - m * m);
          variance[i * d + c] = v;
          scale[i * d + c] = Math.max(Math.sqrt(v), floor[c] ?? 0, 1e-9);
        }
      }
    }
  }
  return { values, points: n, channels: d, window, count, normalization, mean, scale, variance };
}

/** Empty slots for `k` keys per window. Memory: 12 bytes per slot. */
export function createNearestWindows(count: number, k: number, separation: number): NearestWindows {
  checkNumber('the number of windows', count, { min: 0, max: 2 ** 28, whole: true });
  checkNumber('k', k, { min: 0, max: 2 ** 16, whole: true });
  checkNumber('the number of neighbors', count * k, { max: 2 ** 30 });
  return {
    count,
    k,
    separation,
    distance: new Float64Array(count * k).fill(Infinity),
    index: new Int32Array(count * k).fill(-1),
  };
}

/** The offsets, or windows, first, first + stride, … below last. */
export interface WindowInterval {
  readonly first: number;
  readonly last: number;
  readonly stride: number;
}

/**
 * Compares all pairs of windows whose starts lie an offset apart, for the offsets of all ranges in turn, and keeps
 * the nearest of each. Along one offset the squared distance changes by one entering and one
 * leaving point, so a pair costs O(d), whatever the window (the recurrence of SCRIMP, Zhu et al. 2018).
 * Distances are mean squared distances per value, after the memory's normalization. WebAssembly does it where the
 * engine allows (windows compared as they are), with the same bits as the JavaScript.
 */
export function scanWindowOffsets(
  memory: WindowMemory,
  nearest: NearestWindows,
  ranges: readonly WindowInterval[],
): void {
  checkRecord('memory', memory);
  checkRecord('nearest', nearest);
  checkEach('range', ranges, checkRecord);
  if (memory.normalization === 'none' && windowKernels()?.scan(memory.values, memory, nearest, ranges))
    return;
  const scan = memory.normalization === 'none' ? scanPlain : scanNormalized;
  for (const { first, last, stride } of ranges) scan(memory, nearest, first, last, stride);
}

function scanNormalized(
  memory: WindowMemory,
  nearest: NearestWindows,
  first: number,
  last: number,
  stride: number,
): void {
  const { values: x, window: w, count, channels, mean, scale, variance, normalization } = memory;
  const { distance, k } = nearest;
  const z = normalization === 'z';
  const worst = k - 1;
  const sums = new Float64Array(channels);
  const perPoint = 1 / w;
  const perChannel = 1 / channels;
  for (let offset = first; offset < last; offset += stride) {
    sums.fill(0);
    for (let t = 0; t < w; t++) {
      for (let c = 0; c < channels; c++) {
        const difference = x[t * channels + c]! - x[(t + offset) * channels + c]!;
        sums[c] = sums[c]! + difference * difference;
      }
    }
    for (let i = 0, j = offset; j < count; i++, j++) {
      let d = 0;
      for (let c = 0; c < channels; c++) {
        const a = i * channels + c;
        const b = j * channels + c;
        const gap = mean[a]! - mean[b]!;
        const centered = sums[c]! * perPoint - gap * gap;
        if (z) {
          const va = variance[a]!;
          const vb = variance[b]!;
          const sa = scale[a]!;
          const sb = scale[b]!;
          d += va / (sa * sa) + vb / (sb * sb) - (va + vb - centered) / (sa * sb);
        } else d += centered;
        const leaving = x[a]! - x[b]!;
        const entering = x[a + w * channels]! - x[b + w * channels]!;
        sums[c] = sums[c]! + entering * entering - leaving * leaving;
      }
      d = d > 0 ? d * perChannel : 0;
      if (d < distance[i * k + worst]!) insertNearest(nearest, i, j, d);
      if (d < distance[j * k + worst]!) insertNearest(nearest, j, i, d);
    }
  }
}

/** Weights below this share of the heaviest are dropped, and with them the work of adding up their windows. */
const NEGLIGIBLE = 1e-7;

/**
 * Attention weights of the kept keys: softmax over −distance / temperature, per query. Subtracting the nearest
 * distance first keeps the exponentials from vanishing.
 * @returns count × k weights, each query's summing to 1; all 0 where a query has no key
 */
export function attentionWeights(nearest: NearestWindows, temperature: number): Float64Array {
  checkRecord('nearest', nearest);
  const { count, k, distance, index } = nearest;
  const weights = new Float64Array(count * k);
  for (let i = 0; i < count; i++) {
    const base = i * k;
    if (index[base]! < 0) continue;
    // The nearest key has exp(0).
    weights[base] = 1;
    let sum = 1;
    for (let slot = base + 1; slot < base + k && index[slot]! >= 0; slot++) {
      const weight = Math.exp((distance[base]! - distance[slot]!) / temperature);
      if (weight < NEGLIGIBLE) break;
      weights[slot] = weight;
      sum += weight;
    }
    for (let slot = base; slot < base + k; slot++) weights[slot] = weights[slot]! / sum;
  }
  return weights;
}

export function createReconstruction(memory: WindowMemory): Reconstruction {
  checkRecord('memory', memory);
  const { points, channels, count } = memory;
  return {
    residual: new Float64Array(count * channels),
    expected: new Float64Array(points * channels),
    squares: new Float64Array(points * channels),
    covered: new Float64Array(points),
  };
}

/**
 * Reconstructs the queries of all ranges from their keys: value of the query's point t = Σ weight · value of the
 * key's point t, normalized as the memory says and put back to the query's level (and scale). Adds to `into`. Cost
 * O(window · k · d) per query.
 */
export function reconstructWindows(
  memory: WindowMemory,
  nearest: NearestWindows,
  weights: Float64Array,
  ranges: readonly WindowInterval[],
  into: Reconstruction,
): void {
  checkRecord('memory', memory);
  checkRecord('nearest', nearest);
  checkArray('weights', weights);
  checkEach('range', ranges, checkRecord);
  checkRecord('into', into);
  const { mean, scale, normalization } = memory;
  const scaling = normalization === 'none' ? undefined : { mean, scale };
  const keys = { weights, index: nearest.index, k: nearest.k };
  if (windowKernels()?.reconstruct(memory.values, memory, scaling, keys, ranges, into)) return;
  for (const { first, last, stride } of ranges) {
    reconstructPlain(memory, nearest, weights, first, last, stride, into);
  }
}

/** The keys that one query attended to, heaviest first: starts of windows and their weights. */
export function attendedWindows(
  nearest: NearestWindows,
  weights: Float64Array,
  query: number,
): { start: number; weight: number }[] {
  checkRecord('nearest', nearest);
  checkArray('weights', weights);
  checkAnyNumber('query', query);
  const found: { start: number; weight: number }[] = [];
  for (let slot = query * nearest.k; slot < (query + 1) * nearest.k && nearest.index[slot]! >= 0; slot++) {
    found.push({ start: nearest.index[slot]!, weight: weights[slot]! });
  }
  return found.sort((a, b) => b.weight - a.weight || a.start - b.start);
}
