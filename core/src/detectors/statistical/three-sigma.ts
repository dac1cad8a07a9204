import { number } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { baselineTags, referenceValues } from '../base/per-channel.js';
import { zScores } from './z-score.js';

const options = {
  sigmas: number('distance from the mean that counts as anomalous', 3, {
    min: 0.1,
    max: 100,
    unit: 'standard deviations',
  }),
};

/** The three-sigma rule: as `z-score`, with the threshold where the rule has it. */
export const threeSigma = defineDetector({
  id: 'three-sigma',
  summary: 'The 3σ rule: values more than three standard deviations from the mean are anomalous.',
  source: '“Attention-based anomaly detection in spatio-temporal sequences” appendix (3σ rule)',
  input: 'series',
  tags: baselineTags(2),
  options,
  create: ({ sigmas }) => ({
    score: async (series, options) => ({
      ...zScores(series.channels[0]!.values, referenceValues(series, options)),
      threshold: sigmas,
    }),
  }),
});
