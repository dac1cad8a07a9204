export * from './base/types.js';
export * from './registry.js';
export { quantizeState, stateBytes } from './transfer/quantize.js';
export * from './transfer/distill.js';
export * from './transfer/federated.js';
export { createGraphAttention, type GraphAttentionOptions } from './graph/graph-attention.js';
export { createGraphSequenceAttention, type GraphSequenceOptions } from './graph/graph-sequence-attention.js';
export {
  createImageDetector,
  type ImageDetector,
  type ImageDetectorOptions,
} from './learned/cnn-image/index.js';
