import { integer } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { HeedError, throwIfAborted } from '../../errors.js';
import { averageChannels } from '../base/single-member.js';
import { standardizeSeries } from '../base/standardize.js';
import { estimateUsualPower, scoreBandPower } from './band-power-scores.js';

const options = {
  window: integer(
    'points per window, a power of two; a shorter one is taken where two do not fit the series',
    64,
    { min: 4, max: 65_536, unit: 'points' },
  ),
};

/** Three of the members of `auto`, at windows of 256, 64 and 16 points: changes of texture. */
export const bandPower = defineDetector({
  id: 'band-power',
  summary:
    'Changes of texture: log power of sliding windows in octave bands, squared deviation from the median.',
  source: 'Heed; three members of auto',
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
});
