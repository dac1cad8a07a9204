export * from './types.js';
export * from './graph-types.js';
export { computeThreshold, type ThresholdOptions } from './threshold.js';
export { SEVERITY_AT_BORDER, severityOf } from './scores.js';
export { applyFeedback } from './feedback.js';
