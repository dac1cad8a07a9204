export * from './backend.js';
export * from './yield.js';
