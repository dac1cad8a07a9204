import type { DataFrame, Field } from '@grafana/data';
import type { GraphJob } from '../shared/jobTypes.js';

/** Names of the fields that Grafana's node graph knows, as documented for its data frames. */
export const Names = {
  id: 'id',
  title: 'title',
  mainStat: 'mainstat',
  source: 'source',
  target: 'target',
  arc: 'arc__',
  detail: 'detail__',
  color: 'color',
  nodeRadius: 'noderadius',
  thickness: 'thickness',
  highlighted: 'highlighted',
  strokeDasharray: 'strokedasharray',
  fixedX: 'fixedx',
  fixedY: 'fixedy',
  isInstrumented: 'isinstrumented',
} as const;

/** What a source hands out for Grafana's node graph panel: frames of nodes and frames of edges. */
export interface NodeGraph {
  readonly nodes: readonly DataFrame[];
  readonly edges: readonly DataFrame[];
  /** What is scored; its nodes and edges are the rows of the frames, one frame after the other. */
  readonly graph: Omit<GraphJob, 'kind' | 'sensitivity'>;
  /** Rows of the edges' frames that are no edge of the graph (an end that is not listed): −1, else their index. */
  readonly edgeOfRow: readonly number[];
  readonly notes: readonly string[];
}

/** Grafana compares the names of the fields of node graphs without regard to case. */
export const graphField = (frame: DataFrame, name: string): Field | undefined =>
  frame.fields.find((field) => field.name.toLowerCase() === name);

const isEdges = (frame: DataFrame): boolean =>
  Boolean(graphField(frame, Names.source) && graphField(frame, Names.target));

/** Tables of events may have columns `source` and `target`, too; they have a time, and a map has none. */
const isOverTime = (frame: DataFrame): boolean => frame.fields.some((field) => field.type === 'time');

/** True for the frames of a node graph. */
export function isNodeGraph(frames: readonly DataFrame[]): boolean {
  return frames.some(
    (frame) =>
      isEdges(frame) && (frame.meta?.preferredVisualisationType === 'nodeGraph' || !isOverTime(frame)),
  );
}

/** Fields that say how a node looks or lies, not how it does. */
const appearance: readonly string[] = [
  Names.color,
  Names.nodeRadius,
  Names.thickness,
  Names.highlighted,
  Names.fixedX,
  Names.fixedY,
  Names.isInstrumented,
  Names.strokeDasharray,
];

/**
 * The graph in the frames of a node graph: a node's features are its numeric fields (statistics, arcs, details),
 * missing ones at the median; without any, its numbers of edges. Nodes that no frame lists are taken from the edges,
 * as Grafana does.
 */
export function readNodeGraph(frames: readonly DataFrame[]): NodeGraph {
  const edges = frames.filter(isEdges);
  const listed = frames.filter((frame) => !isEdges(frame) && graphField(frame, Names.id));
  const ends = edges.flatMap((frame) => listRows(frame).flatMap((row) => readEnds(frame, row)));
  const nodes = listed.length > 0 ? listed : [framesOfEnds([...new Set(ends)])];
  const ids = nodes.flatMap((frame) =>
    listRows(frame).map((row) => readText(graphField(frame, Names.id), row)),
  );
  const known = new Set(ids);
  const edgeOfRow: number[] = [];
  const list: Array<{ source: string; target: string; weight?: number }> = [];
  let lost = 0;
  for (const frame of edges) {
    const weights = graphField(frame, Names.mainStat);
    for (const row of listRows(frame)) {
      const [source, target] = readEnds(frame, row);
      if (!known.has(source) || !known.has(target)) {
        edgeOfRow.push(-1);
        lost++;
        continue;
      }
      edgeOfRow.push(list.length);
      const weight = weights?.type === 'number' ? Number(weights.values[row]) : NaN;
      list.push({ source, target, ...(weight > 0 && Number.isFinite(weight) ? { weight } : {}) });
    }
  }
  const columns = featureColumns(nodes);
  const features = columns.length > 0 ? columns : degrees(ids, list);
  return {
    nodes,
    edges,
    graph: {
      features: features.map(({ name }) => name),
      nodes: ids.map((id, i) => ({ id, features: features.map(({ values }) => values[i]!) })),
      edges: list,
    },
    edgeOfRow,
    notes:
      lost > 0
        ? [`${lost} ${lost === 1 ? 'edge names a node' : 'edges name nodes'} that the source does not list`]
        : [],
  };
}

const listRows = (frame: DataFrame): number[] => Array.from({ length: frame.length }, (_, row) => row);
const readText = (field: Field | undefined, row: number): string => String(field?.values[row] ?? '');
const readEnds = (frame: DataFrame, row: number): [string, string] => [
  readText(graphField(frame, Names.source), row),
  readText(graphField(frame, Names.target), row),
];

/** A frame of nodes for sources that give edges alone. */
function framesOfEnds(ids: string[]): DataFrame {
  const field = (name: string): Field => ({ name, type: 'string' as Field['type'], values: ids, config: {} });
  return { name: 'nodes', length: ids.length, fields: [field(Names.id), field(Names.title)] };
}

interface Column {
  readonly name: string;
  readonly values: number[];
}

/** The numeric fields that all frames of nodes share; one frame as a rule. */
function featureColumns(frames: readonly DataFrame[]): Column[] {
  const [first, ...others] = frames;
  return first!.fields
    .filter((field) => field.type === 'number' && !appearance.includes(field.name.toLowerCase()))
    .flatMap((field) => {
      const name = field.name.toLowerCase();
      const fields = [field, ...others.map((frame) => graphField(frame, name))];
      if (fields.some((each) => each?.type !== 'number')) return [];
      const raw = fields.flatMap((each) =>
        Array.from(each!.values as ArrayLike<unknown>, (value) =>
          value === null || value === undefined ? NaN : Number(value),
        ),
      );
      const present = raw.filter(Number.isFinite).sort((a, b) => a - b);
      if (present.length === 0) return [];
      const middle = present[present.length >> 1]!;
      const values = raw.map((value) => (Number.isFinite(value) ? value : middle));
      return [{ name: nameField(field), values }];
    });
}

function nameField(field: Field): string {
  const label = field.config?.displayName ?? field.config?.displayNameFromDS;
  return label || field.name.replace(/^(detail__|arc__)/i, '');
}

function degrees(
  ids: readonly string[],
  edges: ReadonlyArray<{ source: string; target: string; weight?: number }>,
): Column[] {
  const index = new Map(ids.map((id, i) => [id, i]));
  const columns = ['edges out', 'edges in', 'weight out', 'weight in'].map((name) => ({
    name,
    values: new Array<number>(ids.length).fill(0),
  }));
  for (const { source, target, weight = 1 } of edges) {
    const [from, to] = [index.get(source)!, index.get(target)!];
    columns[0]!.values[from]!++;
    columns[1]!.values[to]!++;
    columns[2]!.values[from]! += weight;
    columns[3]!.values[to]! += weight;
  }
  return columns;
}
