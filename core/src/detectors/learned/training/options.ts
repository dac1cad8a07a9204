import { flag, integer, number, text, type OptionsOf } from '../../base/options.js';

/** Options that every learned detector on windows shares. */
export const trainingOptions = {
  window: integer('points per window', 32, { min: 4, max: 1024, unit: 'points' }),
  epochs: integer('most passes over the training windows', 20, { min: 1, max: 10_000 }),
  batchSize: integer('windows per step of the optimizer', 32, { min: 1, max: 4096 }),
  learningRate: number("Adam's step size", 0.003, { min: 1e-6, max: 1 }),
  patience: integer('epochs without improvement before training stops; the best epoch is kept', 4, {
    min: 1,
    max: 1000,
  }),
  validation: number('share of the windows held out, last in time', 0.2, { min: 0, max: 0.9 }),
  maxWindows: integer('most training windows per epoch; a longer series is sampled evenly', 1024, {
    min: 1,
    max: 1_000_000,
  }),
  augment: text(
    'augmentation of training windows: none, or jitter, scale, warp, inject joined by commas',
    'none',
  ),
  pretrainEpochs: integer('epochs of masked reconstruction first', 0, { min: 0, max: 10_000 }),
};

export type TrainingOptions = OptionsOf<typeof trainingOptions>;

/** The option of detectors that can also learn from labels. */
export const supervisedOption = {
  /** Binary cross-entropy with the labels. */
  supervised: flag('learns from labels in place of the series’ own structure', false),
};

export type SupervisedOption = OptionsOf<typeof supervisedOption>;

/** Cheap settings for tests and first looks. */
export const quickTraining = { window: 16, epochs: 3, maxWindows: 128 } as const;
