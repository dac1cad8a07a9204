import { quickTraining } from '../training/options.js';
import { options } from './options.js';
import { HeedError } from '../../../errors.js';
import { learnedDetector } from '../training/definition.js';

/** Encoder → attention → decoder over windows, reconstruction error as score (“Attention-based anomaly detection” §3.1). */
export const attentionAutoencoder = learnedDetector({
  id: 'attention-autoencoder',
  summary:
    'encodes a window, rebuilds every point from the points it attends to, scores what cannot be rebuilt',
  source: '“Attention-based anomaly detection” §3',
  parameters: 1633,
  quick: { ...quickTraining, modelSize: 8, heads: 2 },
  options,
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
