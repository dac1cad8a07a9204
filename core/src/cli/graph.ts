import { printJson } from '../format.js';
import { basename } from 'node:path';
import type { DetectorOptions, FitReport, RunOptions } from '../detectors/base/types.js';
import { getDetectorDefinition } from '../detectors/registry.js';
import { HeedError } from '../errors.js';
import { decodeModel } from '../detection/model-file.js';
import { graphFileKind, readGraphFile } from '../node/graph-files.js';
import {
  createGraphDetector,
  toGraphInput,
  loadGraphDetector,
  type GraphDetector,
} from '../detection/graph/detector.js';
import { graphDetectionToJson } from '../detection/graph/json.js';
import { plotGraph } from '../plot/graph.js';
import { plotMatrix } from '../plot/heatmap.js';
import type {
  GraphThresholdOptions,
  GraphDetection,
  GraphSequenceDetection,
} from '../detection/graph/types.js';
import type { Graph, GraphSequence } from '../series/graph.js';
import { csvText } from './csv.js';
import { graphSequenceTable, graphTable } from './graph-table.js';
import { detectorOptions, naming, readModel } from './run-detector.js';
import type { Colors } from './terminal.js';
import type { TrainingPart } from './values.js';

/** The flags that say what is to be worked on, of any command. */
export interface GraphWork {
  readonly detector?: string;
  readonly option?: Readonly<Record<string, string>>;
  readonly model?: string;
  /** A CSV with the nodes' features. */
  readonly nodes?: string;
  readonly train?: TrainingPart;
  readonly seed: number;
}

/**
 * True where the flags and the file ask for a detector of graphs: one that takes nothing else, a model of graphs,
 * a file with the nodes, or a file that holds a graph.
 */
export async function isGraphWork(file: string | undefined, work: GraphWork): Promise<boolean> {
  if (work.model !== undefined) {
    try {
      return decodeModel(await readModel(work.model)).input !== undefined;
    } catch {
      // A damaged model is refused where it is loaded.
      return false;
    }
  }
  if (work.nodes !== undefined) return true;
  const definition = work.detector === undefined ? undefined : getDetectorDefinition(work.detector);
  if (definition && !toGraphInput(definition)) return false;
  if (definition && definition.input !== 'series') return true;
  return file !== undefined && file !== '-' && (await graphFileKind(file)) !== undefined;
}

/** Flags that say something of a series and nothing of a graph. */
const seriesFlags = [
  ...[
    'time',
    'timeFormat',
    'timeZoneIn',
    'decimal',
    'columns',
    'series',
    'label',
    'naValues',
    'missing',
    'sheet',
  ],
  ...['step', 'sort', 'duplicates', 'prometheus', 'query', 'range'],
  ...['direction', 'mergeGap', 'minLength', 'minDeviation', 'minRelativeDeviation', 'exclude'],
  ...['fill', 'denoise', 'clean'],
  ...['report', 'feedback', 'published', 'list', 'split', 'resume', 'reveal', 'dismiss'],
];

/** @throws HeedError bad-option, so that no flag is silently without effect */
export function refuseSeriesFlags(flags: object): void {
  const foreign = seriesFlags.find((name) => (flags as Record<string, unknown>)[name] !== undefined);
  if (foreign === undefined) return;
  const flag = foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new HeedError('bad-option', `--${flag} does not concern graphs`, 'Leave it out.');
}

/** The graph or sequence of graphs a command is given. */
export async function readGraphInput(
  file: string | undefined,
  work: GraphWork,
): Promise<Graph | GraphSequence> {
  if (file === undefined) {
    throw new HeedError(
      'bad-option',
      'there is no input',
      'Name a file with a graph, or - for standard input.',
    );
  }
  return readGraphFile(file, {
    stdin: process.stdin,
    ...(work.nodes === undefined ? {} : { nodes: work.nodes }),
  });
}

/** The leading graphs of a sequence that the flags name. @throws HeedError bad-option */
export function trainingGraphs(
  graph: Graph | GraphSequence,
  part: TrainingPart | undefined,
): Graph | GraphSequence {
  if (!part) return graph;
  if (!('graphs' in graph)) {
    throw new HeedError('bad-option', '--train does not concern a single graph', 'Leave it out.');
  }
  const n = graph.time.length;
  const length = 'share' in part ? Math.max(1, Math.floor(part.share * n)) : part.points;
  if (length > n) {
    throw new HeedError(
      'bad-option',
      `--train ${length} asks for more graphs than the ${n} of the sequence`,
      'Give fewer, or a share such as 0.3.',
    );
  }
  return { time: graph.time.subarray(0, length), graphs: graph.graphs.slice(0, length) };
}

/** A detector of graphs with its types forgotten: the command gives it what its file holds. */
interface AnyGraphDetector {
  fit(train: Graph | GraphSequence, options: RunOptions): Promise<FitReport>;
  score(
    graph: Graph | GraphSequence,
    options: RunOptions & GraphThresholdOptions,
  ): Promise<GraphDetection | GraphSequenceDetection>;
  save: GraphDetector['save'];
  dispose(): void;
}

