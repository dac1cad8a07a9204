export * from './benchmark.js';
export { findPeriods, type Period, type PeriodOptions } from './finder.js';
