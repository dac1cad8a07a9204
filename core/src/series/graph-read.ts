import { checkText } from '../check-argument.js';
import { HeedError, type ErrorPlace } from '../errors.js';
import {
  createGraph,
  createGraphSequence,
  type Graph,
  type GraphInput,
  type GraphSequence,
} from './graph.js';
import { readCells } from './read/cells.js';
import { epochToMs, guessEpochUnit } from './read/epoch.js';
import { parseIsoTime } from './read/iso-time.js';

/** What degrees and weights give as features where there are no others. */
const DEGREE_FEATURES = ['edges out', 'weight out', 'edges in', 'weight in'];
const TIME_COLUMNS = ['time', 'timestamp', 'date', 'ts'];
const LABEL_COLUMNS = ['label', 'is_anomaly', 'anomaly'];

/**
 * Reads an edge list in CSV: columns `source`, `target`, optionally `weight` and `label`; one line per directed edge.
 * Node features come from a second CSV with a column `id` and numeric columns, or, without one, are the numbers of
 * edges in and out and their weights' sums. A column `label`, `is_anomaly` or `anomaly` is ground truth.
 * @throws HeedError empty-input, bad-csv, unknown-column, bad-value, bad-graph, bad-label
 */
export function readGraphCsv(edges: string, nodes?: string, name?: string): Graph {
  checkText('edges', edges);
  if (nodes !== undefined) checkText('nodes', nodes);
  if (name !== undefined) checkText('name', name);
  const place = makePlace(name);
  const list = readEdges(readTable(edges, place), place);
  const attributed = nodes === undefined ? degreeNodes(list) : readNodes(readTable(nodes, place), place);
  return createGraph({ ...attributed, edges: list }, place);
}

/**
 * Reads a sequence of graphs from an edge list in CSV with a time column (`time`, `timestamp`, `date` or `ts`): the
 * edges of one time make one graph, and the nodes are those that are named at any time. Node features come from a
 * second CSV with columns `time`, `id` and numbers, one line per node and time, or from the edges.
 * @throws HeedError empty-input, bad-csv, unknown-column, bad-value, bad-time, bad-graph, bad-label
 */
export function readGraphSequenceCsv(edges: string, nodes?: string, name?: string): GraphSequence {
  checkText('edges', edges);
  if (nodes !== undefined) checkText('nodes', nodes);
  if (name !== undefined) checkText('name', name);
  const place = makePlace(name);
  const table = readTable(edges, place);
  const list = readEdges(table, place);
  const edgeTimes = readTimes(table, place);
  const nodeTable = nodes === undefined ? undefined : readTable(nodes, place);
  const nodeTimes = nodeTable && readTimes(nodeTable, place);
  const attributed = nodeTable && readNodes(nodeTable, place);
  const time = [...new Set([...edgeTimes, ...(nodeTimes ?? [])])].sort((a, b) => a - b);
  const ids = [
    ...new Set(attributed?.nodes.map(({ id }) => id) ?? list.flatMap((e) => [e.source, e.target])),
  ];
  const edgesAt = grouped(list, edgeTimes);
  const nodesAt = attributed && grouped(attributed.nodes, nodeTimes!);
  const graphs = time.map((t) => {
    const now = edgesAt.get(t) ?? [];
    if (!attributed) return createGraph({ ...degreeNodes(now, ids), edges: now }, place);
    const known = new Map(nodesAt!.get(t)?.map((node) => [node.id, node]));
    const ordered = ids.map((id) => {
      const node = known.get(id);
      if (node) return node;
      throw bad(
        `node "${id}" has no features at ${new Date(t).toISOString()}`,
        'Give one line per node and time.',
        place,
      );
    });
    return createGraph({ features: attributed.features, nodes: ordered, edges: now }, place);
  });
  return createGraphSequence(time, graphs);
}

/**
 * Reads `{ nodes: [{ id, features: [...], label? }], edges: [{ source, target, weight?, label? }], features? }`,
 * `features` at the top being their names.
 * @throws HeedError bad-json, bad-graph, not-finite, empty-input, bad-label
 */
export function readGraphJson(text: string, name?: string): Graph {
  checkText('text', text);
  if (name !== undefined) checkText('name', name);
  const place = makePlace(name);
  return readGraph(parsed(text, place), place);
}

