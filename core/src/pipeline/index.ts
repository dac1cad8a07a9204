export * from './types.js';
export * from './json.js';
