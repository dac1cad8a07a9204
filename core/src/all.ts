/**
 * @packageDocumentation Every name of every sub-path, flat: what a notebook's `heed` is. A program imports the sub-path
 * that has what it needs.
 */
export * from './node/index.js';
export * from './series/index.js';
export * from './preprocess/index.js';
export * from './attention.js';
export * from './detectors/index.js';
export * from './detection/index.js';
export * from './stream/index.js';
export * from './live/index.js';
export * from './workers/index.js';
export * from './datasets/index.js';
export * from './evaluate/index.js';
export * from './testing/index.js';
export * from './plot/index.js';
