import type { Feedback } from '../../detectors/base/types.js';
import { findRuns } from './runs.js';

/**
 * Feedback in which a dismissed interval stands for the whole run of scores above the threshold that it belongs to. What
 * people dismiss is an event: cut to the points that left what is normal, and on another time range or step with
 * other edges. The rest of its run would be left beside it as events of their own.
 * @param time n values, epoch ms
 * @param score n values, 1 = threshold, without the feedback
 * @param mergeGap of the event options
 * @returns one judgment per judgment, in their order
 */
export function coverWholeIntervals(
  time: Float64Array,
  score: Float32Array,
  feedback: readonly Feedback[],
  mergeGap?: number,
): Feedback[] {
  const runs = findRuns(score, { mergeGap }).map(({ startIndex, endIndex }) => ({
    start: time[startIndex]!,
    end: time[endIndex]!,
  }));
  return feedback.map((said) => {
    if (said.kind !== 'normal') return said;
    // Half of the shorter one: an interval that merely touches its neighbor says nothing of it.
    const meant = runs.filter((run) => {
      const shared = Math.min(run.end, said.end) - Math.max(run.start, said.start);
      return shared >= 0 && 2 * shared >= Math.min(run.end - run.start, said.end - said.start);
    });
    return {
      ...said,
      start: Math.min(said.start, ...meant.map((run) => run.start)),
      end: Math.max(said.end, ...meant.map((run) => run.end)),
    };
  });
}
