import { learnedDetector } from '../training/definition.js';
import { quickTraining, trainingDefaults, trainingOptionSpecs } from '../training/options.js';
import { supervisedSpec } from '../training/plan.js';
import type { RnnOptions } from './network.js';

/** h_t = f(W x_t + R h_{t−1} + b), y_t = g(V h_t + c) (“Deep learning in anomaly detection” §3.2.2). */
export const rnn = learnedDetector<RnnOptions>({
  id: 'rnn',
  summary: 'a recurrent network predicts every point from those before (or, with labels, its anomaly)',
  source: '“Deep learning in anomaly detection” §3.2.2',
  parameters: 649,
  tags: { explains: false },
  defaults: { ...trainingDefaults, supervised: false, hidden: 24, cell: 'rnn' },
  quick: { ...quickTraining, hidden: 8 },
  options: {
    ...trainingOptionSpecs,
    ...supervisedSpec,
    hidden: { type: 'integer', summary: 'width of the state', min: 1, max: 512 },
    cell: { type: 'enum', summary: 'recurrent cell', values: ['rnn', 'gru', 'lstm'] },
  },
  load: async () => (await import('./network.js')).rnnPlan,
});
