import { anomalyTransformer } from './anomaly-transformer/index.js';
import { attentionAutoencoder } from './attention-autoencoder/index.js';
import { cnn } from './cnn/index.js';
import type { DetectorDefinition } from '../base/types.js';
import { encoderDecoderAttention } from './encoder-decoder-attention/index.js';
import { featureAttentionDetector } from './feature-attention/index.js';
import { graphAttentionDetector } from '../graph/graph-attention.js';
import { graphSequenceAttention } from '../graph/graph-sequence-attention.js';
import { rnn } from './rnn/index.js';
import { selfAttention } from './self-attention/index.js';
import { spatioTemporalAttention } from './spatio-temporal-attention/index.js';
import { tranad } from './tranad/index.js';

/** The detectors that learn a network; each loads TensorFlow.js when it is created, not before. */
export const learnedDetectors = [
  encoderDecoderAttention,
  graphAttentionDetector,
  graphSequenceAttention,
  featureAttentionDetector,
  attentionAutoencoder,
  spatioTemporalAttention,
  cnn,
  rnn,
  selfAttention,
  anomalyTransformer,
  tranad,
] as unknown as readonly DetectorDefinition[];
