import { selectQuantile } from '../../preprocess/statistics.js';
import { fitRarity, scoreOfRarity, withoutClusters } from './rarity.js';
import { findRegular, type Regularity } from './regular.js';
import type { DecidedInterval } from './types.js';

/** Shortest bump looked for, in points, and the most of the points that one may last. */
const SHORTEST = 16;
const MOST_SHARE = 12;
/** Bumps of every length are looked for at so many places per length. */
const PLACES = 4;
/** Decades of rarity from which a bump is an event. */
const RARE = 3.9;
/** A bump shows in three contrasts: in its own, and in those of what lies before and after it. */
const LOBES = 3;
/** Rarity of score 1. */
const LEAST_RARE = 3;
/** Share of a bump's height by which the levels before and after may differ. */
const RETURNS = 0.4;
/** Share of its height at which a bump begins and ends. */
const EDGE = 0.2;
/** Share of its height by which a bump must stand out from what is beside it without other bumps. */
const STANDS = 0.6;
/** Multiples of the length that was compared, up to which a bump may reach. */
const LONGEST = 4;
/** Multiples of the median contrast below which none is rare, however many there are. */
const LEAST = 6;

/** A bump, and the level on both sides of it. */
export interface Bump extends DecidedInterval {
  readonly level: number;
}

/**
 * Finds bumps: intervals that lie above (below) what is on both sides of them, little by little, so that no point says it
 * and a forecast goes along. A bump is rare where the contrast of its mean with those of both flanks is so among all
 * contrasts of the series over as many points; walks and cycles have such contrasts everywhere.
 * @param y n values, complete
 * @param floor least standard deviation that counts
 */
export function findBumps(y: Float64Array, floor: number, known: Regularity, strictness: number): Bump[] {
  const n = y.length;
  const before = new Float64Array(n + 1);
  const middle = selectQuantile(y.slice(), 0.5);
  for (let t = 0; t < n; t++) before[t + 1] = before[t]! + (y[t]! - middle);
  const meanBetween = (start: number, end: number): number => (before[end]! - before[start]!) / (end - start);
  const candidates: { start: number; w: number; way: 1 | -1; level: number; rare: number }[] = [];
  for (let w = SHORTEST; w * MOST_SHARE <= n; w *= 2) {
    const hop = w / PLACES;
    const count = Math.floor((n - 3 * w) / hop) + 1;
    const contrast = new Float64Array(count);
    const sizes = new Float64Array(count);
    let most = 0;
    for (let i = 0; i < count; i++) {
      const start = w + i * hop;
      contrast[i] =
        meanBetween(start, start + w) -
        (meanBetween(start - w, start) + meanBetween(start + w, start + 2 * w)) / 2;
      sizes[i] = Math.abs(contrast[i]!);
      most = Math.max(most, sizes[i]!);
    }
    const usual = Math.max(selectQuantile(sizes.slice(), 0.5), (0.6 * floor) / Math.sqrt(w));
    if (most < LEAST * usual) continue;
    const rarity = fitRarity(withoutClusters(sizes, LOBES * (2 * known.most + 2)), floor / Math.sqrt(w));
    const least = rarity.least(RARE * strictness);
    const { isRegular } = findRegular(contrast, {
      periods: known.periods.filter((period) => period >= w).map((period) => Math.round(period / hop)),
      most: known.most,
    });
    for (let i = 0; i < count; i++) {
      if (!(sizes[i]! >= least)) continue;
      const start = w + i * hop;
      const [left, right] = [meanBetween(start - w, start), meanBetween(start + w, start + 2 * w)];
      if (Math.abs(left - right) > RETURNS * sizes[i]! || isRegular(i)) continue;
      const way = Math.sign(contrast[i]!) as 1 | -1;
      const rare = rarity.of(sizes[i]!) / strictness;
      candidates.push({ start, w, way, level: middle + (left + right) / 2, rare });
    }
  }
  const found: Bump[] = [];
  for (const { start, w, way, level: flanks, rare } of candidates.sort((a, b) => b.rare - a.rare)) {
    const last = start + w - 1;
    if (found.some((other) => other.start <= last && other.end >= start)) continue;
    const rough = findExtent(y, start, last, flanks, way);
    // The flanks may hold a part of a longer bump, or another one, beside which what lies between looks like one.
    const level = levelBeside(y, rough, w, found);
    if (
      way * (meanBetween(start, start + w) + middle - level) <
      STANDS * Math.abs(flanks - meanBetween(start, start + w) - middle)
    ) {
      continue;
    }
    const extent = findExtent(y, rough.start, rough.end, level, way);
    if (found.some((other) => other.start <= extent.end && other.end >= extent.start)) continue;
    // What has nothing before or after it, or lasts much longer than what was compared, is a level and no bump.
    const length = extent.end - extent.start + 1;
    if (extent.start === 0 || extent.end === n - 1 || length > LONGEST * w) continue;
    const score = scoreOfRarity(rare - LEAST_RARE);
    found.push({ ...extent, sign: 'off', way, score, level });
  }
  return found;
}

/** From where a smoothed copy leaves the level to where it comes back to it. */
function findExtent(
  y: Float64Array,
  start: number,
  end: number,
  level: number,
  way: 1 | -1,
): { start: number; end: number; peak: number } {
  const n = y.length;
  const half = Math.max(1, Math.min(4, (end - start + 1) >> 3));
  const smooth = (t: number): number => {
    let sum = 0;
    const [from, to] = [Math.max(0, t - half), Math.min(n - 1, t + half)];
    for (let i = from; i <= to; i++) sum += y[i]!;
    return way * (sum / (to - from + 1) - level);
  };
  let peak = start;
  for (let t = start; t <= end; t++) if (smooth(t) > smooth(peak)) peak = t;
  const least = EDGE * smooth(peak);
  const edge = (step: 1 | -1): number => {
    let last = peak;
    for (let t = peak; t >= 0 && t < n && Math.abs(t - last) <= 2 * half; t += step) {
      if (smooth(t) >= least) last = t;
    }
    return last;
  };
  let [first, last] = [edge(-1), edge(1)];
  // Smoothing spreads a sharp edge.
  const within = (t: number): boolean => way * (y[t]! - level) >= least;
  while (first < peak && !within(first)) first++;
  while (last > peak && !within(last)) last--;
  return { start: first, end: last, peak };
}

/** Median of the w points before and the w points after that belong to none of the others. */
function levelBeside(
  y: Float64Array,
  { start, end }: { start: number; end: number },
  w: number,
  others: readonly DecidedInterval[],
): number {
  const beside: number[] = [];
  const collect = (from: number, step: 1 | -1): void => {
    for (let t = from, count = 0; t >= 0 && t < y.length && count < w; t += step) {
      if (others.some((other) => t >= other.start && t <= other.end)) continue;
      beside.push(y[t]!);
      count++;
    }
  };
  collect(start - 1, -1);
  collect(end + 1, 1);
  return selectQuantile(Float64Array.from(beside), 0.5);
}
