/** Numbers and durations as people say them, in English: the same in reasons, plots and on the command line. */
import { checkNumber } from './check-number.js';
import { checkAnyNumber, checkArray } from './check-argument.js';
import { format, formatPrefix, precisionFixed, precisionPrefix } from 'd3-format';

const whole = format(',d');

/** Prefixes k, M, G, T, P stand from here on: 1,204 is easier to read than 1.2k. */
const prefixedFrom = 9999.5;

/** Too large for a prefix that people know, or too small for leading zeros. */
const isExtreme = (size: number): boolean => size >= 1e18 || (size > 0 && size < 1e-4);

const rounded = (digits: number) => ({
  plain: format(`.${digits}~r`),
  prefixed: format(`.${digits}~s`),
  scientific: format(`.${Math.max(0, digits - 1)}~e`),
});
type Rounded = ReturnType<typeof rounded>;
const known = new Map<number, Rounded>();

function roundedTo(digits: number): Rounded {
  const found = known.get(digits);
  if (found) return found;
  checkNumber('the number of digits', digits, { min: 1, max: 21, whole: true });
  const made = rounded(digits);
  known.set(digits, made);
  return made;
}

/** `0.31`, `8.1`, `1,204`, `12.3k`, `4.5e-7`: so many significant digits, or whole numbers up to 9,999. */
export function formatNumber(value: number, digits = 3): string {
  checkAnyNumber('value', value);
  const size = Math.abs(value);
  const { plain, prefixed, scientific } = roundedTo(digits);
  if (isExtreme(size)) return scientific(value);
  if (size >= prefixedFrom) return prefixed(value);
  return size >= 999.5 ? whole(value) : plain(value);
}

/** `1 point`, `1,204 points`: a whole number of things with a regular plural. */
export function formatCount(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Labels for evenly spaced ticks: as many decimals as tell neighbors apart, one prefix for all. */
export function formatTicks(ticks: readonly number[]): string[] {
  checkArray('ticks', ticks);
  let largest = 0;
  for (const tick of ticks) if (Math.abs(tick) > largest) largest = Math.abs(tick);
  // Of equal ticks, or where one is no number, the step is 0 or none.
  const step = Math.abs(ticks[1]! - ticks[0]!) || largest || 1;
  const label = isExtreme(largest)
    ? format('.1e')
    : largest >= prefixedFrom
      ? formatPrefix(`.${precisionPrefix(step, largest)}`, largest)
      : format(`.${precisionFixed(step)}f`);
  return ticks.map((tick) => (tick === 0 ? '0' : label(tick)));
}

const units: readonly (readonly [milliseconds: number, name: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** `250 ms`, `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: two units at most, to be read by people alone. */
export function humanDuration(milliseconds: number): string {
  checkAnyNumber('duration', milliseconds);
  if (!(milliseconds >= 999.5)) return `${formatNumber(milliseconds)} ms`;
  // What the next smaller units would round up to a minute, hour or day is one: 59.96 s, 23 h 59.9 min.
  const at = units.findIndex(([size], i) => milliseconds >= size - (units[i + 2]?.[0] ?? 100) / 2);
  const [size, name] = units[at]!;
  const smaller = units[at + 1];
  if (!smaller) return `${formatNumber(milliseconds / size)} ${name}`;
  const parts = Math.round(milliseconds / smaller[0]);
  const perUnit = size / smaller[0];
  const rest = parts % perUnit;
  return `${Math.floor(parts / perUnit)} ${name}${rest === 0 ? '' : ` ${rest} ${smaller[1]}`}`;
}

/** What moves a terminal, ends a line or turns the order of text around, and JSON leaves as it is. */
const unsafe = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** JSON that is safe to print: names of an input may hold anything, and are read back to the character. */
export function printJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
