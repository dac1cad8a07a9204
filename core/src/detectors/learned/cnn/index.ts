import { quickTraining } from '../training/options.js';
import { options } from './options.js';
import { learnedDetector } from '../training/definition.js';

/** Convolution and pooling twice, then dense layers, y = f(Wx + b) (“Deep learning in anomaly detection” §3.2.1), over windows. */
export const cnn = learnedDetector({
  id: 'cnn',
  summary: 'a convolutional network predicts the next point of a window (or, with labels, its anomaly)',
  source: '“Deep learning in anomaly detection” §3.2.1',
  parameters: 31_041,
  tags: { explains: false },
  quick: { ...quickTraining, firstFilters: 8, secondFilters: 8, hidden: 16 },
  options,
  load: async () => (await import('./network.js')).cnnPlan,
});
