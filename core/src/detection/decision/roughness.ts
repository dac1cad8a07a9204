import { selectQuantile, selectQuantiles } from '../../preprocess/statistics.js';
import type { DecidedInterval } from './types.js';
import type { EvenScale } from './numbers.js';
import { regularityOf, type Regularity } from './regular.js';

/** Spreads of the logarithm of the movement over a window from which it is unusual, and the least factor. */
const UNUSUAL = 6;
const ROUGHER = 2.2;
const CALMER = 0.4;
const WINDOW = 24;
/** Share of a window that must have been observed. */
const OBSERVED = 0.5;
/** Fewest equal points that are stuck, and how much longer than any other such run. */
const FEWEST_STUCK = 6;
const LONGER = 3;

/** Stretches that move much more, much less or not at all. */
export function findRoughness(
  y: Float64Array,
  missing: Uint8Array | undefined,
  innovations: Float64Array,
  { floor, kind }: EvenScale,
  known: Regularity,
  strictness: number,
): DecidedInterval[] {
  const n = y.length;
  const found: DecidedInterval[] = [];
  if (kind === 'constant') return found;
  const stuck = findStuck(y, missing);
  if (stuck) found.push(stuck);
  if (n < 8 * WINDOW) return found;
  const level = new Float64Array(n);
  const least = 0.3 * floor;
  const sizes = new Float64Array(n);
  // Single outliers are events of their own: what counts here is that many points move.
  for (let t = 0; t < n; t++) sizes[t] = Math.abs(innovations[t]!);
  const cap = 6 * Math.max(least, 1.4826 * selectQuantile(sizes.slice(), 0.5));
  let sum = 0;
  let observed = 0;
  let judged = 0;
  for (let t = 0; t < n; t++) {
    // What was filled in does not move: it must not pass for calm.
    if (!missing?.[t]) {
      sum += Math.min(cap, sizes[t]!);
      observed++;
    }
    if (t >= WINDOW && !missing?.[t - WINDOW]) {
      sum -= Math.min(cap, sizes[t - WINDOW]!);
      observed--;
    }
    level[t] =
      observed < OBSERVED * Math.min(WINDOW, t + 1)
        ? NaN
        : Math.log(Math.max(0, sum) / Math.max(1, observed) + least);
    if (!Number.isNaN(level[t]!)) judged++;
  }
  if (judged < 8 * WINDOW) return found;
  const levels = judged === n ? level.slice() : level.filter((value) => !Number.isNaN(value));
  const [low, middle, high] = selectQuantiles(levels, [0.1, 0.5, 0.9]) as [number, number, number];
  const [up, down] = [high - middle, middle - low];
  const z = new Float64Array(n);
  const { isRegular } = regularityOf(z, known);
  for (let t = WINDOW - 1; t < n; t++) {
    const off = Number.isNaN(level[t]!) ? 0 : level[t]! - middle;
    z[t] = off > 0 ? (1.28 * off) / Math.max(up, 0.1) : (1.28 * off) / Math.max(down, 0.1);
  }
  for (let t = WINDOW - 1; t < n; t++) {
    const off = z[t]!;
    const factor = Math.exp(level[t]! - middle);
    if (off === 0 || Math.abs(off) < UNUSUAL * strictness || (off > 0 ? factor < ROUGHER : factor > CALMER))
      continue;
    let end = t;
    let peak = t;
    const way = Math.sign(off);
    while (end + 1 < n && way * z[end + 1]! > 0.4 * UNUSUAL) {
      end++;
      if (way * z[end]! > way * z[peak]!) peak = end;
    }
    if (!isRegular(peak)) {
      const [a, b] = stretchOf(sizes, missing, {
        from: Math.max(0, t - 2 * WINDOW),
        to: Math.min(n - 1, end + (WINDOW >> 1)),
        usual: Math.exp(middle),
        own: Math.exp(level[peak]!),
      });
      found.push({
        start: a,
        end: b,
        peak: Math.min(b, Math.max(a, peak - (WINDOW >> 1))),
        sign: way > 0 ? 'rough' : 'calm',
        way: 0,
        score: Math.max(1.01, Math.abs(z[peak]!) / UNUSUAL),
      });
    }
    t = end + WINDOW;
  }
  return found;
}

/**
 * The stretch within from…to that speaks most for sizes of mean `own` against such of mean `usual`: the largest sum of
 * log-likelihood ratios of exponential distributions, found as Kadane (1977) did.
 */
function stretchOf(
  sizes: Float64Array,
  missing: Uint8Array | undefined,
  { from, to, usual, own }: { from: number; to: number; usual: number; own: number },
): [number, number] {
  let best = -Infinity;
  let stretch: [number, number] = [from, to];
  let sum = 0;
  let start = from;
  const bias = Math.log(own / usual);
  const most = 6 * Math.max(own, usual);
  for (let t = from; t <= to; t++) {
    if (missing?.[t]) continue;
    if (sum <= 0) {
      sum = 0;
      start = t;
    }
    sum += Math.min(most, sizes[t]!) * (1 / usual - 1 / own) - bias;
    if (sum > best) {
      best = sum;
      stretch = [start, t];
    }
  }
  return stretch;
}

/** The longest run of one value, where runs that long are not what the series does. */
function findStuck(y: Float64Array, missing: Uint8Array | undefined): DecidedInterval | undefined {
  const n = y.length;
  let best = 0;
  let second = 0;
  let end = -1;
  let equal = 0;
  let run = 1;
  const close = (last: number): void => {
    if (run > best) {
      second = best;
      best = run;
      end = last;
    } else if (run > second) second = run;
    run = 1;
  };
  for (let t = 1; t < n; t++) {
    if (y[t] === y[t - 1] && !missing?.[t] && !missing?.[t - 1]) {
      run++;
      equal++;
    } else close(t - 1);
  }
  close(n - 1);
  if (best < FEWEST_STUCK || best < LONGER * second || best > n / 2) return undefined;
  const share = (equal - best + 2) / (n - best + 1);
  // Where most points are as the one before, no run of them is out of the ordinary.
  if (share > 0.5) return undefined;
  const rarity = -(Math.log10(n) + (best - 1) * Math.log10(Math.min(1, share)));
  if (rarity < 4) return undefined;
  return {
    start: end - best + 1,
    end,
    peak: end,
    sign: 'stuck',
    way: 0,
    score: Math.max(1.01, Math.min(30, rarity / 4)),
  };
}
