import { learnedDetector } from '../training/definition.js';
import { quickTraining, trainingDefaults, trainingOptionSpecs } from '../training/options.js';
import { supervisedSpec } from '../training/plan.js';
import type { CnnOptions } from './network.js';

/** Convolution and pooling twice, then dense layers, y = f(Wx + b) (“Deep learning in anomaly detection” §3.2.1), over windows. */
export const cnn = learnedDetector<CnnOptions>({
  id: 'cnn',
  summary: 'a convolutional network predicts the next point of a window (or, with labels, its anomaly)',
  source: '“Deep learning in anomaly detection” §3.2.1',
  parameters: 31_041,
  tags: { explains: false },
  defaults: {
    ...trainingDefaults,
    supervised: false,
    firstFilters: 32,
    secondFilters: 64,
    hidden: 64,
    epochs: 15,
  },
  quick: { ...quickTraining, firstFilters: 8, secondFilters: 8, hidden: 16 },
  options: {
    ...trainingOptionSpecs,
    ...supervisedSpec,
    window: { ...trainingOptionSpecs.window, min: 12 },
    firstFilters: { type: 'integer', summary: 'filters of the first convolution', min: 1, max: 512 },
    secondFilters: { type: 'integer', summary: 'filters of the second convolution', min: 1, max: 512 },
    hidden: { type: 'integer', summary: 'width of the dense layer', min: 1, max: 1024 },
  },
  load: async () => (await import('./network.js')).cnnPlan,
});
