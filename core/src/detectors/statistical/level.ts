import { integer } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { throwIfAborted } from '../../errors.js';
import { findPeriodTsbAd } from '../../preprocess/period/index.js';
import { scoreLevel } from './level-scores.js';
import { averageChannels } from '../base/single-member.js';
import { standardizeSeries } from '../base/standardize.js';

const options = {
  window: integer('points to average over; 0 = the dominant period of each channel', 0, {
    min: 0,
    max: 100_000,
    unit: 'points',
  }),
};

/** One of the members of `auto`: distance from the usual level. */
export const level = defineDetector({
  id: 'level',
  summary:
    'Distance from the usual level: mean squared standardized value over a period; long odd intervals.',
  source: 'Heed; a member of auto',
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
  create: ({ window }) => ({
    score: async (series, run) => {
      throwIfAborted(run.signal);
      const input = standardizeSeries(series);
      const windows = input.channels.map((values) => window || findPeriodTsbAd(values));
      return {
        ...averageChannels(scoreLevel(input, windows)),
        expected: input.channels.map((own, c) => own.map(() => input.mean[c]!)),
        spread: input.channels.map((own, c) => own.map(() => input.std[c]!)),
      };
    },
  }),
});
