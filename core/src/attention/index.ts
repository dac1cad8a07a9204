export * from './memory.js';
export * from './load.js';
export type * from './layers.js';
