/**
 * @packageDocumentation What most programs need: series and their readers, detectors, streams, monitors, workers. It
 * runs in browsers, workers and Node alike. The rest comes by sub-path, named after the folder: `/series`,
 * `/preprocess`, `/attention`, `/detectors`, `/detection`, `/stream`, `/live`, `/workers`, `/datasets`, `/evaluate`,
 * `/testing`, `/plot`, and `/node` for what needs Node; one detector alone as `/detectors/<id>`. `/all` is everything in one
 * flat name space, for notebooks.
 */
export { HeedError, isHeedError, throwIfAborted, type ErrorPlace, type HeedErrorCode } from './errors.js';

// Series and graphs
export { createSeries, sliceSeries, type Channel, type Series } from './series/series.js';
// From the files themselves: bundlers that split code take a list of re-exports as used where any of it is.
export type { Interval } from './series/interval.js';
export type { ReadOptions, ReadResult } from './series/read/options.js';
export { readCsv } from './series/read/csv.js';
export { readJson, seriesToJson } from './series/read/json.js';
export { seriesFromRecords, seriesToRecords } from './series/read/records.js';
export { seriesFromDataFrame } from './series/dataframe.js';
export { seriesToCsv } from './series/write.js';
export { joinSeries } from './series/frame-series.js';
export { resample } from './series/resample.js';
export { createGraph, createGraphSequence, type Graph, type GraphSequence } from './series/graph.js';

// Detectors
export { defineDetector } from './detectors/base/types.js';
export type {
  DetectorDefinition,
  DetectorOptions,
  Feedback,
  FitReport,
  Progress,
  RunOptions,
} from './detectors/base/types.js';
export type * from './detectors/known.js';
export { getDetectorDefinition, listDetectors, registerDetector } from './detectors/registry.js';
export { readFeedback } from './feedback/index.js';

// Detection
export type { Preparation } from './preprocess/index.js';
export {
  createDetector,
  createGraphDetector,
  detect,
  detectionToJson,
  loadDetector,
  loadGraphDetector,
  severityClass,
  type AnomalyEvent,
  type ChannelDetection,
  type DetectOptions,
  type Detection,
  type Detector,
  type EventOptions,
  type GraphDetection,
  type GraphDetector,
  type GraphSequenceDetection,
  type ScoreOptions,
  type ThresholdReport,
} from './detection/index.js';

// Points as they arrive
export { createStream, type DetectorStream, type StreamOptions, type StreamUpdate } from './stream/index.js';
export {
  backtest,
  createMonitor,
  restoreMonitor,
  type Backtest,
  type BacktestOptions,
  type LiveIncident,
  type Monitor,
  type MonitorOptions,
  type MonitorUpdate,
} from './live/index.js';

// Many series at once
export {
  createPool,
  serveScores,
  type PoolOptions,
  type PoolRunOptions,
  type ScorePool,
} from './workers/index.js';
