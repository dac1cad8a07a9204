import { printJson } from '../format.js';
import { basename } from 'node:path';
import Table from 'cli-table3';
import type { Progress } from '../detectors/base/types.js';
import { HeedError, throwIfAborted } from '../errors.js';
import { areaUnderRoc, averagePrecision, bestPointF1, rankingCurve } from '../evaluate/curves.js';
import { graphFileKind, readGraphFile } from '../node/graph-files.js';
import { meanAndStd } from '../preprocess/statistics.js';
import { createRandom } from '../random.js';
import type { Graph, GraphSequence } from '../series/graph.js';
import { csvText } from './csv.js';
import { openGraphDetector } from './graph.js';
import { namingInput } from './run-detector.js';
import { noBorders } from './table.js';
import type { Colors } from './terminal.js';

/** One detector on one labeled graph or sequence of graphs. */
export interface GraphResult {
  readonly file: string;
  readonly detector: string;
  /** What was ranked: the nodes, the edges, or every node at every time. */
  readonly of: 'nodes' | 'edges' | 'nodes over time';
  readonly metrics: { readonly 'AUC-PR': number; readonly 'AUC-ROC': number; readonly 'Standard-F1': number };
  /** Share of labeled anomalies: what AUC-PR a random score gives. */
  readonly rate: number;
  readonly seconds: number;
}

/** What is measured where no detector is named: the one for a graph, the one for a sequence of graphs. */
export const graphDetectors = ['graph-attention', 'graph-sequence-attention'] as const;

/** True where every path is a file with a graph. */
export async function areGraphs(paths: readonly string[]): Promise<boolean> {
  const kinds = await Promise.all(paths.map(graphFileKind));
  return kinds.every((kind) => kind !== undefined);
}

/**
 * Measures detectors on labeled graphs (`label` of nodes and edges), beside the largest z-score of a node's features
 * and degree and beside chance. A graph is fitted to itself; a sequence to the graphs before its first labeled anomaly,
 * at most the first half.
 * @throws HeedError labels-missing, not-supported, cancelled, and what reading and fitting reject
 */
