export * from './types.js';
export * from './json.js';
export { createDetector } from './create.js';
export { describeOption, resolveOptions } from './options.js';
export { detect, type DetectOptions } from './detect.js';
export { scoreRaw, type RawRun, type RawRunOptions } from './raw.js';
export { loadDetector } from './model.js';
export { readFeedback } from './feedback.js';
export { seriesOf } from './scored.js';
