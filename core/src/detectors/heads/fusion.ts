import { selectQuantile } from '../../preprocess/statistics.js';
import type { HeadScores } from './head.js';
import type { StandardizedChannels } from './standardize.js';

/** Squared share of the standard deviation below which deviations are too small to mean anything. */
const NEGLIGIBLE = 1e-3;
/** Normal quantile of the highest of some 5,000 points, and at 90%. */
const RARE = 3.7;
const HIGH_QUANTILE = 1.2816;
/** Bounds of a head's unit in multiples of the score that nine points in ten stay below. */
const LEAST = 1.3;
const MOST = 3;
/** From this many units on a head has said what it can: more counts by its logarithm only. */
const SURE = 3;
const BEYOND = 0.3;
/** Exponent of the mean over the channels: above 1, so that one odd channel shows among many. */
const CHANNEL_POWER = 1.5;
/** Most distinct values of a switch, and what such a channel counts. */
const SWITCH_VALUES = 3;
const SWITCH_WEIGHT = 0.1;

/** Fused scores. */
export interface FusedScores {
  /** n values. */
  readonly raw: Float64Array;
  /** d × n values that sum to `raw`. */
  readonly contributions: readonly Float64Array[];
  readonly heads: readonly { readonly name: string; readonly weight: number }[];
}

/** Weight of each head by name; 1 where absent. */
export type HeadWeights = Readonly<Record<string, number>>;

/**
 * Weight of each channel judged by itself: switches and commands (two or three values) are context for the measured
 * quantities rather than symptoms. All 1 where there is nothing but switches. Joint heads see them in full.
 */
export function channelWeights(input: StandardizedChannels): Float64Array {
  const weights = Float64Array.from(input.channels, (values) => (isSwitch(values) ? SWITCH_WEIGHT : 1));
  return weights.some((weight) => weight === 1) ? weights : weights.fill(1);
}

function isSwitch(values: Float64Array): boolean {
  const seen = new Set<number>();
  for (const value of values) if (seen.add(value).size > SWITCH_VALUES) return false;
  return true;
}

/**
 * Brings every head to a common unit, the score that its usual run would reach about once, and takes the root mean
 * square of all: joint heads by the sum over the channels, channel heads in each channel's own unit. A head beyond
 * `SURE` units grows by the logarithm only, so that none drowns the agreement of the others.
 */
export function fuseHeads(
  heads: readonly HeadScores[],
  channelWeight: Float64Array,
  weights: HeadWeights = {},
): FusedScores {
  const d = channelWeight.length;
  const n = heads[0]!.contributions[0]!.length;
  const weightOf = (head: HeadScores): number => weights[head.name] ?? 1;
  const weightOfKind = (kind: HeadScores['kind']): number =>
    heads.reduce((sum, head) => sum + (head.kind === kind ? weightOf(head) : 0), 0);
  const byChannel = weightOfKind('channel');
  const total = byChannel + weightOfKind('joint');

  const raw = new Float64Array(n);
  const contributions = Array.from({ length: d }, () => new Float64Array(n));
  const add = (score: Float64Array, share: number, head: HeadScores): void => {
    for (let t = 0; t < n; t++) {
      let sum = 0;
      for (const own of head.contributions) sum += own[t]!;
      if (sum === 0) continue;
      const term = share * score[t]! * score[t]!;
      raw[t] = raw[t]! + term;
      for (let c = 0; c < d; c++) {
        contributions[c]![t] = contributions[c]![t]! + (term * head.contributions[c]![t]!) / sum;
      }
    }
  };
  for (const head of heads) {
    if (head.kind === 'channel') continue;
    const sum = new Float64Array(n);
    for (const own of head.contributions) for (let t = 0; t < n; t++) sum[t] = sum[t]! + own[t]!;
    if (head.kind === 'rare') add(sum, weightOf(head), head);
    else add(inUnits(sum), weightOf(head) / total, head);
  }

  const ofChannel = Array.from({ length: d }, () => new Float64Array(n));
  for (const head of heads) {
    if (head.kind !== 'channel') continue;
    const share = weightOf(head) / byChannel;
    for (let c = 0; c < d; c++) {
      const scaled = inUnits(head.contributions[c]!);
      const own = ofChannel[c]!;
      for (let t = 0; t < n; t++) own[t] = own[t]! + share * (channelWeight[c]! * scaled[t]!) ** 2;
    }
  }
  for (let t = 0; t < n && byChannel > 0; t++) {
    let sum = 0;
    for (const own of ofChannel) sum += own[t]! ** CHANNEL_POWER;
    if (sum === 0) continue;
    const term = (byChannel / total) * (sum / d) ** (1 / CHANNEL_POWER);
    raw[t] = raw[t]! + term;
    for (let c = 0; c < d; c++) {
      contributions[c]![t] = contributions[c]![t]! + (term * ofChannel[c]![t]! ** CHANNEL_POWER) / sum;
    }
  }
  for (let t = 0; t < n; t++) {
    if (raw[t] === 0) continue;
    const root = Math.sqrt(raw[t]!);
    for (const own of contributions) own[t] = own[t]! / root;
    raw[t] = root;
  }
  const all = heads.reduce((sum, head) => sum + weightOf(head), 0);
  return {
    raw,
    contributions,
    heads: heads.map((head) => ({ name: head.name, weight: weightOf(head) / all })),
  };
}

/**
 * The border between usual and anomalous fused scores of d channels: what noise, autoregressive noise, random walks
 * and seasonal series of 1,000 to 5,000 points do not reach (simulated; more channels average out), but less where
 * the score's lower quartile is low: it marks the calm even where a third of the points are odd.
 */
export function borderOf(raw: Float64Array, d: number): number {
  const highest = 0.65 + 0.3 / Math.sqrt(d);
  const calm = selectQuantile(raw.slice(), 0.25);
  return Math.max(0.7 * highest, Math.min(highest, calm * (2.2 + 1.8 / d)));
}

/** The score of one head over all channels, as it enters the fusion with a weight of 1. */
export function scoreOfHead(head: HeadScores): Float64Array {
  const out = new Float64Array(head.contributions[0]!.length);
  for (const own of head.contributions) {
    const scaled = head.kind === 'channel' ? inUnits(own) : own;
    for (let t = 0; t < out.length; t++) out[t] = out[t]! + scaled[t]!;
  }
  return out;
}

/** The scores in multiples of the unit; from `SURE` on the logarithm. */
function inUnits(scores: Float64Array): Float64Array {
  const unit = unitOf(scores);
  return scores.map((score) => {
    const multiple = score / unit;
    return multiple > SURE ? SURE * (1 + BEYOND * Math.log(multiple / SURE)) : multiple;
  });
}

/**
 * The score that would be reached about once in the series if scores were log-normal with the median and the
 * 90th percentile they have, within bounds: heavy-tailed heads must rise higher to count as much, and anomalies,
 * being few, move neither quantile much.
 */
function unitOf(scores: Float64Array): number {
  const copy = scores.slice();
  let mean = 0;
  for (let t = 0; t < scores.length; t++) mean += scores[t]! / scores.length;
  const high = selectQuantile(copy, 0.9) + 1e-12;
  const median = selectQuantile(copy, 0.5) + 1e-12;
  const usual = Math.max(high, 0.1 * mean, NEGLIGIBLE);
  const extrapolated = high * Math.exp((Math.log(high / median) * (RARE - HIGH_QUANTILE)) / HIGH_QUANTILE);
  return Math.min(MOST * usual, Math.max(LEAST * usual, extrapolated));
}
