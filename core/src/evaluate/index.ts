export * from './labelled-scores.js';
export * from './vus.js';
export * from './vus-window.js';
