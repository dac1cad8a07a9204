export { bootstrapInterval, type BootstrapInterval, type BootstrapOptions } from './bootstrap.js';
export { eventErrors, type EventCase, type EventErrors } from './event-errors.js';
export { compareByRank, signedRankTest, type RankComparison } from './critical-difference.js';
export { anomalyIntervals } from './labeled-scores.js';
export {
  areaUnderRoc,
  averagePrecision,
  bestPointF1,
  precisionRecallCurve,
  rankingCurve,
  rocCurve,
  type BestPointF1,
  type PrecisionRecallCurve,
  type RankingCurve,
  type RocCurve,
} from './curves.js';
export {
  pointAdjustedMetrics,
  pointMetrics,
  POINT_ADJUSTMENT_WARNING,
  type PointAdjustedMetrics,
  type PointMetrics,
  type PrecisionRecallF1,
} from './point-metrics.js';
export {
  eventMetrics,
  rangeMetrics,
  type EventMetrics,
  type PositionalBias,
  type RangeOptions,
} from './range-metrics.js';
export { affiliationMetrics } from './affiliation.js';
export { bestNabScore, nabScore, NAB_PROFILES, type NabOptions, type NabProfile } from './nab-score.js';
export { volumeUnderSurface, type VolumeUnderSurface } from './vus.js';
export {
  evaluateScores,
  METRIC_DESCRIPTIONS,
  type MetricDescription,
  type MetricName,
  type Metrics,
} from './metrics.js';
export {
  evaluateDetector,
  failedMetrics,
  parseBenchmarkName,
  PUBLISHED_NAMESAKES,
  summarizeEvaluation,
  type Agreement,
  type BenchmarkName,
  type DetectorMeans,
  type EvaluationReport,
  type FamilySummary,
  type FileResult,
  type PublishedSummary,
  type PublishedTable,
} from './protocol.js';
export {
  evaluateFeedback,
  summarizeFeedback,
  type FeedbackEffect,
  type FeedbackQuestion,
  type FeedbackReport,
  type FeedbackResult,
  type FeedbackSummary,
  type RestOfSeries,
} from './feedback.js';
