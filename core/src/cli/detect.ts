import { printJson } from '../format.js';
import { extname } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { HeedError } from '../errors.js';
import { detectionToJson } from '../detection/json.js';
import { plotDetection } from '../plot/detection.js';
import type { Detection } from '../detection/types.js';
import { summarizeInput, type ReadResult } from '../series/index.js';
import { detectionCsv } from './csv.js';
import { layoutNames } from './formats.js';
import { detectGraph, isGraphWork, readGraphInput, refuseSeriesFlags, renderGraph } from './graph.js';
import { addInputOptions, readInput, tellNotes, type InputOptions } from './input.js';
import { interruption } from './interrupt.js';
import { checkDifferent, checkOutput, print, writeOutput } from './output.js';
import { detectionReport } from './report.js';
import { namingInput, openDetector } from './run-detector.js';
import {
  addPreparationOptions,
  addScoringOptions,
  checkScoringFlags,
  eventOptions,
  toPreparation,
  type PreparationFlags,
  type ScoringFlags,
} from './scoring-options.js';
import { detectionTable } from './table.js';
import { colorsFor, printable, ProgressDisplay, tell, terminalWidth } from './terminal.js';
import { wholeNumberIn } from './values.js';

const formats = ['table', 'json', 'csv', 'svg', 'html', 'png'] as const;
type Format = (typeof formats)[number];

interface DetectFlags extends InputOptions, ScoringFlags, PreparationFlags {
  readonly nodes?: string;
  readonly format?: Format;
  readonly out?: string;
  readonly report?: string;
  readonly timeZone: string;
  readonly maxEvents: number;
  readonly quiet?: boolean;
}

/** `heed detect`: a series in, events out. */
export function detectCommand(program: Command): void {
  const command = program
    .command('detect')
    .description('find the anomalies of a file, of standard input, or of a Prometheus query');
  addInputOptions(command);
  command.option('--nodes <file>', 'a CSV with the features of the nodes, beside an edge list of a graph');
  addScoringOptions(command);
  addPreparationOptions(command);
  command
    .optionsGroup('Output:')
    .addOption(
      new Option('--format <format>', 'what to print (default: by the name of --out, else table)').choices(
        formats,
      ),
    )
    .option('--out <file>', 'write it to this file instead of printing it')
    .option('--report <file>', 'also write the HTML report to this file')
    .option('--time-zone <name>', 'IANA name of the zone for the times shown', timeZoneName, 'UTC')
    .option('--max-events <n>', 'most events in the table', wholeNumberIn(1, 1e9), 100)
    .option('--quiet', 'no progress and no notes on stderr')
    .addHelpText('after', help)
    .action(async (file: string | undefined, flags: DetectFlags) => {
      const signal = interruption.begin();
      const progress = new ProgressDisplay(flags.quiet === true);
      try {
        await detectAction(file, flags, signal, progress);
      } finally {
        progress.stop();
      }
    });
}

const help = `
A file holds one of these layouts (heed formats shows a sample of each; docs/formats.md says more):
${layoutNames()}
  Parquet and workbooks (Excel, OpenDocument); gzip and zstd of all of these.
Cells may be separated by commas, semicolons, tabs, bars or blanks. Time, labels and numbers are found by names and
cells; the head of the answer says what was understood. What cannot be decided is refused with the flag that decides.

A graph is JSON { nodes: [{ id, features }], edges: [{ source, target, weight }] }, or a CSV with the columns source,
target and perhaps weight; with a time column, or as { graphs: [{ time, nodes, edges }] }, it is a sequence of graphs.

--feedback names a JSON file with a list of judgments; confirmed events change what the detector looks for and how
long it expects anomalies to be, dismissed ones and what resembles them fall silent:
  [{"start": "2026-01-05T10:00:00Z", "end": "2026-01-05T10:20:00Z", "kind": "anomaly"},
   {"start": "2026-01-06T03:00:00Z", "end": "2026-01-06T03:05:00Z", "kind": "normal"}]

Examples:
  heed detect metrics.csv
  heed detect metrics.csv --columns latency,errors --direction above --report report.html
  heed detect metrics.csv --format json --out events.json
  cat metrics.csv | heed detect - --sensitivity 70
  heed detect --prometheus http://localhost:9090 --query 'rate(http_requests_total[1m])' --range 6h
  heed detect today.csv --model normal-week.heed
  heed detect metrics.csv --detector memory-attention --option temperature=0.2
  heed detect services.json --detector graph-attention
  heed detect calls.csv --nodes services.csv
  heed detect metrics.csv --feedback judged.json`;

function timeZoneName(text: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
  } catch {
    throw new InvalidArgumentError('Give an IANA name such as UTC or Europe/Berlin.');
  }
  return text;
}

function chooseFormat(flags: DetectFlags): Format {
  if (flags.format) return flags.format;
  const ending = extname(flags.out ?? '')
    .slice(1)
    .toLowerCase();
  return formats.find((format) => format === ending) ?? (ending === 'htm' ? 'html' : 'table');
}