export async function evaluateGraphs(
  paths: readonly string[],
  work: { detector?: readonly string[]; option?: Readonly<Record<string, string>>; seed: number },
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<GraphResult[]> {
  const results: GraphResult[] = [];
  for (const path of paths) {
    const graph = await readGraphFile(path);
    const file = basename(path);
    const truths = readTruths(graph, path);
    const ids = work.detector ?? [undefined];
    for (const asked of ids) {
      throwIfAborted(signal);
      const id = asked ?? graphDetectors['graphs' in graph ? 1 : 0];
      const options = selectOptions(id, work.option);
      const started = performance.now();
      const detector = await openGraphDetector(graph, { detector: id, option: options, seed: work.seed });
      try {
        const run = { signal, onProgress, seed: work.seed };
        await namingInput(path, () => detector.fit('graphs' in graph ? cleanStart(graph) : graph, run));
        const detection = await detector.score(graph, run);
        const seconds = (performance.now() - started) / 1000;
        const scores =
          detection.input === 'graph'
            ? { nodes: detection.nodes, edges: detection.edges }
            : { 'nodes over time': Float64Array.from(detection.nodes.flatMap((row) => Array.from(row))) };
        results.push(...judge(file, id, truths, scores, seconds));
      } finally {
        detector.dispose();
      }
    }
    results.push(...judge(file, 'z-score', truths, zScores(graph), 0));
    const random = createRandom(work.seed);
    const chance = Object.fromEntries(
      truths.map(({ of, labels }) => [of, Float64Array.from(labels, () => random.uniform())]),
    );
    results.push(...judge(file, 'random', truths, chance, 0));
  }
  return results;
}

/** The results in the format asked for. */
export function renderGraphResults(
  results: readonly GraphResult[],
  format: 'table' | 'json' | 'csv',
  colors: Colors,
): string {
  if (format === 'json') return `${printJson({ files: results })}\n`;
  const names = ['AUC-PR', 'AUC-ROC', 'Standard-F1'] as const;
  const head = ['file', 'ranked', 'detector', ...names, 'anomalous', 'seconds'];
  const digits = format === 'csv' ? 6 : 3;
  const rows = results.map((result) => [
    result.file,
    result.of,
    result.detector,
    ...names.map((name) => result.metrics[name].toFixed(digits)),
    result.rate.toFixed(digits),
    result.seconds.toFixed(1),
  ]);
  if (format === 'csv') return csvText([head, ...rows]);
  const table = new Table({
    head: head.map((name) => colors.bold(name)),
    colAligns: head.map((_, i) => (i < 3 ? 'left' : 'right')),
    style: { head: [], border: [] },
    chars: noBorders,
  });
  table.push(...rows);
  const lines = table.toString().split('\n');
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

interface Truth {
  readonly of: GraphResult['of'];
  readonly labels: Uint8Array;
}

/** The labels, where there are both kinds. @throws HeedError labels-missing */
function readTruths(graph: Graph | GraphSequence, file: string): Truth[] {
  const all: Truth[] =
    'graphs' in graph
      ? [{ of: 'nodes over time', labels: readLabels(graph.graphs.flatMap(({ nodes }) => nodes)) }]
      : [
          { of: 'nodes', labels: readLabels(graph.nodes) },
          { of: 'edges', labels: readLabels(graph.edges) },
        ];
  const found = all.filter(({ labels }) => labels.includes(1) && labels.includes(0));
  if (found.length > 0) return found;
  throw new HeedError(
    'labels-missing',
    'neither nodes nor edges have labels of both kinds',
    'Label them: "label": 1 where anomalous, 0 where not.',
    { file },
  );
}

function readLabels(items: readonly { readonly label?: 0 | 1 }[]): Uint8Array {
  return Uint8Array.from(items, ({ label }) => label ?? 0);
}

function cleanStart({ time, graphs }: GraphSequence): GraphSequence {
  const first = graphs.findIndex(({ nodes }) => nodes.some(({ label }) => label === 1));
  const length = Math.min(Math.floor(graphs.length / 2), first < 0 ? graphs.length : first);
  return { time: time.subarray(0, length), graphs: graphs.slice(0, length) };
}

function judge(
  file: string,
  detector: string,
  truths: readonly Truth[],
  scores: Partial<Record<GraphResult['of'], ArrayLike<number>>>,
  seconds: number,
): GraphResult[] {
  return truths.flatMap(({ of, labels }) => {
    const ranked = scores[of];
    if (!ranked) return [];
    const curve = rankingCurve(labels, ranked);
    const metrics = {
      'AUC-PR': averagePrecision(curve),
      'AUC-ROC': areaUnderRoc(curve),
      'Standard-F1': bestPointF1(curve).f1,
    };
    return [{ file, detector, of, metrics, rate: curve.positives / labels.length, seconds }];
  });
}

/** Largest deviation of a node's features and degree, in standard deviations over the nodes (or a node's times). */
function zScores(graph: Graph | GraphSequence): Partial<Record<GraphResult['of'], Float64Array>> {
  if (!('graphs' in graph)) return { nodes: maxDeviation(collectColumns(graph)) };
  const tables = graph.graphs.map((each) => collectColumns(each));
  const nodes = graph.graphs[0]!.nodes.length;
  const scores = new Float64Array(nodes * tables.length);
  for (let i = 0; i < nodes; i++) {
    const worst = maxDeviation(
      tables[0]!.map((_, f) => Float64Array.from(tables, (columns) => columns[f]![i]!)),
    );
    worst.forEach((value, t) => (scores[t * nodes + i] = value));
  }
  return { 'nodes over time': scores };
}

function collectColumns({ nodes, edges }: Graph): Float64Array[] {
  const degree = new Map(nodes.map(({ id }) => [id, 0]));
  for (const { source, target } of edges) {
    for (const id of [source, target]) degree.set(id, degree.get(id)! + 1);
  }
  const width = nodes[0]!.features.length;
  const columns = Array.from({ length: width }, (_, f) =>
    Float64Array.from(nodes, ({ features }) => features[f]!),
  );
  return [...columns, Float64Array.from(nodes, ({ id }) => degree.get(id)!)];
}

function maxDeviation(columns: readonly Float64Array[]): Float64Array {
  const worst = new Float64Array(columns[0]!.length);
  for (const column of columns) {
    const { mean, std } = meanAndStd(column);
    if (std > 0) column.forEach((x, i) => (worst[i] = Math.max(worst[i]!, Math.abs(x - mean) / std)));
  }
  return worst;
}

/** `DETECTOR.NAME=VALUE` pairs that concern one detector. */
function selectOptions(id: string, given: Readonly<Record<string, string>> = {}): Record<string, string> {
  const own = Object.entries(given).flatMap(([name, value]) =>
    name.startsWith(`${id}.`) ? [[name.slice(id.length + 1), value] as const] : [],
  );
  return Object.fromEntries(own);
}
