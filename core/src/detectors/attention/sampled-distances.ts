import { aggregate, interpolate } from '../../preprocess/aggregate.js';
import { selectQuantiles } from '../../preprocess/statistics.js';

/**
 * Windows drawn evenly from one channel, to measure how far other windows are from them (Sugiyama & Borgwardt 2013, "Rapid
 * distance-based outlier detection via sampling"). An odd shape that repeats a few times among many windows has company in
 * the whole history, but hardly any in a sample of it.
 */
export interface WindowSample {
  /** Points per segment that windows are averaged in. */
  readonly downsampling: number;
  /** Segments per window. */
  readonly segments: number;
  /** Segments from the start of one scored window to the next. */
  readonly hop: number;
  /** Segments of the whole series before each window of the sample. */
  readonly starts: Int32Array;
  /** One window after the other, each around its own mean. */
  readonly windows: Float64Array;
  /** Median distance of these windows from the others. */
  readonly usual: number;
  /** The 80th percentile of these distances in multiples of the median. */
  readonly variety: number;
}

/** How windows are drawn. */
export interface SampleSize {
  /** Points per window. */
  readonly window: number;
  /** Windows drawn, where so many fit. */
  readonly windows: number;
  /** Most pairs of windows compared; fewer windows are drawn where they are more. */
  readonly budget: number;
}

/** Fewest segments of a window: the shape of a cycle shows in few. */
const COARSEST = 16;
/** Windows begin at least so many times per window. */
const PER_WINDOW = 8;
/** Fewest windows of a sample that stands for a series. */
const FEWEST = 64;
/** Draws windows evenly, and at all phases of any cycle. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Keeps the quotient of two distances that are next to 0 near 1. */
const TINY = 1e-4;
/** Terms of a distance that are added up before it is looked at. */
const CHUNK = 4;

/** Draws a sample; undefined where too few windows fit the series or the budget. */
export function sampleWindows(
  values: Float64Array,
  { window, windows: wanted, budget }: SampleSize,
): WindowSample | undefined {
  const downsampling = Math.max(1, Math.floor(window / COARSEST));
  const segments = Math.max(2, Math.round(window / downsampling));
  const hop = Math.max(1, Math.floor(segments / PER_WINDOW));
  const count = Math.floor(values.length / downsampling) - segments + 1;
  const size = Math.min(wanted, Math.floor(count / 2), Math.floor(budget / (count / hop)));
  if (size < FEWEST) return undefined;
  const means = aggregate(values, downsampling);
  const windows = new Float64Array(size * segments);
  const starts = Int32Array.from({ length: size }, (_, k) =>
    Math.floor((count * (k + ((k * GOLDEN) % 1))) / size),
  );
  starts.forEach((start, k) =>
    centerWindow(means, start, windows.subarray(k * segments, (k + 1) * segments)),
  );
  const sample = { downsampling, segments, hop, starts, windows, usual: 0, variety: 0 };
  const own = Float64Array.from(starts, (start, k) =>
    measureDistance(sample, windows.subarray(k * segments, (k + 1) * segments), start),
  );
  const [usual, high] = selectQuantiles(own, [0.5, 0.8]) as [number, number];
  return { ...sample, usual, variety: (high + TINY) / (usual + TINY) };
}

/**
 * Mean squared distance of the window around a point from the third nearest of the sample that it does not overlap, beyond
 * the usual distance; each window around its own mean. Windows lie at multiples of the hop, their scores at their centers,
 * linear in between.
 * @param values n values of one channel, standardized as those of the sample
 * @param from index of the first value in the whole series, where they are only its end
 */
export function scoreSampledDistances(values: Float64Array, sample: WindowSample, from = 0): Float64Array {
  const { downsampling, segments, hop, usual } = sample;
  const every = hop * downsampling;
  const first = (every - (from % every)) % every;
  const means = aggregate(values.subarray(first), downsampling);
  const whole = Math.floor((values.length - first) / downsampling);
  const origin = (from + first) / downsampling;
  const scores = new Float64Array(Math.max(1, Math.floor((whole - segments) / hop) + 1));
  const window = new Float64Array(segments);
  for (let i = 0; i < scores.length && i * hop + segments <= whole; i++) {
    centerWindow(means, i * hop, window);
    scores[i] = Math.max(0, measureDistance(sample, window, origin + i * hop) - usual);
  }
  const center = ((segments - 1) / 2) * downsampling + (downsampling - 1) / 2;
  return interpolate(scores, values.length, first + center, every);
}

/** Copies the window that begins at `start`, less its mean. */
function centerWindow(means: Float64Array, start: number, into: Float64Array): void {
  let sum = 0;
  for (let t = 0; t < into.length; t++) sum += means[start + t]!;
  const mean = sum / into.length;
  for (let t = 0; t < into.length; t++) into[t] = means[start + t]! - mean;
}

/**
 * Mean squared distance from the third nearest window of the sample: one or two odd ones are not company enough.
 * @param start of the window, in segments of the whole series: windows that overlap it are left out
 */
function measureDistance(
  { starts, windows, segments }: WindowSample,
  window: Float64Array,
  start: number,
): number {
  let first = Infinity;
  let second = Infinity;
  let third = Infinity;
  for (let k = 0, base = 0; k < starts.length; k++, base += segments) {
    const gap = starts[k]! - start;
    if (gap < segments && gap > -segments) continue;
    let sum = 0;
    for (let t = 0; t < segments && sum < third;) {
      const end = Math.min(segments, t + CHUNK);
      for (; t < end; t++) {
        const difference = window[t]! - windows[base + t]!;
        sum += difference * difference;
      }
    }
    if (sum >= third) continue;
    if (sum >= second) third = sum;
    else {
      third = second;
      if (sum >= first) second = sum;
      else {
        second = first;
        first = sum;
      }
    }
  }
  return third / segments;
}
