import type { Feedback } from '../detectors/base/types.js';
import { HeedError } from '../errors.js';
import { LAST_TIME, type Series } from '../series/series.js';
import { parseIsoTime } from '../series/read/iso-time.js';

/**
 * Reads judgments from JSON: an array of `{"start", "end", "kind"}` or an object with such an array as `feedback`.
 * Times are epoch ms (row numbers for series without times) or ISO 8601, both inclusive; `kind` is `anomaly` or
 * `normal`. Other fields (a panel keeps the name of the series there) are ignored.
 * @throws HeedError bad-json, bad-value, bad-time
 */
export function readFeedback(text: string): Feedback[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new HeedError('bad-json', 'the feedback is not JSON', remedy, undefined, cause);
  }
  const list = Array.isArray(json) ? json : (json as { feedback?: unknown } | null)?.feedback;
  if (!Array.isArray(list)) throw new HeedError('bad-value', 'the feedback is not a list', remedy);
  return list.map(readJudgment);
}

function readJudgment(entry: unknown, i: number): Feedback {
  const { start, end, kind } = (entry ?? {}) as Record<string, unknown>;
  if (kind !== 'anomaly' && kind !== 'normal') {
    throw new HeedError(
      'bad-value',
      `the kind of judgment ${i + 1} is ${told(kind)}`,
      'Give "anomaly" or "normal".',
    );
  }
  const judged = { start: readTime(start, i), end: readTime(end, i), kind } as const;
  if (judged.end < judged.start) {
    throw new HeedError('bad-time', `judgment ${i + 1} ends before it starts`, 'Swap start and end.');
  }
  return judged;
}

function told(value: unknown): string {
  if (value === undefined) return 'missing';
  return typeof value === 'string'
    ? JSON.stringify(value)
    : typeof value === 'number'
      ? String(value)
      : `a ${typeof value}`;
}

const remedy = 'Give a list such as [{"start": "2026-01-05T10:00:00Z", "end": …, "kind": "anomaly"}].';

function readTime(value: unknown, index: number): number {
  const time = typeof value === 'string' ? parseIsoTime(value) : value;
  if (typeof time === 'number' && Math.abs(time) <= LAST_TIME) return time;
  throw new HeedError(
    'bad-time',
    `a time of judgment ${index + 1} is ${told(value)}`,
    'Give epoch milliseconds or ISO 8601.',
  );
}

/**
 * Judgments as a program gives them: intervals of finite times in order, of a known kind.
 * @throws HeedError bad-value, bad-time
 */
export function checkFeedback(feedback: readonly Feedback[] = []): void {
  if (!Array.isArray(feedback)) throw new HeedError('bad-value', 'the feedback is not a list', remedy);
  feedback.forEach((judged: unknown, i) => readJudgment(judged, i));
}

/** Judgments kept by a detector and given with a series, each once: a file named twice says no more than once. */
export function joinFeedback(kept: readonly Feedback[], given: readonly Feedback[] = []): Feedback[] {
  checkFeedback(given);
  const keyed = [...kept, ...given].map((one) => [`${one.start}/${one.end}/${one.kind}`, one] as const);
  return [...new Map(keyed).values()];
}

/** Tells the reader of judgments that concern none of the series' points. */
export function feedbackNotes({ time }: Series, feedback: readonly Feedback[] = []): string[] {
  const outside = feedback.filter(({ start, end }) => !time.some((at) => at >= start && at <= end)).length;
  if (outside === 0) return [];
  const of =
    feedback.length === 1
      ? 'The judged interval lies'
      : `${outside} of ${feedback.length} judged intervals lie`;
  return [`${of} outside the series and ${outside === 1 ? 'changes' : 'change'} nothing.`];
}
