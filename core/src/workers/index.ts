export {
  createPool,
  type PoolDetector,
  type PoolOptions,
  type PoolRunOptions,
  type ScorePool,
  type WebWorkerLike,
} from './pool.js';
export {
  serveTasks,
  type PoolCancellation,
  type PoolError,
  type PoolNotice,
  type PoolPort,
  type PoolReply,
  type PoolRequest,
  type TaskRun,
} from './protocol.js';
export { serveScores, type PoolScoreOptions } from './serve.js';
export {
  WorkerPool,
  type PoolWorker,
  type RunTaskOptions,
  type TaskOutcome,
  type WorkerPoolOptions,
} from './worker-pool.js';
