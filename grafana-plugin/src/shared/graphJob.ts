import { HeedError, createGraph, createGraphDetector } from '@heed/core';
import type { RunOptions } from '@heed/core';
import type { GraphJob, GraphResult } from './jobTypes.js';

/** A map is fitted to itself: trained for longer it would learn its few odd nodes by heart. */
const options = { epochs: 30 };
const fewestNodes = 3;
const mostAttended = 5;

/**
 * Scores the nodes and edges of one map by attention over its neighbors.
 * @throws HeedError too-few-points, bad-graph, cancelled, backend-unavailable
 */
export async function scoreGraph(
  { features, nodes, edges, sensitivity }: GraphJob,
  run: Pick<RunOptions, 'signal' | 'onProgress'>,
): Promise<GraphResult> {
  if (nodes.length < fewestNodes || edges.length === 0) {
    throw new HeedError(
      'too-few-points',
      `the map has ${nodes.length} nodes and ${edges.length} edges`,
      `Give at least ${fewestNodes} nodes and an edge.`,
    );
  }
  // Callers explain the called and the other way round; an edge back has the score of the edge.
  const back = edges.map((edge) => ({ ...edge, source: edge.target, target: edge.source }));
  const graph = createGraph({ features, nodes, edges: [...edges, ...back] });
  const detector = await createGraphDetector('graph-attention', options);
  try {
    await detector.fit(graph, { ...run, seed: 0 });
    const found = await detector.score(graph, { ...run, sensitivity });
    return {
      nodes: found.nodes,
      edges: found.edges.slice(0, edges.length),
      anomalies: found.anomalies.map(({ index, score, severity, attended, reason }) => ({
        index,
        score,
        severity,
        attended: attended.slice(0, mostAttended),
        reason,
      })),
      edgeAnomalies: found.edgeAnomalies
        .filter(({ index }) => index < edges.length)
        .map(({ index, score, severity, reason }) => ({ index, score, severity, reason })),
    };
  } finally {
    detector.dispose();
  }
}
