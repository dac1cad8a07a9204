import { throwIfAborted } from '../../errors.js';
import { findPeriodTsbAd } from '../../preprocess/period/index.js';
import type { DetectorDefinition } from '../base/types.js';
import { scoreLevel } from './level-scores.js';
import { averageChannels } from '../base/single-member.js';
import { standardizeSeries } from '../base/standardize.js';

/** Options of `level`. */
export interface LevelOptions {
  /** Points to average over; 0 = the dominant period of each channel. */
  readonly window: number;
  readonly [option: string]: unknown;
}

/** One of the members of `auto`: distance from the usual level. */
export const level: DetectorDefinition<LevelOptions> = {
  id: 'level',
  summary:
    'Distance from the usual level: mean squared standardized value over a period; long odd intervals.',
  source: 'Heed; a member of auto',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: false,
    input: 'series',
    minPoints: 8,
    explains: false,
  },
  defaults: { window: 0 },
  options: {
    window: {
      type: 'integer',
      min: 0,
      max: 100_000,
      summary: 'points to average over; 0 = the dominant period of each channel',
      unit: 'points',
    },
  },
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
};
