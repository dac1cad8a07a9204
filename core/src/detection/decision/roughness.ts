import { selectQuantile, selectQuantiles } from '../../preprocess/statistics.js';
import type { DecidedInterval } from './types.js';
import type { EvenScale } from './numbers.js';
import { findRegular, type Regularity } from './regular.js';

/** Spreads of the logarithm of the movement over a window from which it is unusual, and the least factor. */
const UNUSUAL = 6;
const ROUGHER = 2.2;
const CALMER = 0.4;
const WINDOW = 24;
/** Share of a window that must have been observed. */
const OBSERVED = 0.5;
/** Fewest equal points that are stuck, and how much longer than other such runs. */
const FEWEST_STUCK = 6;
const LONGER = 3;
/** Fewest points, and share of a burst, that move twice as much as usual. */
const FEWEST_ROUGH = 6;
const MANY = 0.25;
/** So many runs at the lowest or highest value are a bound of the series, like none at night: it is not stuck there. */
const BOUND_RUNS = 3;
/** Most runs that may be stuck in one series. */
const MOST_STUCK = 3;
/** Normal quantile of the upper quartile. */
const QUARTILE = 0.6745;
/** Least spread of the logarithm of the movement: that of the mean of 24 sizes of normal noise is 0.15. */
const LEAST_SPREAD = 0.08;
/** Usual sizes by which a departure goes on beside a burst. */
const OUTSIDE = 2.5;

/**
 * Intervals that move much more, much less or not at all.
 * @param order points at the start whose innovations are the smaller of two, which must not pass for calm
 */
export function findRoughness(
  y: Float64Array,
  missing: Uint8Array | undefined,
  innovations: Float64Array,
  { floor, kind }: EvenScale,
  known: Regularity,
  strictness: number,
  order: number,
): DecidedInterval[] {
  const n = y.length;
  const found: DecidedInterval[] = [];
  if (kind === 'constant') return found;
  found.push(...findStuck(y, missing));
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
  // Quartiles: a few bursts among a few hundred windows must not set what a burst is measured by.
  const [low, middle, high] = selectQuantiles(levels, [0.25, 0.5, 0.75]) as [number, number, number];
  const up = Math.max((high - middle) / QUARTILE, LEAST_SPREAD);
  const down = Math.max((middle - low) / QUARTILE, LEAST_SPREAD);
  const z = new Float64Array(n);
  const { isRegular } = findRegular(z, known);
  for (let t = WINDOW - 1; t < n; t++) {
    const off = Number.isNaN(level[t]!) ? 0 : level[t]! - middle;
    z[t] = off / (off > 0 ? up : down);
  }
  for (let t = WINDOW - 1; t < n; t++) {
    const off = z[t]!;
    const factor = Math.exp(level[t]! - middle);
    if (off < 0 && t - WINDOW + 1 < order) continue;
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
      const [a, b] = findInterval(sizes, missing, {
        from: Math.max(0, t - 2 * WINDOW),
        to: Math.min(n - 1, end + (WINDOW >> 1)),
        usual: Math.exp(middle),
        own: Math.exp(level[peak]!),
      });
      // A departure and its return move a lot at two points: many must.
      const usual = Math.exp(middle);
      let many = 0;
      for (let i = a; i <= b; i++) if (!missing?.[i] && sizes[i]! > 2 * usual) many++;
      if (way > 0 && many < Math.max(FEWEST_ROUGH, MANY * (b - a + 1))) {
        t = end + WINDOW;
        continue;
      }
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
 * The interval within from…to that speaks most for sizes of mean `own` against such of mean `usual`: the largest sum of
 * log-likelihood ratios of exponential distributions, found as Kadane (1977) did.
 */
function findInterval(
  sizes: Float64Array,
  missing: Uint8Array | undefined,
  { from, to, usual, own }: { from: number; to: number; usual: number; own: number },
): [number, number] {
  let best = -Infinity;
  let interval: [number, number] = [from, to];
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
      interval = [start, t];
    }
  }
  return interval;
}

/**
 * Runs of one value that are longer than such runs are here. Two or three of them may be as long if they hold different
 * values; one that holds the same value as another shows a state of the series.
 */
