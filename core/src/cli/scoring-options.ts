import { InvalidArgumentError, Option, type Command } from 'commander';
import { HeedError } from '../errors.js';
import type { EventOptions, Exclusion, ThresholdMethod } from '../detection/types.js';
import {
  parseDenoising,
  type Cleaning,
  type Denoising,
  type Preparation,
} from '../preprocess/preparation.js';
import type { FillMethod } from '../preprocess/fill.js';
import type { DetectorChoice } from './run-detector.js';
import { exclusion, numberIn, optionPair, shareOrPercent, trainingPart, wholeNumberIn } from './values.js';

/** How to score and what counts as an event, as flags. */
export interface ScoringFlags extends DetectorChoice {
  readonly sensitivity?: number;
  readonly direction?: 'both' | 'above' | 'below';
  readonly threshold?: ThresholdMethod;
  readonly thresholdValue?: number;
  readonly mergeGap?: number;
  readonly minLength?: number;
  readonly minDeviation?: number;
  readonly minRelativeDeviation?: number;
  readonly exclude?: Exclusion[];
}

/** What is done to a series first, as flags. */
export interface PreparationFlags {
  readonly fill?: FillMethod;
  readonly denoise?: Denoising;
  readonly clean?: Cleaning;
}

/** The options of commands that prepare a series before a detector sees it. */
export function addPreparationOptions(command: Command): void {
  command
    .optionsGroup('What is done to the series first:')
    .addOption(
      new Option(
        '--fill <how>',
        'missing values (default: the usual value of their phase, else straight lines)',
      ).choices(['mean', 'median', 'nearest', 'linear', 'forward', 'seasonal']),
    )
    .option(
      '--denoise <filter>',
      'smooth it: mean, median, savitzky-golay, exponential or mean-shift, perhaps with its size: median:9, exponential:0.2',
      denoising,
    )
    .addOption(
      new Option('--clean <how>', 'leave outliers out of what the detector is fitted to').choices([
        'three-sigma',
        'isolation-forest',
      ]),
    );
}

/** The flags as the core takes them; undefined where none was given. */
export function toPreparation({ fill, denoise, clean }: PreparationFlags): Preparation | undefined {
  if (fill === undefined && denoise === undefined && clean === undefined) return undefined;
  return {
    ...(fill ? { fill } : {}),
    ...(denoise ? { denoise } : {}),
    ...(clean ? { clean } : {}),
  };
}

function denoising(text: string): Denoising {
  try {
    return parseDenoising(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** The options that every command that scores has. */
export function addScoringOptions(command: Command): void {
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
    .option('--feedback <file>', 'what was said of earlier events of this series (JSON)')
    .optionsGroup('What counts as an event:')
    .option('--sensitivity <0..100>', 'more finds more (default: 50)', numberIn(0, 100))
    .addOption(
      new Option(
        '--direction <which>',
        'only values above / below what was expected (default: both)',
      ).choices(['both', 'above', 'below']),
    )
    .addOption(
      new Option(
        '--threshold <method>',
        'how the threshold is set (default: chosen by the detector)',
      ).choices(['fixed', 'three-sigma', 'mad', 'quantile', 'pot']),
    )
    .option(
      '--threshold-value <n>',
      'the threshold for fixed, the quantile, the sigmas, or the risk for pot',
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
    );
}

/** @throws HeedError bad-option where flags contradict each other */
export function checkScoringFlags(flags: ScoringFlags): void {
  if (flags.model !== undefined && (flags.detector !== undefined || flags.option !== undefined)) {
    throw new HeedError(
      'bad-option',
      '--model brings its own detector and options, so --detector and --option cannot be given with it',
      'Leave them out.',
    );
  }
  if (flags.thresholdValue !== undefined && flags.threshold === undefined) {
    throw new HeedError(
      'bad-option',
      '--threshold-value is given without the method that it belongs to',
      'Give --threshold too, for instance --threshold fixed.',
    );
  }
}

export function eventOptions(flags: ScoringFlags): EventOptions {
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
