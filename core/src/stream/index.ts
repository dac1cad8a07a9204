export { createStream, type DetectorStream, type StreamOptions, type StreamUpdate } from './stream.js';
