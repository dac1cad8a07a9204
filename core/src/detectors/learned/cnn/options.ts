import { integer, changeDefaults, type OptionsOf } from '../../base/options.js';
import { trainingOptions, supervisedOption } from '../training/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  ...changeDefaults(trainingOptions, { epochs: 15 }),
  ...supervisedOption,
  window: integer('points per window', 32, { min: 12, max: 1024, unit: 'points' }),
  firstFilters: integer('filters of the first convolution', 32, { min: 1, max: 512 }),
  secondFilters: integer('filters of the second convolution', 64, { min: 1, max: 512 }),
  hidden: integer('width of the dense layer', 64, { min: 1, max: 1024 }),
};

/** Options of `cnn`. */
export type CnnOptions = OptionsOf<typeof options>;
