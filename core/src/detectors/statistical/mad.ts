import { defineDetector } from '../base/types.js';
import { fitScaler } from '../../preprocess/scale.js';
import { baselineTags, deviations, realSpread, referenceValues } from '../base/per-channel.js';

/**
 * Distance from the median in scaled median absolute deviations (Iglewicz & Hoaglin 1993, modified z-score). Where
 * more than half of the values are equal, the interquartile range and then the standard deviation take its place.
 */
export const mad = defineDetector({
  id: 'mad',
  summary: 'Distance from the median in scaled median absolute deviations: outliers do not move the scale.',
  source: 'Iglewicz & Hoaglin 1993, How to detect and handle outliers',
  input: 'series',
  tags: baselineTags(2),
  options: {},
  create: () => ({
    score: async (series, options) => {
      const { values } = series.channels[0]!;
      const reference = referenceValues(series, options);
      const { offset, scale } = fitScaler(reference, 'robust');
      const constant = reference.every((value) => value === reference[0]);
      const spread = constant ? 0 : realSpread(scale, offset);
      return {
        raw: deviations(values, offset, spread),
        expected: [new Float64Array(values.length).fill(offset)],
        spread: [new Float64Array(values.length).fill(spread)],
      };
    },
  }),
});
