import { HeedError } from '../../../errors.js';
import { learnedDetector } from '../training/definition.js';
import { quickTraining, trainingDefaults, trainingOptionSpecs } from '../training/options.js';
import type { AttentionAutoencoderOptions } from './network.js';

/** Encoder → attention → decoder over windows, reconstruction error as score (“Attention-based anomaly detection” §3.1). */
export const attentionAutoencoder = learnedDetector<AttentionAutoencoderOptions>({
  id: 'attention-autoencoder',
  summary:
    'encodes a window, rebuilds every point from the points it attends to, scores what cannot be rebuilt',
  source: '“Attention-based anomaly detection” §3',
  parameters: 1633,
  defaults: { ...trainingDefaults, attention: 'multi-head', modelSize: 16, heads: 4, exclusion: 2 },
  quick: { ...quickTraining, modelSize: 8, heads: 2 },
  options: {
    ...trainingOptionSpecs,
    attention: { type: 'enum', summary: 'kind of attention', values: ['dot', 'scaled', 'multi-head'] },
    modelSize: { type: 'integer', summary: 'd_model, width of an encoded point', min: 2, max: 512 },
    heads: { type: 'integer', summary: 'num_heads of multi-head attention', min: 1, max: 64 },
    exclusion: {
      type: 'integer',
      summary: 'neighbors a point may not attend to; −1 lets it see itself',
      min: -1,
      max: 512,
      unit: 'points',
    },
  },
  check({ modelSize, heads, exclusion, window }) {
    if (modelSize % heads !== 0) {
      throw new HeedError(
        'bad-option',
        `modelSize ${modelSize} is not a multiple of heads ${heads}`,
        'Choose heads that divide modelSize.',
      );
    }
    if (2 * exclusion + 1 >= window) {
      throw new HeedError(
        'bad-option',
        `an exclusion of ${exclusion} leaves nothing to attend to in a window of ${window}`,
        'Choose a smaller exclusion or a larger window.',
      );
    }
  },
  load: async () => (await import('./network.js')).attentionAutoencoderPlan,
});
