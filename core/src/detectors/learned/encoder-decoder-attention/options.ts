import { choice, integer, changeDefaults, type OptionsOf } from '../../base/options.js';
import { trainingOptions } from '../training/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  ...changeDefaults(trainingOptions, { window: 40, maxWindows: 512 }),
  horizon: integer('points predicted from one encoded interval', 8, { min: 1, max: 256, unit: 'points' }),
  hidden: integer('width of the states', 16, { min: 1, max: 512 }),
  cell: choice('recurrent cell', 'gru', ['gru', 'rnn', 'lstm']),
};

/** Options of `encoder-decoder-attention`. */
export type EncoderDecoderOptions = OptionsOf<typeof options>;
