export * from './bars.js';
export * from './critical-difference.js';
export * from './curves.js';
export * from './detection.js';
export * from './event.js';
export * from './graph.js';
export * from './heatmap.js';
export type { PlotOptions, SeriesPlotOptions } from './options.js';
export { toMimeBundle, type MimeBundle } from './mime.js';
