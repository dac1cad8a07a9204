/** @packageDocumentation What needs Node: files, Prometheus over HTTP, worker threads. */
export * from './index.js';
