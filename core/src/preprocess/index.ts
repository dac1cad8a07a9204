export {
  MAD_TO_SIGMA,
  meanAndStd,
  median,
  quantile,
  quantileOfSorted,
  robustLocation,
  sortedPresent,
  type MeanDeviation,
  type RobustLocation,
} from './statistics.js';
export * from './moving.js';
export { autocorrelation, periodogram } from './autocorrelation.js';
export * from './scale.js';
export * from './period/index.js';
export * from './fill.js';
export * from './denoise.js';
export { parseDenoising, type Cleaning, type Denoising, type Preparation } from './preparation.js';
export * from './outliers.js';
export * from './windows.js';
export * from './difference.js';
