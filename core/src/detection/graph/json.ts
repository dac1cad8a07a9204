import { checkParts, checkRecord } from '../../check-argument.js';
import type { EdgeAnomaly, GraphDetection, GraphSequenceDetection, NodeAnomaly, NodeEvent } from './types.js';
import type { ThresholdReport } from '../types.js';
import type { Graph, GraphSequence } from '../../series/graph.js';

/** What `heed detect --format json` prints of a graph. */
export interface GraphDetectionJson {
  readonly detector: string;
  readonly input: 'graph';
  readonly threshold: ThresholdReport;
  readonly edgeThreshold: ThresholdReport;
  /** In the order of the input; above 1 is anomalous. */
  readonly nodes: readonly { readonly id: string; readonly score: number }[];
  readonly edges: readonly { readonly source: string; readonly target: string; readonly score: number }[];
  /** Highest score first, with what was expected and the neighbors attended to. */
  readonly anomalies: readonly NodeAnomaly[];
  readonly edgeAnomalies: readonly EdgeAnomaly[];
}

/** What `heed detect --format json` prints of a sequence of graphs. */
export interface GraphSequenceDetectionJson {
  readonly detector: string;
  readonly input: 'graph-sequence';
  readonly points: number;
  readonly threshold: ThresholdReport;
  readonly events: readonly NodeEvent[];
  /** Ids, in the order of the columns of `nodeScore`. */
  readonly nodes: readonly string[];
  /** T scores: the most anomalous node; above 1 is anomalous. */
  readonly score: readonly number[];
  /** T × N. */
  readonly nodeScore: readonly (readonly number[])[];
}

/** A detection of a graph or a sequence of graphs as plain JSON values. */
export function graphDetectionToJson(
  graph: Graph | GraphSequence,
  detection: GraphDetection | GraphSequenceDetection,
): GraphDetectionJson | GraphSequenceDetectionJson {
  checkRecord('graph', graph);
  checkParts('detection', detection, { threshold: checkRecord });
  const { detector, threshold } = detection;
  if (detection.input === 'graph') {
    const { nodes, edges } = graph as Graph;
    return {
      detector,
      input: 'graph',
      threshold,
      edgeThreshold: detection.edgeThreshold,
      nodes: nodes.map(({ id }, i) => ({ id, score: detection.nodes[i]! })),
      edges: edges.map(({ source, target }, e) => ({ source, target, score: detection.edges[e]! })),
      anomalies: detection.anomalies,
      edgeAnomalies: detection.edgeAnomalies,
    };
  }
  const { time, graphs } = graph as GraphSequence;
  return {
    detector,
    input: 'graph-sequence',
    points: time.length,
    threshold,
    events: detection.events,
    nodes: graphs[0]!.nodes.map(({ id }) => id),
    score: Array.from(detection.score),
    nodeScore: detection.nodes.map((row) => Array.from(row)),
  };
}
