export * from './contract.js';
export * from './registry.js';
export { quantizeState, stateBytes } from './quantize.js';
export * from './distill.js';
export * from './federated.js';
export { createGraphAttention, type GraphAttentionOptions } from './graph-attention.js';
export { createGraphSequenceAttention, type GraphSequenceOptions } from './graph-sequence-attention.js';
export { createImageDetector, type ImageDetector, type ImageDetectorOptions } from './cnn-image.js';
