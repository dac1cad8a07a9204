import { printJson } from '../format.js';
import { Option, type Command } from 'commander';
import type { DetectorOptions, Progress } from '../detectors/base/types.js';
import { getDetectorDefinition, listDetectors } from '../detectors/registry.js';
import { HeedError } from '../errors.js';
import {
  summarizeFeedback,
  type FeedbackQuestion,
  type FeedbackReport,
  type FeedbackResult,
} from '../evaluate/feedback.js';
import { livePeers } from '../evaluate/live-peers.js';
import { METRIC_DESCRIPTIONS } from '../evaluate/metrics.js';
import {
  PUBLISHED_NAMESAKES,
  summarizeEvaluation,
  type EvaluationReport,
  type FileResult,
} from '../evaluate/protocol.js';
import { resolveOptions } from '../detectors/base/options.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { EvaluationCache } from './evaluate-cache.js';
import { filesToJudge, readPublished, type LabeledFile } from './evaluate-files.js';
import { areGraphs, evaluateGraphs, graphDetectors, renderGraphResults } from './evaluate-graphs.js';
import { feedbackCsv, feedbackTable } from './evaluate-feedback.js';
import { evaluateFilesLive, renderLive } from './evaluate-live.js';
import { drawRanks, evaluationCsv, evaluationTable, type ReportLayout } from './evaluate-report.js';
import { runAll } from './evaluate-run.js';
import type { EvaluateTask } from './evaluate-task.js';
import { refuseSeriesFlags } from './graph.js';
import { addReadingOptions, toReadOptions } from './input.js';
import { interruption } from './interrupt.js';
import { checkDifferent, checkOutput, print, writeOutput } from './output.js';
import { colorsFor, ProgressDisplay, tell, terminalWidth } from './terminal.js';
import { names, optionPair, optionValue, wholeNumberIn } from './values.js';

