import { HeedError } from '../errors.js';
import { MAD_TO_SIGMA, meanAndStd, quantileOfSorted } from '../preprocess/statistics.js';
import { fitParetoTail, paretoQuantile } from './pareto.js';
import type { ThresholdMethod, ThresholdReport } from './types.js';

/** How to set the border; every field has a default. */
export interface ThresholdOptions {
  /** Default `learned` where the detector learned a border, `pot` otherwise. */
  readonly method?: ThresholdMethod;
  /**
   * Border for `fixed`; quantile 0…1 for `quantile` (0.999); sigmas for `three-sigma` (3) and `mad` (6); risk for
   * `pot` (0.00002): the share of normal points that may pass the border.
   */
  readonly value?: number;
  /** 0…100, default 50: moves the border towards or away from the usual raw score, never the ranking. */
  readonly sensitivity?: number;
  /** Leading points known to be normal; the border is then estimated from them alone. */
  readonly trainLength?: number;
  /** The border the detector learned itself. */
  readonly learned?: number;
  /** n values, non-zero where the value was missing: these points are left out of the estimate. */
  readonly missing?: Uint8Array;
  /** Raw scores of a training series, which the estimate counts in. */
  readonly training?: Float64Array;
}

const defaults: Record<ThresholdMethod, number> = {
  fixed: NaN,
  'three-sigma': 3,
  mad: 6,
  quantile: 0.999,
  pot: 2e-5,
  learned: NaN,
};

/** Points a training prefix must have before the border is estimated from it alone. */
const fewestTrainingPoints = 30;

/**
 * Sets the border between normal and anomalous raw scores: the raw value whose score is 1.
 * @param raw n values, finite, >= 0
 * @returns `border` is 0 where all raw scores are equal (nothing is anomalous then), above 0 otherwise
 * @throws HeedError bad-option
 */
export function computeThreshold(raw: Float64Array, options: ThresholdOptions = {}): ThresholdReport {
  const sensitivity = options.sensitivity ?? 50;
  if (!(sensitivity >= 0 && sensitivity <= 100)) {
    throw new HeedError('bad-option', `the sensitivity is ${sensitivity}`, 'Give a number from 0 to 100.');
  }
  const method = options.method ?? (options.learned === undefined ? 'pot' : 'learned');
  const value = options.value ?? defaults[method];
  const sorted = sample(raw, options);
  const { base, parameters } = estimate(method, value, sorted, options.learned);
  const centre = quantileOfSorted(sorted, 0.5);
  const border = centre + (base - centre) * 2 ** ((50 - sensitivity) / 25);
  return { method, border, points: sorted.length, sensitivity, parameters };
}

function sample(raw: Float64Array, options: ThresholdOptions): Float64Array {
  const { trainLength = 0, missing } = options;
  const end = trainLength >= fewestTrainingPoints ? Math.min(trainLength, raw.length) : raw.length;
  const values: number[] = [];
  for (let t = 0; t < end; t++) if (!missing?.[t]) values.push(raw[t]!);
  return Float64Array.from(values).sort();
}

function estimate(
  method: ThresholdMethod,
  value: number,
  sorted: Float64Array,
  learned: number | undefined,
): { base: number; parameters: Record<string, number> } {
  switch (method) {
    case 'fixed':
      return { base: value, parameters: {} };
    case 'learned':
      return { base: learned!, parameters: {} };
    case 'three-sigma': {
      const { mean, std } = meanAndStd(sorted);
      return { base: mean + value * std, parameters: { sigmas: value, mean, std } };
    }
    case 'mad': {
      const median = quantileOfSorted(sorted, 0.5);
      const sigma = MAD_TO_SIGMA * quantileOfSorted(sorted.map((raw) => Math.abs(raw - median)).sort(), 0.5);
      return { base: median + value * sigma, parameters: { sigmas: value, median, sigma } };
    }
    case 'quantile':
      return { base: quantileOfSorted(sorted, value), parameters: { quantile: value } };
    case 'pot': {
      const level = quantileOfSorted(sorted, 0.9);
      const excesses = sorted.filter((raw) => raw > level).map((raw) => raw - level);
      if (excesses.length === 0) return { base: level, parameters: { risk: value, level, peaks: 0 } };
      const tail = fitParetoTail(excesses);
      const base = level + paretoQuantile(tail, Math.min(1, (value * sorted.length) / excesses.length));
      return { base, parameters: { risk: value, level, peaks: excesses.length, ...tail } };
    }
  }
}
