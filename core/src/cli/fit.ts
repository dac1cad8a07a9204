import { Option, type Command } from 'commander';
import type { DetectorOptions, FitReport, RunOptions } from '../detectors/base/types.js';
import { HeedError } from '../errors.js';
import { distillDetector, measureQuantization, type CompressionFigures } from '../detection/compress.js';
import { createDetector } from '../detection/create.js';
import type { Detector, SaveOptions } from '../detection/detector-types.js';
import { humanDuration, formatNumber } from '../format.js';
import { sliceSeries } from '../series/series.js';
import { rows } from './facts.js';
import {
  openGraphDetector,
  isGraphWork,
  readGraphInput,
  refuseSeriesFlags,
  trainingGraphs,
} from './graph.js';
import { addInputOptions, readInput, tellNotes, type InputOptions } from './input.js';
import { interruption } from './interrupt.js';
import { checkOutput, writeOutput } from './output.js';
import {
  detectorOptions,
  loadFeedback,
  namingInput,
  openModel,
  countTrainingPoints,
} from './run-detector.js';
import { addPreparationOptions, toPreparation, type PreparationFlags } from './scoring-options.js';
import { printable, ProgressDisplay, tell } from './terminal.js';
import { optionPair, trainingPart, wholeNumberIn, type TrainingPart } from './values.js';

interface FitFlags extends InputOptions, PreparationFlags {
  readonly detector?: string;
  readonly out: string;
  readonly option?: Record<string, string>;
  readonly from?: string;
  readonly freezeAttention?: boolean;
  readonly rescale?: boolean;
  readonly teacher?: string;
  readonly weights: NonNullable<SaveOptions['weights']>;
  readonly nodes?: string;
  readonly train?: TrainingPart;
  readonly seed: number;
  readonly feedback?: string;
}

/** `heed fit`: trains a detector and writes it as a model file for `heed detect --model`. */
export function fitCommand(program: Command): void {
  const command = program
    .command('fit')
    .description('train a detector on a series or a graph and save it for `heed detect --model`');
  addInputOptions(command);
  command.option('--nodes <file>', 'a CSV with the features of the nodes, beside an edge list');
  addPreparationOptions(command);
  command
    .optionsGroup('Training:')
    .option('--detector <id>', 'which detector; `heed detectors` lists them')
    .requiredOption('--out <file>', 'the model file to write')
    .option('--option <name=value>', 'an option of the detector; may be repeated', optionPair)
    .option('--train <n|fraction>', 'train on the first N points, or this share (default: all)', trainingPart)
    .option('--seed <n>', 'same seed, same model', wholeNumberIn(0, 2 ** 32 - 1), 0)
    .option('--feedback <file>', 'judgments to keep in the model, as for `heed detect --feedback`')
    .option('--quiet', 'no progress and no report on stderr')
    .optionsGroup('Starting from another model:')
    .option('--from <model>', 'train this model further (transfer) in place of a new one')
    .option('--freeze-attention', 'with --from: keep the attention as it is, adapt the rest')
    .option('--rescale', 'with --from: scale the channels by the new data, for another domain')
    .option('--teacher <model>', 'teach the detector to answer as this model does (distillation)')
    .optionsGroup('Output:')
    .addOption(
      new Option('--weights <kind>', 'float32, or int8 for a file of about a quarter of the size')
        .choices(['float32', 'int8'])
        .default('float32'),
    )
    .addHelpText(
      'after',
      `
Examples:
  heed fit normal-week.csv --detector attention-autoencoder --out normal-week.heed
  heed fit metrics.csv --detector rnn --option epochs=30 --train 0.5 --weights int8 --out model.heed
  heed fit metrics.csv --detector cnn --clean three-sigma --denoise median:5 --out clean.heed
  heed fit other-site.csv --from model.heed --freeze-attention --rescale --out other-site.heed
  heed fit metrics.csv --teacher model.heed --detector rnn --option hidden=6 --out small.heed
  heed fit services.json --detector graph-attention --out services.heed
  heed fit metrics.csv --detector auto --feedback judged.json --out judged.heed
  heed detect today.csv --model normal-week.heed`,
    )
    .action(async (file: string | undefined, flags: FitFlags) => {
      const signal = interruption.begin();
      const progress = new ProgressDisplay(flags.quiet === true);
      const run = { signal, onProgress: progress.update };
      try {
        checkFlags(flags);
        await checkOutput(flags.out, [file, flags.nodes, flags.feedback]);
        const graphs = await isGraphWork(file, { ...flags, model: flags.from ?? flags.teacher });
        const { text, lines } = graphs ? await fitGraph(file, flags, run) : await fitSeries(file, flags, run);
        await writeOutput(flags.out, text, signal);
        progress.stop();
        if (flags.quiet) return;
        for (const line of lines) tell(line);
        tell(`Written: ${flags.out}`);
      } finally {
        progress.stop();
      }
    });
}

function checkFlags(flags: FitFlags): void {
  const { detector, from, teacher, freezeAttention, rescale, feedback } = flags;
  const fail = (what: string, remedy: string) => new HeedError('bad-option', what, remedy);
  if (from !== undefined && teacher !== undefined) {
    throw fail('both --from and --teacher are given', 'Leave one of them out.');
  }
  if (from !== undefined && detector !== undefined) {
    throw fail('--from brings its own detector, so --detector cannot be given with it', 'Leave it out.');
  }
  if (feedback !== undefined && (from !== undefined || teacher !== undefined)) {
    throw fail(
      `--feedback does not concern --${from === undefined ? 'teacher' : 'from'}`,
      'Give it to heed detect, beside --model.',
    );
  }
  if (toPreparation(flags) && (from !== undefined || teacher !== undefined)) {
    throw fail(
      `--fill, --denoise and --clean do not concern --${from === undefined ? 'teacher' : 'from'}`,
      'Leave them out: what is done to a series first is kept with the model.',
    );
  }
  if (from === undefined && detector === undefined) {
    throw fail('no detector is named', 'Give --detector ID, or --from MODEL to train a model further.');
  }
  if (from === undefined && (freezeAttention || rescale)) {
    throw fail(
      `--${freezeAttention ? 'freeze-attention' : 'rescale'} belongs to --from`,
      'Give --from MODEL.',
    );
  }
}

