import type { Command } from 'commander';
import { createDetector } from '../pipeline/create.js';
import { humanDuration, formatNumber } from '../plot/format.js';
import { sliceSeries } from '../series/series.js';
import { rows } from './facts.js';
import { addInputOptions, readInput, type InputOptions } from './input.js';
import { interruption } from './interrupt.js';
import { writeOutput } from './output.js';
import { detectorOptions, feedbackOf, trainLengthOf } from './run-detector.js';
import { printable, ProgressDisplay, tell } from './terminal.js';
import { optionPair, trainingPart, wholeNumberIn, type TrainingPart } from './values.js';

interface FitFlags extends InputOptions {
  readonly detector: string;
  readonly out: string;
  readonly option?: Record<string, string>;
  readonly train?: TrainingPart;
  readonly seed: number;
  readonly feedback?: string;
  readonly quiet?: boolean;
}

/** `heed fit`: trains a detector and writes it as a model file for `heed detect --model`. */
export function fitCommand(program: Command): void {
  const command = program
    .command('fit')
    .description('train a detector on a series and save it for `heed detect --model`');
  addInputOptions(command);
  command
    .optionsGroup('Training:')
    .requiredOption('--detector <id>', 'which detector; `heed detectors` lists them')
    .requiredOption('--out <file>', 'the model file to write')
    .option('--option <name=value>', 'an option of the detector; may be repeated', optionPair)
    .option('--train <n|fraction>', 'train on the first N points, or this share (default: all)', trainingPart)
    .option('--seed <n>', 'same seed, same model', wholeNumberIn(0, 2 ** 32 - 1), 0)
    .option('--feedback <file>', 'judgements to keep in the model, as for `heed detect --feedback`')
    .option('--quiet', 'no progress and no report on stderr')
    .addHelpText(
      'after',
      `
Examples:
  heed fit normal-week.csv --detector attention-autoencoder --out normal-week.heed
  heed fit metrics.csv --detector rnn --option epochs=30 --train 0.5 --out model.heed
  heed fit metrics.csv --detector auto --feedback judged.json --out judged.heed
  heed detect today.csv --model normal-week.heed`,
    )
    .action(async (file: string | undefined, flags: FitFlags) => {
      const signal = interruption.begin();
      const progress = new ProgressDisplay(flags.quiet === true);
      const run = { signal, onProgress: progress.update };
      try {
        const detector = await createDetector(flags.detector, detectorOptions(flags.detector, flags.option));
        try {
          const series = await readInput(file, flags, run);
          const length = trainLengthOf(flags.train, series);
          const train = length === undefined ? series : sliceSeries(series, 0, length);
          const feedback = await feedbackOf(flags.feedback);
          const report = await detector.fit(train, {
            ...run,
            seed: flags.seed,
            ...(feedback ? { feedback } : {}),
          });
          await writeOutput(flags.out, await detector.save(), signal);
          progress.stop();
          if (flags.quiet) return;
          const loss = report.loss?.length ? `, loss ${formatNumber(report.loss.at(-1)!)}` : '';
          const size = report.parameters > 0 ? `, ${formatNumber(report.parameters)} parameters` : '';
          tell(
            `Trained ${report.detector} on ${rows(report.points)} in ${humanDuration(report.seconds * 1000)}${size}${loss}.`,
          );
          for (const note of report.notes ?? []) tell(`Note: ${printable(note)}`);
          tell(`Written: ${flags.out}`);
        } finally {
          detector.dispose();
        }
      } finally {
        progress.stop();
      }
    });
}
