import { choice, integer } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { movingMeanStd } from '../../preprocess/moving.js';
import type { RawScores } from '../base/types.js';
import { baselineTags, realSpread } from '../base/per-channel.js';

function computeMovingVariance(
  values: Float64Array,
  window: number,
  align: 'centered' | 'trailing',
): RawScores {
  const { mean, std } = movingMeanStd(values, { window, align });
  return { raw: std.map((deviation, t) => realSpread(deviation, mean[t]!) ** 2) };
}

const options = {
  window: integer('length of the window', 10, { min: 2, max: 100_000, unit: 'points' }),
  align: choice('window around the point, or ending with it (needed for streaming)', 'trailing', [
    'centered',
    'trailing',
  ]),
};

/** Variance of a moving window: trivial, and hard to beat on some families. */
export const movingVariance = defineDetector({
  id: 'moving-variance',
  summary: 'Variance of the values in a moving window.',
  source: 'Wu & Keogh 2021, Current time series anomaly detection benchmarks are flawed (one-liners)',
  input: 'series',
  tags: baselineTags(1, true),
  options,
  create: ({ window, align }) => ({
    score: async (series) => computeMovingVariance(series.channels[0]!.values, window, align),
    ...(align === 'trailing'
      ? {
          stream: async (history) => {
            let tail = history.channels[0]!.values.slice(-window);
            return {
              append: async (points) => {
                const values = points.channels[0]!.values;
                const all = new Float64Array(tail.length + values.length);
                all.set(tail);
                all.set(values, tail.length);
                const scores = computeMovingVariance(all, window, 'trailing');
                const first = tail.length;
                tail = all.slice(-window);
                return { raw: scores.raw.slice(first) };
              },
            };
          },
        }
      : {}),
  }),
});
