import { defineDetector } from '../base/types.js';
import { meanAndStd } from '../../preprocess/statistics.js';
import type { RawScores } from '../base/types.js';
import { baselineTags, deviations, realSpread, referenceValues } from '../base/per-channel.js';

/** |value − mean| / standard deviation, with what it compared with as the expected value. */
export function zScores(values: Float64Array, reference: Float64Array): RawScores {
  const { mean, std } = meanAndStd(reference);
  const spread = realSpread(std, mean);
  return {
    raw: deviations(values, mean, spread),
    expected: [new Float64Array(values.length).fill(mean)],
    spread: [new Float64Array(values.length).fill(spread)],
  };
}

/** Distance from the mean: the trivial reference every detector is measured against. */
export const zScore = defineDetector({
  id: 'z-score',
  summary: 'Distance from the mean in standard deviations (of the training prefix where there is one).',
  source: 'Grubbs 1969, Procedures for detecting outlying observations in samples',
  input: 'series',
  tags: baselineTags(2),
  options: {},
  create: () => ({
    score: async (series, options) => zScores(series.channels[0]!.values, referenceValues(series, options)),
  }),
});
