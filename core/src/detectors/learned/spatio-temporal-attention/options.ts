import { choice, flag, integer, changeDefaults, type OptionsOf } from '../../base/options.js';
import { trainingOptions, supervisedOption } from '../training/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  ...changeDefaults(trainingOptions, { epochs: 15, learningRate: 0.005, maxWindows: 512 }),
  ...supervisedOption,
  attention: choice('kind of attention over time', 'additive', [
    'additive',
    'multiplicative',
    'convolutional',
  ]),
  embedding: integer('e, width of the embedding', 16, { min: 1, max: 512 }),
  hidden: integer('h, width of the recurrent layer', 16, { min: 1, max: 512 }),
  cell: choice('recurrent cell', 'lstm', ['lstm', 'gru', 'rnn']),
  spatial: flag('attention over the channels too', true),
};

/** Options of `spatio-temporal-attention`. */
export type SpatioTemporalOptions = OptionsOf<typeof options>;
