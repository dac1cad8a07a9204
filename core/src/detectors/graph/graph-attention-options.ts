import { integer, number, type OptionsOf } from '../base/options.js';

/** One schema: types, defaults, checks and help of the options follow from it. */
export const options = {
  hidden: integer('width of one head', 8, { min: 1, max: 256 }),
  heads: integer('attention heads', 4, { min: 1, max: 32 }),
  epochs: integer('steps over the whole graph', 100, { min: 1, max: 100_000 }),
  learningRate: number("Adam's step size", 0.01, { min: 1e-6, max: 1 }),
  edgeDropout: number('share of edges left out of each step', 0.7, { min: 0, max: 0.95 }),
  featureDropout: number('share of features left out of each step', 0.3, { min: 0, max: 0.95 }),
  structure: number('share of structure in the score', 0.5, { min: 0, max: 1 }),
};

/** Options of `graph-attention`. */
export type GraphAttentionOptions = OptionsOf<typeof options>;
