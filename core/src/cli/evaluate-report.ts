import Table from 'cli-table3';
import { mean } from 'simple-statistics';
import { compareByRank } from '../evaluate/critical-difference.js';
import { METRIC_DESCRIPTIONS, type MetricName } from '../evaluate/metrics.js';
import type { EvaluationReport } from '../evaluate/protocol.js';
import { plotCriticalDifference } from '../plot/critical-difference.js';
import { csvText } from './csv.js';
import { printable, type Colors } from './terminal.js';

export interface ReportLayout {
  readonly colors: Colors;
  /** Columns of the terminal. */
  readonly width: number;
  /** The metric of the table per family. */
  readonly metric: MetricName;
  /** Published columns to show, best first; the table would not hold them all. */
  readonly publishedColumns: readonly string[];
}

/** Families × detectors, all metrics per detector, agreement with published values, failures. */
export function evaluationTable(report: EvaluationReport, layout: ReportLayout): string {
  const { colors } = layout;
  const parts = [
    colors.bold(`Mean ${layout.metric} per family (failed runs count 0)`),
    familyTable(report, layout),
    colors.bold('All files'),
    metricTable(report, layout),
  ];
  const warned = METRIC_DESCRIPTIONS.flatMap((metric) =>
    'warning' in metric ? [`* ${metric.name}: ${metric.warning}`] : [],
  );
  parts.push(...warned);
  for (const { detector, column, within, files, tolerance, meanDifference } of report.published?.agreement ??
    []) {
    parts.push(
      `${detector} agrees with the published ${column} within ${tolerance} on ${within} of ${files} files ` +
        `(mean difference ${signed(meanDifference)}).`,
    );
  }
  if (report.failures.length > 0) {
    parts.push(colors.bold(`${report.failures.length} failed`));
    for (const { file, detector, message } of report.failures) {
      parts.push(`  ${detector} on ${printable(file)}: ${printable(message)}`);
    }
  }
  return `${parts.join('\n')}\n`;
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
export const three = (value: number | undefined): string =>
  value === undefined ? '–' : value.toFixed(3).replace(/^(-?)0\./, '$1.');

export interface Column {
  readonly head: string;
  /** One per row. */
  readonly cells: readonly string[];
}

/** A table as wide as its words; what does not fit the terminal continues below, the first column repeated. */
export function wideTable(
  first: Column,
  columns: readonly Column[],
  { colors, width }: Pick<ReportLayout, 'colors' | 'width'>,
): string {
  const measureWidth = ({ head, cells }: Column): number =>
    Math.max(head.length, ...cells.map((cell) => cell.length)) + 3;
  const tables: string[] = [];
  let from = 0;
  while (from < columns.length) {
    let to = from;
    let used = measureWidth(first);
    while (to < columns.length && (to === from || used + measureWidth(columns[to]!) <= width)) {
      used += measureWidth(columns[to]!);
      to++;
    }
    const part = [first, ...columns.slice(from, to)];
    const table = new Table({
      head: part.map(({ head }) => colors.bold(head)),
      colAligns: part.map((_, i) => (i === 0 ? ('left' as const) : ('right' as const))),
      style: { head: [], border: [], compact: true, 'padding-left': 1, 'padding-right': 1 },
      chars: plainBorders,
    });
    first.cells.forEach((cell, row) => {
      const line = part.map(({ cells }) => cells[row]!);
      table.push([cell, ...line.slice(1)]);
    });
    tables.push(table.toString());
    from = to;
  }
  return tables.join('\n\n');
}

const plainBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '─',
  'mid-mid': '─',
  right: '',
  'right-mid': '',
  middle: '',
};

