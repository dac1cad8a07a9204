import { movingMean } from '../../preprocess/moving.js';
import { selectQuantile, selectQuantiles } from '../../preprocess/statistics.js';
import { NEGLIGIBLE, type MemberScores } from '../base/member.js';
import type { StandardizedChannels } from '../base/standardize.js';

/** Keeps quotients of scores that are all 0 finite. */
const TINY = 1e-9;
/** Normal quantile of the highest of some 5,000 points. */
const RARE = 3.7;

/** How a member's unit follows from the score that a share of the points stays below. */
interface UnitRule {
  readonly probability: number;
  /** Normal quantile of that probability. */
  readonly normal: number;
  /** Bounds of the unit in multiples of that score. */
  readonly least: number;
  readonly most: number;
  /** Share of the mean that the score is taken to be at least. */
  readonly ofMean: number;
}

/** Anomalies that fill a tenth of a series must not set its unit. */
const ONE_CHANNEL: UnitRule = { probability: 0.8, normal: 0.8416, least: 1.4, most: 5, ofMean: 0 };
/** Among many channels some have scores of 0 for most of the time. */
const SEVERAL_CHANNELS: UnitRule = { probability: 0.9, normal: 1.2816, least: 1.3, most: 3, ofMean: 0.1 };

/** Weights in one channel; what is not named has 2. The memories explain, and see what no other member sees. */
const PRIOR: Readonly<Record<string, number>> = {
  memory: 4,
  'memory-cycle': 3,
  'band-power-16': 1,
  'neighbor-distance-sample': 8,
};
const USUAL_PRIOR = 2;
/** How much more a member counts that rises high above its usual run: its peakedness to this power. */
const PEAKEDNESS = 0.25;
/** From this many units on a member has said what it can: more counts by its logarithm only. */
const SURE = 3;
const BEYOND = 0.3;
/** Exponent 1.5 of the mean over the channels: above 1, so that one odd channel shows among many. */
const raise = (x: number): number => x * Math.sqrt(x);
const lower = (y: number): number => Math.cbrt(y * y);
/** Most distinct values of a switch, and what such a channel counts by itself and among the others. */
const SWITCH_VALUES = 2;
const SWITCH_WEIGHT = 0.1;
const SWITCH_SHARE = 1e-3;
/** What the moving mean of the score counts on top of it. */
const AROUND = 0.5;
/** The threshold in one channel, and its multiple of the lower quartile where that is low. */
const HIGHEST_OF_ONE = 1.9;
const ABOVE_CALM_OF_ONE = 8;

/** Fused scores. */
export interface FusedScores {
  /** n values. */
  readonly raw: Float64Array;
  /** d × n values that sum to `raw`. */
  readonly contributions: readonly Float64Array[];
  readonly members: readonly { readonly name: string; readonly weight: number }[];
}

/** What makes members comparable. */
export interface MemberScale {
  /** The unit of each member: one per channel for channel members, one for joint members, none for rare ones. */
  readonly units: readonly (readonly number[])[];
  /** The weight of each member. */
  readonly weights: readonly number[];
}

/**
 * The units and weights that the members' own scores give them, in the members' order. In several channels all weigh
 * alike.
 */
export function scaleMembers(members: readonly MemberScores[]): MemberScale {
  const { length: d } = members[0]!.contributions;
  const rule = d === 1 ? ONE_CHANNEL : SEVERAL_CHANNELS;
  const scratch = new Float64Array(members[0]!.contributions[0]!.length);
  const weights: number[] = [];
  const units = members.map(({ name, kind, contributions, negligible = NEGLIGIBLE, factor = 1 }) => {
    if (kind === 'rare') {
      weights.push(1);
      return [];
    }
    const scores = kind === 'channel' ? contributions : [sumOver(contributions)];
    const profiles = scores.map((own) => profile(own, rule, negligible, scratch));
    weights.push(d === 1 ? factor * (PRIOR[name] ?? USUAL_PRIOR) * profiles[0]!.peakedness ** PEAKEDNESS : 1);
    return profiles.map(({ unit }) => unit);
  });
  return { units, weights };
}

/** Factor on the weight of each member by name; 1 where absent. */
export type MemberWeights = Readonly<Record<string, number>>;

/**
 * Weight of each channel judged by itself: switches and commands (two values) are context for the measured
 * quantities rather than symptoms. All 1 where there is nothing but switches.
 */
export function channelWeights(input: StandardizedChannels): Float64Array {
  const weights = Float64Array.from(input.channels, (values) => (isSwitch(values) ? SWITCH_WEIGHT : 1));
  return weights.some((weight) => weight === 1) ? weights : weights.fill(1);
}

/**
 * Factors on the channels that windows are compared over: where commands count in full, every change of them is far
 * from all else, and what they make the measured quantities do does not show. They still tell like from like. The mean
 * over the channels stays that of the measured ones.
 */
