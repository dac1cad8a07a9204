import { anomalyTransformer } from './anomaly-transformer.js';
import { attentionAutoencoder } from './attention-autoencoder.js';
import { cnn } from './cnn.js';
import type { DetectorDefinition } from './contract.js';
import { encoderDecoderAttention } from './encoder-decoder-attention.js';
import { featureAttentionDetector } from './feature-attention.js';
import { graphAttentionDetector } from './graph-attention.js';
import { graphSequenceAttention } from './graph-sequence-attention.js';
import { rnn } from './rnn.js';
import { selfAttention } from './self-attention.js';
import { spatioTemporalAttention } from './spatio-temporal-attention.js';
import { tranad } from './tranad.js';

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
