/** @packageDocumentation What needs Node: files, Prometheus over HTTP, worker threads. */
export * from './index.js';
export {
  parsePrometheusDuration,
  readPrometheus,
  type PrometheusOptions,
  type PrometheusQuery,
} from './node-prometheus.js';
export { SourceError } from './node-prometheus-http.js';
export { readSeriesFile, type ReadFileOptions } from './node-files.js';
export { graphFileKind, readGraphFile, type ReadGraphOptions } from './node-graph-files.js';
export { svgToPng, type PngOptions } from './node-png.js';
export { createNodePool } from './node-pool.js';
export { configureNodeBackend } from './node-backend.js';
