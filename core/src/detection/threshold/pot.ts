import { quantileOfSorted } from '../../preprocess/statistics.js';
import { fitParetoTail, paretoQuantile, type ParetoTail } from './pareto.js';

/** Peaks over threshold: the threshold and what it came from. */
export interface PeaksOverThreshold {
  readonly threshold: number;
  /** Raw value above which peaks were collected. */
  readonly level: number;
  /** Separate peaks the tail was fitted to. */
  readonly peaks: number;
  /** Points left out as clearly anomalous. */
  readonly excluded: number;
  /** Absent where there were too few peaks to fit. */
  readonly tail: ParetoTail | undefined;
}

// Chosen on white noise, autoregressive noise, random walks, seasonal series and every shape generator, with the raw
// scores of seven detectors; see threshold.test.ts for what they must keep.
/** Quantile above which a raw score belongs to the tail. */
const levelQuantile = 0.9;
/** Exceedances nearer than this many points are one peak, as near runs are one event. */
const separation = 5;
/** Standard deviation of the prior of the tail's shape. */
const shapePrior = 0.12;
/** Share of the peaks that the first fit knows only to be large. */
const firstCensored = 0.2;
/** Shape assumed for the tail of the bulk: heavier than what most detectors give. */
const bulkShape = 0.1;
/** A clearly anomalous interval ends where raw scores come down to this many scales of the bulk. */
const releaseScales = 6;
/** Largest share of the points left out as clearly anomalous; beyond it they are a state of their own. */
const mostExcluded = 0.35;
/** With fewer peaks over an otherwise flat score there is no tail to fit: each is an exception. */
const fewestPeaks = 10;

/** Heights of the runs above the level; runs nearer than the separation are one. Sorted ascending. */
function peakHeights(raw: Float64Array, kept: Uint8Array, level: number): Float64Array {
  const heights: number[] = [];
  let end = -Infinity;
  for (let t = 0; t < raw.length; t++) {
    if (!kept[t] || !(raw[t]! > level)) continue;
    if (t - end > separation) heights.push(raw[t]!);
    else heights[heights.length - 1] = Math.max(heights[heights.length - 1]!, raw[t]!);
    end = t;
  }
  return Float64Array.from(heights).sort();
}

/**
 * Leaves out the intervals that stand far clear of the bulk, up to a third of the points: a few anomalies, spread
 * by a detector's windows, may make up the whole upper quarter of the scores. The bulk between the lower quartile
 * and the 60% quantile is out of their reach; an exponential is fitted to it and extrapolated with a heavy tail.
 * @returns the smallest raw value left out at an interval's peak; Infinity where nothing was
 */
function excludeClear(raw: Float64Array, kept: Uint8Array, sorted: Float64Array, risk: number): number {
  const low = quantileOfSorted(sorted, 0.25);
  const high = quantileOfSorted(sorted, 0.6);
  let sum = 0;
  let inside = 0;
  let above = 0;
  for (const value of sorted) {
    if (value > high) above++;
    else if (value > low) {
      sum += value - low;
      inside++;
    }
  }
  if (inside === 0) return Infinity;
  const scale = (sum + above * (high - low)) / inside;
  const probability = Math.min(1, (risk * sorted.length) / (inside + above));
  const clear = low + paretoQuantile({ shape: bulkShape, scale }, probability);
  const release = low + releaseScales * scale;
  const intervals: { start: number; end: number; height: number }[] = [];
  let points = 0;
  for (let t = 0; t < raw.length; t++) {
    if (!kept[t] || !(raw[t]! > clear)) continue;
    let start = t;
    const floor = intervals.length > 0 ? intervals[intervals.length - 1]!.end + 1 : 0;
    while (start > floor && raw[start - 1]! > release) start--;
    let height = 0;
    while (t < raw.length && raw[t]! > release) height = Math.max(height, raw[t++]!);
    intervals.push({ start, end: t - 1, height });
    points += t - start;
  }
  if (points > mostExcluded * sorted.length) return Infinity;
  for (const { start, end } of intervals) kept.fill(0, start, end + 1);
  return intervals.reduce((least, { height }) => Math.min(least, height), Infinity);
}

/**
 * Peaks over threshold (Siffer et al. 2017) on separate peaks: a generalized Pareto distribution is fitted to their
 * heights above a level and extrapolated to the height that a share `risk` of the points passes. Anomalies among
 * the scores lift the threshold little: clear ones are left out, the rest are censored.
 * @param raw n values, finite, >= 0
 * @param use n values, 0 where the point does not count
 * @param risk peaks of normal data above the threshold, per point
 */
export function peaksOverThreshold(raw: Float64Array, use: Uint8Array, risk: number): PeaksOverThreshold {
  const kept = Uint8Array.from(use);
  const all = raw.filter((_, t) => kept[t] === 1).sort();
  const least = excludeClear(raw, kept, all, risk);
  const values = raw.filter((_, t) => kept[t] === 1).sort();
  const excluded = all.length - values.length;
  const level = quantileOfSorted(values, levelQuantile);
  const heights = peakHeights(raw, kept, level);
  const peaks = heights.length;
  const flat = level === values[0];
  if (peaks === 0 || (flat && peaks < fewestPeaks)) {
    // Half way up to the lowest exception; the level itself where there is none.
    const lowest = Math.min(least, peaks > 0 ? heights[0]! : Infinity);
    const threshold = lowest < Infinity ? level + (lowest - level) / 2 : level;
    return { threshold, level, peaks, excluded, tail: undefined };
  }
  const excesses = heights.map((height) => height - level);
  const probability = Math.min(1, (risk * values.length) / peaks);
  // Peaks above the threshold count as "at least the largest of the others", so that anomalies neither lift the threshold
  // nor, left out, lower it. The highest are set aside at first: otherwise they would hide one another.
  let censored = Math.min(peaks - 1, Math.ceil(firstCensored * peaks));
  for (let round = 0; ; round++) {
    const tail = fitParetoTail(excesses, { censored, shapePrior });
    const threshold = level + paretoQuantile(tail, probability);
    let above = 0;
    while (above < peaks - 1 && heights[peaks - 1 - above]! > threshold) above++;
    if (above === censored || round === 10) return { threshold, level, peaks, excluded, tail };
    censored = above;
  }
}
