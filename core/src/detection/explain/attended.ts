import type { AttendedStretch } from '../../detectors/base/types.js';

/** Most stretches an event names. */
export const mostAttended = 5;
/** Stretches of less weight say nothing. */
const leastWeight = 0.01;

/**
 * Merges overlapping and touching stretches (their weights add up), keeps the heaviest, heaviest first. The weights
 * sum to at most 1.
 * @param points length of the series
 */
export function mergeAttended(stretches: readonly AttendedStretch[], points: number): AttendedStretch[] {
  const merged: { start: number; end: number; weight: number }[] = [];
  const inOrder = stretches
    .filter(({ start, end, weight }) => weight > 0 && end >= 0 && start < points && start <= end)
    .map(({ start, end, weight }) => ({ start: Math.max(0, start), end: Math.min(points - 1, end), weight }))
    .sort((a, b) => a.start - b.start);
  for (const stretch of inOrder) {
    const last = merged[merged.length - 1];
    if (last && stretch.start <= last.end + 1) {
      last.end = Math.max(last.end, stretch.end);
      last.weight += stretch.weight;
    } else merged.push({ ...stretch });
  }
  const total = merged.reduce((sum, { weight }) => sum + weight, 0);
  const unit = Math.max(1, total);
  return merged
    .map((stretch) => ({ ...stretch, weight: stretch.weight / unit }))
    .filter(({ weight }) => weight >= leastWeight)
    .sort((a, b) => b.weight - a.weight || a.start - b.start)
    .slice(0, mostAttended);
}
