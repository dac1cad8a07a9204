import { HeedError } from '../../../errors.js';
import { learnedDetector } from '../training/definition.js';
import { quickTraining, trainingDefaults, trainingOptionSpecs } from '../training/options.js';
import type { AnomalyTransformerOptions } from './network.js';

/** Anomaly Transformer (Xu et al., ICLR 2022): association discrepancy learned by a minimax strategy. */
export const anomalyTransformer = learnedDetector<AnomalyTransformerOptions>({
  id: 'anomaly-transformer',
  summary: 'association discrepancy: anomalies attend to their neighborhood only (Xu et al. 2022)',
  source: 'Xu et al., ICLR 2022 (arXiv 2110.02642)',
  parameters: 4613,
  defaults: {
    ...trainingDefaults,
    window: 48,
    epochs: 8,
    batchSize: 16,
    learningRate: 0.002,
    maxWindows: 256,
    modelSize: 16,
    heads: 2,
    layers: 2,
    feedForward: 32,
    lambda: 3,
    temperature: 0.1,
  },
  quick: { ...quickTraining, modelSize: 8, heads: 2, layers: 1, feedForward: 8, batchSize: 16 },
  options: {
    ...trainingOptionSpecs,
    modelSize: { type: 'integer', summary: 'd_model', min: 2, max: 1024 },
    heads: { type: 'integer', summary: 'attention heads; divides modelSize', min: 1, max: 64 },
    layers: { type: 'integer', summary: 'encoder layers', min: 1, max: 12 },
    feedForward: { type: 'integer', summary: 'width of the feed-forward layers', min: 1, max: 4096 },
    lambda: { type: 'number', summary: 'weight of the association discrepancy', min: 0, max: 100 },
    temperature: { type: 'number', summary: 'factor of the discrepancy in the score', min: 0, max: 1000 },
  },
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
