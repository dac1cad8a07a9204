export * from './series.js';
export * from './read/index.js';
export { seriesFromFrame, seriesToFrame, type FrameField, type FrameLike } from './frames.js';
export { joinSeries, seriesOfFrames, uniqueNames, type FrameSeries } from './frame-series.js';
export { seriesFromDataFrame, type DataFrameLike } from './dataframe.js';
export {
  createSeriesFromUnsorted,
  estimateStep,
  findGaps,
  resample,
  type Gap,
  type ResampleOptions,
} from './resample.js';
export type { Aggregation, DuplicatePolicy } from './merge.js';
export { formatDuration, parseDuration } from './time.js';
export { fillAbsent } from './absent.js';
export { parseIsoTime } from './read/iso-time.js';
export { unpack } from './read/unpack.js';
export type { EpochUnit } from './read/epoch.js';
export { seriesToCsv, type WriteCsvOptions } from './write.js';
export * from './graph.js';
export * from './graph-read.js';
export { unitOfName } from './units.js';
export * from './logs.js';
export type { Interval } from './interval.js';
