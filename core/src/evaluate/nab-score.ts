import { checkRecord } from '../check-argument.js';
import { checkNumber } from '../check-number.js';
import { HeedError, shownValue } from '../errors.js';
import { anomalyIntervals, checkLabeledScores, checkPredictions } from './labeled-scores.js';

/** What a detection earns and an error costs. */
export interface NabProfile {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
}

/** The three application profiles of the Numenta Anomaly Benchmark. */
export const NAB_PROFILES: Readonly<
  Record<'standard' | 'low-false-positives' | 'low-false-negatives', NabProfile>
> = {
  standard: { truePositive: 1, falsePositive: 0.11, falseNegative: 1 },
  'low-false-positives': { truePositive: 1, falsePositive: 0.22, falseNegative: 1 },
  'low-false-negatives': { truePositive: 1, falsePositive: 0.11, falseNegative: 2 },
};

export interface NabOptions {
  /** Default `standard`. */
  readonly profile?: keyof typeof NAB_PROFILES;
  /** Leading points that are not scored; default 15% of the series, at most 750 and not beyond the first anomaly. */
  readonly probation?: number;
}

/**
 * NAB score (Lavin & Ahmad, ICMLA 2015) of yes/no predictions: in every anomaly window the alarm with the best
 * (earliest) position counts, weighted by a sigmoid that falls from 1 at the left edge to 0 at the right edge; alarms
 * elsewhere cost more the farther they lie behind the last window; missed windows cost in full. Normalized so that
 * silence scores 0 and one alarm at the start of every window scores 100; there is no lower bound.
 * @param labels n values; each run of non-zero values is one anomaly window
 * @param predicted n values, non-zero = alarm
 * @throws HeedError length-mismatch, labels-missing, bad-option
 */
export function nabScore(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: NabOptions = {},
): number {
  checkRecord('options', options);
  checkPredictions(labels, predicted);
  const game = nabGame(labels, options);
  const parts = silence(game);
  for (let t = game.probation; t < predicted.length; t++) if (predicted[t]) alarm(game, parts, t);
  return normalize(game, parts.total);
}

/**
 * The highest NAB score over all thresholds, as the benchmark's own optimizer finds it: at least 0, since a
 * threshold above all scores is silence. Parameters as `nabScore`, with finite scores; alarms are
 * `score >= threshold`.
 * @throws HeedError length-mismatch, labels-missing, not-finite, bad-option
 */
export function bestNabScore(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: NabOptions = {},
): { readonly threshold: number; readonly score: number } {
  checkRecord('options', options);
  const n = checkLabeledScores(labels, scores);
  const game = nabGame(labels, options);
  const order = Uint32Array.from({ length: n - game.probation }, (_, i) => i + game.probation);
  order.sort((a, b) => scores[b]! - scores[a]!);
  const parts = silence(game);
  let best = { threshold: Infinity, total: parts.total };
  for (let i = 0; i < order.length; i++) {
    const score = scores[order[i]!]!;
    alarm(game, parts, order[i]!);
    const lastOfEquals = i + 1 === order.length || scores[order[i + 1]!] !== score;
    if (lastOfEquals && parts.total > best.total) best = { threshold: score, total: parts.total };
  }
  return { threshold: best.threshold, score: normalize(game, best.total) };
}

interface NabGame {
  readonly probation: number;
  /** What an alarm at each point is worth: positive in a window, negative elsewhere. */
  readonly worth: Float64Array;
  /** Index of the window of each point; −1 outside. */
  readonly windowAt: Int32Array;
  readonly windows: number;
  readonly profile: NabProfile;
}

function nabGame(labels: ArrayLike<number>, options: NabOptions): NabGame {
  const n = labels.length;
  const intervals = anomalyIntervals(labels);
  const named: unknown = options.profile ?? 'standard';
  const profile =
    typeof named === 'string' && Object.hasOwn(NAB_PROFILES, named)
      ? NAB_PROFILES[named as keyof typeof NAB_PROFILES]
      : undefined;
  if (!profile) {
    throw new HeedError(
      'bad-option',
      `there is no NAB profile ${shownValue(named)}`,
      `Choose one of ${Object.keys(NAB_PROFILES).join(', ')}.`,
    );
  }
  const probation = options.probation ?? Math.floor(Math.min(0.15 * n, 750, intervals[0]!.start));
  checkNumber('the probation', probation, { min: 0, max: n - 1, whole: true });
  // A window that begins within the probation still counts with what lies behind it.
  const windows = intervals.filter(({ end }) => end >= probation);
  if (windows.length === 0) {
    throw new HeedError(
      'labels-missing',
      `all labeled points lie in the first ${probation} points, which are not scored`,
      'Give a shorter probation.',
    );
  }
  const worth = new Float64Array(n);
  const windowAt = new Int32Array(n).fill(-1);
  const earliest = positionValue(-1);
  windows.forEach(({ start, end }, w) => {
    const width = end - start + 1;
    for (let t = start; t <= end; t++) {
      windowAt[t] = w;
      worth[t] = (profile.truePositive * positionValue(-(end - t + 1) / width)) / earliest;
    }
  });
  let previous = -1;
  for (let t = 0; t < n; t++) {
    if (labels[t]) {
      if (t + 1 === n || !labels[t + 1]) previous++;
      continue;
    }
    const window = intervals[previous];
    const past = window ? (t - window.end) / (window.end - window.start) : Infinity;
    worth[t] = profile.falsePositive * positionValue(past);
  }
  return { probation, worth, windowAt, windows: windows.length, profile };
}

/** The benchmark's scaled sigmoid: 0.987 at the left edge (−1), 0 at the right edge (0), −1 from 3 widths on. */
function positionValue(position: number): number {
  return position >= 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}

interface NabParts {
  total: number;
  readonly bestOfWindow: Float64Array;
}

function silence(game: NabGame): NabParts {
  const missed = -game.profile.falseNegative;
  return { total: missed * game.windows, bestOfWindow: new Float64Array(game.windows).fill(missed) };
}

function alarm(game: NabGame, parts: NabParts, t: number): void {
  const window = game.windowAt[t]!;
  const worth = game.worth[t]!;
  if (window < 0) parts.total += worth;
  else if (worth > parts.bestOfWindow[window]!) {
    parts.total += worth - parts.bestOfWindow[window]!;
    parts.bestOfWindow[window] = worth;
  }
}

function normalize(game: NabGame, total: number): number {
  const silent = -game.profile.falseNegative * game.windows;
  const perfect = game.profile.truePositive * game.windows;
  return (100 * (total - silent)) / (perfect - silent);
}
