export { applyFeedback, readFeedback } from '../feedback/index.js';
export * from './types.js';
export * from './graph/types.js';
export { computeThreshold, type ThresholdOptions } from './threshold/threshold.js';
export { SEVERITY_AT_THRESHOLD, toSeverity } from './threshold/scores.js';
export { severityClass, severityClasses, type SeverityClass } from './severity.js';
export { bandWidth } from './explain/explain.js';
export { describeQuantity, describeTimeRange } from './explain/quantities.js';
export { modelVersion } from './model-file.js';
export * from './detector-types.js';
export * from './json.js';
export * from './graph/json.js';
export { createDetector } from './create.js';
export { createDetectorFrom } from './series-detector.js';
export { detect, type DetectOptions } from './detect.js';
export { scoreRaw, type RawRun, type RawRunOptions } from './raw.js';
export { loadDetector } from './load.js';
export {
  createGraphDetector,
  toGraphInput,
  loadGraphDetector,
  type GraphDetector,
  type GraphDetectorFor,
  type GraphDetectorIds,
  type GraphDetectorOf,
  type GraphInputKind,
  type GraphScoreOptions,
} from './graph/detector.js';
export {
  distillDetector,
  measureQuantization,
  type CompressionFigures,
  type DistilledDetector,
} from './compress.js';
