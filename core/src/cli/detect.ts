import { extname } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { HeedError } from '../errors.js';
import { detectionToJson } from '../pipeline/json.js';
import { plotDetection } from '../plot/detection.js';
import type { Detection, EventOptions, Exclusion, ThresholdMethod } from '../score/types.js';
import type { Series } from '../series/series.js';
import { detectionCsv } from './csv.js';
import { readInput, addInputOptions, type InputOptions } from './input.js';
import { interruption } from './interrupt.js';
import { print, writeOutput } from './output.js';
import { detectionReport } from './report.js';
import { runDetector, type DetectorChoice } from './run-detector.js';
import { detectionTable } from './table.js';
import { coloursFor, printable, ProgressDisplay, tell, terminalWidth } from './terminal.js';
import {
  exclusion,
  numberIn,
  optionPair,
  shareOrPercent,
  trainingPart,
  wholeNumberIn,
  type TrainingPart,
} from './values.js';

const formats = ['table', 'json', 'csv', 'svg', 'html', 'png'] as const;
type Format = (typeof formats)[number];

interface DetectFlags extends InputOptions {
  readonly detector?: string;
  readonly option?: Record<string, string>;
  readonly model?: string;
  readonly train?: TrainingPart;
  readonly seed: number;
  readonly feedback?: string;
  readonly sensitivity?: number;
  readonly direction?: 'both' | 'above' | 'below';
  readonly threshold?: ThresholdMethod;
  readonly thresholdValue?: number;
  readonly mergeGap?: number;
  readonly minLength?: number;
  readonly minDeviation?: number;
  readonly minRelativeDeviation?: number;
  readonly exclude?: Exclusion[];
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
    .description('find the anomalies of a CSV or JSON file, of standard input, or of a Prometheus query');
  addInputOptions(command);
  command
    .optionsGroup('How to detect:')
    .option('--detector <id>', 'which detector; `heed detectors` lists them (default: auto)')
    .option('--option <name=value>', 'an option of the detector; may be repeated', optionPair)
    .option('--model <file>', 'a fitted detector written by `heed fit`')
    .option(
      '--train <n|fraction>',
      'the first N points, or this share of them, are known to be normal',
      trainingPart,
    )
    .option('--seed <n>', 'same seed, same numbers', wholeNumberIn(0, 2 ** 32 - 1), 0)
    .option('--feedback <file>', 'what was said of earlier events of this series; see below')
    .optionsGroup('What counts as an event:')
    .option('--sensitivity <0..100>', 'more finds more (default: 50)', numberIn(0, 100))
    .addOption(
      new Option(
        '--direction <which>',
        'only values above / below what was expected (default: both)',
      ).choices(['both', 'above', 'below']),
    )
    .addOption(
      new Option('--threshold <method>', 'how the border is set (default: chosen by the detector)').choices([
        'fixed',
        'three-sigma',
        'mad',
        'quantile',
        'pot',
      ]),
    )
    .option(
      '--threshold-value <n>',
      'the border for fixed, the quantile, the sigmas, or the risk for pot',
      numberIn(0, Infinity),
    )
    .option('--merge-gap <points>', 'join events nearer than this', wholeNumberIn(0, 1e9))
    .option('--min-length <points>', 'drop shorter events', wholeNumberIn(1, 1e9))
    .option('--min-deviation <n>', "drop smaller deviations, in the channel's unit", numberIn(0, Infinity))
    .option(
      '--min-relative-deviation <share>',
      'the same as a share of what was expected: 0.2 or 20%',
      shareOrPercent,
    )
    .option(
      '--exclude <when>',
      "never report this time: FROM/TO, or 'sat,sun', or 'mon-fri 22:00-06:00 Europe/Berlin'; may be repeated",
      exclusion,
    )
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
The file has a header row; a column named time, timestamp, date or ts is the time (ISO 8601, epoch s or ms), a column
named label, anomaly or is_anomaly is ground truth and never used to detect, every other numeric column is a channel.

--feedback names a JSON file with a list of judgements; confirmed events change what the detector looks for and how
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
  heed detect metrics.csv --feedback judged.json
  heed detect metrics.csv --detector memory-attention --option temperature=0.2`;

function timeZoneName(text: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
  } catch {
    throw new InvalidArgumentError('Give an IANA name such as UTC or Europe/Berlin.');
  }
  return text;
}

function formatOf(flags: DetectFlags): Format {
  if (flags.format) return flags.format;
  const ending = extname(flags.out ?? '')
    .slice(1)
    .toLowerCase();
  return formats.find((format) => format === ending) ?? (ending === 'htm' ? 'html' : 'table');
}

function eventOptions(flags: DetectFlags): EventOptions {
  return {
    threshold: flags.threshold,
    thresholdValue: flags.thresholdValue,
    sensitivity: flags.sensitivity,
    direction: flags.direction,
    mergeGap: flags.mergeGap,
    minLength: flags.minLength,
    minDeviation: flags.minDeviation,
    minRelativeDeviation: flags.minRelativeDeviation,
    exclude: flags.exclude,
  };
}

async function detectAction(
  file: string | undefined,
  flags: DetectFlags,
  signal: AbortSignal,
  progress: ProgressDisplay,
): Promise<void> {
  if (flags.model !== undefined && (flags.detector !== undefined || flags.option !== undefined)) {
    throw new HeedError(
      'bad-option',
      '--model brings its own detector and options, so --detector and --option cannot be given with it',
      'Leave them out.',
    );
  }
  const format = formatOf(flags);
  if (format === 'png' && flags.out === undefined && process.stdout.isTTY) {
    throw new HeedError('bad-option', 'a PNG image is nothing for a terminal', 'Give --out FILE.');
  }
  const series = await readInput(file, flags, { signal, onProgress: progress.update });
  const choice: DetectorChoice = {
    detector: flags.detector,
    option: flags.option,
    model: flags.model,
    train: flags.train,
    seed: flags.seed,
    feedback: flags.feedback,
  };
  const detection = await runDetector(series, choice, eventOptions(flags), {
    signal,
    onProgress: progress.update,
  });
  progress.stop();

  const data = await render(series, detection, format, flags);
  const reportText =
    flags.report === undefined
      ? undefined
      : detectionReport(series, detection, { timeZone: flags.timeZone, command: commandLine() });
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
  const notesShown = format === 'table' || format === 'html';
  if (!notesShown && !flags.quiet) for (const note of detection.notes) tell(`Note: ${printable(note)}`);
}

async function render(
  series: Series,
  detection: Detection,
  format: Format,
  flags: DetectFlags,
): Promise<string | Uint8Array> {
  const { timeZone } = flags;
  switch (format) {
    case 'table':
      return detectionTable(series, detection, {
        colours: coloursFor(flags.out === undefined ? process.stdout : noTerminal),
        width: flags.out === undefined ? terminalWidth() : 120,
        timeZone,
        maxEvents: flags.maxEvents,
      });
    case 'json':
      return `${JSON.stringify(detectionToJson(detection))}\n`;
    case 'csv':
      return detectionCsv(series, detection);
    case 'svg':
      return `${plotDetection(series, detection, { timeZone })}\n`;
    case 'png': {
      const { svgToPng } = await import('../node-png.js');
      return svgToPng(plotDetection(series, detection, { timeZone }));
    }
    case 'html':
      return detectionReport(series, detection, { timeZone, command: commandLine() });
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
