import Table from 'cli-table3';
import { humanDuration } from '../format.js';
import { formatTimestamp } from '../plot/times.js';
import type { GraphDetection, GraphSequenceDetection } from '../detection/graph/types.js';
import type { Graph, GraphSequence } from '../series/graph.js';
import { thresholdText } from './facts.js';
import { factLines, noBorders, severityBar, wrapText } from './table.js';
import { printable, type Colors } from './terminal.js';

export interface GraphTableOptions {
  readonly title: string;
  readonly colors: Colors;
  readonly width: number;
  readonly timeZone: string;
  /** Most anomalies of a kind to list; the rest is counted. */
  readonly most: number;
}

/** One anomaly in a table: some cells, and a sentence below them; an edge has nothing to add to its cells. */
interface Row {
  readonly cells: readonly string[];
  readonly severity: number;
  readonly reason: string;
}

/** A detection of a graph as text for a terminal or a log. */
export function graphTable(graph: Graph, detection: GraphDetection, options: GraphTableOptions): string {
  const { anomalies, edgeAnomalies } = detection;
  const features = graph.features ?? Array.from(graph.nodes[0]!.features, (_, f) => `feature ${f}`);
  const lines = heading(options, [
    ['Graph', `${count(graph.nodes.length, 'node')}, ${count(graph.edges.length, 'edge')}`],
    [
      'Features',
      features.length > 8 ? `${features.length}: ${features.slice(0, 6).join(', ')}, …` : features.join(', '),
    ],
    ['Detector', detection.detector],
    ['Threshold', thresholdText(detection.threshold)],
  ]);
  const nodes = anomalies.map(({ node, severity, reason }) => ({ cells: [node], severity, reason }));
  lines.push(...section('Nodes', ['node'], nodes, graph.nodes.length, options));
  const edges = edgeAnomalies.map(({ source, target, severity }) => ({
    cells: [`${source} → ${target}`],
    severity,
    reason: '',
  }));
  lines.push('', ...section('Edges', ['edge'], edges, graph.edges.length, options));
  return `${lines.join('\n')}\n`;
}

/** A detection of a sequence of graphs as text. */
export function graphSequenceTable(
  { time, graphs }: GraphSequence,
  detection: GraphSequenceDetection,
  options: GraphTableOptions,
): string {
  const step = time.length > 1 ? (time[time.length - 1]! - time[0]!) / (time.length - 1) : 0;
  const at = (t: number): string => formatTimestamp(t, options.timeZone);
  const lines = heading(options, [
    ['Graphs', `${time.length.toLocaleString('en-US')} of ${count(graphs[0]!.nodes.length, 'node')}`],
    ['From – to', `${at(time[0]!)} – ${at(time[time.length - 1]!)} ${options.timeZone}`],
    ['Detector', detection.detector],
    ['Threshold', thresholdText(detection.threshold)],
  ]);
  const rows = detection.events.map(({ node, start, end, severity, reason }) => ({
    cells: [at(start), humanDuration(end - start + step), node],
    severity,
    reason,
  }));
  lines.push(...section('Events', ['start', 'duration', 'node'], rows, time.length, options));
  return `${lines.join('\n')}\n`;
}

function heading({ title, colors, width }: GraphTableOptions, facts: [string, string][]): string[] {
  return [
    colors.bold(printable(title)),
    ...facts.flatMap(([name, value]) => factLines(colors.dim(name.padEnd(14)), printable(value), width)),
    '',
  ];
}

function section(
  title: string,
  heads: readonly string[],
  rows: readonly Row[],
  of: number,
  { colors, width, most }: GraphTableOptions,
): string[] {
  const what = title.toLowerCase();
  if (rows.length === 0) return [`${title}: no anomalies found.`];
  const shown = rows.slice(0, most);
  const columns = heads.map(
    (head, c) => Math.min(48, Math.max(head.length, ...shown.map(({ cells }) => cells[c]!.length))) + 2,
  );
  const number = String(shown.length).length + 3;
  const table = new Table({
    head: ['#', ...heads, 'severity'].map((name) => colors.bold(name)),
    colWidths: [number, ...columns, 16],
    colAligns: ['right'],
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1 },
    chars: noBorders,
  });
  const indent = ' '.repeat(number + 1);
  const lines = shown.map(({ cells, severity }, i) => [
    String(i + 1),
    ...cells.map(printable),
    severityBar(severity, 10, colors),
  ]);
  table.push(...lines);
  const [head, ...body] = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  const text = body.flatMap((line, i) => [
    line,
    ...(shown[i]!.reason === ''
      ? []
      : [
          ...wrapText(printable(shown[i]!.reason), width - indent.length).map((part) => `${indent}${part}`),
          '',
        ]),
  ]);
  const hidden = rows.length - shown.length;
  const rest = hidden > 0 ? `; ${hidden} more are not listed (--max-events ${rows.length} lists all)` : '';
  return [
    head!,
    ...text,
    `${rows.length} anomalous ${what === 'events' ? 'intervals in' : `${what} of`} ${of.toLocaleString('en-US')}${what === 'events' ? ' graphs' : ''}${rest}.`,
  ];
}

function count(n: number, what: string): string {
  return `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`;
}
