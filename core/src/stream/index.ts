export { createStream, type DetectorStream, type StreamOptions, type StreamUpdate } from './stream.js';
export { SlidingStream, type SlidingRunOptions, type SlidingUpdate } from './sliding.js';
