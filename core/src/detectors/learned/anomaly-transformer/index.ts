import { quickTraining } from '../training/options.js';
import { options } from './options.js';
import { HeedError } from '../../../errors.js';
import { learnedDetector } from '../training/definition.js';

/** Anomaly Transformer (Xu et al., ICLR 2022): association discrepancy learned by a minimax strategy. */
export const anomalyTransformer = learnedDetector({
  id: 'anomaly-transformer',
  summary: 'association discrepancy: anomalies attend to their neighborhood only (Xu et al. 2022)',
  source: 'Xu et al., ICLR 2022 (arXiv 2110.02642)',
  parameters: 4613,
  quick: { ...quickTraining, modelSize: 8, heads: 2, layers: 1, feedForward: 8, batchSize: 16 },
  options,
  check({ modelSize, heads }) {
    if (modelSize % heads !== 0) {
      throw new HeedError(
        'bad-option',
        `modelSize ${modelSize} is not a multiple of heads ${heads}`,
        'Choose heads that divide modelSize.',
      );
    }
  },
  load: async () => (await import('./network.js')).anomalyTransformerPlan,
});
