export type * from './memory-types.js';
export * from './memory.js';
