import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import type { DetectorOptions, Progress } from '../detectors/contract.js';
import { getDetectorDefinition, listDetectors } from '../detectors/registry.js';
import { throwIfAborted } from '../errors.js';
import { METRIC_DESCRIPTIONS, type MetricName } from '../evaluate/metrics.js';
import {
  PUBLISHED_NAMESAKES,
  summariseEvaluation,
  type EvaluationReport,
  type FileResult,
} from '../evaluate/protocol.js';
import { NodeWorkerPool } from '../node-pool.js';
import { resolveOptions } from '../pipeline/options.js';
import { EvaluationCache } from './evaluate-cache.js';
import { readPublished, selectFiles, type LabelledFile } from './evaluate-files.js';
import { areGraphs, evaluateGraphs, renderGraphResults } from './evaluate-graphs.js';
import { evaluationCsv, evaluationTable } from './evaluate-report.js';
import { runTask, taskKey, type EvaluateTask } from './evaluate-task.js';
import { interruption } from './interrupt.js';
import { print, writeOutput } from './output.js';
import { coloursFor, ProgressDisplay, tell, terminalWidth } from './terminal.js';
import { names, optionPair, optionValue, wholeNumberIn } from './values.js';

/** Measured beside every detector, so that a table shows what a trivial method reaches. */
const alwaysEvaluated = ['random', 'moving-variance', 'squared-difference', 'z-score', 'pca'];
/** Published columns a table shows besides the namesakes of our detectors. */
const bestPublished = 3;

export interface EvaluateOptions {
  readonly detector: readonly string[];
  readonly format: 'table' | 'json' | 'csv';
  readonly metric: MetricName;
  readonly out?: string;
  readonly published?: string;
  readonly list?: string;
  readonly split?: string;
  readonly jobs?: number;
  readonly resume?: string;
  readonly option?: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly baselines: boolean;
  readonly quiet?: boolean;
}

/** `heed evaluate`: the TSB-AD protocol over labelled files. */
export function evaluateCommand(program: Command): void {
  program
    .command('evaluate')
    .description('measure detectors on labelled series: VUS-PR and other metrics, per family and overall')
    .argument('<path...>', 'labelled CSV files, or folders of them; or labelled graphs')
    .option('-d, --detector <ids>', 'detectors to measure, separated by commas', names, [])
    .addOption(new Option('--format <format>', 'output').choices(['table', 'json', 'csv']).default('table'))
    .addOption(
      new Option('--metric <name>', 'metric of the table per family')
        .choices(METRIC_DESCRIPTIONS.map(({ name }) => name))
        .default('VUS-PR'),
    )
    .option('-o, --out <file>', 'write there instead of printing')
    .option('--published <csv>', 'published VUS-PR per file, to show beside ours')
    .option(
      '--list <file>',
      'evaluate only the files in this list (names per line, or a CSV with a column file)',
    )
    .option('--split <name>', 'of that list, only the rows with this value in the column split')
    .option('-j, --jobs <n>', 'files at a time (default: one per processor)', wholeNumberIn(1, 256))
    .option('--resume <file>', 'keep every result there and skip what it holds already')
    .option('--option <detector.name=value>', 'set an option of a detector (repeatable)', optionPair)
    .option('--seed <n>', 'seed of detectors that draw random numbers', wholeNumberIn(0, 2 ** 31), 0)
    .option(
      '--no-baselines',
      `leave out ${alwaysEvaluated.join(', ')}: for quick trials, not for tables to show`,
    )
    .option('-q, --quiet', 'no progress')
    .addHelpText(
      'after',
      `
A label column (Label, is_anomaly, anomaly) is needed. File names as in the TSB-AD benchmark,
NNN_FAMILY_id_K_DOMAIN_tr_N_1st_M.csv, give the family and the training prefix of N rows. The full series is scored,
the raw ranking is judged, a failed run counts 0.

Examples:
  heed evaluate data/U -d auto,k-means
  heed evaluate data/U -d auto --published published-U.csv --list manifest.csv --split development
  heed evaluate data/U -d auto --format json --out results.json --resume results.jsonl`,
    )
    .action(async (paths: string[], options: EvaluateOptions) => {
      const signal = interruption.begin();
      const progress = new ProgressDisplay(options.quiet === true);
      let report: EvaluationReport;
      try {
        if (await areGraphs(paths)) {
          const results = await evaluateGraphs(paths, options, signal, progress.update);
          progress.stop();
          const stream = options.out === undefined ? process.stdout : process.stderr;
          await deliver(renderGraphResults(results, options.format, coloursFor(stream)), options, signal);
          return;
        }
        report = await evaluateFiles(paths, options, signal, progress.update);
      } finally {
        progress.stop();
      }
      await deliver(renderEvaluation(report, options), options, signal);
    });
}

async function deliver(text: string, { out }: EvaluateOptions, signal: AbortSignal): Promise<void> {
  if (out === undefined) return print(text);
  await writeOutput(out, text, signal);
  tell(`Written to ${out}`);
}

