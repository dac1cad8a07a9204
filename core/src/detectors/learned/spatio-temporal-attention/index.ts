import { quickTraining } from '../training/options.js';
import { options } from './options.js';
import { learnedDetector } from '../training/definition.js';

/** E = Embedding(X), H = RNN(E), A = Attention(H), O = FC(H ⊙ A), with attention over channels before (“Attention-based anomaly detection in spatio-temporal sequences” §4). */
export const spatioTemporalAttention = learnedDetector({
  id: 'spatio-temporal-attention',
  summary: 'attends to channels and to time steps, predicts the next point (or, with labels, its anomaly)',
  source: '“Attention-based anomaly detection in spatio-temporal sequences” §3–4',
  parameters: 3169,
  quick: { ...quickTraining, embedding: 8, hidden: 8 },
  options,
  load: async () => (await import('./network.js')).spatioTemporalPlan,
});
