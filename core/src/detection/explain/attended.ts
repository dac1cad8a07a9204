import type { AttendedInterval } from '../../detectors/base/types.js';

/** Most intervals an event names. */
const mostAttended = 5;
/** Intervals of less weight say nothing. */
const leastWeight = 0.01;

/**
 * Merges overlapping and touching intervals (their weights add up), keeps the heaviest, heaviest first. The weights
 * sum to at most 1.
 * @param points length of the series
 */
export function mergeAttended(intervals: readonly AttendedInterval[], points: number): AttendedInterval[] {
  const merged: { start: number; end: number; weight: number }[] = [];
  const inOrder = intervals
    .filter(({ start, end, weight }) => weight > 0 && end >= 0 && start < points && start <= end)
    .map(({ start, end, weight }) => ({ start: Math.max(0, start), end: Math.min(points - 1, end), weight }))
    .sort((a, b) => a.start - b.start);
  for (const interval of inOrder) {
    const last = merged[merged.length - 1];
    if (last && interval.start <= last.end + 1) {
      last.end = Math.max(last.end, interval.end);
      last.weight += interval.weight;
    } else merged.push({ ...interval });
  }
  const total = merged.reduce((sum, { weight }) => sum + weight, 0);
  const unit = Math.max(1, total);
  return merged
    .map((interval) => ({ ...interval, weight: interval.weight / unit }))
    .filter(({ weight }) => weight >= leastWeight)
    .sort((a, b) => b.weight - a.weight || a.start - b.start)
    .slice(0, mostAttended);
}
