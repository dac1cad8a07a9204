import type { Feedback } from '../detectors/contract.js';
import type { Series } from '../series/series.js';

/** Squared distance, in squared standard deviations per value, at which a likeness has fallen to 1/e. */
const temperature = 0.1;
/** Points compared at most: longer stretches are compared by their middle. */
const longest = 256;
/** Points compared at least: a single point is like any other, its surroundings are not. */
const shortest = 8;
/** Where a stretch called normal (an anomaly) ends up: just below (above) the border. */
const below = 0.95;
const above = 1.05;

/**
 * Scores that heed what people said of earlier events. A stretch called normal sinks below the border, one called an
 * anomaly rises above it, and every stretch that looks like it follows by as much as it is alike:
 * score · factor^w, where w = exp(−d²/0.1) attends from each window to the judged one (d² is the mean squared
 * distance of the windows in units of each channel's variance) and factor brings the judged stretch's peak to the
 * border.
 * @param series n complete points
 * @param score n values, 1 = border; not changed
 * @param feedback stretches outside the series are ignored; later ones win
 */
export function applyFeedback(
  series: Series,
  score: Float32Array,
  feedback: readonly Feedback[],
): Float32Array {
  const out = score.slice();
  for (const judged of feedback) {
    const start = series.time.findIndex((time) => time >= judged.start);
    let end = series.time.length - 1;
    while (end >= 0 && series.time[end]! > judged.end) end--;
    if (start < 0 || end < start) continue;
    let peak = 0;
    for (let t = start; t <= end; t++) peak = Math.max(peak, out[t]!);
    const isDone = judged.kind === 'normal' ? peak <= below : peak >= above;
    if (isDone) continue;
    if (peak === 0) {
      out.fill(above, start, end + 1);
      continue;
    }
    const factor = (judged.kind === 'normal' ? below : above) / peak;
    const alike = likeness(series, start, end);
    for (let t = 0; t < out.length; t++) out[t] = out[t]! * factor ** alike[t]!;
  }
  return out;
}

/** How much each point belongs to a stretch that looks like start…end: n values 0…1, 1 in the stretch itself. */
function likeness(series: Series, start: number, end: number): Float64Array {
  const n = series.time.length;
  const length = Math.min(n, longest, Math.max(shortest, end - start + 1));
  const from = Math.max(0, Math.min(n - length, Math.round((start + end + 1 - length) / 2)));
  const distance = new Float64Array(n - length + 1);
  for (const { values } of series.channels) {
    const variance = varianceOf(values);
    if (!(variance > 0)) continue;
    const share = 1 / (variance * length * series.channels.length);
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
  // The judged points' place in a window; only the same place of a similar window is meant.
  const first = Math.max(0, start - from);
  const last = Math.min(length - 1, end - from);
  for (let s = 0; s < distance.length; s++) {
    const weight = Math.exp(-distance[s]! / temperature);
    for (let t = s + first; t <= s + last; t++) alike[t] = Math.max(alike[t]!, weight);
  }
  return alike.fill(1, start, end + 1);
}

function varianceOf(values: Float64Array): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return sum / values.length;
}
