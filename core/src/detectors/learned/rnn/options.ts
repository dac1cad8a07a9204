import { choice, integer, type OptionsOf } from '../../base/options.js';
import { trainingOptions, supervisedOption } from '../training/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  ...trainingOptions,
  ...supervisedOption,
  hidden: integer('width of the state', 24, { min: 1, max: 512 }),
  cell: choice('recurrent cell', 'rnn', ['rnn', 'gru', 'lstm']),
};

/** Options of `rnn`. */
export type RnnOptions = OptionsOf<typeof options>;
