import { findPeriods } from '../preprocess/period/finder.js';

/**
 * What others run on live metrics, causal as Heed's monitor is, to be measured beside it. A row counts as a minute. Each
 * gives n scores, 1 and above of which alert, at the threshold that its documentation has.
 */
export interface LivePeer {
  readonly id: string;
  readonly summary: string;
  /**
   * @param values n values without gaps
   * @param history leading points that thresholds may be set from
   */
  readonly score: (values: Float64Array, history: number) => Float64Array;
}

/** Keeps a spread of 0 from making everything infinite. */
const tiny = (level: number): number => 1e-9 * Math.abs(level) + 1e-12;

/** Mean and standard deviation of the points before each one, at most `window` of them. */
function movingMoments(values: Float64Array, window: number): { mean: Float64Array; std: Float64Array } {
  const n = values.length;
  const mean = new Float64Array(n);
  const std = new Float64Array(n);
  // Against one value of the series, so that large levels keep their digits.
  const zero = values[0] ?? 0;
  let sum = 0;
  let square = 0;
  for (let t = 0; t < n; t++) {
    const count = Math.min(t, window);
    const m = count > 0 ? sum / count : 0;
    mean[t] = zero + m;
    std[t] = count > 1 ? Math.sqrt(Math.max(0, square / count - m * m)) : NaN;
    const value = values[t]! - zero;
    sum += value;
    square += value * value;
    if (t >= window) {
      const old = values[t - window]! - zero;
      sum -= old;
      square -= old * old;
    }
  }
  return { mean, std };
}

/** Median of the last `window` points, the newest included. */
function movingMedian(values: Float64Array, window: number): Float64Array {
  const sorted: number[] = [];
  const place = (value: number): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return values.map((value, t) => {
    sorted.splice(place(value), 0, value);
    if (t >= window) sorted.splice(place(values[t - window]!), 1);
    const half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  });
}

/** |x − mean| of the last 120 points, in 3 standard deviations. */
function movingZ(values: Float64Array): Float64Array {
  const { mean, std } = movingMoments(values, 120);
  return values.map((value, t) =>
    t < 16 ? 0 : Math.abs(value - mean[t]!) / (3 * (std[t]! + tiny(mean[t]!))),
  );
}

/** Exponentially weighted mean and variance (weight 0.05), 3 standard deviations. */
function ewma(values: Float64Array): Float64Array {
  let mean = values[0] ?? 0;
  let variance = 0;
  return values.map((value, t) => {
    const error = value - mean;
    const score = t < 16 ? 0 : Math.abs(error) / (3 * (Math.sqrt(variance) + tiny(mean)));
    mean += 0.05 * error;
    variance += 0.05 * (error * error - variance);
    return score;
  });
}

const HOUR = 60;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** Minutes in a row for which a band must be left: the rules' `for: 5m`. */
const FOR = 5;

/** How far a level lies out of its band (1 = at its edge), for five points in a row. */
function outsideBand(
  level: Float64Array,
  middle: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
): Float64Array {
  const outside = level.map((value, t) => {
    const edge = value > middle[t]! ? upper[t]! : lower[t]!;
    return Math.abs(value - middle[t]!) / (Math.abs(edge - middle[t]!) + tiny(middle[t]!));
  });
  return outside.map((_, t) => (t < FOR - 1 ? 0 : Math.min(...outside.subarray(t - FOR + 1, t + 1))));
}

/**
 * The adaptive strategy of grafana/promql-anomaly-detection, from its documentation: the mean of an hour ± 2 standard
 * deviations of an hour, those above half of the mean averaged over 26 hours; at least ± half of the mean; and the same
 * hour a day and a week ago.
 */
function adaptiveBands(values: Float64Array): Float64Array {
  const { mean, std } = movingMoments(values, HOUR);
  const n = values.length;
  const lower = new Float64Array(n);
  const upper = new Float64Array(n);
  let sum = 0;
  let count = 0;
  const kept = (t: number): boolean => std[t]! > 0.5 * mean[t]!;
  for (let t = 0; t < n; t++) {
    if (kept(t)) {
      sum += std[t]!;
      count++;
    }
    const old = t - 26 * HOUR;
    if (old >= 0 && kept(old)) {
      sum -= std[old]!;
      count--;
    }
    const width = Math.max(count > 0 ? (2 * sum) / count : 0, 0.5 * mean[t]!);
    lower[t] = mean[t]! - width;
    upper[t] = mean[t]! + width;
    for (const back of [DAY - HOUR / 2, WEEK - HOUR / 2]) {
      const then = t - back;
      if (then < HOUR) continue;
      lower[t] = Math.min(lower[t]!, mean[then]! - 2 * std[then]!);
      upper[t] = Math.max(upper[t]!, mean[then]! + 2 * std[then]!);
    }
    lower[t] = Math.max(0, lower[t]!);
  }
  // The rules take in what is above 0 alone.
  return outsideBand(values, mean, lower, upper).map((score, t) => (values[t]! > 0 && t >= HOUR ? score : 0));
}

/**
 * The robust strategy of the same: the median of an hour against the median of a day ± 2 median absolute deviations, at
 * least ± half of the median, and the same hour a day and a week ago.
 */
