/**
 * What callers without types give in place of an argument: refused by name where it enters, for an engine would end in
 * a TypeError far from it, or take a text for a list of numbers. For the first lines of public functions, not for loops.
 */
import { readLength } from './check-number.js';
import { HeedError, shownValue } from './errors.js';

/** How the message names an argument: made where it is wrong only, since lists may be long. */
export type What = string | (() => string);

const say = (what: What): string => (typeof what === 'string' ? what : what());

function refuse(what: What, value: unknown, remedy: string): never {
  throw new HeedError('bad-value', `in place of the ${say(what)} there is ${shownValue(value)}`, remedy);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** @throws HeedError bad-value */
export function checkText(what: What, value: unknown): asserts value is string {
  if (typeof value !== 'string') refuse(what, value, 'Give text.');
}

/** A number of any kind, NaN too; where not all are good there is `checkNumber`. @throws HeedError bad-value */
export function checkAnyNumber(what: What, value: unknown): asserts value is number {
  if (typeof value !== 'number') refuse(what, value, 'Give a number.');
}

/** A text, decoded or not. @throws HeedError bad-value */
export function checkTextOrBytes(what: What, value: unknown): asserts value is string | Uint8Array {
  if (typeof value !== 'string' && !(ArrayBuffer.isView(value) && 'subarray' in value))
    refuse(what, value, 'Give text, or its bytes as a Uint8Array.');
}

/** What comes in pieces, whenever they are there or at once. @throws HeedError bad-value */
export function checkIterable(what: What, value: unknown, ...symbols: readonly symbol[]): void {
  const methods = value as Partial<Record<symbol, unknown>> | null | undefined;
  if (!symbols.some((symbol) => typeof methods?.[symbol] === 'function'))
    refuse(what, value, 'Give something to iterate over.');
}

/** @throws HeedError bad-value */
export function checkFunction(what: What, value: unknown): void {
  if (typeof value !== 'function') refuse(what, value, 'Give a function.');
}

/**
 * An object, such as options: `methods` are those it must have.
 * @throws HeedError bad-value
 */
export function checkRecord(what: What, value: unknown, ...methods: readonly string[]): void {
  if (!isRecord(value)) refuse(what, value, 'Give an object.');
  for (const method of methods)
    if (typeof value[method] !== 'function')
      throw new HeedError('bad-value', `the ${say(what)} has no ${method}()`, 'Give an object that has it.');
}

type Check = (what: What, value: unknown) => void;

/**
 * An object that has these parts, each as its check wants it.
 * @throws HeedError bad-value, and what the checks throw
 */
export function checkParts(what: What, value: unknown, parts: Readonly<Record<string, Check>>): void {
  if (!isRecord(value)) refuse(what, value, 'Give an object.');
  for (const [name, check] of Object.entries(parts)) check(() => `${name} of the ${say(what)}`, value[name]);
}

/**
 * Numbers, in a list or something that has their count and their positions.
 * @throws HeedError bad-value, length-mismatch
 */
export function checkNumbers(what: What, value: unknown): asserts value is ArrayLike<number> {
  if (!isRecord(value) || !('length' in value)) refuse(what, value, 'Give a list of numbers.');
  readLength(value as unknown as ArrayLike<number>);
}

/** Numbers in an array that has methods: a plain or a typed one. @throws HeedError bad-value */
export function checkArray(what: What, value: unknown): void {
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && 'length' in value))
    refuse(what, value, 'Give an array of numbers.');
}

/**
 * A plain array, each of whose entries `check` takes.
 * @param what one entry, as the message names it
 * @param list all of them
 * @throws HeedError bad-value
 */
export function checkEach(
  what: What,
  values: unknown,
  check: Check,
  list: What = () => `${say(what)}s`,
): asserts values is readonly unknown[] {
  if (!Array.isArray(values)) refuse(list, values, 'Give an array.');
  for (const [i, value] of values.entries()) check(() => `${say(what)} ${i + 1}`, value);
}

/** What long work is told: whom to report to, and who may end it. @throws HeedError bad-value */
export function checkRun(options: unknown): void {
  checkRecord('options', options);
  const { signal, onProgress } = options as { readonly signal?: unknown; readonly onProgress?: unknown };
  if (signal !== undefined) checkRecord('signal', signal);
  if (onProgress !== undefined) checkFunction('onProgress', onProgress);
}

/** A plain array of objects. @throws HeedError bad-value */
export function checkRecords(what: What, value: unknown): void {
  checkEach(() => `entry of the ${say(what)}`, value, checkRecord, what);
}

/**
 * A series as `createSeries` makes it, by its shape alone: not one of its numbers is looked at.
 * @throws HeedError bad-value, length-mismatch
 */
export function checkSeries(value: unknown, what: What = 'series'): void {
  const remedy = 'Give a series, as createSeries makes one.';
  if (!isRecord(value)) refuse(what, value, remedy);
  const { time, channels, labels } = value;
  if (!ArrayBuffer.isView(time) || !Array.isArray(channels))
    throw new HeedError('bad-value', `the ${say(what)} has no times or no channels`, remedy);
  const n = (time as Float64Array).length;
  const fits = (list: unknown): boolean => ArrayBuffer.isView(list) && (list as Float64Array).length === n;
  for (const channel of channels as { name?: unknown; values?: unknown }[])
    if (typeof channel?.name !== 'string' || !fits(channel.values))
      throw new HeedError(
        'bad-value',
        `a channel of the ${say(what)} has no name, or not as many values as there are times`,
        remedy,
      );
  if (labels !== undefined && !fits(labels))
    throw new HeedError('bad-value', `the labels of the ${say(what)} are not as many as its times`, remedy);
}
