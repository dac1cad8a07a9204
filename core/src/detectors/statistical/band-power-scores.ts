import { interpolate } from '../../preprocess/aggregate.js';
import { bandPower } from '../../preprocess/band-power.js';
import { selectQuantile } from '../../preprocess/statistics.js';

/** What is usual of the log power of one channel, by octave band. */
export interface UsualPower {
  /** Points per window, a power of two. */
  readonly window: number;
  /** Points from the start of one window to the next. */
  readonly hop: number;
  readonly median: Float64Array;
  /** Interquartile ranges, at least `LEAST_SPREAD`. */
  readonly spread: Float64Array;
}

/** In units of log power: what lies closer together than this is the same texture. */
const LEAST_SPREAD = 0.3;

/** Deviations of a third of the spread are within the usual. */
export const NEGLIGIBLE_POWER = 0.1;

/** An eighth of the window, but at least 4 points: finer steps change nothing. */
const chooseHop = (window: number): number => Math.max(4, window >> 3);

/**
 * Median and interquartile range of the log power in octave bands.
 * @param values n standardized values of one channel, n >= 2 × window
 */
export function estimateUsualPower(values: Float64Array, window: number): UsualPower {
  const hop = chooseHop(window);
  const { bands } = bandPower(values, { window, hop });
  const median = new Float64Array(bands.length);
  const spread = new Float64Array(bands.length);
  for (const [b, power] of bands.entries()) {
    const high = selectQuantile(power, 0.75);
    const low = selectQuantile(power, 0.25);
    median[b] = selectQuantile(power, 0.5);
    spread[b] = Math.max(LEAST_SPREAD, high - low);
  }
  return { window, hop, median, spread };
}

/**
 * How far the texture around a point is from the usual: squared deviation of the log power from its median in
 * interquartile ranges, mean over the octave bands. Windows lie at multiples of the hop, their scores at their centers,
 * linear in between.
 * @param values n values of one channel, standardized as those of the estimate
 * @param from index of the first value in the whole series, where they are only its end
 */
export function scoreBandPower(
  values: Float64Array,
  { window, hop, median, spread }: UsualPower,
  from = 0,
): Float64Array {
  const first = (hop - (from % hop)) % hop;
  const { bands } = bandPower(values, { window, hop, first });
  const scores = new Float64Array(bands[0]!.length);
  const share = 1 / bands.length;
  for (const [b, power] of bands.entries()) {
    const usual = median[b]!;
    const unit = 1 / spread[b]!;
    for (let f = 0; f < scores.length; f++) {
      const deviation = (power[f]! - usual) * unit;
      scores[f] = scores[f]! + share * deviation * deviation;
    }
  }
  return interpolate(scores, values.length, first + (window - 1) / 2, hop);
}
