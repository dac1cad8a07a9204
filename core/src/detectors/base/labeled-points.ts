import type { Series } from '../../series/series.js';
import type { Feedback } from './types.js';

/** A judged interval as indices into the series, both inclusive. */
export interface LabeledInterval {
  readonly start: number;
  readonly end: number;
  readonly kind: Feedback['kind'];
}

/** The points that each judgment is about, in the order given; those about none of the series' points are left out. */
export function labeledIntervals(series: Series, feedback: readonly Feedback[]): LabeledInterval[] {
  return feedback.flatMap((word) => {
    const start = series.time.findIndex((time) => time >= word.start);
    let end = series.time.length - 1;
    while (end >= 0 && series.time[end]! > word.end) end--;
    return start >= 0 && end >= start ? [{ start, end, kind: word.kind }] : [];
  });
}
