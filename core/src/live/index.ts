export { alertRules, serveConfig } from './alert-rules.js';
export * from './types.js';
export { createMonitor, restoreMonitor, type Monitor } from './monitor.js';
export { parseBudget, type AlertBudget } from './threshold.js';
export {
  backtest,
  backtestBudgets,
  neighboringBudgets,
  type Backtest,
  type BacktestOptions,
  type BacktestTruth,
} from './backtest.js';
export {
  RangeMonitor,
  findHistoryStart,
  type IncidentEvent,
  type MonitoredRange,
  type RangeMonitorOptions,
} from './range.js';
export {
  joinIncidents,
  type IncidentMember,
  type JoinOptions,
  type JoinableEvent,
  type JoinedIncident,
  type JoinableSeries,
} from './joined.js';
