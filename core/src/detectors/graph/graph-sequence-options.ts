import { changeDefaults, integer, type OptionsOf } from '../base/options.js';
import { trainingOptions } from '../learned/training/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  ...changeDefaults(trainingOptions, { window: 12, maxWindows: 512, batchSize: 16, learningRate: 0.005 }),
  hidden: integer('width of one graph attention head', 8, { min: 1, max: 256 }),
  heads: integer('graph attention heads', 2, { min: 1, max: 32 }),
};

/** Options of `graph-sequence-attention`. */
export type GraphSequenceOptions = OptionsOf<typeof options>;
