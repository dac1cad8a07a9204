import { integer, number, changeDefaults, type OptionsOf } from '../../base/options.js';
import { trainingOptions } from '../training/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  ...changeDefaults(trainingOptions, {
    window: 48,
    epochs: 8,
    batchSize: 16,
    learningRate: 0.002,
    maxWindows: 256,
  }),
  modelSize: integer('d_model', 16, { min: 2, max: 1024 }),
  heads: integer('attention heads; divides modelSize', 2, { min: 1, max: 64 }),
  layers: integer('encoder layers', 2, { min: 1, max: 12 }),
  feedForward: integer('width of the feed-forward layers', 32, { min: 1, max: 4096 }),
  lambda: number('weight of the association discrepancy', 3, { min: 0, max: 100 }),
  temperature: number('factor of the discrepancy in the score', 0.1, { min: 0, max: 1000 }),
};

/** Options of `anomaly-transformer`. */
export type AnomalyTransformerOptions = OptionsOf<typeof options>;
