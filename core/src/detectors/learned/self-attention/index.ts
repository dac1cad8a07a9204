import { HeedError } from '../../../errors.js';
import { learnedDetector } from '../training/definition.js';
import { quickTraining, trainingDefaults, trainingOptionSpecs } from '../training/options.js';
import { supervisedSpec } from '../training/plan.js';
import type { SelfAttentionOptions } from './network.js';

/** e_ij = a(s_iᵀ s_j), α_ij = softmax_j(e_ij), h_i = Σ_j α_ij s_j (“Deep learning in anomaly detection” §3.2.3). */
export const selfAttention = learnedDetector<SelfAttentionOptions>({
  id: 'self-attention',
  summary: 'self-attention rebuilds every point of a window from the others (or, with labels, classifies it)',
  source: '“Deep learning in anomaly detection” §3.2.3',
  parameters: 3649,
  defaults: { ...trainingDefaults, supervised: false, hidden: 24, layers: 2, score: 'scaled', exclusion: 1 },
  quick: { ...quickTraining, hidden: 8, layers: 1 },
  options: {
    ...trainingOptionSpecs,
    ...supervisedSpec,
    hidden: { type: 'integer', summary: 'width of s', min: 2, max: 512 },
    layers: { type: 'integer', summary: 'attention operations in a row', min: 1, max: 8 },
    score: { type: 'enum', summary: 'a in e = a(sᵀs)', values: ['scaled', 'identity', 'tanh'] },
    exclusion: {
      type: 'integer',
      summary: 'neighbors a rebuilt point may not attend to',
      min: 0,
      max: 512,
      unit: 'points',
    },
  },
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
