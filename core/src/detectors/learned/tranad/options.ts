import { integer, number, changeDefaults, type OptionsOf } from '../../base/options.js';
import { trainingOptions } from '../training/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  ...changeDefaults(trainingOptions, { window: 10, epochs: 15, batchSize: 64, maxWindows: 2048 }),
  modelSize: integer('least d_model', 8, { min: 2, max: 1024 }),
  feedForward: integer('width of the feed-forward layers', 16, { min: 1, max: 4096 }),
  dropout: number('share of activations dropped in training', 0.1, { min: 0, max: 0.9 }),
  epsilon: number('ε of the weight ε^−n of plain reconstruction', 1.02, { min: 1, max: 2 }),
};

/** Options of `tranad`. */
export type TranadOptions = OptionsOf<typeof options>;
