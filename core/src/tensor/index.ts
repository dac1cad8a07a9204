export * from './backend.js';
export * from './load.js';
