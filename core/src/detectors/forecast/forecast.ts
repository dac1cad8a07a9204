import { throwIfAborted } from '../../errors.js';
import { findPeriodTsbAd } from '../../preprocess/period/index.js';
import type { DetectorDefinition } from '../base/types.js';
import { fitForecast, forecastChannels, scoreForecasts } from './forecast-errors.js';
import { standardizeSeries } from '../base/standardize.js';
import { averageChannels } from '../base/single-member.js';

/** Options of `forecast`. */
export interface ForecastOptions {
  /** Past points that a forecast uses. */
  readonly order: number;
  /** Points to average squared errors over; 0 = the dominant period of each channel. */
  readonly smoothing: number;
  readonly [option: string]: unknown;
}

/** One of the members of `auto`: errors of a linear forecast. */
export const forecast: DetectorDefinition<ForecastOptions> = {
  id: 'forecast',
  summary:
    'Errors of a linear one-step forecast (autoregression), averaged over a period: server and web metrics.',
  source: 'Box & Jenkins 1970; a member of auto',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: false,
    input: 'series',
    minPoints: 8,
    explains: false,
  },
  defaults: { order: 64, smoothing: 0 },
  options: {
    order: {
      type: 'integer',
      min: 1,
      max: 2000,
      summary: 'past points that a forecast uses',
      unit: 'points',
    },
    smoothing: {
      type: 'integer',
      min: 0,
      max: 100_000,
      summary: 'points to average squared errors over; 0 = the dominant period of each channel',
      unit: 'points',
    },
  },
  create: ({ order, smoothing }) => ({
    score: async (series, run) => {
      throwIfAborted(run.signal);
      const input = standardizeSeries(series);
      const forecasts = forecastChannels(
        input,
        input.channels.map((values) => fitForecast(values, order)),
      );
      const windows = input.channels.map((values) => smoothing || findPeriodTsbAd(values));
      return {
        ...averageChannels(scoreForecasts('forecast', forecasts, windows)),
        expected: forecasts.expected.map((own, c) =>
          own.map((value) => value * input.std[c]! + input.mean[c]!),
        ),
        spread: forecasts.expected.map((own, c) => own.map(() => forecasts.deviation[c]! * input.std[c]!)),
      };
    },
  }),
};