/**
 * Runs every detector on every file, several at a time.
 * @throws HeedError unknown-detector, bad-option, file-unreadable, empty-input, cancelled
 */
export async function evaluateFiles(
  paths: readonly string[],
  options: EvaluateOptions,
  signal: AbortSignal | undefined,
  onProgress: (progress: Progress) => void,
): Promise<EvaluationReport> {
  const detectors = chooseDetectors(options);
  const published = options.published === undefined ? undefined : await readPublished(options.published);
  const files = await selectFiles(paths, options);
  const tasks = files.flatMap((file) => detectors.map((detector) => taskOf(file, detector, options)));
  const cache = options.resume === undefined ? undefined : await EvaluationCache.open(options.resume);
  const results = await runAll(tasks, options.jobs ?? availableParallelism(), cache, signal, onProgress);
  return summariseEvaluation(results, published);
}

function chooseDetectors(options: EvaluateOptions): { id: string; options: DetectorOptions }[] {
  const asked = options.detector.length > 0 ? options.detector : ['auto'];
  const known = new Set(listDetectors().map(({ id }) => id));
  const baselines = options.baselines ? alwaysEvaluated.filter((id) => known.has(id)) : [];
  return [...new Set([...asked, ...baselines])].map((id) => {
    const definition = getDetectorDefinition(id);
    const given = Object.entries(options.option ?? {}).flatMap(([name, text]) => {
      const own = name.startsWith(`${id}.`) ? name.slice(id.length + 1) : undefined;
      return own === undefined ? [] : [[own, optionValue(text, definition.options[own])] as const];
    });
    return { id, options: resolveOptions(definition, Object.fromEntries(given)) };
  });
}

function taskOf(
  { path, name, bytes }: LabelledFile,
  detector: { readonly id: string; readonly options: DetectorOptions },
  { seed }: EvaluateOptions,
): EvaluateTask {
  return { path, name, bytes, detector: detector.id, options: detector.options, seed };
}

/** Results in the order of the tasks, whatever order they finish in. */
async function runAll(
  tasks: readonly EvaluateTask[],
  jobs: number,
  cache: EvaluationCache | undefined,
  signal: AbortSignal | undefined,
  onProgress: (progress: Progress) => void,
): Promise<FileResult[]> {
  const results = new Array<FileResult>(tasks.length);
  const keys = tasks.map((task) => taskKey(task, cacheVersion));
  const open: number[] = [];
  tasks.forEach((_, i) => {
    const known = cache?.get(keys[i]!);
    if (known) results[i] = known;
    else open.push(i);
  });
  // The largest files first, so that none is left running alone at the end.
  open.sort((a, b) => tasks[b]!.bytes - tasks[a]!.bytes);

  let done = tasks.length - open.length;
  const total = open.reduce((sum, i) => sum + tasks[i]!.bytes, 0);
  let finished = 0;
  const finish = async (i: number, result: FileResult): Promise<void> => {
    results[i] = result;
    await cache?.add(keys[i]!, result);
    done++;
    finished += tasks[i]!.bytes;
    onProgress({
      phase: 'evaluate',
      done: total > 0 ? finished / total : 1,
      message: `${done} of ${tasks.length}, ${result.detector} on ${result.file}`,
    });
  };

  const worker = new URL('./evaluate-worker.js', import.meta.url);
  const parallel = Math.min(jobs, open.length);
  if (parallel <= 1 || !existsSync(worker)) {
    for (const i of open) await finish(i, await runTask(tasks[i]!, signal));
    return results;
  }
  const pool = new NodeWorkerPool<EvaluateTask, FileResult>(worker, parallel);
  const stop = (): void => void pool.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    throwIfAborted(signal);
    await Promise.all(open.map(async (i) => finish(i, await pool.run(tasks[i]!))));
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.close();
  }
  return results;
}

/** Changes when results of an earlier version may no longer be mixed with new ones. */
const cacheVersion = '1';

/** The report as text in the format asked for. */
export function renderEvaluation(report: EvaluationReport, options: EvaluateOptions): string {
  if (options.format === 'json') return `${JSON.stringify(report)}\n`;
  if (options.format === 'csv') return evaluationCsv(report);
  const toTerminal = options.out === undefined;
  return evaluationTable(report, {
    colours: coloursFor(toTerminal ? process.stdout : process.stderr),
    width: toTerminal ? terminalWidth() : 160,
    metric: options.metric,
    publishedColumns: publishedColumns(report),
  });
}

/** The namesakes of the detectors in the table, then the best of the others on these files. */
function publishedColumns({ published, overall }: EvaluationReport): string[] {
  if (!published) return [];
  const namesakes = Object.keys(overall)
    .map((detector) => PUBLISHED_NAMESAKES[detector]?.find((column) => column in published.means))
    .filter((column): column is string => column !== undefined);
  const others = Object.entries(published.means)
    .filter(([column]) => !namesakes.includes(column))
    .sort(([, a], [, b]) => b - a)
    .slice(0, bestPublished)
    .map(([column]) => column);
  return [...namesakes, ...others];
}
