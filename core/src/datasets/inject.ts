import { checkArray, checkRecord, checkSeries } from '../check-argument.js';
import { HeedError } from '../errors.js';
import { createRandom, type Random } from '../random.js';
import type { Series } from '../series/series.js';
import { anomalyKinds, applyInjection, computeMoments } from './injections.js';
import type { AnomalyKind, LabeledAnomaly, LabeledSeries } from './types.js';

/** Options of `injectAnomalies`. */
export interface InjectOptions {
  /** Kinds to draw from; default all. */
  readonly kinds?: readonly AnomalyKind[];
  /** How many anomalies; default one per 500 points, at least one. */
  readonly count?: number;
  /** Multiplies the size of every anomaly. Default: each draws its own between 0.2 and 1.8 (0.2 + 1.6·Beta(2, 2)). */
  readonly strength?: number;
  /** Whole number, default 0. */
  readonly seed?: number;
  /** Shortest and longest anomaly in points; default [10, 100]. Spikes take at most three points whatever is said. */
  readonly length?: readonly [number, number];
  /** Largest share of the points that may become anomalous; default 0.1. */
  readonly maxShare?: number;
  /** First point that may become anomalous; default 0. Set it to the length of a training prefix to keep that clean. */
  readonly from?: number;
  /** Number of channels each anomaly shows in; default: drawn from 1 to all. */
  readonly channels?: number;
}

const attempts = 60;

/**
 * Injects labeled anomalies into a series known (or taken) to be normal, to develop and compare detectors on real
 * data without using its labels. The kinds are the nine of DADA (Shentu et al., ICLR 2025: outlier, compress,
 * interval, noise, smoothing, horizontal and vertical mirror, scale, pattern; here `spike` is the outlier) and level
 * shift, dropout, flat line and drift. A change too small to be seen in the channel's own noise is drawn anew, so
 * that no label is false; fewer than `count` are injected where no more fit.
 * @param series n points, d channels; labels it has already stay, missing values stay missing and are not labeled
 * @returns a new series; the input is not changed
 * @throws HeedError bad-option, too-few-points
 */
export function injectAnomalies(series: Series, options: InjectOptions = {}): LabeledSeries {
  checkSeries(series);
  checkRecord('options', options);
  const n = series.time.length;
  const settings = checkOptions(series, options);
  const random = createRandom(options.seed ?? 0);
  const channels = series.channels.map((channel) => ({ ...channel, values: channel.values.slice() }));
  const scales = series.channels.map((channel) => ({
    ...computeMoments(channel.values),
    noise: estimateNoise(channel.values),
  }));
  const labels = series.labels ? series.labels.slice() : new Uint8Array(n);
  const anomalies: LabeledAnomaly[] = [];
  let budget = Math.floor(settings.maxShare * (n - settings.from));

  for (let i = 0; i < settings.count && budget > 0; i++) {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const name = random.pick(settings.kinds);
      const kind = anomalyKinds.find((info) => info.kind === name)!;
      const length = drawLength(random, kind, settings.length, Math.min(budget, n - settings.from - 1));
      if (length === undefined) continue;
      const start = random.integer(settings.from, n - length - 1);
      const end = start + length - 1;
      if (!isFree(labels, channels, start, end)) continue;
      const chosen = random
        .shuffle(channels.map((_, c) => c))
        .slice(0, settings.channels ?? random.integer(1, channels.length));
      const strength = options.strength ?? 0.2 + 1.6 * random.beta(2, 2);
      const shown = chosen.filter((c) => {
        const { values } = channels[c]!;
        const before = values.slice(start, end + 1);
        applyInjection(kind.kind, values, start, end, { random, strength, ...scales[c]! });
        if (isVisible(before, values.subarray(start, end + 1), scales[c]!.noise, kind.kind)) return true;
        values.set(before, start);
        return false;
      });
      if (shown.length === 0) continue;
      labels.fill(1, start, end + 1);
      budget -= length;
      anomalies.push({
        kind: kind.kind,
        start,
        end,
        channels: shown.sort((a, b) => a - b).map((c) => channels[c]!.name),
      });
      break;
    }
  }
  anomalies.sort((a, b) => a.start - b.start);
  return { ...series, channels, labels, anomalies };
}

