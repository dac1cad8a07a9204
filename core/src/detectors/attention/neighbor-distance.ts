import { findPeriodTsbAd } from '../../preprocess/period/index.js';
import { HeedError, throwIfAborted } from '../../errors.js';
import { integer, number } from '../base/options.js';
import { averageChannels } from '../base/single-member.js';
import { defineDetector } from '../base/types.js';
import { CooperativeScheduler } from '../../yield.js';
import { standardizeSeries, type StandardizedChannels } from '../base/standardize.js';
import { downsamplingNotes } from './memory-attention.js';
import { sampleWindows, scoreSampledDistances } from './sampled-distances.js';
import { defaultMemoryWindow, planMemory, scoreByMemory, shareByResidual } from './window-memory.js';

const options = {
  window: integer(
    'points per window; 0 = 128, a 32nd of a short series, or the period where a sample is drawn',
    0,
    {
      min: 0,
      max: 100_000,
      unit: 'points',
    },
  ),
  keys: integer('Windows whose distances are averaged', 4, { min: 1, max: 256 }),
  sample: integer(
    'Windows drawn evenly that all are compared with, each around its own mean, by the distance from the third nearest; 0 = all windows',
    0,
    { min: 0, max: 100_000 },
  ),
  budget: number('Most pairs of windows × channels compared; a longer history is averaged in segments', 1e8, {
    min: 10_000,
  }),
};

/**
 * Members of `auto` at three window lengths: memory attention at an infinite temperature, where the keys count alike
 * and what is measured is how far away they are rather than what they explain. With a sample the one more that `auto` takes
 * for records of many cycles, where odd ones repeat.
 */
export const neighborDistance = defineDetector({
  id: 'neighbor-distance',
  summary: 'Mean squared distance of every window from the most similar windows of the history.',
  source:
    'Heed; nearest windows as in Yeh et al. 2016 (matrix profile), not normalized; members of auto; sample: Sugiyama & Borgwardt 2013',
  input: 'series',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: false,
    minPoints: 16,
    explains: true,
  },
  options,
  create: ({ window, keys, sample, budget }) => ({
    score: async (series, run) => {
      const input = standardizeSeries(series);
      if (sample > 0) {
        throwIfAborted(run.signal);
        return scoreBySample(input, window, sample, budget);
      }
      const plan = planMemory(input.points, input.channels.length, {
        window: window || defaultMemoryWindow(input.points),
        normalization: 'none',
        temperature: 0.1,
        keys,
        budget,
      });
      const memory = await scoreByMemory(
        input,
        plan,
        new CooperativeScheduler(run.signal),
        (done) => run.onProgress?.({ phase: 'score', done }),
        plan,
      );
      return {
        raw: memory.neighborDistance,
        contributions: shareByResidual(memory.neighborDistance, memory),
        attend: memory.attend,
        notes: downsamplingNotes([plan]),
      };
    },
  }),
});

function scoreBySample(
  input: StandardizedChannels,
  window: number,
  windows: number,
  budget: number,
): ReturnType<typeof averageChannels> {
  const contributions = input.channels.map((values) => {
    const points = window || Math.max(8, Math.min(findPeriodTsbAd(values), values.length >> 3));
    const sample = sampleWindows(values, { window: points, windows, budget });
    if (sample) return scoreSampledDistances(values, sample);
    throw new HeedError(
      'too-few-points',
      `${values.length} points give no sample of 64 or more from windows of ${points} points`,
      'Draw a sample of at least 64 windows, give more points or a shorter window.',
    );
  });
  return averageChannels({ name: 'neighbor-distance-sample', kind: 'channel', contributions });
}
