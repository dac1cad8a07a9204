import { quantile } from '../../preprocess/statistics.js';
import type { HeadScores } from './head.js';

/** Exponent of the mean over the heads: above 1, so that one head that is sure is not voted down by the rest. */
const POWER = 3;
/** Quantile of a head's scores that stands for the usual. */
const USUAL = 0.9;
/** Squared share of the standard deviation below which deviations are too small to mean anything. */
const NEGLIGIBLE = 1e-4;

/**
 * How high a head rises on data without anomalies, in multiples of its usual score (99th percentile of the
 * highest score of 5,000 points of white noise, autoregressive noise, random walks and seasonal series with trend).
 */
const HIGHEST_USUAL: Readonly<Record<string, number>> = {
  memory: 1,
  rarity: 1,
  forecast: 1,
  'forecast-cycle': 1,
  level: 1,
};

/** Fused scores: 1 is the border. */
export interface FusedScores {
  readonly raw: Float64Array;
  readonly contributions: readonly Float64Array[];
  readonly heads: readonly { readonly name: string; readonly weight: number }[];
}

/**
 * Brings the heads to a common unit, their own usual score, and takes the power mean. The flat-line head, 0 but
 * for rare stretches, counts on top.
 * @param weights one per head, by name; default 1 each
 */
export function fuseHeads(
  heads: readonly HeadScores[],
  weights: Readonly<Record<string, number>> = {},
): FusedScores {
  const n = heads[0]!.raw.length;
  const d = heads[0]!.contributions.length;
  const raw = new Float64Array(n);
  const contributions = Array.from({ length: d }, () => new Float64Array(n));
  const weighted = heads.map((head) => ({ head, weight: weights[head.name] ?? 1 }));
  const regular = weighted.filter(({ head }) => head.name in HIGHEST_USUAL);
  const total = regular.reduce((sum, { weight }) => sum + weight, 0);
  for (const { head, weight } of weighted) {
    const highest = HIGHEST_USUAL[head.name];
    const unit = highest === undefined ? 1 : highest * usualScore(head.raw);
    const share = highest === undefined ? weight : weight / total;
    for (let t = 0; t < n; t++) {
      if (head.raw[t] === 0) continue;
      const term = share * (head.raw[t]! / unit) ** POWER;
      raw[t] = raw[t]! + term;
      for (let c = 0; c < d; c++) {
        contributions[c]![t] = contributions[c]![t]! + (term * head.contributions[c]![t]!) / head.raw[t]!;
      }
    }
  }
  for (let t = 0; t < n; t++) {
    const sum = raw[t]!;
    raw[t] = sum ** (1 / POWER);
    if (sum > 0) for (const own of contributions) own[t] = (own[t]! / sum) * raw[t]!;
  }
  const sum = weighted.reduce((all, { weight }) => all + weight, 0);
  return {
    raw,
    contributions,
    heads: weighted.map(({ head, weight }) => ({ name: head.name, weight: weight / sum })),
  };
}

function usualScore(raw: Float64Array): number {
  let mean = 0;
  for (const value of raw) mean += value / raw.length;
  return Math.max(quantile(raw, USUAL), 0.1 * mean, NEGLIGIBLE);
}
