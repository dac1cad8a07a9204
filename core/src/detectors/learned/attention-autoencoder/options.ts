import { choice, integer, type OptionsOf } from '../../base/options.js';
import { trainingOptions } from '../training/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  ...trainingOptions,
  attention: choice('kind of attention', 'multi-head', ['dot', 'scaled', 'multi-head']),
  modelSize: integer('d_model, width of an encoded point', 16, { min: 2, max: 512 }),
  heads: integer('num_heads of multi-head attention', 4, { min: 1, max: 64 }),
  exclusion: integer('neighbors a point may not attend to; −1 lets it see itself', 2, {
    min: -1,
    max: 512,
    unit: 'points',
  }),
};

/** Options of `attention-autoencoder`. */
export type AttentionAutoencoderOptions = OptionsOf<typeof options>;
