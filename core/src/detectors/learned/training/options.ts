import { HeedError } from '../../../errors.js';
import type { DetectorOptions, OptionSpec } from '../../base/types.js';

/** Options that every learned detector on windows shares. */
export type TrainingOptions = {
  /** Points per window. */
  readonly window: number;
  /** Most passes over the training windows. */
  readonly epochs: number;
  /** Windows per step of the optimizer. */
  readonly batchSize: number;
  /** Step size of Adam. */
  readonly learningRate: number;
  /** Epochs without a better validation loss before training stops; the best epoch is kept. */
  readonly patience: number;
  /** Share of the training windows, the last in time, that is held out for validation. */
  readonly validation: number;
  /** Most training windows per epoch; a longer series is sampled evenly. */
  readonly maxWindows: number;
  /** `none`, or a list of `jitter`, `scale`, `warp`, `inject` joined by commas. */
  readonly augment: string;
  /** Epochs of masked reconstruction before the training proper. */
  readonly pretrainEpochs: number;
};

export const trainingDefaults: TrainingOptions = {
  window: 32,
  epochs: 20,
  batchSize: 32,
  learningRate: 0.003,
  patience: 4,
  validation: 0.2,
  maxWindows: 1024,
  augment: 'none',
  pretrainEpochs: 0,
};

export const trainingOptionSpecs: Readonly<Record<keyof TrainingOptions, OptionSpec>> = {
  window: { type: 'integer', summary: 'points per window', min: 4, max: 1024, unit: 'points' },
  epochs: { type: 'integer', summary: 'most passes over the training windows', min: 1, max: 10_000 },
  batchSize: { type: 'integer', summary: 'windows per step of the optimizer', min: 1, max: 4096 },
  learningRate: { type: 'number', summary: "Adam's step size", min: 1e-6, max: 1 },
  patience: {
    type: 'integer',
    summary: 'epochs without improvement before training stops',
    min: 1,
    max: 1000,
  },
  validation: { type: 'number', summary: 'share of the windows held out, last in time', min: 0, max: 0.9 },
  maxWindows: { type: 'integer', summary: 'most training windows per epoch', min: 1, max: 1_000_000 },
  augment: {
    type: 'string',
    summary: 'augmentation of training windows: none, or jitter, scale, warp, inject joined by commas',
  },
  pretrainEpochs: { type: 'integer', summary: 'epochs of masked reconstruction first', min: 0, max: 10_000 },
};

/** Cheap settings for tests and first looks. */
export const quickTraining: Partial<TrainingOptions> = {
  window: 16,
  epochs: 3,
  maxWindows: 128,
};

/** Defaults with what the caller set. @throws HeedError bad-option for a name that is no option */
export function withDefaults<O extends DetectorOptions>(id: string, defaults: O, given: DetectorOptions): O {
  for (const name of Object.keys(given)) {
    if (!(name in defaults)) {
      throw new HeedError(
        'bad-option',
        `${id} has no option "${name}"`,
        `Its options: ${Object.keys(defaults).join(', ')}.`,
      );
    }
  }
  return { ...defaults, ...given };
}
