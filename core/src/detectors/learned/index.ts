import { anomalyTransformer } from './anomaly-transformer/index.js';
import { attentionAutoencoder } from './attention-autoencoder/index.js';
import { cnn } from './cnn/index.js';
import { cnnImage } from './cnn-image/index.js';
import { encoderDecoderAttention } from './encoder-decoder-attention/index.js';
import { featureAttention } from './feature-attention/index.js';
import { graphAttention } from '../graph/graph-attention.js';
import { graphSequenceAttention } from '../graph/graph-sequence-attention.js';
import { rnn } from './rnn/index.js';
import { selfAttention } from './self-attention/index.js';
import { spatioTemporalAttention } from './spatio-temporal-attention/index.js';
import { tranad } from './tranad/index.js';

/** The detectors that learn a network; each loads TensorFlow.js when it is created, not before. */
export const learnedDetectors = [
  encoderDecoderAttention,
  graphAttention,
  graphSequenceAttention,
  featureAttention,
  attentionAutoencoder,
  spatioTemporalAttention,
  cnn,
  rnn,
  selfAttention,
  anomalyTransformer,
  tranad,
  cnnImage,
] as const;
