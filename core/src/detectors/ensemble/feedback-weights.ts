import { movingMean } from '../../preprocess/moving.js';
import { quantile, quantileOfSorted } from '../../preprocess/statistics.js';
import type { Series } from '../../series/series.js';
import { labeledIntervals, type LabeledInterval } from '../base/labeled-points.js';
import type { Feedback } from '../base/types.js';
import { scoreMember, type FusedScores, type MemberWeights } from './fusion.js';
import type { MemberScores } from '../base/member.js';

/** Share of the weight that stays evenly spread over the members of the default, whatever the feedback. */
const KEPT = 0.2;
/** Exponent of the tail probability: below 1, since neighboring points are not independent evidence. */
const TRUST = 0.8;
/** The same for dismissed events: less, since a member that saw nothing there may see nothing anywhere. */
const DOUBT = 0.1;
/** Widths tried for the moving mean over the fused score, as shares of the length of the confirmed events. */
const WIDTHS = [1 / 4, 1 / 2, 1];
/** Gain in log tail probability below which a wider mean is not worth its blur. */
const WORTHWHILE = 0.02;
/** Where an interval ends up that was an event before a wider mean took its height. */
const STILL = 1.02;

/**
 * Weights of the members for one series after feedback. A member counts the more, the fewer other points reach the
 * scores it gives the points of a confirmed interval; for a dismissed interval the less. Computed from the list of
 * judgments alone, so that taking one back undoes it and their order does not matter.
 * @param spare names of the members that have no weight without feedback
 * @returns one weight per member, their mean over the default members being about 1; empty where no judged interval
 *   lies within the series
 */
export function weighMembers(
  series: Series,
  members: readonly MemberScores[],
  spare: ReadonlySet<string>,
  feedback: readonly Feedback[],
): MemberWeights {
  const judged = labeledIntervals(series, feedback);
  if (judged.length === 0) return {};
  const isConfirmed = judged.some(({ kind }) => kind === 'anomaly');
  const regular = members.filter(
    (member) => member.kind !== 'rare' && (isConfirmed || !spare.has(member.name)),
  );
  const evidence = regular.map((member) => {
    const neighborDistance = tailProbability(scoreMember(member), judged);
    const signed = judged.map(({ kind }, i) =>
      kind === 'anomaly' ? TRUST * neighborDistance[i]! : -DOUBT * neighborDistance[i]!,
    );
    return mean(signed);
  });
  const best = Math.max(...evidence);
  const likely = evidence.map((value) => Math.exp(value - best));
  const total = likely.reduce((sum, value) => sum + value, 0);
  const usual = regular.filter((member) => !spare.has(member.name)).length;
  return Object.fromEntries(
    regular.map((member, i) => [
      member.name,
      (spare.has(member.name) ? 0 : KEPT) + (1 - KEPT) * usual * (likely[i]! / total),
    ]),
  );
}

/**
 * The lowest threshold at which the re-weighed scores raise no more alarms, in points and in runs of points, than the
 * usual ones at theirs: fewer members average out less, and re-ranking must not by itself find more.
 */
export function raiseThreshold(usual: Float64Array, usualThreshold: number, raw: Float64Array): number {
  const allowed = alarmsAbove(usual, usualThreshold);
  const sorted = raw.slice().sort();
  for (let points = Math.max(1, allowed.points); points > 1; points = Math.floor(0.9 * points)) {
    const threshold = quantileOfSorted(sorted, 1 - points / raw.length);
    if (alarmsAbove(raw, threshold).runs <= Math.max(1, allowed.runs)) return threshold;
  }
  return quantileOfSorted(sorted, 1 - 1 / raw.length);
}

function alarmsAbove(score: Float64Array, threshold: number): { points: number; runs: number } {
  let points = 0;
  let runs = 0;
  for (let t = 0; t < score.length; t++) {
    if (!(score[t]! > threshold)) continue;
    points++;
    if (t === 0 || !(score[t - 1]! > threshold)) runs++;
  }
  return { points, runs };
}

/**
 * Spreads the fused score over as many points as the confirmed events ask for: how long an anomaly lasts differs
 * between users (the minute of a fault or the hour until it is mended) and is not in the data, but it is in what
 * they confirmed. The width, a share of the median length of the confirmed events or none, is the one at which
 * these events stand out most. What was above the threshold stays so.
 * @param threshold the threshold of `fused.raw`
 */
export function spreadToLength(
  series: Series,
  fused: FusedScores,
  threshold: number,
  feedback: readonly Feedback[],
): FusedScores {
  const confirmed = labeledIntervals(series, feedback).filter(({ kind }) => kind === 'anomaly');
  if (confirmed.length === 0) return fused;
  const length = quantile(
    confirmed.map(({ start, end }) => end - start + 1),
    0.5,
  );
  const n = fused.raw.length;
  let best = { width: 1, raw: fused.raw, stands: mean(tailProbability(fused.raw, confirmed)) + WORTHWHILE };
  for (const share of WIDTHS) {
    const width = Math.min(n, Math.round(share * length));
    if (width <= 1) continue;
    const raw = movingMean(fused.raw, { window: width });
    const stands = mean(tailProbability(raw, confirmed));
    if (stands > best.stands) best = { width, raw, stands };
  }
  if (best.width === 1) return fused;
  const contributions = fused.contributions.map((own) => movingMean(own, { window: best.width }));
  const raw = Float64Array.from(best.raw, (value) => Math.max(0, value));
  for (let t = 0; t < n; t++) {
    const least = STILL * threshold;
    if (!(fused.raw[t]! > threshold) || raw[t]! >= least) continue;
    contributions.forEach((own, c) => (own[t] = (fused.contributions[c]![t]! * least) / fused.raw[t]!));
    raw[t] = least;
  }
  return { ...fused, raw, contributions: contributions.map((own) => own.map((value) => Math.max(0, value))) };
}

/**
 * How rare the scores within each judged interval are among those outside all of them: mean over its points of
 * −log of the share of outside points that reach the point's score.
 */
function tailProbability(score: Float64Array, judged: readonly LabeledInterval[]): number[] {
  const within = new Uint8Array(score.length);
  for (const { start, end } of judged) within.fill(1, start, end + 1);
  const others = score.filter((_, t) => within[t] === 0).sort();
  return judged.map(({ start, end }) => {
    let sum = 0;
    for (let t = start; t <= end; t++) {
      const reaching = others.length - lowerBound(others, score[t]!);
      sum -= Math.log((reaching + 1) / (others.length + 1));
    }
    return sum / (end - start + 1);
  });
}

/** Number of sorted values below `value`. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
