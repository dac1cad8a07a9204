import { integer, number, type OptionsOf } from '../../base/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  size: integer('rows and columns of an image', 28, { min: 4, max: 512, unit: 'pixels' }),
  firstFilters: integer('filters of the first convolution', 32, { min: 1, max: 512 }),
  secondFilters: integer('filters of the second convolution', 64, { min: 1, max: 512 }),
  hidden: integer('width of the dense layer', 64, { min: 1, max: 1024 }),
  epochs: integer('most passes over the training images', 12, { min: 1, max: 10_000 }),
  batchSize: integer('images per step of the optimizer', 16, { min: 1, max: 4096 }),
  learningRate: number("Adam's step size", 0.002, { min: 1e-6, max: 1 }),
  patience: integer('epochs without improvement before training stops', 4, { min: 1, max: 1000 }),
  validation: number('share of the images held out, the last ones', 0.2, { min: 0, max: 0.9 }),
};

/** Options of `cnn-image`. */
export type ImageDetectorOptions = OptionsOf<typeof options>;
