import { quickTraining } from '../training/options.js';
import { options } from './options.js';
import { learnedDetector } from '../training/definition.js';

/** h_t = f(W x_t + R h_{t−1} + b), y_t = g(V h_t + c) (“Deep learning in anomaly detection” §3.2.2). */
export const rnn = learnedDetector({
  id: 'rnn',
  summary: 'a recurrent network predicts every point from those before (or, with labels, its anomaly)',
  source: '“Deep learning in anomaly detection” §3.2.2',
  parameters: 649,
  tags: { explains: false },
  quick: { ...quickTraining, hidden: 8 },
  options,
  load: async () => (await import('./network.js')).rnnPlan,
});
