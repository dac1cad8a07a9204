import { movingMean } from '../../preprocess/index.js';
import { fitAutoregression, forecastAutoregression } from './autoregression.js';
import type { StandardizedChannels } from './standardize.js';

/** Scores of the forecast head. */
export interface ForecastScores {
  /** n values: mean squared forecast error around the point, over all channels. */
  readonly raw: Float64Array;
  /** d × n. */
  readonly contributions: readonly Float64Array[];
  /** d × n standardised one-step forecasts. */
  readonly expected: readonly Float64Array[];
  /** d standardised root mean squared errors. */
  readonly deviation: Float64Array;
}

/**
 * Squared errors of a one-step linear forecast per channel (autoregression), averaged over a window around the
 * point, so that a stretch that is odd throughout weighs more than one odd point.
 * @param order past points that a forecast uses
 * @param smoothing points to average over
 */
export function scoreByForecast(
  input: StandardizedChannels,
  order: number,
  smoothing: number,
): ForecastScores {
  const n = input.points;
  const d = input.channels.length;
  const raw = new Float64Array(n);
  const contributions: Float64Array[] = [];
  const expected: Float64Array[] = [];
  const deviation = new Float64Array(d);
  for (let c = 0; c < d; c++) {
    const values = input.channels[c]!;
    const own = forecastAutoregression(values, fitAutoregression(values, Math.min(order, n - 1), 0.01));
    const errors = own.map((value, t) => (values[t]! - value) ** 2);
    deviation[c] = Math.sqrt(errors.reduce((sum, error) => sum + error, 0) / n);
    const smooth = smoothing > 1 ? movingMean(errors, { window: Math.min(smoothing, n) }) : errors;
    for (let t = 0; t < n; t++) {
      smooth[t] = smooth[t]! / d;
      raw[t] = raw[t]! + smooth[t]!;
    }
    contributions.push(smooth);
    expected.push(own);
  }
  return { raw, contributions, expected, deviation };
}
