import { HeedError, shownValue } from '../../errors.js';
import type { ReadOptions } from './options.js';

const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const checkChoice =
  (...words: readonly string[]) =>
  (value: unknown): boolean =>
    words.includes(value as string);
const policies = ['reject', 'mean', 'first', 'last', 'max', 'min', 'sum'];

/** What every option may be, and how that is said. */
const kinds: {
  readonly [name in keyof ReadOptions]-?: readonly [right: (value: unknown) => boolean, told: string];
} = {
  name: [isText, 'text'],
  time: [(value) => value === null || isText(value), 'the name of a column, or null'],
  timeUnit: [checkChoice('auto', 's', 'ms', 'us', 'ns'), 'auto, s, ms, us or ns'],
  timeFormat: [isText, 'text, such as day-first or dd.MM.yyyy HH:mm'],
  timeZone: [isText, 'an IANA name, such as Europe/Berlin'],
  decimal: [checkChoice('.', ','), '. or ,'],
  columns: [(value) => isTexts(value) && (value as string[]).length > 0, 'a list of names'],
  series: [
    (value) => value === null || (isTexts(value) && (value as string[]).length > 0),
    'a list of names, or null',
  ],
  label: [(value) => value === null || isText(value), 'the name of a column, or null'],
  naValues: [
    (value) =>
      value === null ||
      (Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number')),
    'a list of numbers and texts, or null',
  ],
  missing: [checkChoice('gap', 'zero'), 'gap or zero'],
  step: [(value) => typeof value === 'number' || isText(value), '60s, 5m, 1h, or milliseconds'],
  sort: [(value) => typeof value === 'boolean', 'true or false'],
  duplicates: [checkChoice(...policies), policies.join(', ')],
  delimiter: [
    (value) => isText(value) && (value as string).length === 1 && !/["\r\n]/.test(value as string),
    'one character, neither a quote nor a line break',
  ],
  header: [(value) => typeof value === 'boolean', 'true or false'],
  sheet: [isText, 'the name of a sheet'],
};

/** Options come from programs without types, too. @throws HeedError bad-option that names the first wrong one */
export function checkReadOptions(options: ReadOptions): void {
  for (const [name, [right, told]] of Object.entries(kinds)) {
    const value: unknown = options[name as keyof ReadOptions];
    if (value === undefined || right(value)) continue;
    throw new HeedError('bad-option', `the option ${name} is ${shownValue(value)}`, `Give ${told}.`);
  }
}
