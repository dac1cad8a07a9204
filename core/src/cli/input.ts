import { InvalidArgumentError, Option, type Command } from 'commander';
import { HeedError } from '../errors.js';
import type { Progress } from '../detectors/base/types.js';
import { readSeriesFile } from '../node/files.js';
import { readPrometheus } from '../node/prometheus.js';
import { fillAbsent } from '../series/absent.js';
import { pickChannels } from '../series/read/points.js';
import type { ReadOptions, ReadResult } from '../series/index.js';
import type { Series } from '../series/series.js';
import { parseDuration } from '../series/time.js';
import { printable, tell } from './terminal.js';
import { names, urlText } from './values.js';

/** How the columns of a file are to be understood. */
export interface ReadingFlags {
  readonly time?: string;
  readonly timeFormat?: string;
  readonly timeZoneIn?: string;
  readonly decimal?: string;
  readonly columns?: string[];
  readonly series?: string[];
  readonly label?: string;
  readonly naValues?: string[];
  readonly missing?: ReadOptions['missing'];
  readonly sheet?: string;
  readonly step?: string;
  readonly sort?: boolean;
  readonly duplicates?: ReadOptions['duplicates'];
}

/** Where the series comes from, and how its columns are to be understood. */
export interface InputOptions extends ReadingFlags {
  readonly prometheus?: string;
  readonly query?: string[];
  readonly range?: string;
  readonly quiet?: boolean;
}

interface InputRun {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** The argument and the options of commands that work on one series: `detect`, `fit`, `backtest`. */
export function addInputOptions(command: Command): void {
  command
    .argument('[file]', 'a file (CSV, JSON, Parquet, Excel; gzip or zstd of these), or - for standard input')
    .optionsGroup('Input:');
  addReadingOptions(command)
    .option('--prometheus <url>', 'read from this Prometheus instead of a file', urlText)
    .option('--query <promql>', 'what to read from it; may be repeated', (text, before: string[] = []) => [
      ...before,
      text,
    ])
    .option('--range <duration>', 'how far back to read: 30m, 6h, 2d');
}

/** The options that say how files are to be read, the same for all commands. */
export function addReadingOptions(command: Command): Command {
  return command
    .option(
      '--time <column>',
      'the time column, or two as Date,Time; none (default: found by its name and cells)',
    )
    .option(
      '--time-format <format>',
      'how times are written: day-first, month-first, epoch-s, epoch-ms, epoch-us, epoch-ns, excel, yyyymmdd, yyyymmddhh, yyyymm, yyyy, or a pattern as %d/%m/%Y %H:%M or dd.MM.yyyy HH:mm (default: by all rows)',
    )
    .option('--time-zone-in <name>', 'IANA name of the zone of times that carry none (default: UTC)')
    .option('--decimal <mark>', 'decimal mark, . or , (default: by all cells)', decimalMark)
    .option('--columns <names>', 'channels to use, separated by commas (default: all numeric columns)', names)
    .option(
      '--series <names>',
      'columns that tell the series of a long table apart, separated by commas; none (default: found by their cells)',
      names,
    )
    .option('--label <column>', 'ground truth, never used to detect; none (default: found by its name)')
    .option(
      '--na-values <cells>',
      'cells that stand for missing values, separated by commas: -200,n.v.; none (default: codes as -999 far from all other values)',
      names,
    )
    .addOption(
      new Option(
        '--missing <meaning>',
        'what absent rows and missing values mean: gap, or zero for counts of events (default: gap)',
      ).choices(['gap', 'zero']),
    )
    .option('--sheet <name>', 'the sheet of a workbook (default: the first with a table)')
    .option('--step <duration>', 'time between rows without a time column, or between points of a query: 60s')
    .option('--sort', 'sort the rows by time instead of refusing them')
    .option(
      '--duplicates <how>',
      'join rows of the same time: mean, first, last, max, min or sum',
      duplicates,
    );
}

function duplicates(text: string): ReadOptions['duplicates'] {
  const known = ['mean', 'first', 'last', 'max', 'min', 'sum'] as const;
  const found = known.find((policy) => policy === text);
  if (!found) throw new InvalidArgumentError(`Give one of ${known.join(', ')}.`);
  return found;
}

function decimalMark(text: string): string {
  if (text === '.' || text === ',') return text;
  if (/^(point|dot)$/i.test(text)) return '.';
  if (/^comma$/i.test(text)) return ',';
  throw new InvalidArgumentError('Give . or ,.');
}

/** How flags say to read a file: `none` stands for no column. */
export function toReadOptions(flags: ReadingFlags): ReadOptions {
  const none = (list: string[] | undefined): string[] | null | undefined =>
    list?.length === 1 && list[0] === 'none' ? null : list;
  const { time, label, decimal, timeZoneIn } = flags;
  const options: ReadOptions = {
    time: time === 'none' ? null : time,
    timeFormat: flags.timeFormat,
    timeZone: timeZoneIn,
    decimal: decimal as ReadOptions['decimal'],
    columns: flags.columns,
    series: none(flags.series),
    label: label === 'none' ? null : label,
    naValues:
      none(flags.naValues)?.map((cell) => (Number.isNaN(Number(cell)) ? cell : Number(cell))) ??
      none(flags.naValues),
    missing: flags.missing,
    sheet: flags.sheet,
    step: flags.step,
    sort: flags.sort,
    duplicates: flags.duplicates,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/**
 * The series the options name, and what a reader should know of how it was read.
 * @throws HeedError bad-option, and whatever the source rejects
 */
export async function readInput(
  file: string | undefined,
  options: InputOptions,
  run: InputRun,
): Promise<ReadResult> {
  checkSource(file, options);
  if (options.prometheus !== undefined) {
    const series = await readFromPrometheus(options, run);
    return options.missing === 'zero' ? fillAbsent(series) : { series, notes: [] };
  }
  if (file === '-' && process.stdin.isTTY && !options.quiet) tell('Reading what is typed; Ctrl+D ends it.');
  return readSeriesFile(file!, { ...toReadOptions(options), stdin: process.stdin }, run);
}

/** Tells on stderr what a reader should know of how the input was read. */
export function tellNotes(notes: readonly string[], options: InputOptions): void {
  if (!options.quiet) for (const note of notes) tell(`Note: ${printable(note)}`);
}

function checkSource(file: string | undefined, options: InputOptions): void {
  const fail = (what: string, remedy: string) => new HeedError('bad-option', what, remedy);
  if (options.prometheus === undefined) {
    if (file === undefined) {
      throw fail(
        'there is no input',
        'Name a file, or - for standard input, or give --prometheus and --query.',
      );
    }
    if (options.query !== undefined || options.range !== undefined) {
      throw fail('--query and --range belong to --prometheus', 'Give --prometheus URL, or leave them out.');
    }
    return;
  }
  if (file !== undefined) {
    throw fail(`both a file (${file}) and --prometheus are given`, 'Leave one of them out.');
  }
  if (options.query === undefined || options.range === undefined) {
    throw fail(
      '--prometheus needs to know what to read',
      "Give --query 'PROMQL' and --range, for instance 6h.",
    );
  }
}

async function readFromPrometheus(options: InputOptions, run: InputRun): Promise<Series> {
  const series = await readPrometheus({
    url: options.prometheus!,
    query: options.query!.map((query) => ({ query })),
    range: parseDuration(options.range!),
    ...(options.step === undefined ? {} : { step: parseDuration(options.step) }),
    ...run,
  });
  if (!options.columns) return series;
  return { ...series, channels: pickChannels(series.channels, options.columns) };
}
