import { quickTraining } from '../training/options.js';
import { options } from './options.js';
import { HeedError } from '../../../errors.js';
import { learnedDetector } from '../training/definition.js';

/** E(x), D(E(x)), S, Attention(S, E(x)), w, S' = f(S, w, E(x)), P(x|S') (“Attention mechanisms in anomaly detection” §3). */
export const encoderDecoderAttention = learnedDetector({
  id: 'encoder-decoder-attention',
  summary: 'a recurrent decoder attends to the encoded past and predicts step by step; scores the surprise',
  source: '“Attention mechanisms in anomaly detection” §3',
  parameters: 3569,
  quick: { ...quickTraining, horizon: 4, hidden: 8 },
  options,
  check({ window, horizon }) {
    if (horizon * 2 > window) {
      throw new HeedError(
        'bad-option',
        `a horizon of ${horizon} leaves less than half of a window of ${window} to encode`,
        'Choose a smaller horizon or a larger window.',
      );
    }
  },
  load: async () => (await import('./network.js')).encoderDecoderPlan,
});
