import { checkArray, checkRecord } from '../../check-argument.js';
import { checkNumber, isNumberIn } from '../../check-number.js';
import { HeedError, shownValue } from '../../errors.js';
import { fitScaler } from '../../preprocess/scale.js';
import { meanAndStd, quantileOfSorted, selectQuantile } from '../../preprocess/statistics.js';
import { peaksOverThreshold } from './pot.js';
import type { ThresholdMethod, ThresholdReport } from '../types.js';

/** How to set the threshold; every field has a default. */
export interface ThresholdOptions {
  /** Default `learned` where the detector learned a threshold, `pot` otherwise. */
  readonly method?: ThresholdMethod;
  /**
   * Threshold (> 0) for `fixed`; quantile 0…1 for `quantile` (0.999); sigmas for `three-sigma` (3) and `mad` (6); risk
   * for `pot` (0.00001): separate peaks of normal data above the threshold, per point.
   */
  readonly value?: number;
  /**
   * 0…100, default 50: moves the threshold away from the median raw score (fourfold at 0) or towards it (to a quarter
   * at 100), never the ranking.
   */
  readonly sensitivity?: number;
  /** Leading points known to be normal; from 30 on, the threshold is estimated from them alone. */
  readonly trainLength?: number;
  /** The threshold the detector learned itself. */
  readonly learned?: number;
  /** n values, non-zero where the value was missing: these points are left out of the estimate. */
  readonly missing?: Uint8Array;
  /** Raw scores of the series the detector was fitted to: the estimate counts them in. */
  readonly training?: Float64Array;
}

const defaultValues: Readonly<Record<ThresholdMethod, number>> = {
  fixed: NaN,
  'three-sigma': 3,
  mad: 6,
  quantile: 0.999,
  pot: 1e-5,
  learned: NaN,
};

/** Points a training prefix must have before the threshold is estimated from it alone. */
const fewestTrainingPoints = 30;

/**
 * Sets the threshold between normal and anomalous raw scores: the raw value whose score is 1.
 * @param raw n values, finite, >= 0
 * @returns `threshold` is above 0, but 0 where all raw scores are equal (nothing is anomalous then)
 * @throws HeedError bad-option
 */
export function computeThreshold(raw: Float64Array, options: ThresholdOptions = {}): ThresholdReport {
  checkArray('scores', raw);
  checkRecord('options', options);
  const { sensitivity = 50, learned } = options;
  const method = options.method ?? (learned === undefined ? 'pot' : 'learned');
  checkMethod(method);
  const value = options.value ?? defaultValues[method];
  checkOptions(method, value, sensitivity, learned);

  const { pool, use } = collectPool(raw, options);
  const given = method === 'fixed' || method === 'learned';
  const counted = selectCounted(pool, use);
  // A threshold that is given needs their median alone, and so no order.
  const sorted = given ? counted : counted.sort();
  const points = sorted.length;
  let largest = 0;
  let smallest = Infinity;
  let smallestPositive = Infinity;
  for (let t = 0; t < raw.length; t++) {
    const score = raw[t]!;
    if (score > largest) largest = score;
    if (score < smallest) smallest = score;
    if (score > 0 && score < smallestPositive) smallestPositive = score;
  }
  const constant =
    largest === smallest && (points === 0 || (sorted[0] === largest && sorted[points - 1] === largest));
  if (points === 0 || (constant && !given)) {
    return { method, value: given ? (learned ?? value) : 0, points, sensitivity, parameters: {} };
  }
  const { base, parameters } = estimate(method, value, pool, use, sorted, learned);
  const factor = 2 ** ((50 - sensitivity) / 25);
  let threshold = base;
  if (factor !== 1) {
    const center = given ? selectQuantile(counted, 0.5) : quantileOfSorted(sorted, 0.5);
    threshold = base > center ? center + (base - center) * factor : base * factor;
  }
  // Where the threshold falls on zero, everything above zero lies above it.
  if (!(threshold > 0)) threshold = smallestPositive === Infinity ? 0 : smallestPositive / 2;
  return { method, value: threshold, points, sensitivity, parameters };
}

/** Before it is looked up: what is no text may not become one. */
function checkMethod(method: ThresholdMethod): void {
  if (typeof method !== 'string' || !Object.hasOwn(defaultValues, method)) {
    throw new HeedError(
      'bad-option',
      `there is no threshold method ${shownValue(method)}`,
      `Give one of ${Object.keys(defaultValues).join(', ')}.`,
    );
  }
}

function checkOptions(
  method: ThresholdMethod,
  value: number,
  sensitivity: number,
  learned: number | undefined,
): void {
  checkNumber('the sensitivity', sensitivity, { min: 0, max: 100 });
  if (method === 'learned') {
    if (learned !== undefined && learned > 0 && learned < Infinity) return;
    throw new HeedError(
      'bad-option',
      'the detector learned no threshold',
      'Choose another threshold method, or leave it out.',
    );
  }
  const share = method === 'quantile' || method === 'pot';
  if (!isNumberIn(value, share ? { above: 0, below: 1 } : { above: 0 })) {
    throw new HeedError(
      'bad-option',
      Number.isNaN(value)
        ? `the threshold method "${method}" needs a value`
        : `the threshold value is ${shownValue(value)}`,
      share ? `Give a number between 0 and 1 for "${method}".` : `Give a number above 0 for "${method}".`,
    );
  }
}

/** The raw scores to estimate from, and 1 where one counts. */
function collectPool(
  raw: Float64Array,
  { trainLength = 0, missing, training }: ThresholdOptions,
): { pool: Float64Array; use: Uint8Array } {
  const prefix = trainLength >= fewestTrainingPoints;
  const end = prefix ? trainLength : raw.length;
  const use = new Uint8Array(raw.length).fill(1, 0, end);
  if (missing) for (let t = 0; t < end; t++) if (missing[t]) use[t] = 0;
  if (prefix || !training || training.length === 0) return { pool: raw, use };
  const pool = new Float64Array(training.length + raw.length);
  pool.set(training);
  pool.set(raw, training.length);
  const both = new Uint8Array(pool.length).fill(1);
  both.set(use, training.length);
  return { pool, use: both };
}

/** The raw scores that count (a copy). */
function selectCounted(pool: Float64Array, use: Uint8Array): Float64Array {
  const out = new Float64Array(pool.length);
  let points = 0;
  for (let t = 0; t < pool.length; t++) if (use[t]) out[points++] = pool[t]!;
  return out.subarray(0, points);
}

function estimate(
  method: ThresholdMethod,
  value: number,
  raw: Float64Array,
  use: Uint8Array,
  sorted: Float64Array,
  learned: number | undefined,
): { base: number; parameters: Readonly<Record<string, number>> } {
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
      const { offset: median, scale: sigma } = fitScaler(sorted, 'robust');
      return { base: median + value * sigma, parameters: { sigmas: value, median, sigma } };
    }
    case 'quantile':
      return { base: quantileOfSorted(sorted, value), parameters: { quantile: value } };
    case 'pot': {
      const { threshold, level, peaks, excluded, tail } = peaksOverThreshold(raw, use, value);
      return { base: threshold, parameters: { risk: value, level, peaks, excluded, ...tail } };
    }
  }
}
