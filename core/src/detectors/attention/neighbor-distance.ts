import { integer, number } from '../base/options.js';
import { defineDetector } from '../base/types.js';
import { CooperativeScheduler } from '../../yield.js';
import { standardizeSeries } from '../base/standardize.js';
import { downsamplingNotes } from './memory-attention.js';
import { defaultMemoryWindow, planMemory, scoreByMemory, shareByResidual } from './window-memory.js';

const options = {
  window: integer('points per window; 0 = 128, a 32nd of a short series', 0, {
    min: 0,
    max: 100_000,
    unit: 'points',
  }),
  keys: integer('Windows whose distances are averaged', 4, { min: 1, max: 256 }),
  budget: number('Most pairs of windows × channels compared; a longer history is averaged in segments', 1e8, {
    min: 10_000,
  }),
};

/**
 * Members of `auto` at three window lengths: memory attention at an infinite temperature, where the keys count alike
 * and what is measured is how far away they are rather than what they explain.
 */
export const neighborDistance = defineDetector({
  id: 'neighbor-distance',
  summary: 'Mean squared distance of every window from the most similar windows of the history.',
  source: 'Heed; nearest windows as in Yeh et al. 2016 (matrix profile), not normalized; members of auto',
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
  create: ({ window, keys, budget }) => ({
    score: async (series, run) => {
      const input = standardizeSeries(series);
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