function checkOptions(series: Series, options: InjectOptions) {
  const n = series.time.length;
  const fail = (what: string, remedy: string): never => {
    throw new HeedError(
      'bad-option',
      what,
      remedy,
      series.name === undefined ? undefined : { file: series.name },
    );
  };
  const kinds = options.kinds ?? anomalyKinds.map((info) => info.kind);
  const unknown = kinds.find((kind) => !anomalyKinds.some((info) => info.kind === kind));
  if (unknown !== undefined || kinds.length === 0) {
    const known = anomalyKinds.map((info) => info.kind).join(', ');
    fail(
      unknown === undefined ? 'no kind of anomaly is named' : `there is no anomaly kind "${unknown}"`,
      `Known kinds: ${known}.`,
    );
  }
  const isWhole = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  const count = options.count ?? Math.max(1, Math.round(n / 500));
  if (!isWhole(count, 0, 1e6)) fail(`count is ${count}`, 'Give a whole number of at least 0.');
  const length = options.length ?? [10, 100];
  checkArray('length', length);
  if (!isWhole(length[0], 1, 1e9) || !isWhole(length[1], length[0], 1e9)) {
    fail(
      `length is [${length.join(', ')}]`,
      'Give the shortest and the longest anomaly in whole points, shortest first.',
    );
  }
  const maxShare = options.maxShare ?? 0.1;
  if (!(maxShare > 0 && maxShare <= 1)) fail(`maxShare is ${maxShare}`, 'Give a number above 0, at most 1.');
  const from = options.from ?? 0;
  if (!isWhole(from, 0, n - 1)) fail(`from is ${from}`, `Give a whole number from 0 to ${n - 1}.`);
  const { channels, strength } = options;
  if (channels !== undefined && !isWhole(channels, 1, series.channels.length)) {
    fail(`channels is ${channels}`, `Give a whole number from 1 to ${series.channels.length}.`);
  }
  if (strength !== undefined && !(strength > 0 && strength < Infinity))
    fail(`strength is ${strength}`, 'Give a number above 0.');
  if (n - from < 20) {
    throw new HeedError(
      'too-few-points',
      `only ${n - from} points may become anomalous`,
      'Give a series with at least 20.',
    );
  }
  return { kinds, count, length, maxShare, from, channels };
}

/** A length that the kind, the option and what is left of the budget allow; undefined where none does. */
function drawLength(
  random: Random,
  kind: (typeof anomalyKinds)[number],
  [shortest, longest]: readonly [number, number],
  most: number,
): number | undefined {
  if (kind.maxLength !== undefined)
    return most < 1 ? undefined : random.integer(1, Math.min(kind.maxLength, most));
  const low = Math.max(shortest, kind.minLength);
  const high = Math.min(Math.max(longest, low), most);
  return high < low ? undefined : random.integer(low, high);
}

/** True where no label and no missing value lies in the interval or beside it. */
function isFree(labels: Uint8Array, channels: Series['channels'], start: number, end: number): boolean {
  for (let t = Math.max(0, start - 2); t <= Math.min(labels.length - 1, end + 2); t++) {
    if (labels[t] === 1 || channels.some((channel) => Number.isNaN(channel.values[t]!))) return false;
  }
  return true;
}

/** Standard deviation of the noise from point to point, robustly from the differences. */
function estimateNoise(values: Float64Array): number {
  const steps: number[] = [];
  for (let t = 1; t < values.length; t++) {
    const step = Math.abs(values[t]! - values[t - 1]!);
    if (!Number.isNaN(step)) steps.push(step);
  }
  steps.sort((a, b) => a - b);
  // The median of |difference| of white noise is 0.6745·√2 of its deviation.
  return steps.length === 0 ? 0 : steps[steps.length >> 1]! / (0.6745 * Math.SQRT2);
}

/** True where the change stands out of the channel's own noise. */
function isVisible(before: Float64Array, after: Float64Array, noise: number, kind: AnomalyKind): boolean {
  let square = 0;
  for (let i = 0; i < before.length; i++) square += (after[i]! - before[i]!) ** 2;
  const change = Math.sqrt(square / before.length);
  // Smoothing takes noise away: the change is the noise itself.
  const least = kind === 'smoothing' || kind === 'flat-line' ? 0.7 : 2;
  return change > 0 && change >= least * noise;
}
