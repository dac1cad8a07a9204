import { checkAnyNumber } from '../check-argument.js';
import {} from '../check-number.js';
import { HeedError, shownValue } from '../errors.js';

const durationMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Milliseconds of a duration: `500ms`, `60s`, `5m`, `1h`, `1d`, `1w`, also joined as in `1h30m`; a number is
 * milliseconds.
 * @throws HeedError bad-option
 */
export function parseDuration(duration: string | number): number {
  const text =
    typeof duration === 'number' ? `${duration}ms` : typeof duration === 'string' ? duration.trim() : '?';
  const part = /(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d|w)\s*/y;
  let total = 0;
  let end = 0;
  for (let match = part.exec(text); match; match = part.exec(text)) {
    total += Number(match[1]) * durationMs[match[2]!]!;
    end = part.lastIndex;
  }
  if (end !== text.length || !(total > 0) || !Number.isFinite(total)) {
    throw new HeedError(
      'bad-option',
      `${shownValue(duration)} is not a duration`,
      'Give a number above 0 with a unit: 500ms, 60s, 5m, 1h, 1d, 1w.',
    );
  }
  return total;
}

/** A duration in milliseconds as text that `parseDuration` reads: 90000 → `1m30s`. */
export function formatDuration(ms: number): string {
  checkAnyNumber('duration', ms);
  if (!(ms > 0) || !Number.isFinite(ms)) return `${ms}ms`;
  let rest = ms;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(rest / durationMs[unit]!);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * durationMs[unit]!;
  }
  return rest > 0 ? `${text}${Number(rest.toPrecision(12))}ms` : text;
}
