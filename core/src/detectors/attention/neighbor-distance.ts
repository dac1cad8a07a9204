import { CooperativeScheduler } from '../../yield.js';
import { standardizeSeries } from '../base/standardize.js';
import type { DetectorDefinition } from '../base/types.js';
import { downsamplingNotes } from './memory-attention.js';
import { defaultMemoryWindow, planMemory, scoreByMemory, shareByResidual } from './window-memory.js';

/** Options of `neighbor-distance`. */
export interface NeighborDistanceOptions {
  /** Points per window; 0 = 128, a 32nd of a short series. */
  readonly window: number;
  /** Windows whose distances are averaged. */
  readonly keys: number;
  /** Most pairs of windows × channels compared. */
  readonly budget: number;
  readonly [option: string]: unknown;
}

/**
 * Members of `auto` at three window lengths: memory attention at an infinite temperature, where the keys count alike
 * and what is measured is how far away they are rather than what they explain.
 */
export const neighborDistance: DetectorDefinition<NeighborDistanceOptions> = {
  id: 'neighbor-distance',
  summary: 'Mean squared distance of every window from the most similar windows of the history.',
  source: 'Heed; nearest windows as in Yeh et al. 2016 (matrix profile), not normalized; members of auto',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: false,
    input: 'series',
    minPoints: 16,
    explains: true,
  },
  defaults: { window: 0, keys: 4, budget: 1e8 },
  options: {
    window: {
      type: 'integer',
      min: 0,
      max: 100_000,
      summary: 'points per window; 0 = 128, a 32nd of a short series',
      unit: 'points',
    },
    keys: { type: 'integer', min: 1, max: 256, summary: 'Windows whose distances are averaged' },
    budget: {
      type: 'number',
      min: 1e4,
      summary: 'Most pairs of windows × channels compared; a longer history is averaged in segments',
    },
  },
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
};