interface Trained {
  readonly text: string;
  /** What is to be said of it. */
  readonly lines: readonly string[];
}

async function fitSeries(file: string | undefined, flags: FitFlags, run: RunOptions): Promise<Trained> {
  // A wrong option must not wait until a large file is read.
  const options = flags.from === undefined ? detectorOptions(flags.detector!, flags.option) : {};
  const feedback = await loadFeedback(flags.feedback, run.signal);
  const start =
    flags.from !== undefined
      ? await openModel(flags.from, run.signal)
      : flags.teacher !== undefined
        ? await openModel(flags.teacher, run.signal)
        : await createDetector(flags.detector!, options);
  let detector: Detector = start;
  try {
    const { series, notes } = await readInput(file, flags, run as Required<RunOptions>);
    tellNotes(notes, flags);
    const length = countTrainingPoints(flags.train, series);
    const train = length === undefined ? series : sliceSeries(series, 0, length);
    const preparation = toPreparation(flags);
    const seeded = { ...run, seed: flags.seed, ...(preparation ? { preparation } : {}) };
    const lines: string[] = [];
    const naming = <T>(work: () => Promise<T>): Promise<T> => namingInput(series.name, work);
    if (flags.from !== undefined) {
      const tuning = fineTuneOptions(detectorOptions(start.id, flags.option));
      const { freezeAttention, rescale } = flags;
      const further = { ...seeded, ...tuning, freezeAttention, rescale };
      lines.push(...reportLines(await naming(() => start.fineTune(train, further))));
    } else if (flags.teacher !== undefined) {
      const taught = await naming(() => distillDetector(start, flags.detector!, options, train, seeded));
      detector = taught.student;
      lines.push(...reportLines(taught.fit));
      lines.push(
        `Distilled from ${start.id}: ${formatNumber(taught.parameters)} parameters in place of ` +
          `${formatNumber(taught.teacherParameters)}; ${figuresText(taught.figures)}.`,
      );
    } else {
      const judged = { ...seeded, ...(feedback ? { feedback } : {}) };
      lines.push(...reportLines(await naming(() => start.fit(train, judged))));
    }
    if (flags.weights === 'int8') {
      const figures = await measureQuantization(detector, train, run);
      lines.push(`8-bit weights: ${figuresText(figures)}.`);
    }
    return { text: await detector.save({ weights: flags.weights }), lines };
  } finally {
    start.dispose();
    if (detector !== start) detector.dispose();
  }
}

async function fitGraph(file: string | undefined, flags: FitFlags, run: RunOptions): Promise<Trained> {
  if (flags.from !== undefined || flags.teacher !== undefined) {
    throw new HeedError(
      'not-supported',
      'models of graphs are not trained further and teach no others',
      'Fit a detector of graphs anew.',
    );
  }
  refuseSeriesFlags(flags);
  const graph = await readGraphInput(file, flags);
  const detector = await openGraphDetector(graph, flags);
  try {
    const train = trainingGraphs(graph, flags.train);
    const report = await namingInput(file, () => detector.fit(train, { ...run, seed: flags.seed }));
    const text = await detector.save({ weights: flags.weights });
    const lines = [...reportLines(report, 'graphs' in graph ? 'graphs' : 'nodes')];
    if (flags.weights === 'int8') {
      const full = await detector.save();
      lines.push(`8-bit weights: ${kilobytes(text.length)} in place of ${kilobytes(full.length)}.`);
    }
    return { text, lines };
  } finally {
    detector.dispose();
  }
}

/** What fine-tuning can be told; the rest of a model's options is settled. */
function fineTuneOptions(given: DetectorOptions): { epochs?: number; learningRate?: number } {
  const settled = Object.keys(given).find((name) => name !== 'epochs' && name !== 'learningRate');
  if (settled === undefined) return given;
  throw new HeedError(
    'bad-option',
    `the option "${settled}" of a fitted model is settled`,
    'With --from give --option epochs=N and learningRate=N only.',
  );
}

function reportLines(report: FitReport, what?: string): string[] {
  const loss = report.loss?.length ? `, loss ${formatNumber(report.loss.at(-1)!)}` : '';
  const size = report.parameters > 0 ? `, ${formatNumber(report.parameters)} parameters` : '';
  const on = what ? `${report.points.toLocaleString('en-US')} ${what}` : rows(report.points);
  return [
    `Trained ${report.detector} on ${on} in ${humanDuration(report.seconds * 1000)}${size}${loss}.`,
    ...(report.notes ?? []).map((note) => `Note: ${printable(note)}`),
  ];
}

function figuresText(figures: CompressionFigures): string {
  const { bytes, originalBytes, seconds, originalSeconds, changed, points } = figures;
  const ms = (value: number): string => humanDuration(value * 1000);
  return (
    `file ${kilobytes(bytes)} in place of ${kilobytes(originalBytes)}, scoring ${ms(seconds)} in place of ` +
    `${ms(originalSeconds)}, rank correlation of the scores ${figures.rankCorrelation.toFixed(4)}, ` +
    `${changed} of ${rows(points)} ${changed === 1 ? 'changes' : 'change'} sides of the threshold`
  );
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