export function channelShares(input: StandardizedChannels): Float64Array {
  const d = input.channels.length;
  const shares = Float64Array.from(input.channels, (values) => (isSwitch(values) ? SWITCH_SHARE : 1));
  const measured = shares.reduce((sum, share) => sum + (share === 1 ? 1 : 0), 0);
  if (measured === 0) return shares.fill(1);
  const factor = Math.sqrt(d / measured);
  return measured === d ? shares : shares.map((share) => share * factor);
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
 * @param scale of the members, where another than these scores give them is wanted
 * @param factors on the weights
 */
export function fuseMembers(
  members: readonly MemberScores[],
  channelWeight: Float64Array,
  { units, weights }: MemberScale = scaleMembers(members),
  factors: MemberWeights = {},
): FusedScores {
  const d = channelWeight.length;
  const n = members[0]!.contributions[0]!.length;
  const weighMember = (member: MemberScores): number =>
    weights[members.indexOf(member)]! * (factors[member.name] ?? 1);
  const weightOfKind = (kind: MemberScores['kind']): number =>
    members.reduce((sum, member) => sum + (member.kind === kind ? weighMember(member) : 0), 0);
  const byChannel = weightOfKind('channel');
  const total = byChannel + weightOfKind('joint');

  const raw = new Float64Array(n);
  const scratch = new Float64Array(n);
  const contributions = Array.from({ length: d }, () => new Float64Array(n));
  for (const [which, member] of members.entries()) {
    if (member.kind === 'channel') continue;
    const sums = sumOver(member.contributions);
    const rare = member.kind === 'rare';
    const share = rare ? weighMember(member) : weighMember(member) / total;
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
    const share = weighMember(member) / byChannel;
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
  const all = members.reduce((sum, member) => sum + weighMember(member), 0);
  return {
    raw,
    contributions,
    members: members.map((member) => ({ name: member.name, weight: weighMember(member) / all })),
  };
}

/**
 * Adds half of the moving mean of the scores: a run of raised scores says more than a single one as high, and labels and
 * faults last longer than their peaks.
 * @param window points, centered; where points after the last are not there yet, of those that are
 */
export function addMovingMean(fused: FusedScores, window: number): FusedScores {
  const widen = (values: Float64Array): Float64Array => {
    const around = movingMean(values, { window });
    for (let t = 0; t < around.length; t++) around[t] = values[t]! + AROUND * around[t]!;
    return around;
  };
  if (fused.contributions.length === 1) {
    const raw = widen(fused.raw);
    return { ...fused, raw, contributions: [raw] };
  }
  return { ...fused, raw: widen(fused.raw), contributions: fused.contributions.map(widen) };
}

/**
 * The threshold between usual and anomalous scores of d channels, moving mean included: what noise, autoregressive noise,
 * random walks and seasonal series of 1,000 to 5,000 points do not reach (simulated; in one channel the members are
 * weighed, and walks stray farther; more channels average out), but less where the score's lower quartile is low: it
 * marks the calm even where a third of the points are odd.
 */
export function computeEnsembleThreshold(raw: Float64Array, d: number): number {
  const highest = d === 1 ? HIGHEST_OF_ONE : (1 + AROUND) * (0.65 + 0.3 / Math.sqrt(d));
  const aboveCalm = d === 1 ? ABOVE_CALM_OF_ONE : 2.2 + 1.8 / d;
  const calm = selectQuantile(raw.slice(), 0.25);
  return Math.max(0.7 * highest, Math.min(highest, calm * aboveCalm));
}

/** The score of one member over all channels, as it enters the fusion with a weight of 1. */
export function scoreMember(member: MemberScores): Float64Array {
  if (member.kind !== 'channel') return sumOver(member.contributions);
  const { units } = scaleMembers([member]);
  return sumOver(
    member.contributions.map((own, c) => inUnits(own, units[0]![c]!, new Float64Array(own.length))),
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
 * The unit of a member's scores, the score that would be reached about once in the series if scores were log-normal with
 * the median and the high quantile they have, within bounds: heavy-tailed members must rise higher to count as much, and
 * anomalies, being few, move neither quantile much. And its peakedness: the score of the highest half percent in
 * multiples of the 90th percentile.
 * @param scratch n values, overwritten
 */
function profile(
  scores: Float64Array,
  { probability, normal, least, most, ofMean }: UnitRule,
  negligible: number,
  scratch: Float64Array,
): { readonly unit: number; readonly peakedness: number } {
  const n = scores.length;
  scratch.set(scores);
  let mean = 0;
  for (let t = 0; ofMean > 0 && t < n; t++) mean += scores[t]! / n;
  const [median, high, ninth, top] = selectQuantiles(scratch, [0.5, probability, 0.9, 0.995]) as [
    number,
    number,
    number,
    number,
  ];
  const usual = Math.max(high + TINY, ofMean * mean, negligible);
  const extrapolated =
    (high + TINY) * Math.exp((Math.log((high + TINY) / (median + TINY)) * (RARE - normal)) / normal);
  return {
    unit: Math.min(most * usual, Math.max(least * usual, extrapolated)),
    peakedness: (top + negligible) / (ninth + negligible),
  };
}