/**
 * Reads `{ graphs: [{ time, nodes, edges }], features? }`, the time as ISO 8601 or epoch s or ms.
 * @throws HeedError bad-json, bad-graph, bad-time, not-finite, empty-input, bad-label
 */
export function readGraphSequenceJson(text: string, name?: string): GraphSequence {
  checkText('text', text);
  if (name !== undefined) checkText('name', name);
  const place = makePlace(name);
  const { graphs, features } = parsed(text, place) as { graphs?: unknown; features?: unknown };
  if (!Array.isArray(graphs)) throw bad('the JSON is not a sequence of graphs', SEQUENCE_FORM, place);
  const shared = features === undefined ? {} : { features };
  return createGraphSequence(
    graphs.map((graph: { time?: unknown } | null) => readTime(String(graph?.time ?? ''), place)),
    graphs.map((graph: object) => readGraph({ ...shared, ...graph }, place)),
  );
}

/** What a text holds; undefined where it is no graph. */
export type GraphTextKind = 'graph' | 'graph-sequence' | undefined;

/** Tells by its first characters whether a text is a graph (CSV or JSON), a sequence of graphs, or neither. */
export function graphTextKind(head: string): GraphTextKind {
  checkText('beginning', head);
  const start = head.replace(/^\uFEFF/, '').trimStart();
  if (start.startsWith('{')) {
    if (/^\{\s*("features"\s*:\s*\[[^\]]*\]\s*,\s*)?"graphs"\s*:\s*\[/.test(start)) return 'graph-sequence';
    // Answers of GraphQL have lists named nodes, too.
    if (/^\{\s*"data"\s*:\s*\{/.test(start)) return undefined;
    return /"(nodes|edges)"\s*:\s*\[/.test(start) ? 'graph' : undefined;
  }
  const header = start
    .split(/\r\n|\r|\n/, 1)[0]!
    .split(/[,;\t|]/)
    .map(cleanName);
  if (!header.includes('source') || !header.includes('target')) return undefined;
  return header.some((column) => TIME_COLUMNS.includes(column)) ? 'graph-sequence' : 'graph';
}

const GRAPH_FORM = 'Give { "nodes": [{ "id", "features" }], "edges": [{ "source", "target" }] }.';
const SEQUENCE_FORM = 'Give { "graphs": [{ "time", "nodes", "edges" }] }.';

function parsed(text: string, place: ErrorPlace): object {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch (cause) {
    throw new HeedError('bad-json', 'the text is not JSON', GRAPH_FORM, place, cause);
  }
}

function readGraph(value: object, place: ErrorPlace): Graph {
  const { nodes, edges, features } = value as Record<string, unknown>;
  const isNode = (node: unknown): boolean => typeof (node as { id?: unknown } | null)?.id === 'string';
  const isEdge = (edge: unknown): boolean => {
    const { source, target } = (edge ?? {}) as Record<string, unknown>;
    return typeof source === 'string' && typeof target === 'string';
  };
  const named =
    features === undefined || (Array.isArray(features) && features.every((f) => typeof f === 'string'));
  if (
    !Array.isArray(nodes) ||
    !Array.isArray(edges) ||
    !nodes.every(isNode) ||
    !edges.every(isEdge) ||
    !named
  ) {
    throw bad('the JSON is not a graph', GRAPH_FORM, place);
  }
  return createGraph(value as GraphInput, place);
}

interface CsvTable {
  readonly header: readonly string[];
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Line of every row. */
  readonly lines: readonly number[];
}

function readTable(text: string, place: ErrorPlace): CsvTable {
  const [header, ...body] = readCells(text, place.file);
  if (!header || body.length === 0)
    throw new HeedError('empty-input', 'the CSV has no rows', 'Give a header and one line per row.', place);
  for (const { cells, line } of body) {
    if (cells.length === header.cells.length) continue;
    const what = `the line has ${cells.length} cells where the header has ${header.cells.length}`;
    throw new HeedError('bad-csv', what, 'Complete the line.', { ...place, line });
  }
  return {
    header: header.cells,
    names: header.cells.map(cleanName),
    rows: body.map(({ cells }) => cells),
    lines: body.map(({ line }) => line),
  };
}

function cleanName(name: string): string {
  return name.replaceAll('"', '').trim().toLowerCase();
}

function findColumn({ names }: CsvTable, column: string, remedy: string, place: ErrorPlace): number {
  const at = names.indexOf(column);
  if (at >= 0) return at;
  throw new HeedError('unknown-column', `there is no column "${column}"`, remedy, place);
}

function numberAt(table: CsvTable, row: number, column: number, place: ErrorPlace): number {
  const cell = table.rows[row]![column]!;
  const value = Number(cell);
  if (cell !== '' && Number.isFinite(value)) return value;
  throw new HeedError('bad-value', `"${cell}" is not a number`, 'Give a number.', {
    ...place,
    line: table.lines[row]!,
    column: table.header[column]!,
  });
}

interface EdgeRow {
  readonly source: string;
  readonly target: string;
  readonly weight: number;
  readonly label?: number;
}

function readEdges(table: CsvTable, place: ErrorPlace): EdgeRow[] {
  const remedy = 'Name the columns source,target[,weight].';
  const [source, target] = ['source', 'target'].map((name) => findColumn(table, name, remedy, place));
  const weight = table.names.indexOf('weight');
  const label = table.names.findIndex((name) => LABEL_COLUMNS.includes(name));
  return table.rows.map((cells, row) => ({
    source: cells[source!]!,
    target: cells[target!]!,
    weight: weight < 0 || cells[weight] === '' ? 1 : numberAt(table, row, weight, place),
    ...(label < 0 ? {} : { label: numberAt(table, row, label, place) }),
  }));
}

interface NodeRow {
  readonly id: string;
  readonly features: number[];
  readonly label?: number;
}

interface NodeTable {
  readonly features: readonly string[];
  readonly nodes: readonly NodeRow[];
}

function readNodes(table: CsvTable, place: ErrorPlace): NodeTable {
  const id = findColumn(table, 'id', 'Name one column of the nodes id.', place);
  const label = table.names.findIndex((name) => LABEL_COLUMNS.includes(name));
  const columns = table.names.flatMap((name, c) =>
    c === id || c === label || TIME_COLUMNS.includes(name) ? [] : [c],
  );
  return {
    features: columns.map((c) => table.header[c]!),
    nodes: table.rows.map((cells, row) => ({
      id: cells[id]!,
      features: columns.map((c) => numberAt(table, row, c, place)),
      ...(label < 0 ? {} : { label: numberAt(table, row, label, place) }),
    })),
  };
}

function degreeNodes(edges: readonly EdgeRow[], ids: readonly string[] = []): NodeTable {
  const nodes = new Map<string, number[]>(ids.map((id) => [id, [0, 0, 0, 0]]));
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
  return { features: DEGREE_FEATURES, nodes: [...nodes].map(([id, features]) => ({ id, features })) };
}

/** The time of every row of a table, in epoch ms. */
function readTimes(table: CsvTable, place: ErrorPlace): number[] {
  const column = table.names.findIndex((name) => TIME_COLUMNS.includes(name));
  if (column < 0) {
    const remedy = `Name it ${TIME_COLUMNS.join(', ')}, or read one graph.`;
    throw new HeedError('unknown-column', 'there is no time column', remedy, place);
  }
  return table.rows.map((cells, row) =>
    readTime(cells[column]!, { ...place, line: table.lines[row]!, column: table.header[column]! }),
  );
}

function readTime(text: string, place: ErrorPlace): number {
  const number = Number(text);
  const time =
    text !== '' && Number.isFinite(number) ? epochToMs(number, guessEpochUnit(number)) : parseIsoTime(text);
  if (Number.isFinite(time)) return time;
  throw new HeedError('bad-time', `"${text}" is not a time`, 'Give ISO 8601 or epoch seconds or ms.', place);
}

function grouped<T>(items: readonly T[], times: readonly number[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  items.forEach((item, i) => {
    const group = groups.get(times[i]!);
    if (group) group.push(item);
    else groups.set(times[i]!, [item]);
  });
  return groups;
}

function makePlace(name: string | undefined): ErrorPlace {
  return name === undefined ? {} : { file: name };
}

function bad(what: string, remedy: string, place: ErrorPlace): HeedError {
  return new HeedError('bad-graph', what, remedy, place);
}
