import { defineDetector } from '../base/types.js';
import { baselineTags } from '../base/per-channel.js';

/** Uniform random scores: what any metric gives to knowing nothing. */
export const random = defineDetector({
  id: 'random',
  summary: 'Uniform random scores: the floor of every comparison.',
  source: 'Kim et al. 2022, Towards a rigorous evaluation of time-series anomaly detection',
  input: 'series',
  tags: baselineTags(1),
  options: {},
  create: () => ({
    score: async (series, { seed = 0 }) => {
      const { createRandom } = await import('../../random.js');
      const random = createRandom(seed);
      return { raw: series.time.map(() => random.uniform()) };
    },
  }),
});
