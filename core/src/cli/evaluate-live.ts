import { printJson } from '../format.js';
import type { Progress } from '../detectors/base/types.js';
import { HeedError } from '../errors.js';
import { livePeers } from '../evaluate/live-peers.js';
import { MONITOR } from '../evaluate/live-run.js';
import {
  summarizeLive,
  type LiveMetrics,
  type LiveReport,
  type LiveResult,
  type LiveSummary,
} from '../evaluate/live-summary.js';
import { csvText } from './csv.js';
import { EvaluationCache } from './evaluate-cache.js';
import { filesToJudge } from './evaluate-files.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { wideTable } from './evaluate-report.js';
import { runAll } from './evaluate-run.js';
import { toReadOptions } from './input.js';
import { colorsFor, printable, terminalWidth } from './terminal.js';

/** False alarms per 1,440 points at which the table reads the trade-off. */
const AT = [0.1, 0.15, 0.2, 0.5];

/**
 * Gives the points of every file to the monitor, and to what others run, as they would have arrived.
 * @throws HeedError unknown-detector, bad-option, file-unreadable, empty-input, cancelled
 */
export async function evaluateFilesLive(
  paths: readonly string[],
  options: EvaluateOptions,
  signal: AbortSignal | undefined,
  onProgress: (progress: Progress) => void,
): Promise<LiveReport> {
  const { first, budget, seed, reveal, dismiss } = options;
  if (reveal !== undefined || dismiss !== undefined) {
    throw new HeedError(
      'bad-option',
      '--live was given with --reveal or --dismiss',
      'Measure one at a time.',
    );
  }
  const detectors = chooseLive(options);
  const live = { ...(first === undefined ? {} : { first }), ...(budget === undefined ? {} : { budget }) };
  const files = await filesToJudge(paths, options);
  const tasks = files.flatMap((file) =>
    detectors.map((detector) => ({
      ...file,
      detector,
      options: {},
      seed,
      live,
      reading: toReadOptions(options),
    })),
  );
  const cache = options.resume === undefined ? undefined : await EvaluationCache.open(options.resume);
  const finished = await runAll<LiveResult>(tasks, options, cache, signal, onProgress);
  return summarizeLive(finished.map(({ result }) => result));
}

function chooseLive({ detector, baselines }: EvaluateOptions): string[] {
  const known = [MONITOR, ...livePeers.map(({ id }) => id)];
  const asked = (detector ?? [MONITOR]).map((id) => (id === 'auto' ? MONITOR : id));
  const stray = asked.find((id) => !known.includes(id));
  if (stray !== undefined) {
    throw new HeedError(
      'unknown-detector',
      `there is no live detector "${stray}"`,
      `Choose ${known.join(', ')}.`,
    );
  }
  return [...new Set([...asked, ...(baselines ? known : [])])];
}

/** The report as text in the format asked for. */
export function renderLive(report: LiveReport, { format, out }: EvaluateOptions): string {
  if (format === 'json') return `${printJson(report)}\n`;
  if (format === 'csv') return liveCsv(report);
  const layout = {
    colors: colorsFor(out === undefined ? process.stdout : process.stderr),
    width: out === undefined ? terminalWidth() : 160,
  };
  const detectors = Object.keys(report.overall);
  const parts = detectors.map((detector) => {
    const rows: [string, LiveSummary][] = [
      ...Object.entries(report.families).map(([family, of]): [string, LiveSummary] => [
        family,
        of[detector]!,
      ]),
      ['all', report.overall[detector]!],
    ];
    return `${layout.colors.bold(`${detector}, as it happened`)}\n${wideTable(
      { head: 'family (files)', cells: rows.map(([name, { files }]) => `${printable(name)} (${files})`) },
      makeColumns(rows.map(([, summary]) => summary)),
      layout,
    )}`;
  });
  parts.push(
    `${layout.colors.bold('Recall at false alarms per 1,440 points (one threshold for all files)')}\n${wideTable(
      { head: 'detector', cells: detectors },
      AT.map((target) => ({
        head: `at ${target}`,
        cells: detectors.map((detector) => recallAt(report.overall[detector]!, target)),
      })),
      layout,
    )}`,
  );
  for (const { file, detector, message } of report.failures) {
    parts.push(`  ${detector} on ${printable(file)}: ${printable(message)}`);
  }
  return `${parts.join('\n\n')}\n`;
}

const percent = (value: number | null): string => (value === null ? '–' : `${Math.round(100 * value)}%`);
const digits =
  (count: number) =>
  (value: number | null): string =>
    value === null ? '–' : value.toFixed(count);

function makeColumns(summaries: readonly LiveSummary[]): { head: string; cells: string[] }[] {
  const column = (
    name: keyof LiveMetrics,
    show: (value: number | null) => string,
  ): { head: string; cells: string[] } => ({
    head: name,
    cells: summaries.map(({ metrics }) => show(metrics[name])),
  });
  return [
    column('VUS-PR', digits(3)),
    { ...column('Recall', percent) },
    { head: 'events', cells: summaries.map(({ events }) => String(events)) },
    column('False alarms', digits(2)),
    column('Median delay', digits(0)),
    column('P90 delay', digits(0)),
    column('Time in incident', (value) => (value === null ? '–' : `${(100 * value).toFixed(1)}%`)),
    column('NAB', digits(1)),
    column('F1@3', digits(3)),
    column('F1@7', digits(3)),
    column('F1', digits(3)),
    { head: 's/series', cells: summaries.map(({ seconds }) => seconds.toFixed(2)) },
  ];
}

/** The best recall among the thresholds that keep to so many false alarms. */
function recallAt({ tradeOff }: LiveSummary, target: number): string {
  const within = tradeOff.filter((point) => point['False alarms'] <= target);
  return within.length === 0 ? '–' : percent(Math.max(...within.map(({ Recall }) => Recall ?? 0)));
}

/** One row per file and detector with all metrics. */
function liveCsv(report: LiveReport): string {
  const metrics = Object.keys(Object.values(report.means)[0] ?? {}) as (keyof LiveMetrics)[];
  return csvText([
    ['file', 'family', 'detector', 'points', 'events', ...metrics, 'seconds', 'error'],
    ...report.files.map((result) => [
      result.file,
      result.family,
      result.detector,
      result.points,
      result.events,
      ...metrics.map((name) => result.metrics[name] ?? ''),
      Number(result.seconds.toFixed(3)),
      result.error ? `${result.error.code}: ${result.error.message}` : '',
    ]),
  ]);
}
