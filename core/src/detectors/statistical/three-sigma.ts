import type { DetectorDefinition } from '../base/types.js';
import { baselineTags, referenceValues } from '../base/per-channel.js';
import { zScores } from './z-score.js';

/** The three-sigma rule: as `z-score`, with the threshold where the rule has it. */
export const threeSigma: DetectorDefinition = {
  id: 'three-sigma',
  summary: 'The 3σ rule: values more than three standard deviations from the mean are anomalous.',
  source: '“Attention-based anomaly detection in spatio-temporal sequences” appendix (3σ rule)',
  tags: baselineTags(2),
  defaults: { sigmas: 3 },
  options: {
    sigmas: {
      type: 'number',
      summary: 'distance from the mean that counts as anomalous',
      min: 0.1,
      max: 100,
      unit: 'standard deviations',
    },
  },
  create: ({ sigmas }) => ({
    score: async (series, options) => ({
      ...zScores(series.channels[0]!.values, referenceValues(series, options)),
      threshold: sigmas as number,
    }),
  }),
};