function robustBands(values: Float64Array): Float64Array {
  const level = movingMedian(values, HOUR);
  const middle = movingMedian(values, DAY);
  const deviation = movingMedian(
    values.map((value, t) => Math.abs(value - middle[t]!)),
    DAY,
  );
  const hourly = movingMedian(
    values.map((value, t) => Math.abs(value - level[t]!)),
    HOUR,
  );
  const n = values.length;
  const lower = new Float64Array(n);
  const upper = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    const width = Math.max(2 * deviation[t]!, 0.5 * middle[t]!);
    lower[t] = middle[t]! - width;
    upper[t] = middle[t]! + width;
    for (const back of [DAY - HOUR / 4, WEEK - HOUR / 4]) {
      const then = t - back;
      if (then < HOUR) continue;
      lower[t] = Math.min(lower[t]!, level[then]! - 2 * hourly[then]!);
      upper[t] = Math.max(upper[t]!, level[then]! + 2 * hourly[then]!);
    }
    lower[t] = Math.max(0, lower[t]!);
  }
  return outsideBand(level, middle, lower, upper).map((score, t) =>
    values[t]! > 0 && t >= HOUR ? score : 0,
  );
}

/**
 * Holt–Winters confidence bands with the constants of Graphite (α 0.1, β 0.0035, γ 0.1, 3 deviations), with the
 * longest period of the history as season.
 */
function holtWinters(values: Float64Array, history: number): Float64Array {
  const found = findPeriods(values.subarray(0, history), { minStrength: 0.3 });
  const season = Math.max(1, ...found.map(({ period }) => period));
  const cycle = new Float64Array(season);
  const deviation = new Float64Array(season);
  let level = values[0] ?? 0;
  let trend = 0;
  return values.map((value, t) => {
    const phase = t % season;
    const seasonal = season > 1 ? cycle[phase]! : 0;
    const error = value - (level + trend + seasonal);
    const score = t < 2 * season + 16 ? 0 : Math.abs(error) / (3 * (deviation[phase]! + tiny(level)));
    const before = level;
    level = 0.1 * (value - seasonal) + 0.9 * (level + trend);
    trend = 0.0035 * (level - before) + 0.9965 * trend;
    if (season > 1) cycle[phase] = 0.1 * (value - level) + 0.9 * seasonal;
    deviation[phase] = 0.1 * Math.abs(error) + 0.9 * deviation[phase]!;
    return score;
  });
}

/** Points that a window of DAMP looks back at. */
const LOOK_BACK = 2000;

/**
 * The left matrix profile, as DAMP finds its discords (Lu et al., KDD 2022): distance of the z-normalized window that
 * ends in each point from the nearest earlier one, over 2,000 points. The windows have a period's length, 100 where there is
 * none. DAMP has no threshold; the highest distance in the second half of the history is taken.
 */
function damp(values: Float64Array, history: number): Float64Array {
  const found = findPeriods(values.subarray(0, history), { minStrength: 0.3, maxPeriod: 200 });
  const w = Math.max(16, ...(found.length > 0 ? found.map(({ period }) => period) : [100]));
  const n = values.length;
  const { mean, std } = movingMoments(values, w);
  const products = new Float64Array(LOOK_BACK + 1);
  const zero = values[0] ?? 0;
  const at = (t: number): number => values[t]! - zero;
  const distance = new Float64Array(n);
  for (let t = w; t < n; t++) {
    // Moments "before t + 1" are those of the window that ends in t.
    const next = Math.min(t + 1, n - 1);
    const m = mean[next]! - zero;
    const s = std[next]! + tiny(mean[next]!);
    let nearest = Infinity;
    for (let lag = 1; lag <= Math.min(LOOK_BACK, t - w); lag++) {
      products[lag] =
        products[lag]! + at(t) * at(t - lag) - at(t - w) * (t - w - lag >= 0 ? at(t - w - lag) : 0);
      if (lag < w || t - lag < 2 * w) continue;
      const other = next - lag;
      const mo = mean[other]! - zero;
      const so = std[other]! + tiny(mean[other]!);
      const correlation = (products[lag]! / w - m * mo) / (s * so);
      nearest = Math.min(nearest, 2 * w * (1 - Math.min(1, correlation)));
    }
    distance[t] = Number.isFinite(nearest) ? Math.sqrt(nearest) : 0;
  }
  let highest = 0;
  // Where there is little to look back at, every window is far from all others.
  for (let t = history >> 1; t < history; t++) highest = Math.max(highest, distance[t]!);
  return distance.map((value) => value / (highest * (1 + 1e-9) || 1));
}

export const livePeers: readonly LivePeer[] = [
  { id: 'moving-z', summary: 'z-score over 120 points, 3 standard deviations', score: movingZ },
  { id: 'ewma', summary: 'exponentially weighted mean and variance, 3 standard deviations', score: ewma },
  { id: 'adaptive-bands', summary: 'adaptive bands of promql-anomaly-detection', score: adaptiveBands },
  { id: 'robust-bands', summary: 'robust bands of promql-anomaly-detection', score: robustBands },
  { id: 'holt-winters', summary: 'Holt–Winters confidence bands as Graphite has them', score: holtWinters },
  { id: 'damp', summary: 'left matrix profile (DAMP)', score: damp },
];
