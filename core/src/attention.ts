/**
 * @packageDocumentation Attention itself: mechanisms and layers on TensorFlow.js, the choice of its engine, and attention
 * between windows of a series, which needs neither training nor TensorFlow.js.
 */
export * from './tensor/index.js';
export type * from './tensor/attention/index.js';
export * from './windows/index.js';
