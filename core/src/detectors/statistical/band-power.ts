import { HeedError, throwIfAborted } from '../../errors.js';
import { averageChannels } from '../base/single-member.js';
import { standardizeSeries } from '../base/standardize.js';
import type { DetectorDefinition } from '../base/types.js';
import { estimateUsualPower, scoreBandPower } from './band-power-scores.js';

/** Options of `band-power`. */
export interface BandPowerOptions {
  /** Points per window, a power of two. */
  readonly window: number;
  readonly [option: string]: unknown;
}

/** Three of the members of `auto`, at windows of 256, 64 and 16 points: changes of texture. */
export const bandPowerDetector: DetectorDefinition<BandPowerOptions> = {
  id: 'band-power',
  summary:
    'Changes of texture: log power of sliding windows in octave bands, squared deviation from the median.',
  source: 'Heed; three members of auto',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: false,
    input: 'series',
    minPoints: 8,
    explains: false,
  },
  defaults: { window: 64 },
  options: {
    window: {
      type: 'integer',
      min: 4,
      max: 65_536,
      summary: 'points per window, a power of two; a shorter one is taken where two do not fit the series',
      unit: 'points',
    },
  },
  create: ({ window }) => {
    if (!Number.isInteger(Math.log2(window))) {
      throw new HeedError('bad-option', `"window" is ${window}`, 'Give a power of two.');
    }
    return {
      score: async (series, run) => {
        throwIfAborted(run.signal);
        const input = standardizeSeries(series);
        let fitting = window;
        while (2 * fitting > input.points) fitting /= 2;
        return averageChannels({
          name: 'band-power',
          kind: 'channel',
          contributions: input.channels.map((values) =>
            scoreBandPower(values, estimateUsualPower(values, fitting)),
          ),
        });
      },
    };
  },
};
