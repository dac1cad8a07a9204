import { HeedError, shownValue, type ErrorPlace } from './errors.js';

/** Which numbers an option may be; all of its parts hold at once. Infinite ones only where `infinite` says so. */
export interface NumberRange {
  /** Inclusive. */
  readonly min?: number;
  readonly max?: number;
  /** Exclusive. */
  readonly above?: number;
  readonly below?: number;
  readonly whole?: boolean;
  readonly infinite?: boolean;
}

/**
 * Whether a value is a number of the range. Comparisons alone would take `'5'`, `[5]` and `true` for numbers, and end
 * in a TypeError for objects that cannot become one.
 */
export function isNumberIn(value: unknown, range: NumberRange): value is number {
  if (typeof value !== 'number' || Number.isNaN(value)) return false;
  const { min = -Infinity, max = Infinity, above, below } = range;
  if (!range.infinite && !Number.isFinite(value)) return false;
  if (range.whole && !Number.isSafeInteger(value)) return false;
  return (
    value >= min &&
    value <= max &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  );
}

/**
 * Checks a numeric option, which may come from a caller without types.
 * @param what what the option is, as the message names it: `the window`
 * @param remedy default: the range in words
 * @throws HeedError bad-option
 */
export function checkNumber(
  what: string,
  value: unknown,
  range: NumberRange,
  remedy = `Give ${rangeInWords(range)}.`,
  place?: ErrorPlace,
): asserts value is number {
  if (isNumberIn(value, range)) return;
  throw new HeedError('bad-option', `${what} is ${shownValue(value)}`, remedy, place);
}

function rangeInWords({ min, max, above, below, whole }: NumberRange): string {
  const kind = whole ? 'a whole number' : 'a number';
  if (min !== undefined && min === max) return String(min);
  if (above !== undefined && below !== undefined) return `${kind} between ${above} and ${below}`;
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
  const parts: string[] = [];
  if (min !== undefined) parts.push(`of at least ${min}`);
  if (above !== undefined) parts.push(`above ${above}`);
  if (max !== undefined) parts.push(`of at most ${max}`);
  if (below !== undefined) parts.push(`below ${below}`);
  return parts.length === 0 ? `${whole ? kind : 'a finite number'}` : `${kind} ${parts.join(', ')}`;
}

/** Values that a list may have: 2 GB of numbers. */
const MOST_VALUES = 2 ** 28;

/**
 * The length of a caller's list, which may only claim one: memory is taken by it.
 * @throws HeedError length-mismatch
 */
export function readLength(values: ArrayLike<number>): number {
  const length: unknown = (values as ArrayLike<number> | null | undefined)?.length;
  if (isNumberIn(length, { min: 0, max: MOST_VALUES, whole: true })) return length;
  throw new HeedError(
    'length-mismatch',
    `the values have a length of ${shownValue(length)}`,
    `Give a list of up to ${MOST_VALUES} numbers.`,
  );
}
