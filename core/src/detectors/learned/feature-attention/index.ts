import { learnedDetector } from '../training/definition.js';
import { quickTraining, trainingDefaults, trainingOptionSpecs } from '../training/options.js';
import { supervisedSpec } from '../training/plan.js';
import type { FeatureAttentionOptions } from './network.js';

/** a = softmax(Wx), z = Σ a_i x_i, s_i = f(z − x_i), threshold T (“Attention mechanisms for robust and accurate anomaly detection” §3). */
export const featureAttentionDetector = learnedDetector<FeatureAttentionOptions>({
  id: 'feature-attention',
  summary: 'compares every point with attention-weighted sums of its window; learns its own threshold',
  source: '“Attention mechanisms for robust and accurate anomaly detection” §3',
  parameters: 1554,
  defaults: {
    ...trainingDefaults,
    supervised: false,
    features: 'cnn',
    hidden: 16,
    weightings: 8,
    nonlinearity: 'softplus',
    thresholdQuantile: 0.999,
  },
  quick: { ...quickTraining, hidden: 8, weightings: 4 },
  options: {
    ...trainingOptionSpecs,
    ...supervisedSpec,
    features: { type: 'enum', summary: 'feature representation', values: ['none', 'cnn', 'rnn'] },
    hidden: { type: 'integer', summary: 'width of the features', min: 1, max: 512 },
    weightings: { type: 'integer', summary: 'rows of W, each with a z of its own', min: 1, max: 64 },
    nonlinearity: { type: 'enum', summary: 'f in s = f(z − x)', values: ['sigmoid', 'softplus'] },
    thresholdQuantile: {
      type: 'number',
      summary: 'quantile of held-out normal scores that becomes the threshold',
      min: 0.5,
      max: 1,
    },
  },
  load: async () => (await import('./network.js')).featureAttentionPlan,
});
