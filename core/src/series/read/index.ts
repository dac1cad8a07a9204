export type { ReadOptions, ReadResult, ReadRunOptions } from './options.js';
export { createCsvReader, readCsv, type TableReader } from './csv.js';
export { createJsonReader, readJson, seriesToJson } from './json.js';
export { readSeriesStream } from './stream.js';
export { seriesFromRecords, seriesToRecords, type SeriesRecord } from './records.js';
export { summarizeInput, type InputSummary } from './summary.js';
export { readText } from './text.js';
export { readSeriesBlob } from './blob.js';
export { readCells, type CellRow } from './cells.js';