/** Measured beside every detector, so that a table shows what a trivial method reaches. */
const alwaysEvaluated = ['random', 'moving-variance', 'squared-difference', 'z-score', 'pca'];
/** `heed evaluate`: the TSB-AD protocol over labeled files. */
export function evaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description('measure detectors on labeled series: VUS-PR and other metrics, per family and overall')
    .argument('<path...>', 'labeled CSV files, or folders of them; or labeled graphs')
    .option('-d, --detector <ids>', 'detectors to measure, separated by commas (default: auto)', names)
    .addOption(new Option('--format <format>', 'output').choices(['table', 'json', 'csv']).default('table'))
    .addOption(
      new Option('--metric <name>', 'metric of the table per family')
        .choices(METRIC_DESCRIPTIONS.map(({ name }) => name))
        .default('VUS-PR'),
    )
    .option('-o, --out <file>', 'write there instead of printing')
    .option('--published <csv>', 'published VUS-PR per file, to show beside ours')
    .option(
      '--best-published <n>',
      'published columns to show besides the namesakes of our detectors, best first',
      wholeNumberIn(0, 1000),
      3,
    )
    .option(
      '--diagram <svg>',
      'draw the mean ranks over the files there, ours and the published shown, and which cannot be told apart',
    )
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
      '--seeds <n>',
      'score every file with so many seeds, from --seed on: means, and their spread (± one standard deviation)',
      wholeNumberIn(1, 100),
      1,
    )
    .option(
      '--no-baselines',
      `leave out ${alwaysEvaluated.join(', ')}: for quick trials, not for tables to show`,
    )
    .option(
      '--reveal <n>',
      'measure feedback: confirm n labeled events, score again, judge the rest with and without',
      wholeNumberIn(1, 1000),
    )
    .option(
      '--dismiss <n>',
      'measure feedback: call the n highest false events normal, score again, judge the rest',
      wholeNumberIn(1, 1000),
    )
    .option(
      '--choices <n>',
      'with --reveal or --dismiss: most choices of these events to average over',
      wholeNumberIn(1, 1000),
      5,
    )
    .option('--family <names>', 'only files of these families, separated by commas', names)
    .option('--live', 'give every point as it arrives to the monitor, and judge what it said then')
    .option('--first <n>', 'with --live: only the first n points of every file', wholeNumberIn(100, 1e9))
    .option(
      '--budget <n/time>',
      'with --live: most false incidents per time: 1/week, 1/day (default: 1/week)',
    )
    .option('-q, --quiet', 'no progress');
  addReadingOptions(command.optionsGroup('Input:'));
  command
    .addHelpText(
      'after',
      `
A label column (label, is_anomaly, anomaly, in any case) is needed. File names as in the TSB-AD benchmark,
NNN_FAMILY_id_K_DOMAIN_tr_N_1st_M.csv, give the family and the training prefix of N rows. The full series is scored,
the raw ranking is judged, a failed run counts 0; in a folder so does a CSV or Parquet file that cannot be judged. Other
files of a folder (JSON, Excel, text) are read too; those without labeled series are left out, which is told.

--reveal 1 confirms one labeled event of every file that has two or more (the first, then others evenly spread over the
file, as --choices says; the mean is shown) and judges the rest of the file: what was revealed, and half of the metric's
widest buffer around it, counts for neither score. --dismiss 1 does the same with the detector's highest false event.
Baselines and published values have no part in it.

--live measures what an alert sees. The first half of a file, at most 1,000 points or its training prefix, is history;
from there every point is judged when it comes, one setting for all files, a row as a minute. An incident is false where it
overlaps no labeled event and does not begin in the 16 points before one or the 64 after; false alarms are counted per
1,440 points. Beside the monitor run ${livePeers.map(({ id }) => id).join(', ')}.

Examples:
  heed evaluate data/U --live --family NAB,WSD,IOPS --first 20000
  heed evaluate data/U -d auto,k-means
  heed evaluate data/U -d auto --published published-U.csv --list manifest.csv --split development
  heed evaluate data/U -d auto --published published-U.csv --best-published 50 --diagram ranks.svg
  heed evaluate data/U -d auto --format json --out results.json --resume results.jsonl
  heed evaluate data/U -d auto --reveal 1 --list manifest.csv --split development`,
    )
    .action(async (paths: string[], options: EvaluateOptions) => {
      const signal = interruption.begin();
      const progress = new ProgressDisplay(options.quiet === true);
      let text: string;
      try {
        const inputs = [...paths, options.published, options.list];
        await checkOutput(options.out, inputs);
        await checkOutput(options.diagram, [...inputs, options.resume]);
        await checkDifferent(options.out, options.diagram, '--diagram');
        if (await areGraphs(paths)) {
          refuseSeriesFlags(options);
          checkOptionNames(options.detector ?? graphDetectors, options.option);
          const results = await evaluateGraphs(paths, options, signal, progress.update);
          const stream = options.out === undefined ? process.stdout : process.stderr;
          text = renderGraphResults(results, options.format, colorsFor(stream));
        } else if (options.live) {
          refuseSeeds(options, '--live');
          const report = await evaluateFilesLive(paths, options, signal, progress.update);
          text = renderLive(report, options);
        } else {
          const question = makeQuestion(options);
          if (question) refuseSeeds(options, '--reveal and --dismiss');
          text = question
            ? renderFeedback(
                await evaluateFeedbackOnFiles(paths, options, question, signal, progress.update),
                options,
              )
            : await renderAndDraw(
                await evaluateFiles(paths, options, signal, progress.update),
                options,
                signal,
              );
        }
      } finally {
        progress.stop();
      }
      await deliver(text, options, signal);
    });
}

async function renderAndDraw(
  report: EvaluationReport,
  options: EvaluateOptions,
  signal: AbortSignal,
): Promise<string> {
  if (options.diagram !== undefined) {
    const columns = publishedColumns(report, options.bestPublished);
    await writeOutput(options.diagram, drawRanks(report, columns, options.metric), signal);
    tell(`Drawn in ${options.diagram}`);
  }
  return renderEvaluation(report, options);
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
  const files = await filesToJudge(paths, options);
  const seeds = Array.from({ length: options.seeds }, (_, i) => options.seed + i);
  const tasks = files.flatMap((file) =>
    detectors.flatMap((detector) => seeds.map((seed) => ({ ...makeTask(file, detector, options), seed }))),
  );
  const cache = options.resume === undefined ? undefined : await EvaluationCache.open(options.resume);
  const finished = await runAll<FileResult>(tasks, options, cache, signal, onProgress);
  const told = finished.map(({ task, result }) =>
    seeds.length > 1 ? { ...result, seed: task.seed } : result,
  );
  return summarizeEvaluation(told, published);
}

/**
 * Measures what feedback changes, file by file.
 * @throws HeedError unknown-detector, bad-option, file-unreadable, empty-input, cancelled
 */
