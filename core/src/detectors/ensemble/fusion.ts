import { selectQuantile } from '../../preprocess/statistics.js';
import type { MemberScores } from '../base/member.js';
import type { StandardizedChannels } from '../base/standardize.js';

/** Squared share of the standard deviation below which deviations are too small to mean anything. */
const NEGLIGIBLE = 1e-3;
/** Normal quantile of the highest of some 5,000 points, and at 90%. */
const RARE = 3.7;
const HIGH_QUANTILE = 1.2816;
/** Bounds of a member's unit in multiples of the score that nine points in ten stay below. */
const LEAST = 1.3;
const MOST = 3;
/** From this many units on a member has said what it can: more counts by its logarithm only. */
const SURE = 3;
const BEYOND = 0.3;
/** Exponent 1.5 of the mean over the channels: above 1, so that one odd channel shows among many. */
const raise = (x: number): number => x * Math.sqrt(x);
const lower = (y: number): number => Math.cbrt(y * y);
/** Most distinct values of a switch, and what such a channel counts. */
const SWITCH_VALUES = 3;
const SWITCH_WEIGHT = 0.1;

/** Fused scores. */
export interface FusedScores {
  /** n values. */
  readonly raw: Float64Array;
  /** d × n values that sum to `raw`. */
  readonly contributions: readonly Float64Array[];
  readonly members: readonly { readonly name: string; readonly weight: number }[];
}

/** The unit of each member: one per channel for channel members, one for joint members, none for rare ones. */
export type MemberUnits = readonly (readonly number[])[];

/** The units that the members' own scores give them, in the members' order. */
export function unitsOf(members: readonly MemberScores[]): MemberUnits {
  const scratch = new Float64Array(members[0]!.contributions[0]!.length);
  return members.map(({ kind, contributions }) => {
    if (kind === 'rare') return [];
    const scores = kind === 'channel' ? contributions : [sumOver(contributions)];
    return scores.map((own) => unitOf(own, scratch));
  });
}

/** Weight of each member by name; 1 where absent. */
export type MemberWeights = Readonly<Record<string, number>>;

/**
 * Weight of each channel judged by itself: switches and commands (two or three values) are context for the measured
 * quantities rather than symptoms. All 1 where there is nothing but switches. Joint members see them in full.
 */
export function channelWeights(input: StandardizedChannels): Float64Array {
  const weights = Float64Array.from(input.channels, (values) => (isSwitch(values) ? SWITCH_WEIGHT : 1));
  return weights.some((weight) => weight === 1) ? weights : weights.fill(1);
}

function isSwitch(values: Float64Array): boolean {
  const seen = new Set<number>();
  for (let t = 0; t < values.length; t++) if (seen.add(values[t]!).size > SWITCH_VALUES) return false;
  return true;
}

/**
 * Brings every member to a common unit, the score that its usual run would reach about once, and takes the root mean
 * square of all: joint members by the sum over the channels, channel members in each channel's own unit. A member beyond
 * `SURE` units grows by the logarithm only, so that none drowns the agreement of the others.
 * @param units of the members, where others than these scores give them are wanted
 */
