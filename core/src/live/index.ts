export * from './types.js';
export { createMonitor, restoreMonitor, type Monitor } from './monitor.js';
export { parseBudget, type AlertBudget } from './threshold.js';
export {
  backtest,
  neighboringBudgets,
  type Backtest,
  type BacktestOptions,
  type BacktestTruth,
} from './backtest.js';