async function detectAction(
  file: string | undefined,
  flags: DetectFlags,
  signal: AbortSignal,
  progress: ProgressDisplay,
): Promise<void> {
  checkScoringFlags(flags);
  const format = chooseFormat(flags);
  if (format === 'png' && flags.out === undefined && process.stdout.isTTY) {
    throw new HeedError('bad-option', 'a PNG image is nothing for a terminal', 'Give --out FILE.');
  }
  const inputs = [file, flags.nodes, flags.feedback, flags.model];
  await checkOutput(flags.out, inputs);
  await checkOutput(flags.report, inputs);
  await checkDifferent(flags.out, flags.report);
  if (await isGraphWork(file, flags)) {
    await detectGraphAction(file, flags, format, { signal, onProgress: progress.update }, progress);
    return;
  }
  const run = { signal, onProgress: progress.update };
  const preparation = toPreparation(flags);
  const choice = { ...flags, ...(preparation ? { preparation } : {}) };
  const detector = await openDetector(choice, eventOptions(flags), signal);
  let input: ReadResult;
  let detection: Detection;
  try {
    input = await readInput(file, flags, run);
    // A table and a report tell them in their head.
    if (!showsNotes(format)) tellNotes(input.notes, flags);
    // Reasons say UTC by themselves where no zone is asked for: they are read outside the table too.
    const zone = flags.timeZone === 'UTC' ? {} : { timeZone: flags.timeZone };
    const { series } = input;
    // What is not trained holds the thread for up to a second of a long series, before it comes to decide too.
    detection = detector.trains
      ? await interruption.following(progress.update, (onProgress) =>
          detector.score(series, { ...run, onProgress, ...zone }),
        )
      : await interruption.atOnce(() => detector.score(series, { ...run, ...zone }));
  } finally {
    detector.dispose();
  }
  progress.stop();

  const { series } = input;
  // Pictures are drawn in one go, in which no interrupt would be heard.
  const [data, reportText] = await interruption.atOnce(async () => [
    await render(input, detection, format, flags),
    flags.report === undefined
      ? undefined
      : detectionReport(series, detection, {
          timeZone: flags.timeZone,
          command: commandLine(),
          input: summarizeInput(series, input.notes, input.labelColumn),
        }),
  ]);
  if (flags.out !== undefined) {
    await writeOutput(flags.out, data, signal);
    if (!flags.quiet) tell(`Written: ${flags.out}`);
  } else await print(data);
  if (reportText !== undefined) {
    await writeOutput(flags.report!, reportText, signal);
    // Beside a table the path belongs to the answer; beside data it must not get into it.
    const line = `Report: ${flags.report!}`;
    if (flags.out === undefined && format === 'table') await print(`\n${line}\n`);
    else if (!flags.quiet) tell(line);
  }
  if (!showsNotes(format) && !flags.quiet)
    for (const note of detection.notes) tell(`Note: ${printable(note)}`);
}

function showsNotes(format: Format): boolean {
  return format === 'table' || format === 'html';
}

async function detectGraphAction(
  file: string | undefined,
  flags: DetectFlags,
  format: Format,
  run: { signal: AbortSignal; onProgress: ProgressDisplay['update'] },
  progress: ProgressDisplay,
): Promise<void> {
  refuseSeriesFlags(flags);
  const graph = await readGraphInput(file, flags);
  const { threshold, thresholdValue, sensitivity, timeZone } = flags;
  const thresholds = { threshold, thresholdValue, sensitivity };
  const detection = await namingInput(file, () => detectGraph(graph, flags, thresholds, run));
  progress.stop();
  const toFile = flags.out !== undefined;
  const data = await interruption.atOnce(() =>
    renderGraph(file!, graph, detection, format, {
      colors: colorsFor(toFile ? noTerminal : process.stdout),
      width: toFile ? 120 : terminalWidth(),
      timeZone,
      most: flags.maxEvents,
    }),
  );
  if (toFile) {
    await writeOutput(flags.out!, data, run.signal);
    if (!flags.quiet) tell(`Written: ${flags.out}`);
  } else await print(data);
  if (!flags.quiet) for (const note of detection.notes) tell(`Note: ${printable(note)}`);
}

async function render(
  { series, notes, labelColumn }: ReadResult,
  detection: Detection,
  format: Format,
  flags: DetectFlags,
): Promise<string | Uint8Array> {
  const { timeZone } = flags;
  switch (format) {
    case 'table':
      return detectionTable(series, detection, {
        colors: colorsFor(flags.out === undefined ? process.stdout : noTerminal),
        width: flags.out === undefined ? terminalWidth() : 120,
        timeZone,
        maxEvents: flags.maxEvents,
        input: summarizeInput(series, notes, labelColumn),
      });
    case 'json':
      return `${printJson(detectionToJson(detection, summarizeInput(series, notes, labelColumn)))}\n`;
    case 'csv':
      return detectionCsv(series, detection);
    case 'svg':
      return `${plotDetection(series, detection, { timeZone })}\n`;
    case 'png': {
      const { svgToPng } = await import('../node/png.js');
      return svgToPng(plotDetection(series, detection, { timeZone }));
    }
    case 'html':
      return detectionReport(series, detection, {
        timeZone,
        command: commandLine(),
        input: summarizeInput(series, notes, labelColumn),
      });
  }
}

/** Stands for a file where a stream is asked whether it is a terminal. */
const noTerminal = { isTTY: false } as NodeJS.WriteStream;

/** The command as typed, for the foot of a report; passwords in addresses stay out of it. */
function commandLine(): string {
  return ['heed', ...process.argv.slice(2)]
    .map((part) => part.replace(/:\/\/[^/@\s]*@/, '://***@'))
    .map((part) => (/^[\w@%+=:,./-]+$/.test(part) ? part : `'${part.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}
