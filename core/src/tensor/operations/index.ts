export * from './attention.js';
export * from './dense.js';
export * from './convolution.js';
export { gateCount, type RecurrentCell } from './cell.js';
export * from './recurrent.js';
export * from './attention-decoder.js';
export * from './segment.js';
export * from './layer-norm.js';
export * from './softmax.js';
