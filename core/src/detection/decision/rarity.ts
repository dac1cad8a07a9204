import { selectQuantile } from '../../preprocess/statistics.js';

/** Share of a statistic's own past that its tail is fitted to. */
const TAIL = 0.02;
/** Least shape of the tail, and the share of the body's slope that it has at least. */
const LEAST_SHAPE = 0.3;
const BODY = 0.5;
/** From this many points on quantiles of the tail mean something. */
const FEWEST = 100;

/** How rare sizes are among those seen. */
export interface Rarity {
  /** Decades: 2 = one in a hundred. */
  (size: number): number;
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
  const left = Float64Array.from(sizes);
  const found: { start: number; end: number; peak: number }[] = [];
  let out = 0;
  for (let c = 0; c < clusters; c++) {
    let peak = -1;
    for (let t = 0; t < n; t++) if (left[t]! >= 0 && (peak < 0 || left[t]! > left[peak]!)) peak = t;
    if (peak < 0 || left[peak] === 0) break;
    const least = CLUSTER_SHARE * left[peak]!;
    const endOf = (way: 1 | -1): number => {
      let end = peak;
      for (let t = peak; t >= 0 && t < n && Math.abs(t - end) <= APART; t += way)
        if (sizes[t]! >= least) end = t;
      return end;
    };
    const [start, end] = [endOf(-1), endOf(1)];
    if (out + end - start + 1 > MOST_LEFT_OUT * n) break;
    for (let t = start; t <= end; t++) {
      if (left[t]! >= 0) out++;
      left[t] = -1;
    }
    found.push({ start, end, peak: sizes[peak]! });
  }
  const rest = left.filter((size) => size >= 0);
  const border = CLEAR * selectQuantile(rest, 1 - TAIL);
  for (const { start, end, peak } of found) {
    if (peak < border) for (let t = start; t <= end; t++) left[t] = sizes[t]!;
  }
  return left.filter((size) => size >= 0);
}

/**
 * Fits the upper tail of sizes: a Pareto tail whose shape is the steeper of the tail's own and half the body's, wider
 * where there is little evidence. Two quantiles tell the tail, so that a few anomalies hardly move it.
 * @param sizes n values, >= 0; its order changes
 * @param floor least size that counts
 */
export function rarityOf(sizes: Float64Array, floor: number): Rarity {
  const n = sizes.length;
  if (n < FEWEST) {
    // Robust deviations of so few points are those of a normal distribution with an uncertain scale.
    const sigma = Math.hypot(1.4826 * (n > 0 ? selectQuantile(sizes, 0.5) : 0), floor);
    const border = 5 + 40 / Math.max(1, n);
    return (size) => (3 * Math.hypot(size, floor)) / sigma / border;
  }
  const log = (size: number): number => Math.log(Math.hypot(size, floor));
  const median = log(selectQuantile(sizes, 0.5));
  const tail = log(selectQuantile(sizes, 1 - TAIL));
  const far = log(selectQuantile(sizes, 1 - TAIL / 4));
  const shape =
    Math.max(
      (2 * (far - tail)) / Math.log(4),
      (2 * BODY * (tail - median)) / Math.log(0.5 / TAIL),
      LEAST_SHAPE,
    ) *
    (1 + 2 / Math.sqrt(n * TAIL + 1));
  const base = -Math.log10(TAIL);
  return (size) => {
    const at = log(size);
    if (at <= median) return 0.3;
    if (at <= tail) return 0.3 + ((base - 0.3) * (at - median)) / Math.max(1e-9, tail - median);
    return base + (2 * (at - tail)) / shape / Math.LN10;
  };
}