function familyTable(report: EvaluationReport, layout: ReportLayout): string {
  const { metric } = layout;
  const families = Object.keys(report.families);
  const first = {
    head: 'family (files)',
    cells: [
      ...families.map((family) => `${printable(family)} (${report.families[family]!.files})`),
      `all (${new Set(report.files.map(({ file }) => file)).size})`,
    ],
  };
  const own = Object.keys(report.overall).map((detector) => ({
    head: detector,
    cells: [
      ...families.map((family) => three(report.families[family]!.detectors[detector]!.metrics[metric])),
      three(report.overall[detector]!.metrics[metric]),
    ],
  }));
  // Published values are of one metric; beside another one they would mislead.
  const published = report.published?.metric === metric ? report.published : undefined;
  const theirs = (published ? layout.publishedColumns : []).map((column) => ({
    head: `${printable(column)} †`,
    cells: [
      ...families.map((family) => three(published!.families[family]?.[column])),
      three(published!.means[column]),
    ],
  }));
  const table = wideTable(first, [...own, ...theirs], layout);
  if (!published) return table;
  const files = new Set(report.files.map(({ file }) => file)).size;
  return `${table}\n† published values${published.files < files ? `, which cover ${published.files} of the ${files} files` : ''}`;
}

function metricTable(report: EvaluationReport, layout: ReportLayout): string {
  // Figures at the best-F1 threshold are in JSON and CSV.
  const names = METRIC_DESCRIPTIONS.map(({ name }) => name).filter(
    (name) => !['Precision', 'Recall', 'Accuracy'].includes(name),
  );
  const order = Object.entries(report.overall).sort(
    ([, a], [, b]) => b.metrics['VUS-PR'] - a.metrics['VUS-PR'],
  );
  const columns = [
    ...names.map((name) => ({
      head: name === 'PA-F1' ? 'PA-F1 *' : name,
      cells: order.map(([, { metrics, spread }]) => {
        const shown = name === 'NAB' ? (value: number) => value.toFixed(1) : three;
        return spread && name === 'VUS-PR'
          ? `${shown(metrics[name])} ± ${shown(spread[name])}`
          : shown(metrics[name]);
      }),
    })),
    { head: 's/series', cells: order.map(([, { seconds }]) => seconds.toFixed(2)) },
    {
      head: 'failed',
      cells: order.map(([, { failures, files }]) => (failures === 0 ? '0' : `${failures} of ${files}`)),
    },
  ];
  return wideTable({ head: 'detector', cells: order.map(([detector]) => detector) }, columns, layout);
}

/**
 * The critical-difference diagram of our detectors and of the published columns that have a value for every file, over
 * the files that are published; over all files where nothing is.
 */
export function drawRanks(
  { files, published, overall }: EvaluationReport,
  columns: readonly string[],
  metric: MetricName,
): string {
  const theirs = published?.metric === metric ? published : undefined;
  const chosen = [...new Set(files.map(({ file }) => file))].filter(
    (file) => !theirs || file in theirs.values,
  );
  const values = new Map(
    Object.keys(overall).map((detector) => {
      const ofFile = (file: string): number[] =>
        files
          .filter((result) => result.detector === detector && result.file === file)
          .map(({ metrics }) => metrics[metric]);
      return [detector, chosen.map((file) => mean(ofFile(file)))];
    }),
  );
  const own = new Set(values.keys());
  for (const column of theirs ? columns : []) {
    const line = chosen.map((file) => theirs!.values[file]![column]);
    if (line.every((value) => value !== undefined)) values.set(`${column} †`, line as number[]);
  }
  return plotCriticalDifference(compareByRank(values), {
    title: `${metric} on ${chosen.length} files${theirs ? ', † published' : ''}`,
    highlight: [...own],
  });
}

/** One row per file and detector with all metrics. */
export function evaluationCsv(report: EvaluationReport): string {
  const names = METRIC_DESCRIPTIONS.map(({ name }) => name);
  return csvText([
    ['file', 'family', 'detector', 'seed', 'points', 'channels', 'seconds', ...names, 'error'],
    ...report.files.map((result) => [
      result.file,
      result.family,
      result.detector,
      result.seed ?? '',
      result.points,
      result.channels,
      Number(result.seconds.toFixed(3)),
      ...names.map((name) => Number(result.metrics[name].toFixed(6))),
      result.error ? `${result.error.code}: ${result.error.message}` : '',
    ]),
  ]);
}
