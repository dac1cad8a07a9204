import type { GraphSequence } from '../../series/graph.js';
import { resolveOptions } from '../base/options.js';
import type { RawGraphDetector, RawGraphSequenceScores } from '../base/types.js';
import { learnedDetector } from '../learned/training/definition.js';
import { quickTraining } from '../learned/training/options.js';
import { options, type GraphSequenceOptions } from './graph-sequence-options.js';

/**
 * Graph attention in every step, temporal attention over the steps (“Attention mechanisms in anomaly detection” §2). As a detector of series the
 * channels are the nodes and every channel may attend to every other; of graphs it says which node, when.
 */
export const graphSequenceAttention = learnedDetector({
  id: 'graph-sequence-attention',
  summary:
    'channels (or nodes) attend to each other, then to earlier steps; scores which one leaves the others',
  source: '“Attention mechanisms in anomaly detection” §2',
  parameters: 3061,
  quick: { ...quickTraining, window: 8, hidden: 4, batchSize: 16 },
  options,
  load: async () => (await import('./graph-sequence-attention-network.js')).graphSequencePlan,
  createForGraphs: createGraphSequenceAttention,
});

/**
 * The raw detector for sequences of graphs with a stable set of nodes: scores without thresholds. `createGraphDetector`
 * has thresholds, events and reasons.
 * @throws HeedError bad-option, backend-unavailable
 */
export async function createGraphSequenceAttention(
  given: Partial<GraphSequenceOptions> = {},
): Promise<RawGraphDetector<GraphSequence, RawGraphSequenceScores>> {
  const { GraphSequenceDetector } = await import('./graph-sequence-detector.js');
  return new GraphSequenceDetector(resolveOptions({ id: 'graph-sequence-attention', options }, given));
}
