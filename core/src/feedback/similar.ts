import { checkArray, checkEach, checkRecord, checkSeries } from '../check-argument.js';
import type { Feedback } from '../detectors/base/types.js';
import { labeledIntervals, type LabeledInterval } from '../detectors/base/labeled-points.js';
import { meanAndStd } from '../preprocess/statistics.js';
import type { Series } from '../series/series.js';

/** Squared distance, as a share of the judged interval's own power, at which a likeness has fallen to 1/e. */
const TEMPERATURE = 0.2;
/** Least power of a judged interval, in squared standard deviations: an interval at the mean has next to none. */
const LEAST_POWER = 0.02;
/** Points compared at most: longer intervals are compared by their middle. */
const LONGEST = 256;
/** Points compared at least: a single point is like any other, its surroundings are not. */
const SHORTEST = 8;
/** Mean likeness of the calm points at which a judged interval has little of its own left to look for. */
const COMMON = 0.1;
/** Likenesses below this do not make an interval common, and below that are none. */
const FAINT = 0.1;
const LEAST = 1e-3;
/** How far at least the score of an interval exactly like a confirmed one rises. */
const RISE = 2;
/** Where an interval called normal (an anomaly) ends up: just below (above) the threshold. */
const BELOW = 0.95;
const ABOVE = 1.05;

/**
 * Scores that heed what people said of earlier events, whatever the detector. Every window of the series attends to
 * the judged intervals as keys: with w = exp(−d² / 0.2 P) (d² mean squared distance of the windows, P power of the
 * judged interval; channels weighed by their part in it), a window like a confirmed interval rises by 2^w, or by the
 * factor^w that brings the confirmed peak above the threshold where that takes more; one like a dismissed interval sinks
 * by the factor^w that brings the dismissed peak below it. An interval that resembles much of the calm series carries that
 * much less. Last, what was judged itself is held to what was said:
 * confirmed intervals end above the threshold, dismissed ones below it.
 *
 * The order of the judgments does not matter, but where opposite ones overlap, the later wins.
 * @param series n complete points
 * @param score n values, 1 = threshold; not changed
 * @param feedback intervals outside the series are ignored
 */
export function applyFeedback(
  series: Series,
  score: Float32Array,
  feedback: readonly Feedback[],
): Float32Array {
  checkSeries(series);
  checkArray('score', score);
  checkEach('feedback', feedback, checkRecord);
  const judged = labeledIntervals(series, feedback);
  const rise = new Float64Array(score.length);
  const fall = new Float64Array(score.length);
  for (const interval of judged) {
    const alike = likeness(series, score, interval);
    const peak = findPeak(score, interval);
    if (interval.kind === 'normal') raise(fall, alike, Math.max(0, Math.log(peak / BELOW)));
    else raise(rise, alike, Math.log(peak > 0 ? Math.max(RISE, ABOVE / peak) : RISE));
  }
  const out = score.map((value, t) => value * Math.exp(rise[t]! - fall[t]!));
  for (const interval of judged) hold(out, interval);
  return out;
}

/** Raises each value to `most` × likeness. */
function raise(values: Float64Array, alike: Float64Array, most: number): void {
  for (let t = 0; t < values.length; t++) values[t] = Math.max(values[t]!, most * alike[t]!);
}

function findPeak(score: Float32Array, { start, end }: LabeledInterval): number {
  let peak = 0;
  for (let t = start; t <= end; t++) peak = Math.max(peak, score[t]!);
  return peak;
}

/** Scales a judged interval so that its peak is on the side of the threshold where it was said to be. */
function hold(score: Float32Array, interval: LabeledInterval): void {
  const peak = findPeak(score, interval);
  const wanted = interval.kind === 'anomaly' ? Math.max(peak, ABOVE) : Math.min(peak, BELOW);
  for (let t = interval.start; t <= interval.end; t++) {
    score[t] = peak > 0 ? (score[t]! * wanted) / peak : wanted;
  }
}

/**
 * How much each point belongs to an interval that looks like the judged one: n values 0…1, the same as within the
 * judged interval itself at most.
 */
function likeness(series: Series, score: Float32Array, { start, end }: LabeledInterval): Float64Array {
  const n = series.time.length;
  const length = Math.min(n, LONGEST, Math.max(SHORTEST, end - start + 1));
  const from = Math.max(0, Math.min(n - length, Math.round((start + end + 1 - length) / 2)));
  const distance = new Float64Array(n - length + 1);
  let power = 0;
  let squares = 0;
  for (const { values } of series.channels) {
    const { mean, std } = meanAndStd(values);
    const variance = std * std;
    if (!(variance > 0)) continue;
    let own = 0;
    for (let t = from; t < from + length; t++) own += (values[t]! - mean) ** 2;
    own = own / (variance * length) + LEAST_POWER;
    power += own;
    squares += own * own;
    // Weighed by the channel's part in the interval: what the others did at the time is not what was judged.
    const share = own / (variance * length);
    for (let s = 0; s < distance.length; s++) {
      let sum = 0;
      for (let k = 0; k < length; k++) {
        const difference = values[s + k]! - values[from + k]!;
        sum += difference * difference;
      }
      distance[s] = distance[s]! + sum * share;
    }
  }
  const alike = new Float64Array(n);
  if (power === 0) return alike;
  // The judged points' place in a window; only the same place of a similar window is meant.
  const first = Math.max(0, start - from);
  const last = Math.min(length - 1, end - from);
  for (let s = 0; s < distance.length; s++) {
    const weight = Math.exp(-distance[s]! / (TEMPERATURE * squares));
    if (weight < LEAST) continue;
    for (let t = s + first; t <= s + last; t++) alike[t] = Math.max(alike[t]!, weight);
  }
  let common = 0;
  let calm = 0;
  for (let t = 0; t < n; t++) {
    if ((t >= start && t <= end) || score[t]! > 1) continue;
    if (alike[t]! > FAINT) common += alike[t]!;
    calm++;
  }
  const own = Math.exp(-common / (COMMON * Math.max(1, calm)));
  alike.fill(1, start, end + 1);
  return alike.map((value) => value * own);
}
