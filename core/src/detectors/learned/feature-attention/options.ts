import { choice, integer, number, type OptionsOf } from '../../base/options.js';
import { trainingOptions, supervisedOption } from '../training/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  ...trainingOptions,
  ...supervisedOption,
  features: choice('feature representation', 'cnn', ['none', 'cnn', 'rnn']),
  hidden: integer('width of the features', 16, { min: 1, max: 512 }),
  weightings: integer('rows of W, each with a z of its own', 8, { min: 1, max: 64 }),
  nonlinearity: choice('f in s = f(z − x)', 'softplus', ['sigmoid', 'softplus']),
  thresholdQuantile: number('quantile of held-out normal scores that becomes the threshold', 0.999, {
    min: 0.5,
    max: 1,
  }),
};

/** Options of `feature-attention`. */
export type FeatureAttentionOptions = OptionsOf<typeof options>;
