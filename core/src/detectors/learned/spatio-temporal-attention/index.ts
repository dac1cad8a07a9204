import { learnedDetector } from '../training/definition.js';
import { quickTraining, trainingDefaults, trainingOptionSpecs } from '../training/options.js';
import { supervisedSpec } from '../training/plan.js';
import type { SpatioTemporalOptions } from './network.js';

/** E = Embedding(X), H = RNN(E), A = Attention(H), O = FC(H ⊙ A), with attention over channels before (“Attention-based anomaly detection in spatio-temporal sequences” §4). */
export const spatioTemporalAttention = learnedDetector<SpatioTemporalOptions>({
  id: 'spatio-temporal-attention',
  summary: 'attends to channels and to time steps, predicts the next point (or, with labels, its anomaly)',
  source: '“Attention-based anomaly detection in spatio-temporal sequences” §3–4',
  parameters: 3169,
  defaults: {
    ...trainingDefaults,
    supervised: false,
    attention: 'additive',
    embedding: 16,
    hidden: 16,
    maxWindows: 512,
    epochs: 15,
    learningRate: 0.005,
    cell: 'lstm',
    spatial: true,
  },
  quick: { ...quickTraining, embedding: 8, hidden: 8 },
  options: {
    ...trainingOptionSpecs,
    ...supervisedSpec,
    attention: {
      type: 'enum',
      summary: 'kind of attention over time',
      values: ['additive', 'multiplicative', 'convolutional'],
    },
    embedding: { type: 'integer', summary: 'e, width of the embedding', min: 1, max: 512 },
    hidden: { type: 'integer', summary: 'h, width of the recurrent layer', min: 1, max: 512 },
    cell: { type: 'enum', summary: 'recurrent cell', values: ['lstm', 'gru', 'rnn'] },
    spatial: { type: 'boolean', summary: 'attention over the channels too' },
  },
  load: async () => (await import('./network.js')).spatioTemporalPlan,
});