export async function evaluateFeedbackOnFiles(
  paths: readonly string[],
  options: EvaluateOptions,
  question: FeedbackQuestion,
  signal: AbortSignal | undefined,
  onProgress: (progress: Progress) => void,
): Promise<FeedbackReport> {
  const detectors = chooseDetectors({ ...options, baselines: false });
  const files = await filesToJudge(paths, options);
  const tasks = files.flatMap((file) =>
    detectors.map((detector) => ({ ...makeTask(file, detector, options), question })),
  );
  const cache = options.resume === undefined ? undefined : await EvaluationCache.open(options.resume);
  const finished = await runAll<FeedbackResult>(tasks, options, cache, signal, onProgress);
  return summarizeFeedback(
    finished.map(({ result }) => result),
    question,
    options.metric,
  );
}

/** Rather than leaving it out in silence. */
function refuseSeeds({ seeds }: EvaluateOptions, what: string): void {
  if (seeds === 1) return;
  throw new HeedError(
    'bad-option',
    `--seeds was given with ${what}`,
    'Leave it out, or measure one seed at a time with --seed.',
  );
}

function makeQuestion({ reveal, dismiss, choices = 5 }: EvaluateOptions): FeedbackQuestion | undefined {
  if (reveal !== undefined && dismiss !== undefined) {
    throw new HeedError(
      'bad-option',
      '--reveal and --dismiss were both given',
      'Measure one kind of feedback at a time.',
    );
  }
  if (reveal !== undefined) return { kind: 'reveal', events: reveal, choices };
  return dismiss === undefined ? undefined : { kind: 'dismiss', events: dismiss, choices };
}

function chooseDetectors(options: EvaluateOptions): { id: string; options: DetectorOptions }[] {
  const asked = options.detector ?? ['auto'];
  const known = new Set(listDetectors().map(({ id }) => id));
  const baselines = options.baselines ? alwaysEvaluated.filter((id) => known.has(id)) : [];
  const ids = [...new Set([...asked, ...baselines])];
  checkOptionNames(ids, options.option);
  return ids.map((id) => {
    const definition = getDetectorDefinition(id);
    const given = Object.entries(options.option ?? {}).flatMap(([name, text]) => {
      const own = name.startsWith(`${id}.`) ? name.slice(id.length + 1) : undefined;
      return own === undefined ? [] : [[own, optionValue(text, definition.options[own])] as const];
    });
    return { id, options: resolveOptions(definition, Object.fromEntries(given)) };
  });
}

/** @throws HeedError bad-option where an option belongs to no detector that is measured */
function checkOptionNames(ids: readonly string[], given: Readonly<Record<string, string>> = {}): void {
  const stray = Object.keys(given).find((name) => !ids.some((id) => name.startsWith(`${id}.`)));
  if (stray === undefined) return;
  throw new HeedError(
    'bad-option',
    `the option "${stray}" names none of the detectors that are measured`,
    `Give DETECTOR.NAME=VALUE with one of ${ids.join(', ')}.`,
  );
}

function makeTask(
  file: LabeledFile,
  detector: { readonly id: string; readonly options: DetectorOptions },
  options: EvaluateOptions,
): EvaluateTask {
  return {
    ...file,
    detector: detector.id,
    options: detector.options,
    seed: options.seed,
    reading: toReadOptions(options),
  };
}

/** The report as text in the format asked for. */
export function renderEvaluation(report: EvaluationReport, options: EvaluateOptions): string {
  if (options.format === 'json') return `${printJson(report)}\n`;
  if (options.format === 'csv') return evaluationCsv(report);
  return evaluationTable(report, makeLayout(options, publishedColumns(report, options.bestPublished)));
}

/** The report on feedback as text in the format asked for. */
export function renderFeedback(report: FeedbackReport, options: EvaluateOptions): string {
  if (options.format === 'json') return `${printJson(report)}\n`;
  if (options.format === 'csv') return feedbackCsv(report);
  return feedbackTable(report, makeLayout(options, []));
}

function makeLayout({ out, metric }: EvaluateOptions, publishedColumns: readonly string[]): ReportLayout {
  const toTerminal = out === undefined;
  return {
    colors: colorsFor(toTerminal ? process.stdout : process.stderr),
    width: toTerminal ? terminalWidth() : 160,
    metric,
    publishedColumns,
  };
}

/** The namesakes of the detectors in the table, then the best of the others on these files. */
function publishedColumns({ published, overall }: EvaluationReport, best: number): string[] {
  if (!published) return [];
  const namesakes = Object.keys(overall)
    .map((detector) => PUBLISHED_NAMESAKES[detector]?.find((column) => column in published.means))
    .filter((column): column is string => column !== undefined);
  const others = Object.entries(published.means)
    .filter(([column]) => !namesakes.includes(column))
    .sort(([, a], [, b]) => b - a)
    .slice(0, best)
    .map(([column]) => column);
  return [...namesakes, ...others];
}
