import { HeedError } from '../../../errors.js';
import { learnedDetector } from '../training/definition.js';
import { quickTraining, trainingDefaults, trainingOptionSpecs } from '../training/options.js';
import type { EncoderDecoderOptions } from './network.js';

/** E(x), D(E(x)), S, Attention(S, E(x)), w, S' = f(S, w, E(x)), P(x|S') (“Attention mechanisms in anomaly detection” §3). */
export const encoderDecoderAttention = learnedDetector<EncoderDecoderOptions>({
  id: 'encoder-decoder-attention',
  summary: 'a recurrent decoder attends to the encoded past and predicts step by step; scores the surprise',
  source: '“Attention mechanisms in anomaly detection” §3',
  parameters: 3569,
  defaults: { ...trainingDefaults, window: 40, horizon: 8, hidden: 16, cell: 'gru', maxWindows: 512 },
  quick: { ...quickTraining, horizon: 4, hidden: 8 },
  options: {
    ...trainingOptionSpecs,
    horizon: {
      type: 'integer',
      summary: 'points predicted from one encoded interval',
      min: 1,
      max: 256,
      unit: 'points',
    },
    hidden: { type: 'integer', summary: 'width of the states', min: 1, max: 512 },
    cell: { type: 'enum', summary: 'recurrent cell', values: ['gru', 'rnn', 'lstm'] },
  },
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
