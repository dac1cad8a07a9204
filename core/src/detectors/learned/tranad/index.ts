import { learnedDetector } from '../training/definition.js';
import { quickTraining, trainingDefaults, trainingOptionSpecs } from '../training/options.js';
import type { TranadOptions } from './network.js';

/** TranAD (Tuli et al., VLDB 2022): two-phase, self-conditioned, adversarial reconstruction. */
export const tranad = learnedDetector<TranadOptions>({
  id: 'tranad',
  summary:
    'transformer that rebuilds a window twice, the second time focused on its own errors (Tuli et al. 2022)',
  source: 'Tuli, Casale, Jennings, PVLDB 15(6), 2022 (arXiv 2201.07284)',
  parameters: 2162,
  defaults: {
    ...trainingDefaults,
    window: 10,
    epochs: 15,
    batchSize: 64,
    maxWindows: 2048,
    modelSize: 8,
    feedForward: 16,
    dropout: 0.1,
    epsilon: 1.02,
  },
  quick: { ...quickTraining, window: 10, batchSize: 32 },
  options: {
    ...trainingOptionSpecs,
    modelSize: { type: 'integer', summary: 'least d_model', min: 2, max: 1024 },
    feedForward: { type: 'integer', summary: 'width of the feed-forward layers', min: 1, max: 4096 },
    dropout: { type: 'number', summary: 'share of activations dropped in training', min: 0, max: 0.9 },
    epsilon: { type: 'number', summary: 'ε of the weight ε^−n of plain reconstruction', min: 1, max: 2 },
  },
  load: async () => (await import('./network.js')).tranadPlan,
});