/** The detector the flags ask for; without one, the one for what the file holds. */
export async function openGraphDetector(
  graph: Graph | GraphSequence,
  work: GraphWork,
): Promise<AnyGraphDetector> {
  if (work.model !== undefined) {
    const text = await readModel(work.model);
    return untyped(await naming(work.model, () => loadGraphDetector(text)));
  }
  const id = work.detector ?? ('graphs' in graph ? 'graph-sequence-attention' : 'graph-attention');
  const options: DetectorOptions = detectorOptions(id, work.option);
  return untyped(await createGraphDetector(id, options));
}

function untyped(detector: GraphDetector): AnyGraphDetector {
  return detector as unknown as AnyGraphDetector;
}

/** Fits where there is no model, and scores. */
export async function detectGraph(
  graph: Graph | GraphSequence,
  work: GraphWork,
  thresholds: GraphThresholdOptions,
  run: RunOptions,
): Promise<GraphDetection | GraphSequenceDetection> {
  const detector = await openGraphDetector(graph, work);
  try {
    const notes: string[] = [];
    if (work.model === undefined) {
      const train = trainingGraphs(graph, work.train);
      const report = await detector.fit(train, { ...run, seed: work.seed });
      const of = 'graphs' in train ? `${train.graphs.length} graphs` : 'the graph';
      notes.push(
        `Fitted to ${of === 'the graph' ? 'the graph itself' : `the first ${of}`}.`,
        ...(report.notes ?? []),
      );
    }
    const detection = await detector.score(graph, { ...run, ...thresholds, seed: work.seed });
    return { ...detection, notes: [...notes, ...detection.notes] };
  } finally {
    detector.dispose();
  }
}

export type GraphFormat = 'table' | 'json' | 'csv' | 'svg' | 'html' | 'png';

/** A detection of graphs in the format asked for. @throws HeedError not-supported */
export async function renderGraph(
  file: string,
  graph: Graph | GraphSequence,
  detection: GraphDetection | GraphSequenceDetection,
  format: GraphFormat,
  view: { colors: Colors; width: number; timeZone: string; most: number },
): Promise<string | Uint8Array> {
  const title = file === '-' ? 'Graph' : basename(file);
  switch (format) {
    case 'table': {
      const options = { title, ...view };
      return detection.input === 'graph'
        ? graphTable(graph as Graph, detection, options)
        : graphSequenceTable(graph as GraphSequence, detection, options);
    }
    case 'json':
      return `${printJson(graphDetectionToJson(graph, detection))}\n`;
    case 'csv':
      return graphCsv(graph, detection);
    case 'svg':
      return `${drawing(title, graph, detection)}\n`;
    case 'png': {
      const { svgToPng } = await import('../node/png.js');
      return svgToPng(drawing(title, graph, detection));
    }
    case 'html':
      throw new HeedError(
        'not-supported',
        'there is no HTML report of graphs',
        'Choose table, json, csv, svg or png.',
      );
  }
}

function graphCsv(graph: Graph | GraphSequence, detection: GraphDetection | GraphSequenceDetection): string {
  const score = (value: number): string => String(Number(value.toPrecision(9)));
  const flag = (value: number): number => (value > 1 ? 1 : 0);
  if (detection.input === 'graph') {
    const { nodes, edges } = graph as Graph;
    const rows = [
      ...nodes.map(({ id }, i) => ['node', id, '', score(detection.nodes[i]!), flag(detection.nodes[i]!)]),
      ...edges.map(({ source, target }, e) => [
        'edge',
        source,
        target,
        score(detection.edges[e]!),
        flag(detection.edges[e]!),
      ]),
    ];
    return csv(['kind', 'source', 'target', 'score', 'anomaly'], rows);
  }
  const { time, graphs } = graph as GraphSequence;
  const rows = graphs.flatMap(({ nodes }, t) =>
    nodes.map(({ id }, i) => {
      const value = detection.nodes[t]![i]!;
      return [new Date(time[t]!).toISOString(), id, score(value), flag(value)];
    }),
  );
  return csv(['time', 'node', 'score', 'anomaly'], rows);
}

function csv(header: string[], rows: (string | number)[][]): string {
  return csvText([header, ...rows]);
}

function drawing(
  title: string,
  graph: Graph | GraphSequence,
  detection: GraphDetection | GraphSequenceDetection,
): string {
  if (detection.input === 'graph') return plotGraph(graph as Graph, { title, scores: detection.nodes });
  const names = (graph as GraphSequence).graphs[0]!.nodes.map(({ id }) => id);
  return plotMatrix(
    names.map((_, i) => Float64Array.from(detection.nodes, (row) => row[i]!)),
    {
      title,
      rowTitle: 'node',
      rowLabels: names,
      columnTitle: 'time step',
      valueTitle: 'score (1 is the threshold)',
      extent: [0, 4],
      square: false,
    },
  );
}
