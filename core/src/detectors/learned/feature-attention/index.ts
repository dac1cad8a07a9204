import { quickTraining } from '../training/options.js';
import { options } from './options.js';
import { learnedDetector } from '../training/definition.js';

/** a = softmax(Wx), z = Σ a_i x_i, s_i = f(z − x_i), threshold T (“Attention mechanisms for robust and accurate anomaly detection” §3). */
export const featureAttention = learnedDetector({
  id: 'feature-attention',
  summary: 'compares every point with attention-weighted sums of its window; learns its own threshold',
  source: '“Attention mechanisms for robust and accurate anomaly detection” §3',
  parameters: 1554,
  quick: { ...quickTraining, hidden: 8, weightings: 4 },
  options,
  load: async () => (await import('./network.js')).featureAttentionPlan,
});
