import type { ExpectedFeature, RawGraphScores, RawGraphSequenceScores } from '../../detectors/base/types.js';
import { HeedError } from '../../errors.js';
import { edgeReason, nodeReason } from './reason.js';
import { findRuns } from '../events/runs.js';
import { scoresFromRaw, toSeverity } from '../threshold/scores.js';
import { computeThreshold } from '../threshold/threshold.js';
import type { GraphThresholdOptions, GraphDetection, GraphSequenceDetection, NodeFeature } from './types.js';
import type { Graph, GraphSequence } from '../../series/graph.js';

/** Deviations (1.4826 · MAD above the median) where a node's, an edge's threshold lies by default. */
const NODE_DEVIATIONS = 3;
const EDGE_DEVIATIONS = 6;

/** Turns raw scores of a graph into thresholds, scores and explained anomalies. */
export function buildGraphDetection(
  detector: string,
  graph: Graph,
  raw: RawGraphScores,
  options: GraphThresholdOptions,
  training?: Float64Array,
): GraphDetection {
  checkRaw(detector, 'node scores', raw.nodes, graph.nodes.length);
  checkRaw(detector, 'edge scores', raw.edges, graph.edges.length);
  const method = options.threshold ?? 'mad';
  const chooseThreshold = (values: Float64Array, deviations: number, learned?: Float64Array) =>
    computeThreshold(values, {
      method,
      value: options.thresholdValue ?? (method === 'mad' ? deviations : undefined),
      sensitivity: options.sensitivity,
      training: learned,
    });
  const threshold = chooseThreshold(raw.nodes, NODE_DEVIATIONS, training);
  const edgeThreshold = chooseThreshold(raw.edges, EDGE_DEVIATIONS);
  const nodes = scoresFromRaw(raw.nodes, threshold.value);
  const edges = scoresFromRaw(raw.edges, edgeThreshold.value);
  const names = graph.features ?? raw.contributions.map((_, f) => `feature ${f}`);
  const anomalies = above(nodes).map((index) => {
    const { id, features: values } = graph.nodes[index]!;
    const whole = raw.nodes[index]!;
    const features = computeShares(
      names,
      names.map((_, f) => ({
        value: values[f]!,
        expected: raw.expected[f]![index]!,
        contribution: raw.contributions[f]![index]!,
      })),
      whole,
    );
    const structure = Math.max(0, 1 - features.reduce((sum, { share }) => sum + share, 0));
    const attended = raw.attend(index);
    return {
      node: id,
      index,
      ...scoreAndSeverity(nodes[index]!),
      features,
      structure,
      attended,
      reason: nodeReason(id, features, structure, attended),
    };
  });
  const edgeAnomalies = above(edges).map((index) => {
    const { source, target } = graph.edges[index]!;
    const score = edges[index]!;
    return { source, target, index, ...scoreAndSeverity(score), reason: edgeReason(source, target, score) };
  });
  return {
    input: 'graph',
    detector,
    nodes,
    edges,
    threshold,
    edgeThreshold,
    anomalies,
    edgeAnomalies,
    notes: [],
  };
}

/** Turns raw scores of a sequence of graphs into a threshold, scores and explained events. */
export function buildGraphSequenceDetection(
  detector: string,
  { time, graphs }: GraphSequence,
  raw: RawGraphSequenceScores,
  options: GraphThresholdOptions,
  training?: Float64Array,
): GraphSequenceDetection {
  const names = graphs[0]!.nodes.map(({ id }) => id);
  raw.nodes.forEach((row) => checkRaw(detector, 'node scores', row, names.length));
  const flat = nodeByNode(raw.nodes);
  const threshold = computeThreshold(flat, {
    method: options.threshold,
    value: options.thresholdValue,
    sensitivity: options.sensitivity,
    training,
  });
  const scores = scoresFromRaw(flat, threshold.value);
  const steps = time.length;
  const nodes = graphs.map((_, t) => Float32Array.from(names, (__, i) => scores[i * steps + t]!));
  const events = names.flatMap((node, index) =>
    findRuns(scores.subarray(index * steps, (index + 1) * steps)).map((run) => {
      const { startIndex, endIndex, peakIndex } = run;
      const features = computeShares(
        raw.features,
        raw.explain(peakIndex, index),
        raw.nodes[peakIndex]![index]!,
      );
      const attended = raw.attend(peakIndex, index);
      return {
        node,
        index,
        start: time[startIndex]!,
        end: time[endIndex]!,
        peak: time[peakIndex]!,
        startIndex,
        endIndex,
        peakIndex,
        ...scoreAndSeverity(run.score),
        features,
        attended,
        reason: nodeReason(node, features, 0, attended),
      };
    }),
  );
  events.sort((a, b) => a.startIndex - b.startIndex || b.score - a.score);
  const score = Float32Array.from(nodes, (row) => row.reduce((a, b) => Math.max(a, b), 0));
  return { input: 'graph-sequence', detector, score, nodes, threshold, events, notes: [] };
}

/** All scores, the times of one node side by side: the threshold is estimated from runs in time. */
export function nodeByNode(rows: readonly Float64Array[]): Float64Array {
  const count = rows[0]?.length ?? 0;
  const flat = new Float64Array(rows.length * count);
  rows.forEach((row, t) => row.forEach((value, i) => (flat[i * rows.length + t] = value)));
  return flat;
}

function above(scores: Float32Array): number[] {
  return [...scores.keys()].filter((i) => scores[i]! > 1).sort((a, b) => scores[b]! - scores[a]!);
}

function scoreAndSeverity(score: number): { score: number; severity: number } {
  return { score, severity: toSeverity(score) };
}

function computeShares(
  names: readonly string[],
  features: readonly ExpectedFeature[],
  whole: number,
): NodeFeature[] {
  return features
    .map(({ value, expected, contribution }, f) => ({
      name: names[f]!,
      share: whole > 0 ? Math.min(1, contribution / whole) : 0,
      value,
      expected,
    }))
    .sort((a, b) => b.share - a.share);
}

/** Nothing a surface draws may be NaN, whatever a detector returns. */
function checkRaw(detector: string, what: string, values: Float64Array, count: number): void {
  const bad = values.findIndex((value) => !(value >= 0 && value < Infinity));
  if (values.length === count && bad < 0) return;
  throw new HeedError(
    'internal',
    values.length === count
      ? `the detector "${detector}" gave the value ${values[bad]} in its ${what}`
      : `the detector "${detector}" gave ${values.length} ${what} for ${count}`,
    'This is a fault of the detector: please report it with the graph.',
  );
}
