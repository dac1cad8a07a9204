import { InvalidArgumentError, type Command } from 'commander';
import { HeedError } from '../errors.js';
import type { Progress } from '../detectors/base/types.js';
import { readSeriesFile } from '../node/files.js';
import { readPrometheus } from '../node/prometheus.js';
import type { ReadOptions } from '../series/read-options.js';
import type { Series } from '../series/series.js';
import { parseDuration } from '../series/time.js';
import { printable, tell } from './terminal.js';
import { names, urlText } from './values.js';

/** Where the series comes from, and how its columns are to be understood. */
export interface InputOptions {
  readonly time?: string;
  readonly columns?: string[];
  readonly label?: string;
  readonly step?: string;
  readonly sort?: boolean;
  readonly duplicates?: ReadOptions['duplicates'];
  readonly prometheus?: string;
  readonly query?: string[];
  readonly range?: string;
  readonly quiet?: boolean;
}

interface InputRun {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** The argument and the options that `detect` and `fit` share. */
export function addInputOptions(command: Command): void {
  command
    .argument('[file]', 'a CSV or JSON file, or - for standard input')
    .optionsGroup('Input:')
    .option('--time <column>', 'the time column (default: found by its name)')
    .option('--columns <names>', 'channels to use, separated by commas (default: all numeric columns)', names)
    .option('--label <column>', 'ground truth, never used to detect (default: found by its name)')
    .option('--step <duration>', 'time between rows without a time column, or between points of a query: 60s')
    .option('--sort', 'sort the rows by time instead of refusing them')
    .option(
      '--duplicates <how>',
      'join rows of the same time: mean, first, last, max, min or sum',
      duplicates,
    )
    .option('--prometheus <url>', 'read from this Prometheus instead of a file', urlText)
    .option('--query <promql>', 'what to read from it; may be repeated', (text, before: string[] = []) => [
      ...before,
      text,
    ])
    .option('--range <duration>', 'how far back to read: 30m, 6h, 2d');
}

function duplicates(text: string): ReadOptions['duplicates'] {
  const known = ['mean', 'first', 'last', 'max', 'min', 'sum'] as const;
  const found = known.find((policy) => policy === text);
  if (!found) throw new InvalidArgumentError(`Give one of ${known.join(', ')}.`);
  return found;
}

/**
 * The series the options name. What a reader should know of how it was read goes to stderr.
 * @throws HeedError bad-option, and whatever the source rejects
 */
export async function readInput(
  file: string | undefined,
  options: InputOptions,
  run: InputRun,
): Promise<Series> {
  checkSource(file, options);
  if (options.prometheus !== undefined) return readFromPrometheus(options, run);
  const { time, columns, label, step, sort, duplicates: policy } = options;
  if (file === '-' && process.stdin.isTTY && !options.quiet) tell('Reading what is typed; Ctrl+D ends it.');
  const readOptions: ReadOptions = { time, columns, label, step, sort, duplicates: policy };
  const { series, notes } = await readSeriesFile(file!, { ...readOptions, stdin: process.stdin }, run);
  if (!options.quiet) for (const note of notes) tell(`Note: ${printable(note)}`);
  return series;
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
  return { ...series, channels: pickChannels(series, options.columns) };
}

/** @throws HeedError unknown-column */
function pickChannels(series: Series, wanted: readonly string[]): Series['channels'] {
  return wanted.map((name) => {
    const found = series.channels.find((channel) => channel.name === name);
    if (found) return found;
    throw new HeedError(
      'unknown-column',
      `the query gives no series named "${name}"`,
      `It gives: ${series.channels.map((channel) => channel.name).join(', ')}.`,
    );
  });
}
