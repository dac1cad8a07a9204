export * from './series.js';
export type { DuplicatePolicy, ReadOptions, ReadResult, ReadRunOptions } from './read-options.js';
export { createCsvReader, readCsv, type TableReader } from './csv.js';
export { createJsonReader, readJson, seriesToJson } from './json.js';
export { readSeriesStream } from './read.js';
export {
  seriesFromFrame,
  seriesFromRecords,
  seriesToFrame,
  seriesToRecords,
  type FrameField,
  type FrameLike,
  type SeriesRecord,
} from './records.js';
export { joinSeries, seriesOfFrames, uniqueNames, type FrameSeries } from './frames.js';
export { seriesFromDataFrame, type DataFrameLike } from './dataframe.js';
export {
  createSeriesFromUnsorted,
  estimateStep,
  findGaps,
  resample,
  type Gap,
  type ResampleOptions,
} from './resample.js';
export type { Aggregation } from './merge.js';
export { formatDuration, parseDuration, parseIsoTime, type EpochUnit } from './time.js';
export { seriesToCsv, type WriteCsvOptions } from './write.js';
export * from './graph.js';
export * from './graph-read.js';
export { unitOfName } from './units.js';
export * from './logs.js';
export type { Interval } from './interval.js';
