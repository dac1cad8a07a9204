import { HeedError } from '../../errors.js';
import type { Graph } from '../../series/graph.js';
import type { DetectorDefinition, RawGraphDetector, RawGraphScores } from '../base/types.js';
import { withDefaults } from '../learned/training/options.js';
import type { GraphAttentionOptions } from './graph-attention-network.js';

const defaults: GraphAttentionOptions = {
  hidden: 8,
  heads: 4,
  epochs: 100,
  learningRate: 0.01,
  edgeDropout: 0.7,
  featureDropout: 0.3,
  structure: 0.5,
};

/** Attention over the neighbors of a graph's nodes: which node, which edge (“Attention mechanisms in anomaly detection” §2). */
export const graphAttentionDetector: DetectorDefinition<GraphAttentionOptions> = {
  id: 'graph-attention',
  summary: 'graph: rebuilds every node and link from attended neighbors; scores nodes and edges',
  source: '“Attention mechanisms in anomaly detection” §2',
  parameters: 2546,
  tags: {
    needsTraining: true,
    supervised: false,
    multivariate: true,
    streaming: false,
    input: 'graph',
    minPoints: 3,
    explains: true,
  },
  defaults,
  quick: { epochs: 40, hidden: 4, heads: 2 },
  options: {
    hidden: { type: 'integer', summary: 'width of one head', min: 1, max: 256 },
    heads: { type: 'integer', summary: 'attention heads', min: 1, max: 32 },
    epochs: { type: 'integer', summary: 'steps over the whole graph', min: 1, max: 100_000 },
    learningRate: { type: 'number', summary: "Adam's step size", min: 1e-6, max: 1 },
    edgeDropout: { type: 'number', summary: 'share of edges left out of each step', min: 0, max: 0.95 },
    featureDropout: { type: 'number', summary: 'share of features left out of each step', min: 0, max: 0.95 },
    structure: { type: 'number', summary: 'share of structure in the score', min: 0, max: 1 },
  },
  create() {
    throw new HeedError(
      'not-supported',
      'graph-attention scores a graph, not a series',
      'Use createGraphDetector, or the detector graph-sequence-attention for series.',
    );
  },
  graphs: { input: 'graph', create: createGraphAttention },
};

/**
 * The raw detector for one attributed graph: scores without thresholds. `createGraphDetector` has thresholds and reasons.
 * @throws HeedError bad-option, backend-unavailable
 */
export async function createGraphAttention(
  options: Partial<GraphAttentionOptions> = {},
): Promise<RawGraphDetector<Graph, RawGraphScores>> {
  const { GraphAttentionNetwork } = await import('./graph-attention-network.js');
  return new GraphAttentionNetwork(withDefaults('graph-attention', defaults, options));
}