export function fuseMembers(
  members: readonly MemberScores[],
  channelWeight: Float64Array,
  weights: MemberWeights = {},
  units: MemberUnits = unitsOf(members),
): FusedScores {
  const d = channelWeight.length;
  const n = members[0]!.contributions[0]!.length;
  const weightOf = (member: MemberScores): number => weights[member.name] ?? 1;
  const weightOfKind = (kind: MemberScores['kind']): number =>
    members.reduce((sum, member) => sum + (member.kind === kind ? weightOf(member) : 0), 0);
  const byChannel = weightOfKind('channel');
  const total = byChannel + weightOfKind('joint');

  const raw = new Float64Array(n);
  const scratch = new Float64Array(n);
  const contributions = Array.from({ length: d }, () => new Float64Array(n));
  for (const [which, member] of members.entries()) {
    if (member.kind === 'channel') continue;
    const sums = sumOver(member.contributions);
    const rare = member.kind === 'rare';
    const share = rare ? weightOf(member) : weightOf(member) / total;
    const scores = rare ? sums : inUnits(sums, units[which]![0]!, scratch);
    for (let t = 0; t < n; t++) {
      const sum = sums[t]!;
      if (sum === 0) continue;
      const score = scores[t]!;
      const term = share * score * score;
      raw[t] = raw[t]! + term;
      for (let c = 0; c < d; c++) {
        contributions[c]![t] = contributions[c]![t]! + (term * member.contributions[c]![t]!) / sum;
      }
    }
  }

  const ofChannel = Array.from({ length: d }, () => new Float64Array(n));
  for (const [which, member] of members.entries()) {
    if (member.kind !== 'channel') continue;
    const share = weightOf(member) / byChannel;
    for (let c = 0; c < d; c++) {
      const scores = inUnits(member.contributions[c]!, units[which]![c]!, scratch);
      const own = ofChannel[c]!;
      const weight = channelWeight[c]!;
      for (let t = 0; t < n; t++) {
        const score = weight * scores[t]!;
        own[t] = own[t]! + share * score * score;
      }
    }
  }
  for (let t = 0; t < n && byChannel > 0; t++) {
    if (d === 1) {
      // Raising and lowering cancel.
      const term = (byChannel / total) * ofChannel[0]![t]!;
      raw[t] = raw[t]! + term;
      contributions[0]![t] = contributions[0]![t]! + term;
      continue;
    }
    let sum = 0;
    for (let c = 0; c < d; c++) sum += raise(ofChannel[c]![t]!);
    if (sum === 0) continue;
    const term = (byChannel / total) * lower(sum / d);
    raw[t] = raw[t]! + term;
    for (let c = 0; c < d; c++) {
      contributions[c]![t] = contributions[c]![t]! + (term * raise(ofChannel[c]![t]!)) / sum;
    }
  }
  for (let t = 0; t < n; t++) {
    if (raw[t] === 0) continue;
    const root = Math.sqrt(raw[t]!);
    for (let c = 0; c < d; c++) contributions[c]![t] = contributions[c]![t]! / root;
    raw[t] = root;
  }
  const all = members.reduce((sum, member) => sum + weightOf(member), 0);
  return {
    raw,
    contributions,
    members: members.map((member) => ({ name: member.name, weight: weightOf(member) / all })),
  };
}

/**
 * The threshold between usual and anomalous fused scores of d channels: what noise, autoregressive noise, random walks
 * and seasonal series of 1,000 to 5,000 points do not reach (simulated; more channels average out), but less where
 * the score's lower quartile is low: it marks the calm even where a third of the points are odd.
 */
export function computeEnsembleThreshold(raw: Float64Array, d: number): number {
  const highest = 0.65 + 0.3 / Math.sqrt(d);
  const calm = selectQuantile(raw.slice(), 0.25);
  return Math.max(0.7 * highest, Math.min(highest, calm * (2.2 + 1.8 / d)));
}

/** The score of one member over all channels, as it enters the fusion with a weight of 1. */
export function scoreMember(member: MemberScores): Float64Array {
  if (member.kind !== 'channel') return sumOver(member.contributions);
  const scratch = new Float64Array(member.contributions[0]!.length);
  return sumOver(
    member.contributions.map((own) => inUnits(own, unitOf(own, scratch), new Float64Array(own.length))),
  );
}

/** The sum of d arrays of n values; one array is its own sum. */
function sumOver(arrays: readonly Float64Array[]): Float64Array {
  if (arrays.length === 1) return arrays[0]!;
  const sum = new Float64Array(arrays[0]!.length);
  for (const own of arrays) for (let t = 0; t < sum.length; t++) sum[t] = sum[t]! + own[t]!;
  return sum;
}

/** Scores in multiples of their unit; from `SURE` on their logarithm. Written into `out`. */
function inUnits(scores: Float64Array, unit: number, out: Float64Array): Float64Array {
  for (let t = 0; t < out.length; t++) {
    const multiple = scores[t]! / unit;
    out[t] = multiple > SURE ? SURE * (1 + BEYOND * Math.log(multiple / SURE)) : multiple;
  }
  return out;
}

/**
 * The score that would be reached about once in the series if scores were log-normal with the median and the
 * 90th percentile they have, within bounds: heavy-tailed members must rise higher to count as much, and anomalies,
 * being few, move neither quantile much.
 * @param scratch n values, overwritten
 */
function unitOf(scores: Float64Array, scratch: Float64Array): number {
  const n = scores.length;
  scratch.set(scores);
  let mean = 0;
  for (let t = 0; t < n; t++) mean += scores[t]!;
  mean /= n;
  const high = selectQuantile(scratch, 0.9) + 1e-12;
  // What lies below the high quantile is now in front: the median is among it.
  const median = selectQuantile(scratch, 0.5) + 1e-12;
  const usual = Math.max(high, 0.1 * mean, NEGLIGIBLE);
  const extrapolated = high * Math.exp((Math.log(high / median) * (RARE - HIGH_QUANTILE)) / HIGH_QUANTILE);
  return Math.min(MOST * usual, Math.max(LEAST * usual, extrapolated));
}
