import {
  HeedError,
  computeThreshold,
  createGraph,
  createGraphAttention,
  formatNumber,
  severityOf,
} from '@heed/core';
import type { RawGraphScores, RunOptions } from '@heed/core';
import type { GraphJob, GraphResult } from './protocol.js';

/** A map is fitted to itself: trained for longer it would learn its few odd nodes by heart. */
const options = { epochs: 30 };
/** Deviations (1.4826 · MAD above the median) where the border of nodes, of edges lies. */
const nodeDeviations = 3;
const edgeDeviations = 6;
const fewestNodes = 3;

/**
 * Scores the nodes and edges of one map by attention over its neighbours.
 * @throws HeedError too-few-points, bad-graph, cancelled, backend-unavailable
 */
export async function scoreGraph(
  job: GraphJob,
  run: Pick<RunOptions, 'signal' | 'onProgress'>,
): Promise<GraphResult> {
  const { nodes, edges, sensitivity } = job;
  if (nodes.length < fewestNodes || edges.length === 0) {
    throw new HeedError(
      'too-few-points',
      `the map has ${nodes.length} nodes and ${edges.length} edges`,
      `Give at least ${fewestNodes} nodes and an edge.`,
    );
  }
  // Callers explain the called and the other way round.
  const back = edges.map((edge) => ({ ...edge, source: edge.target, target: edge.source }));
  const graph = createGraph({ nodes, edges: [...edges, ...back] });
  const detector = await createGraphAttention(options);
  try {
    await detector.fit(graph, { ...run, seed: 0 });
    const raw = await detector.score(graph, run);
    const relative = (values: Float64Array, value: number) => {
      const { border } = computeThreshold(values, { method: 'mad', value, sensitivity });
      return Float32Array.from(values, (each) => (border > 0 ? each / border : 0));
    };
    const nodeScores = relative(raw.nodes, nodeDeviations);
    const edgeScores = relative(raw.edges, edgeDeviations).slice(0, edges.length);
    return {
      nodes: nodeScores,
      edges: edgeScores,
      anomalies: above(nodeScores).map((index) => {
        const attended = raw.attend(index).slice(0, mostAttended);
        return {
          index,
          score: nodeScores[index]!,
          severity: severityOf(nodeScores[index]!),
          attended,
          reason: nodeReason(job, raw, index, attended),
        };
      }),
      edgeAnomalies: above(edgeScores).map((index) => {
        const { source, target } = edges[index]!;
        const score = edgeScores[index]!;
        return {
          index,
          score,
          severity: severityOf(score),
          reason: `${source} → ${target}: nodes like these two are seldom linked (${formatNumber(score)} times the border).`,
        };
      }),
    };
  } finally {
    detector.dispose();
  }
}

const mostAttended = 5;
/** Shares below this are not worth a clause. */
const leastShare = 0.1;

function above(scores: Float32Array): number[] {
  return [...scores.keys()].filter((i) => scores[i]! > 1).sort((a, b) => scores[b]! - scores[a]!);
}

/** The features that left what the neighbours let expect, the links, and what was attended to. */
function nodeReason(
  { nodes, features }: GraphJob,
  raw: RawGraphScores,
  index: number,
  attended: GraphResult['anomalies'][number]['attended'],
): string {
  const whole = raw.nodes[index]!;
  const shares = features
    .map((name, f) => ({ name, f, share: raw.contributions[f]![index]! / whole }))
    .sort((a, b) => b.share - a.share);
  const clauses = shares
    .filter(({ share }, i) => share >= leastShare && i < 3)
    .map(({ name, f, share }) => {
      const [value, expected] = [nodes[index]!.features[f]!, raw.expected[f]![index]!];
      return `${name} is ${formatNumber(value)} where ${formatNumber(expected)} was expected (${percent(share)})`;
    });
  const structure = 1 - shares.reduce((sum, { share }) => sum + share, 0);
  if (structure >= leastShare || clauses.length === 0) {
    clauses.push(`it has links that nodes like it seldom have (${percent(structure)})`);
  }
  const compared = attended.slice(0, 3).map(({ node, weight }) => `${node} (${percent(weight)})`);
  return `${nodes[index]!.id}: ${clauses.join(', ')}; ${
    compared.length > 0 ? `compared with its neighbours ${compared.join(', ')}` : 'it has no neighbours'
  }.`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}
