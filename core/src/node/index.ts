/** @packageDocumentation What needs Node: files, Prometheus over HTTP, worker threads. */
export * from '../index.js';
export {
  parsePrometheusDuration,
  readPrometheus,
  type PrometheusOptions,
  type PrometheusQuery,
} from './prometheus.js';
export { SourceError } from './prometheus-answer.js';
export { readSeriesFile, readSeriesFile as read, type ReadFileOptions } from './files.js';
export { graphFileKind, readGraphFile, type ReadGraphOptions } from './graph-files.js';
export { svgToPng, type PngOptions } from './png.js';
export { acceptsHost } from './hosts.js';
export { createNodePool } from './pool.js';
export { configureNodeBackend } from './backend.js';
