export * from './types.js';
export * from './json.js';
export * from './graph-json.js';
export { createDetector } from './create.js';
export { describeOption, resolveOptions } from './options.js';
export { detect, type DetectOptions } from './detect.js';
export { scoreRaw, type RawRun, type RawRunOptions } from './raw.js';
export { loadDetector } from './model.js';
export {
  createGraphDetector,
  loadGraphDetector,
  type GraphDetector,
  type GraphDetectorIds,
  type GraphDetectorOf,
  type GraphScoreOptions,
} from './graph-detector.js';
export { readFeedback } from './feedback.js';
export { seriesOf } from './scored.js';
export {
  distillDetector,
  measureQuantization,
  type CompressionFigures,
  type DistilledDetector,
} from './compress.js';
