import { integer } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { movingMeanStd } from '../../preprocess/moving.js';
import { baselineTags } from '../base/per-channel.js';

/**
 * Welch's t statistic between the window before a point and the window that starts with it: large where the level
 * changes. The mean of the window before is what was expected.
 */
function welch(values: Float64Array, window: number) {
  const n = values.length;
  const width = Math.max(2, Math.min(window, Math.floor(n / 2)));
  const { mean, std } = movingMeanStd(values, { window: width, align: 'trailing' });
  const raw = new Float64Array(n);
  const expected = new Float64Array(n).fill(mean[width - 1]!);
  const spread = new Float64Array(n).fill(std[width - 1]!);
  let size = 0;
  for (const value of values) size = Math.max(size, Math.abs(value));
  // Two flat windows at different levels have no variance to divide by; this floor keeps the ratio finite.
  const floor = (1e-6 * size) ** 2;
  for (let t = width; t < n; t++) {
    expected[t] = mean[t - 1]!;
    spread[t] = std[t - 1]!;
    const last = t + width - 1;
    if (last >= n) continue;
    const difference = mean[last]! - mean[t - 1]!;
    if (Math.abs(difference) <= 1e-12 * size) continue;
    // Population variances / (width − 1) are the squared standard errors.
    const error = (std[last]! ** 2 + std[t - 1]! ** 2 + floor) / (width - 1);
    raw[t] = Math.abs(difference) / Math.sqrt(error);
  }
  return { raw, expected: [expected], spread: [spread] };
}

/** Two-sample t-test over adjacent windows: a change detector. */
export const tTest = defineDetector({
  id: 't-test',
  summary: "Welch's t statistic between the windows before and after each point: finds changes of level.",
  source: 'Welch 1947, The generalization of Student’s problem',
  input: 'series',
  tags: baselineTags(4),
  options: {
    window: integer('length of each of the two windows', 30, { min: 2, max: 100_000, unit: 'points' }),
  },
  create: ({ window }) => ({
    score: async (series) => welch(series.channels[0]!.values, window),
  }),
});
