import { movingMeanStd } from '../../preprocess/moving.js';
import type { DetectorDefinition, RawScores } from '../base/types.js';
import { baselineTags, realSpread } from '../base/per-channel.js';

function movingVariance(values: Float64Array, window: number, align: 'centered' | 'trailing'): RawScores {
  const { mean, std } = movingMeanStd(values, { window, align });
  return { raw: std.map((deviation, t) => realSpread(deviation, mean[t]!) ** 2) };
}

/** Variance of a moving window: trivial, and hard to beat on some families. */
export const movingVarianceDetector: DetectorDefinition = {
  id: 'moving-variance',
  summary: 'Variance of the values in a moving window.',
  source: 'Wu & Keogh 2021, Current time series anomaly detection benchmarks are flawed (one-liners)',
  tags: baselineTags(1, true),
  defaults: { window: 10, align: 'trailing' },
  options: {
    window: { type: 'integer', summary: 'length of the window', min: 2, max: 100000, unit: 'points' },
    align: {
      type: 'enum',
      summary: 'window around the point, or ending with it (needed for streaming)',
      values: ['centered', 'trailing'],
    },
  },
  create: ({ window, align }) => ({
    score: async (series) =>
      movingVariance(series.channels[0]!.values, window as number, align as 'centered' | 'trailing'),
    ...(align === 'trailing'
      ? {
          stream: async (history) => {
            let tail = history.channels[0]!.values.slice(-(window as number));
            return {
              append: async (points) => {
                const values = points.channels[0]!.values;
                const all = new Float64Array(tail.length + values.length);
                all.set(tail);
                all.set(values, tail.length);
                const scores = movingVariance(all, window as number, 'trailing');
                const first = tail.length;
                tail = all.slice(-(window as number));
                return { raw: scores.raw.slice(first) };
              },
            };
          },
        }
      : {}),
  }),
};