function findStuck(y: Float64Array, missing: Uint8Array | undefined): DecidedInterval[] {
  const all: { start: number; length: number }[] = [];
  let [low, high] = [Infinity, -Infinity];
  let start = 0;
  for (let t = 1; t <= y.length; t++) {
    low = Math.min(low, y[t - 1]!);
    high = Math.max(high, y[t - 1]!);
    if (t < y.length && y[t] === y[t - 1] && !missing?.[t] && !missing?.[t - 1]) continue;
    if (t - start > 1) all.push({ start, length: t - start });
    start = t;
  }
  const bounds = [low, high].filter(
    (bound) => all.filter((run) => y[run.start] === bound && run.length >= FEWEST_STUCK).length >= BOUND_RUNS,
  );
  const runs = all.filter((run) => !bounds.includes(y[run.start]!));
  const points = (of: readonly { length: number }[]): number =>
    of.reduce((sum, { length }) => sum + length, 0);
  const n = y.length - points(all) + points(runs);
  let equal = points(runs) - runs.length;
  runs.sort((a, b) => b.length - a.length);
  // So many of the longest that all others are much shorter.
  let count = MOST_STUCK;
  while (count > 0 && !((runs[count - 1]?.length ?? 0) >= LONGER * (runs[count]?.length ?? 1))) count--;
  const stuck = runs.slice(0, count).filter((run) => {
    const again = runs.find((other) => other !== run && y[other.start] === y[run.start]);
    return run.length >= FEWEST_STUCK && run.length >= LONGER * (again?.length ?? 1) && run.length <= n / 2;
  });
  const held = stuck.reduce((points, { length }) => points + length, 0);
  // "Where it usually moves" takes a usual.
  if (held > n / 2) return [];
  for (const { length } of stuck) equal -= length - 1;
  const share = Math.min(1, (equal + 1) / (n - held));
  // Where most points are as the one before, no run of them is out of the ordinary.
  if (share > 0.5) return [];
  return stuck.flatMap(({ start, length }) => {
    const rarity = -(Math.log10(n) + (length - 1) * Math.log10(share));
    if (rarity < 4) return [];
    const end = start + length - 1;
    return [
      { start, end, peak: end, sign: 'stuck', way: 0, score: Math.max(1.01, Math.min(30, rarity / 4)) },
    ];
  });
}

/** Share of the departures of an interval that go one way, from which it is one departure and no burst. */
const ONE_WAY = 0.8;
/** From so many departures on they are a burst, even one way. */
const MANY_DEPARTURES = 3;
/** Points by which a departure may begin before or after values are held that depart as a whole. */
const TOGETHER = 2;

/**
 * Whether what is told already tells an interval better: a departure that goes on where the interval does not, or goes one
 * way throughout, is no burst; values that depart as soon as they are held are off, not stuck.
 * @param offs n values: how far each point is from what was expected
 * @param sigma usual size of them
 */
export function isToldBetter(
  found: DecidedInterval,
  inside: readonly DecidedInterval[],
  offs: Float64Array,
  sigma: number,
): boolean {
  if (inside.length === 0) return false;
  if (found.sign === 'stuck') {
    return inside.some(({ start, sign }) => sign === 'off' && Math.abs(start - found.start) <= TOGETHER);
  }
  if (found.sign === 'calm') return true;
  let [sum, total, told] = [0, 0, 0];
  for (let t = found.start; t <= found.end; t++) {
    sum += offs[t]!;
    total += Math.abs(offs[t]!);
    if (inside.some(({ start, end }) => t >= start && t <= end)) told += Math.abs(offs[t]!);
  }
  const isOneWay = inside.length < MANY_DEPARTURES && Math.abs(sum) > ONE_WAY * total && told > total / 2;
  return isOneWay || inside.some((interval) => goesOnOutside(interval, found, offs, sigma));
}

/** Whether a departure has something to tell where the interval is not. */
function goesOnOutside(
  { start, end, way }: DecidedInterval,
  found: DecidedInterval,
  offs: Float64Array,
  sigma: number,
): boolean {
  const outside: number[] = [];
  for (let t = start; t <= end; t++) if (t < found.start || t > found.end) outside.push(way * offs[t]!);
  if (outside.length <= TOGETHER) return false;
  return selectQuantile(Float64Array.from(outside), 0.5) > OUTSIDE * sigma;
}
