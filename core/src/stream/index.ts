export { createStream, type DetectorStream, type StreamOptions, type StreamUpdate } from './stream.js';
export { SlidingStream, type SlidingUpdate } from './sliding.js';
