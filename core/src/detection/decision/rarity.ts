import { takeSample } from '../../preprocess/period/prepare.js';
import { selectQuantile, selectQuantiles } from '../../preprocess/statistics.js';

/** Share of a statistic's own past that its tail is fitted to. */
const TAIL = 0.02;
/** Least shape of the tail, and the share of the body's slope that it has at least. */
const LEAST_SHAPE = 0.3;
const BODY = 0.5;
/** From this many points on quantiles of the tail mean something. */
const FEWEST = 100;

/** How rare sizes are among those seen, in decades: 2 = one in a hundred. */
export interface Rarity {
  readonly of: (size: number) => number;
  /** Least size of that rarity, which must be rarer than the tail begins. */
  readonly least: (decades: number) => number;
}

/** Decades of rarity that are one exponent of 10 of a score; what that nears, and how far beyond 1 it has come halfway. */
const DECADES = 3;
const MOST_EXPONENT = 2;
const HALFWAY = 2;

/**
 * Score of an event that is so many decades rarer than the least rarity of one: three decades are 10 times the threshold.
 * Beyond, the score nears 100 but never reaches it, so that of two loud events the rarer one is still the graver.
 */
export function scoreOfRarity(decades: number): number {
  const exponent = decades / DECADES;
  if (exponent <= 1) return Math.max(1.01, 10 ** exponent);
  return 10 ** (1 + ((MOST_EXPONENT - 1) * (exponent - 1)) / (exponent - 1 + HALFWAY));
}

/** Clusters of sizes are this far apart, and end where sizes come down to this share of their peak. */
const APART = 12;
const CLUSTER_SHARE = 0.5;
/** Largest share of the points that may be left out as clusters. */
const MOST_LEFT_OUT = 0.45;
/** A cluster is left out only where it rises so far above the tail of the rest. */
const CLEAR = 1.8;

/**
 * The sizes without the highest clusters, which may be anomalies: what remains tells what is usual.
 * @param sizes n values, >= 0
 * @param clusters how many to leave out
 */
export function withoutClusters(sizes: Float64Array, clusters: number): Float64Array {
  const n = sizes.length;
  const left = sizes.slice();
  // The tail of the rest is no lower than the median of all, so that lower peaks are never clear.
  const least = CLEAR * selectQuantile(takeSample(sizes), 0.5);
  const high: number[] = [];
  for (let t = 0; t < n; t++) if (sizes[t]! > 0 && sizes[t]! >= least) high.push(t);
  const found: { start: number; end: number; peak: number }[] = [];
  let out = 0;
  for (let c = 0; c < clusters; c++) {
    let peak = -1;
    let highest = 0;
    for (const t of high) {
      if (left[t]! > highest) {
        highest = left[t]!;
        peak = t;
      }
    }
    if (peak < 0) break;
    const least = CLUSTER_SHARE * highest;
    const findEnd = (way: 1 | -1): number => {
      let end = peak;
      for (let t = peak; t >= 0 && t < n && Math.abs(t - end) <= APART; t += way)
        if (sizes[t]! >= least) end = t;
      return end;
    };
    const [start, end] = [findEnd(-1), findEnd(1)];
    if (out + end - start + 1 > MOST_LEFT_OUT * n) break;
    for (let t = start; t <= end; t++) {
      if (left[t]! >= 0) out++;
      left[t] = -1;
    }
    found.push({ start, end, peak: sizes[peak]! });
  }
  if (found.length === 0) return left;
  const limit = CLEAR * selectQuantile(notNegative(left), 1 - TAIL);
  for (const { start, end, peak } of found) {
    if (peak < limit) for (let t = start; t <= end; t++) left[t] = sizes[t]!;
  }
  return notNegative(left);
}

function notNegative(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  let count = 0;
  for (let t = 0; t < values.length; t++) if (values[t]! >= 0) out[count++] = values[t]!;
  return out.subarray(0, count);
}

/**
 * Fits the upper tail of sizes: a Pareto tail whose shape is the steeper of the tail's own and half the body's, wider
 * where there is little evidence. Two quantiles tell the tail, so that a few anomalies hardly move it.
 * @param sizes n values, >= 0; its order changes
 * @param floor least size that counts
 */
export function fitRarity(sizes: Float64Array, floor: number): Rarity {
  const n = sizes.length;
  // Sizes are seen with the floor added as noise of its own is, and taken without it again.
  const raise = (size: number): number => Math.hypot(size, floor);
  const lower = (raised: number): number =>
    raised > floor ? raised * Math.sqrt(1 - (floor / raised) ** 2) : 0;
  if (n < FEWEST) {
    // Robust deviations of so few points are those of a normal distribution with an uncertain scale.
    const sigma = raise(1.4826 * (n > 0 ? selectQuantile(sizes, 0.5) : 0));
    const limit = (sigma * (5 + 26 / Math.max(1, n))) / 3;
    return {
      of: (size) => raise(size) / limit,
      least: (decades) => lower(decades * limit),
    };
  }
  const [median, tail, far] = selectQuantiles(sizes, [0.5, 1 - TAIL, 1 - TAIL / 4]).map((size) =>
    Math.log(raise(size)),
  ) as [number, number, number];
  const shape =
    Math.max(
      (2 * (far - tail)) / Math.log(4),
      (2 * BODY * (tail - median)) / Math.log(0.5 / TAIL),
      LEAST_SHAPE,
    ) *
    (1 + 2 / Math.sqrt(n * TAIL + 1));
  const base = -Math.log10(TAIL);
  return {
    of: (size) => {
      const at = Math.log(raise(size));
      if (at <= median) return 0.3;
      if (at <= tail) return 0.3 + ((base - 0.3) * (at - median)) / Math.max(1e-9, tail - median);
      return base + (2 * (at - tail)) / shape / Math.LN10;
    },
    least: (decades) => lower(Math.exp(tail + ((Math.max(base, decades) - base) * shape * Math.LN10) / 2)),
  };
}
