import { choice, flag, integer, number, type OptionsOf } from '../../base/options.js';
import { trainingOptions, supervisedOption } from '../training/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  ...trainingOptions,
  ...supervisedOption,
  features: choice('feature representation', 'cnn', ['none', 'cnn', 'rnn']),
  hidden: integer('width of the features', 16, { min: 1, max: 512 }),
  weightings: integer('rows of W, each with a z of its own', 8, { min: 1, max: 64 }),
  nonlinearity: choice(
    'f in s = f(z − x); softmax ranks the points of a window against each other',
    'softplus',
    ['sigmoid', 'softplus', 'softmax'],
  ),
  literal: flag(
    'the formulas to the letter: one row of W, which reads x itself, and every point part of the z it is compared with',
    false,
  ),
  thresholdQuantile: number('quantile of held-out normal scores that becomes the threshold', 0.999, {
    min: 0.5,
    max: 1,
  }),
};

/** Options of `feature-attention`. */
export type FeatureAttentionOptions = OptionsOf<typeof options>;
