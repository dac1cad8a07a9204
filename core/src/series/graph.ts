import { HeedError, type ErrorPlace } from '../errors.js';

/** A node with F numbers that describe it. */
export interface GraphNode {
  readonly id: string;
  readonly features: Float64Array;
}

/** A directed edge; an undirected one is two. */
export interface GraphEdge {
  readonly source: string;
  readonly target: string;
  /** Default 1. */
  readonly weight?: number;
}

/** An attributed graph. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Graphs over time with the same nodes in the same order. */
export interface GraphSequence {
  /** T epoch milliseconds, strictly increasing. */
  readonly time: Float64Array;
  readonly graphs: readonly Graph[];
}

/**
 * Builds a graph and checks it: at least one node, ids unique, the same number of finite features everywhere,
 * edges between known nodes, finite weights.
 * @throws HeedError empty-input, bad-graph, not-finite
 */
export function createGraph(
  input: {
    nodes: readonly { id: string; features?: ArrayLike<number> }[];
    edges: readonly { source: string; target: string; weight?: number }[];
  },
  place?: ErrorPlace,
): Graph {
  if (input.nodes.length === 0)
    throw new HeedError('empty-input', 'the graph has no node', 'Give at least one.', place);
  const ids = new Set<string>();
  const width = input.nodes[0]!.features?.length ?? 0;
  const nodes = input.nodes.map(({ id, features = [] }) => {
    if (ids.has(id)) throw bad(`two nodes are named "${id}"`, 'Give every node its own id.', place);
    ids.add(id);
    if (features.length !== width) {
      throw bad(
        `node "${id}" has ${features.length} features where "${input.nodes[0]!.id}" has ${width}`,
        'Give every node the same features.',
        place,
      );
    }
    const values = Float64Array.from(features);
    if (!values.every(Number.isFinite)) {
      throw new HeedError(
        'not-finite',
        `node "${id}" has a feature that is not a number`,
        'Replace it by a number.',
        place,
      );
    }
    return { id, features: values };
  });
  for (const { source, target, weight } of input.edges) {
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
  }
  return { nodes, edges: input.edges.map((edge) => ({ ...edge })) };
}

/**
 * Builds a sequence and checks it: strictly increasing finite times, one graph per time, the same nodes in each.
 * @throws HeedError empty-input, length-mismatch, bad-time, bad-graph
 */
export function createGraphSequence(time: ArrayLike<number>, graphs: readonly Graph[]): GraphSequence {
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

/**
 * Reads an edge list in CSV: columns `source`, `target`, optionally `weight`; one line per directed edge. Node
 * features come from a second CSV with a column `id` and numeric columns, or, without one, are the numbers of
 * edges in and out and their weights' sums.
 * @throws HeedError empty-input, bad-csv, unknown-column, bad-value, bad-graph
 */
export function readGraphCsv(edges: string, nodes?: string, name?: string): Graph {
  const place = name === undefined ? {} : { file: name };
  const rows = splitCsv(edges, place);
  const at = (column: string): number => rows.header.indexOf(column);
  for (const column of ['source', 'target']) {
    if (at(column) < 0) {
      throw new HeedError(
        'unknown-column',
        `there is no column "${column}"`,
        'Name the columns source,target[,weight].',
        place,
      );
    }
  }
  const list = rows.rows.map((cells, i) => {
    const weight = at('weight') < 0 || cells[at('weight')] === '' ? 1 : Number(cells[at('weight')]);
    if (!Number.isFinite(weight)) {
      throw new HeedError('bad-value', `"${cells[at('weight')]}" is not a number`, 'Give a number.', {
        ...place,
        line: i + 2,
        column: 'weight',
      });
    }
    return { source: cells[at('source')]!, target: cells[at('target')]!, weight };
  });
  return createGraph(
    { nodes: nodes === undefined ? degreeNodes(list) : readNodes(nodes, place), edges: list },
    place,
  );
}

/**
 * Reads `{ nodes: [{ id, features: [...] }], edges: [{ source, target, weight? }] }`.
 * @throws HeedError bad-json, bad-graph, not-finite, empty-input
 */
export function readGraphJson(text: string, name?: string): Graph {
  const place = name === undefined ? {} : { file: name };
  let parsed: { nodes?: unknown; edges?: unknown };
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch (cause) {
    throw new HeedError(
      'bad-json',
      'the text is not JSON',
      'Give { "nodes": […], "edges": […] }.',
      place,
      cause,
    );
  }
  const { nodes, edges } = parsed ?? {};
  const isNode = (node: unknown): boolean => typeof (node as GraphNode | null)?.id === 'string';
  const isEdge = (edge: unknown): boolean =>
    typeof (edge as GraphEdge | null)?.source === 'string' && typeof (edge as GraphEdge).target === 'string';
  if (!Array.isArray(nodes) || !Array.isArray(edges) || !nodes.every(isNode) || !edges.every(isEdge)) {
    throw bad(
      'the JSON is not a graph',
      'Give { "nodes": [{ "id", "features" }], "edges": [{ "source", "target" }] }.',
      place,
    );
  }
  return createGraph({ nodes: nodes as never, edges: edges as never }, place);
}

function readNodes(text: string, place: ErrorPlace): { id: string; features: number[] }[] {
  const { header, rows } = splitCsv(text, place);
  const id = header.indexOf('id');
  if (id < 0)
    throw new HeedError('unknown-column', 'the nodes have no column "id"', 'Name one column id.', place);
  return rows.map((cells, i) => ({
    id: cells[id]!,
    features: cells.flatMap((cell, c) => {
      if (c === id) return [];
      const value = Number(cell);
      if (cell === '' || !Number.isFinite(value)) {
        throw new HeedError('bad-value', `"${cell}" is not a number`, 'Give a number for every feature.', {
          ...place,
          line: i + 2,
          column: header[c]!,
        });
      }
      return [value];
    }),
  }));
}

function degreeNodes(edges: readonly { source: string; target: string; weight: number }[]) {
  const nodes = new Map<string, number[]>();
  const of = (id: string): number[] => {
    let features = nodes.get(id);
    if (!features) nodes.set(id, (features = [0, 0, 0, 0]));
    return features;
  };
  for (const { source, target, weight } of edges) {
    const out = of(source);
    out[0]++;
    out[1] += weight;
    const into = of(target);
    into[2]++;
    into[3] += weight;
  }
  return [...nodes].map(([id, features]) => ({ id, features }));
}

/** Plain comma-separated lines; ids with commas or quotes belong in JSON. */
function splitCsv(text: string, place: ErrorPlace): { header: string[]; rows: string[][] } {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  while (lines.length > 0 && lines[lines.length - 1]!.trim() === '') lines.pop();
  if (lines.length < 2)
    throw new HeedError('empty-input', 'the CSV has no rows', 'Give a header and one line per row.', place);
  const [header, ...rows] = lines.map((line) => line.split(',').map((cell) => cell.trim()));
  rows.forEach((cells, i) => {
    if (cells.length !== header!.length) {
      throw new HeedError(
        'bad-csv',
        `the line has ${cells.length} cells where the header has ${header!.length}`,
        'Complete the line.',
        {
          ...place,
          line: i + 2,
        },
      );
    }
  });
  return { header: header!, rows };
}

function bad(what: string, remedy: string, place?: ErrorPlace): HeedError {
  return new HeedError('bad-graph', what, remedy, place);
}
