import { options, type GraphAttentionOptions } from './graph-attention-options.js';
import { resolveOptions } from '../base/options.js';
import type { Graph } from '../../series/graph.js';
import type { GraphDetectorDefinition, RawGraphDetector, RawGraphScores } from '../base/types.js';

/** Attention over the neighbors of a graph's nodes: which node, which edge (“Attention mechanisms in anomaly detection” §2). */
export const graphAttention: GraphDetectorDefinition<typeof options, 'graph-attention'> = {
  id: 'graph-attention',
  summary: 'graph: rebuilds every node and link from attended neighbors; scores nodes and edges',
  source: '“Attention mechanisms in anomaly detection” §2',
  input: 'graph',
  parameters: 2546,
  tags: {
    needsTraining: true,
    supervised: false,
    multivariate: true,
    streaming: false,
    minPoints: 3,
    explains: true,
  },
  quick: { epochs: 40, hidden: 4, heads: 2 },
  options,
  create: createGraphAttention,
};

/**
 * The raw detector for one attributed graph: scores without thresholds. `createGraphDetector` has thresholds and reasons.
 * @throws HeedError bad-option, backend-unavailable
 */
export async function createGraphAttention(
  given: Partial<GraphAttentionOptions> = {},
): Promise<RawGraphDetector<Graph, RawGraphScores>> {
  const { GraphAttentionNetwork } = await import('./graph-attention-network.js');
  return new GraphAttentionNetwork(resolveOptions(graphAttention, given));
}
