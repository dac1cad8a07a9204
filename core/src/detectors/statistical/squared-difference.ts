import { defineDetector } from '../base/types.js';
import { baselineTags, realSpread } from '../base/per-channel.js';

/** @param before the value before the first one; NaN where there is none */
function squaredDifferences(values: Float64Array, before: number) {
  const raw = new Float64Array(values.length);
  const expected = new Float64Array(values.length);
  let last = Number.isNaN(before) ? values[0]! : before;
  for (let t = 0; t < values.length; t++) {
    expected[t] = last;
    raw[t] = realSpread(Math.abs(values[t]! - last), last) ** 2;
    last = values[t]!;
  }
  return { raw, expected: [expected] };
}

/** Squared difference of neighboring values: finds jumps and spikes, and nothing else. */
export const squaredDifference = defineDetector({
  id: 'squared-difference',
  summary: 'Squared difference from the value before.',
  source: 'Wu & Keogh 2021, Current time series anomaly detection benchmarks are flawed (one-liners)',
  input: 'series',
  tags: baselineTags(2, true),
  options: {},
  create: () => ({
    score: async (series) => squaredDifferences(series.channels[0]!.values, NaN),
    stream: async (history) => {
      let last = history.channels[0]!.values.at(-1)!;
      return {
        append: async (points) => {
          const values = points.channels[0]!.values;
          const scores = squaredDifferences(values, last);
          last = values.at(-1) ?? last;
          return scores;
        },
      };
    },
  }),
});
