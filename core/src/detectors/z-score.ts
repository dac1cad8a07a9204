import { meanAndStd } from '../preprocess/statistics.js';
import type { Series } from '../series/series.js';
import type { DetectorDefinition, RawScores, RunOptions } from './contract.js';

/** Distance from the mean in standard deviations; with a training prefix, from the mean of that prefix. */
function scoreByZ(series: Series, { trainLength = 0 }: RunOptions): RawScores {
  const values = series.channels[0]!.values;
  const n = values.length;
  const { mean, std } = meanAndStd(trainLength >= 2 ? values.subarray(0, trainLength) : values);
  // What rounding alone spreads a constant series is no deviation.
  const spread = std > 1e-12 * Math.abs(mean) ? std : 0;
  const raw = new Float64Array(n);
  for (let t = 0; t < n && spread > 0; t++) raw[t] = Math.abs(values[t]! - mean) / spread;
  return {
    raw,
    expected: [new Float64Array(n).fill(mean)],
    spread: [new Float64Array(n).fill(spread)],
  };
}

/** Global z-score: the trivial reference every detector is measured against. */
export const zScore: DetectorDefinition = {
  id: 'z-score',
  summary: 'Distance from the mean in standard deviations.',
  document: 'Shewhart 1931',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: false,
    streaming: false,
    input: 'series',
    minPoints: 2,
    explains: false,
    baseline: true,
  },
  defaults: {},
  options: {},
  create: () => ({ score: async (series, options) => scoreByZ(series, options) }),
};
