import { choice, integer, type OptionsOf } from '../../base/options.js';
import { trainingOptions, supervisedOption } from '../training/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  ...trainingOptions,
  ...supervisedOption,
  hidden: integer('width of s', 24, { min: 2, max: 512 }),
  layers: integer('attention operations in a row', 2, { min: 1, max: 8 }),
  score: choice('a in e = a(sᵀs)', 'scaled', ['scaled', 'identity', 'tanh']),
  exclusion: integer('neighbors a rebuilt point may not attend to', 1, { min: 0, max: 512, unit: 'points' }),
};

/** Options of `self-attention`. */
export type SelfAttentionOptions = OptionsOf<typeof options>;
