export {
  createPool,
  type PoolDetector,
  type PoolOptions,
  type PoolRunOptions,
  type ScorePool,
  type WebWorkerLike,
} from './pool.js';
export { serveScores, type PoolPort, type PoolScoreOptions } from './serve.js';
