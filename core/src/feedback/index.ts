export { readFeedback } from './read.js';
export { applyFeedback } from './similar.js';
