import { quickTraining } from '../training/options.js';
import { options } from './options.js';
import { learnedDetector } from '../training/definition.js';

/** TranAD (Tuli et al., VLDB 2022): two-phase, self-conditioned, adversarial reconstruction. */
export const tranad = learnedDetector({
  id: 'tranad',
  summary:
    'transformer that rebuilds a window twice, the second time focused on its own errors (Tuli et al. 2022)',
  source: 'Tuli, Casale, Jennings, PVLDB 15(6), 2022 (arXiv 2201.07284)',
  parameters: 2162,
  quick: { ...quickTraining, window: 10, batchSize: 32 },
  options,
  load: async () => (await import('./network.js')).tranadPlan,
});
