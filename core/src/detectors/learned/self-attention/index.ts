import { quickTraining } from '../training/options.js';
import { options } from './options.js';
import { HeedError } from '../../../errors.js';
import { learnedDetector } from '../training/definition.js';

/** e_ij = a(s_iᵀ s_j), α_ij = softmax_j(e_ij), h_i = Σ_j α_ij s_j (“Deep learning in anomaly detection” §3.2.3). */
export const selfAttention = learnedDetector({
  id: 'self-attention',
  summary: 'self-attention rebuilds every point of a window from the others (or, with labels, classifies it)',
  source: '“Deep learning in anomaly detection” §3.2.3',
  parameters: 3649,
  quick: { ...quickTraining, hidden: 8, layers: 1 },
  options,
  check({ exclusion, window }) {
    if (2 * exclusion + 1 >= window) {
      throw new HeedError(
        'bad-option',
        `an exclusion of ${exclusion} leaves nothing to attend to in a window of ${window}`,
        'Choose a smaller exclusion or a larger window.',
      );
    }
  },
  load: async () => (await import('./network.js')).selfAttentionPlan,
});
