import { integer } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { throwIfAborted } from '../../errors.js';
import { findPeriodTsbAd } from '../../preprocess/period/index.js';
import { fitForecast, forecastChannels, scoreForecasts } from './forecast-errors.js';
import { standardizeSeries } from '../base/standardize.js';
import { averageChannels } from '../base/single-member.js';

const options = {
  order: integer('past points that a forecast uses', 64, { min: 1, max: 2000, unit: 'points' }),
  smoothing: integer('points to average squared errors over; 0 = the dominant period of each channel', 0, {
    min: 0,
    max: 100_000,
    unit: 'points',
  }),
};

/** One of the members of `auto`: errors of a linear forecast. */
export const forecast = defineDetector({
  id: 'forecast',
  summary:
    'Errors of a linear one-step forecast (autoregression), averaged over a period: server and web metrics.',
  source: 'Box & Jenkins 1970; a member of auto',
  input: 'series',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: false,
    minPoints: 8,
    explains: false,
  },
  options,
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
});
