import { checkEach, checkNumbers, checkParts, checkRecords } from '../check-argument.js';
import { HeedError, type ErrorPlace } from '../errors.js';

/** A node with F numbers that describe it. */
export interface GraphNode {
  readonly id: string;
  readonly features: Float64Array;
  /** Ground truth, never input: 1 = anomalous. */
  readonly label?: 0 | 1;
}

/** A directed edge; an undirected one is two. */
export interface GraphEdge {
  readonly source: string;
  readonly target: string;
  /** Default 1. */
  readonly weight?: number;
  /** Ground truth, never input: 1 = anomalous. */
  readonly label?: 0 | 1;
}

/** An attributed graph. */
export interface Graph {
  /** Names of the F features, where they have some. */
  readonly features?: readonly string[];
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Graphs over time with the same nodes in the same order. */
export interface GraphSequence {
  /** T epoch milliseconds, strictly increasing. */
  readonly time: Float64Array;
  readonly graphs: readonly Graph[];
}

/** What `createGraph` takes. */
export interface GraphInput {
  readonly features?: readonly string[];
  readonly nodes: readonly { id: string; features?: ArrayLike<number>; label?: number }[];
  readonly edges: readonly { source: string; target: string; weight?: number; label?: number }[];
}

/**
 * Builds a graph and checks it: at least one node, ids unique, the same number of finite features everywhere,
 * edges between known nodes, finite weights, labels 0 or 1.
 * @throws HeedError empty-input, bad-graph, not-finite, bad-label
 */
export function createGraph(input: GraphInput, place?: ErrorPlace): Graph {
  checkParts('graph', input, { nodes: checkRecords, edges: checkRecords });
  if (input.nodes.length === 0)
    throw new HeedError('empty-input', 'the graph has no node', 'Give at least one.', place);
  const ids = new Set<string>();
  const width = input.nodes[0]!.features?.length ?? 0;
  const names = input.features;
  if (names && names.length !== width) {
    throw bad(`${names.length} names for ${width} features`, 'Name every feature.', place);
  }
  const nodes = input.nodes.map(({ id, features = [], label }) => {
    if (ids.has(id)) throw bad(`two nodes are named "${id}"`, 'Give every node its own id.', place);
    ids.add(id);
    if (features.length !== width) {
      throw bad(
        `node "${id}" has ${features.length} features where "${input.nodes[0]!.id}" has ${width}`,
        'Give every node the same features.',
        place,
      );
    }
    const numbers =
      ArrayBuffer.isView(features) ||
      (Array.isArray(features) && features.every((value) => typeof value === 'number'));
    if (!numbers) {
      throw bad(`the features of node "${id}" are no list`, 'Give a list of numbers.', place);
    }
    const values = Float64Array.from(features as ArrayLike<number>);
    if (!values.every(Number.isFinite)) {
      throw new HeedError(
        'not-finite',
        `node "${id}" has a feature that is not a number`,
        'Replace it by a number.',
        place,
      );
    }
    return { id, features: values, ...labeled(label, `node "${id}"`, place) };
  });
  const edges = input.edges.map(({ source, target, weight, label }) => {
    for (const end of [source, target]) {
      if (!ids.has(end))
        throw bad(`an edge names the node "${end}", which does not exist`, 'List every node.', place);
    }
    if (weight !== undefined && !Number.isFinite(weight)) {
      throw new HeedError(
        'not-finite',
        `the edge ${source} → ${target} weighs ${weight}`,
        'Give a finite weight.',
        place,
      );
    }
    return {
      source,
      target,
      ...(weight === undefined ? {} : { weight }),
      ...labeled(label, `the edge ${source} → ${target}`, place),
    };
  });
  return { ...(names ? { features: [...names] } : {}), nodes, edges };
}

function labeled(label: number | undefined, what: string, place?: ErrorPlace): { label?: 0 | 1 } {
  if (label === undefined) return {};
  if (label === 0 || label === 1) return { label };
  throw new HeedError('bad-label', `${what} is labeled ${label}`, 'Give 0 or 1.', place);
}

/**
 * Builds a sequence and checks it: strictly increasing finite times, one graph per time, the same nodes in each.
 * @throws HeedError empty-input, length-mismatch, bad-time, bad-graph
 */
export function createGraphSequence(time: ArrayLike<number>, graphs: readonly Graph[]): GraphSequence {
  checkNumbers('times', time);
  checkEach('graph', graphs, (what, graph) => checkParts(what, graph, { nodes: checkRecords }));
  if (graphs.length === 0)
    throw new HeedError('empty-input', 'the sequence has no graph', 'Give at least one.');
  if (time.length !== graphs.length) {
    throw new HeedError(
      'length-mismatch',
      `${time.length} times for ${graphs.length} graphs`,
      'Give one time per graph.',
    );
  }
  const names = graphs[0]!.nodes.map(({ id }) => id).join('\n');
  for (let t = 0; t < graphs.length; t++) {
    if (!Number.isFinite(time[t]) || (t > 0 && time[t]! <= time[t - 1]!)) {
      throw new HeedError(
        'bad-time',
        `the time of graph ${t} does not lie after the one before`,
        'Sort the graphs by time.',
      );
    }
    if (graphs[t]!.nodes.map(({ id }) => id).join('\n') !== names) {
      throw bad(
        `graph ${t} has other nodes than the first`,
        'Give every graph the same nodes in the same order.',
      );
    }
  }
  return { time: Float64Array.from(time), graphs };
}

function bad(what: string, remedy: string, place?: ErrorPlace): HeedError {
  return new HeedError('bad-graph', what, remedy, place);
}
