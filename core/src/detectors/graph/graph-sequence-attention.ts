import { HeedError } from '../../errors.js';
import type { GraphSequence } from '../../series/graph.js';
import type { DetectorDefinition, RawGraphDetector, RawGraphSequenceScores } from '../base/types.js';
import { learnedDetector } from '../learned/training/definition.js';
import {
  quickTraining,
  trainingDefaults,
  trainingOptionSpecs,
  withDefaults,
} from '../learned/training/options.js';
import type { GraphSequenceOptions } from './graph-sequence-attention-network.js';

const defaults: GraphSequenceOptions = {
  ...trainingDefaults,
  window: 12,
  hidden: 8,
  heads: 2,
  maxWindows: 512,
  batchSize: 16,
  learningRate: 0.005,
};

function check({ window }: GraphSequenceOptions): void {
  if (window < 4) {
    throw new HeedError('bad-option', `a window of ${window} steps`, 'Give at least 4 steps.');
  }
}

/**
 * Graph attention in every step, temporal attention over the steps (“Attention mechanisms in anomaly detection” §2). As a detector of series the
 * channels are the nodes and every channel may attend to every other; of graphs it says which node, when.
 */
export const graphSequenceAttention: DetectorDefinition<GraphSequenceOptions> = {
  ...learnedDetector<GraphSequenceOptions>({
    id: 'graph-sequence-attention',
    summary:
      'channels (or nodes) attend to each other, then to earlier steps; scores which one leaves the others',
    source: '“Attention mechanisms in anomaly detection” §2',
    parameters: 3061,
    defaults,
    quick: { ...quickTraining, window: 8, hidden: 4, batchSize: 16 },
    options: {
      ...trainingOptionSpecs,
      hidden: { type: 'integer', summary: 'width of one graph attention head', min: 1, max: 256 },
      heads: { type: 'integer', summary: 'graph attention heads', min: 1, max: 32 },
    },
    check,
    load: async () => (await import('./graph-sequence-attention-network.js')).graphSequencePlan,
  }),
  graphs: { input: 'graph-sequence', create: createGraphSequenceAttention },
};

/**
 * The raw detector for sequences of graphs with a stable set of nodes: scores without thresholds. `createGraphDetector`
 * has thresholds, events and reasons.
 * @throws HeedError bad-option, backend-unavailable
 */
export async function createGraphSequenceAttention(
  options: Partial<GraphSequenceOptions> = {},
): Promise<RawGraphDetector<GraphSequence, RawGraphSequenceScores>> {
  const resolved = withDefaults('graph-sequence-attention', defaults, options);
  check(resolved);
  const { GraphSequenceDetector } = await import('./graph-sequence-detector.js');
  return new GraphSequenceDetector(resolved);
}
