import { autocorrelation } from '../../preprocess/autocorrelation.js';
import { movingMean } from '../../preprocess/moving.js';
import { fitAutoregression, forecastAutoregression } from '../../preprocess/autoregression.js';
import type { MemberScores } from '../base/member.js';
import type { StandardizedChannels } from '../base/standardize.js';

/** One-step linear forecasts of every channel. */
export interface ChannelForecasts {
  /** d × n standardized values. */
  readonly expected: readonly Float64Array[];
  /** d × n squared errors. */
  readonly squaredErrors: readonly Float64Array[];
  /** d root mean squared errors. */
  readonly deviation: Float64Array;
}

/** Share of the variance that is taken for noise: keeps very smooth series from forecasts that amplify rounding. */
const RIDGE = 0.01;

/** Coefficients of the forecast of a channel of n values from the `order` points before, fitted to all of it. */
export function fitForecast(
  values: Float64Array,
  order: number,
  acf: Float64Array = autocorrelation(values, order),
): Float64Array {
  return fitAutoregression(acf, Math.min(order, values.length - 1), RIDGE);
}

/**
 * Forecasts each point of each channel from the points before it.
 * @param coefficients one set per channel
 */
export function forecastChannels(
  input: StandardizedChannels,
  coefficients: readonly Float64Array[],
): ChannelForecasts {
  const n = input.points;
  const deviation = new Float64Array(input.channels.length);
  const expected: Float64Array[] = [];
  const squaredErrors = input.channels.map((values, c) => {
    const own = forecastAutoregression(values, coefficients[c]!);
    expected.push(own);
    const errors = new Float64Array(n);
    let sum = 0;
    for (let t = 0; t < n; t++) {
      const error = values[t]! - own[t]!;
      errors[t] = error * error;
      sum += errors[t]!;
    }
    deviation[c] = Math.sqrt(sum / n);
    return errors;
  });
  return { expected, squaredErrors, deviation };
}

/**
 * Squared forecast errors averaged over a window around the point, so that an interval that is odd throughout
 * weighs more than one odd point.
 * @param smoothing points to average over, per channel
 */
export function scoreForecasts(
  name: string,
  forecasts: ChannelForecasts,
  smoothing: readonly number[],
): MemberScores {
  return {
    name,
    kind: 'channel',
    contributions: forecasts.squaredErrors.map((errors, c) =>
      movingMean(errors, { window: Math.min(smoothing[c]!, errors.length) }),
    ),
  };
}
