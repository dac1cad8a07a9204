export * from './dense.js';
export * from './convolution.js';
export * from './recurrent.js';
export * from './segment.js';
