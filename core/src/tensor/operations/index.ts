export * from './dense.js';
export * from './convolution.js';
export { gatesOf, type RecurrentCell } from './cell.js';
export * from './recurrent.js';
export * from './attention-decoder.js';
export * from './segment.js';
