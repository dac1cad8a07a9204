/** Answers of programs that hold an error, instead of series or beside them, in the program's own words. */
import { HeedError, isHeedError } from '../../errors.js';
import { isObject, type Json } from './json-shapes.js';
import type { ReadOptions, ReadResult } from './options.js';
import { withNotes } from './points.js';

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

/** The words of an error that is a text or an object with a message. */
function readWords(fault: unknown): string | null {
  if (isText(fault)) return fault;
  if (!isObject(fault)) return null;
  const words = [fault.message, fault.Message, fault.reason, fault.detail, fault.data].filter(isText);
  const code = [fault.code, fault.Code, fault.type].find(isText);
  if (words.length === 0) return code ?? null;
  return [code, words.join(' ')].filter(isText).join(': ');
}

/** What the program says went wrong; null where it says nothing of the kind. */
function findFault(value: unknown): string | null {
  if (!isObject(value)) return null;
  const listed = (list: unknown): readonly unknown[] =>
    Array.isArray(list) ? (list.length <= 10 ? (list as unknown[]) : []) : [list];
  const own = [value.error, ...listed(value.errors), value.Error].map(readWords).find((one) => one !== null);
  if (own !== undefined) return own;
  // Amazon: { __type: 'ExpiredTokenException', message }; other services have a code beside the message.
  if (isText(value.__type)) return readWords({ code: value.__type, message: value.message ?? value.Message });
  const parts = Object.values(value);
  // Frameworks of servers: { detail }, { title, detail, status }.
  if (
    isText(value.message ?? value.Message ?? value.detail) &&
    !parts.some((part) => typeof part === 'object' && part !== null)
  )
    return readWords(value);
  // Grafana: { results: { A: { error, frames } } }; Elasticsearch and InfluxDB: one of several answers failed.
  const answers: readonly (readonly [string, unknown])[] = isObject(value.results)
    ? Object.entries(value.results)
    : Array.isArray(value.results)
      ? value.results.map((one: unknown) => ['', one] as const)
      : Array.isArray(value.responses)
        ? value.responses.map((one: unknown) => ['', one] as const)
        : [];
  for (const [name, answer] of answers) {
    const words = isObject(answer) ? readWords(answer.error) : null;
    if (words !== null) return name === '' ? words : `query ${name}: ${words}`;
  }
  return null;
}

/** One line of at most 300 characters, without a full stop. */
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return (line.length > 300 ? `${line.slice(0, 299)}…` : line).replace(/\.$/, '');
}

/** An answer that is an error and nothing else, with what to do about it. */
export function sourceError(fault: string, file: string | undefined, cause?: unknown): HeedError {
  const remedy =
    /expired|re-?log|log ?in|session|token|credential|unauthori[sz]ed|forbidden|denied|permission|\b40[13]\b/i.test(fault) // prettier-ignore
      ? 'Log in again, or use credentials that may read it, and export the answer again.'
      : /throttl|too many|rate (limit|exceeded)|\b429\b/i.test(fault)
        ? 'Wait, or ask for less, and export the answer again.'
        : 'Correct the query and export the answer again.';
  return new HeedError(
    'source-error',
    `the answer holds an error instead of series: ${oneLine(fault)}`,
    remedy,
    { file },
    cause,
  );
}

const emptyCodes = new Set(['empty-input', 'no-numeric-column', 'header-only', 'all-missing', 'bad-json']);

/**
 * Reads a value; where that fails and the value tells an error, the failure is that error. Where there are series beside
 * it, it becomes a note.
 * @throws HeedError source-error, and what `read` throws
 */
export function readBesideFault(value: unknown, options: ReadOptions, read: () => ReadResult): ReadResult {
  const fault = findFault(value);
  if (fault === null) return read();
  try {
    const result = read();
    return isTable(value)
      ? result
      : withNotes(result, [`The answer also holds an error: ${oneLine(fault)}.`]);
  } catch (error) {
    if (!isHeedError(error) || !emptyCodes.has(error.code)) throw error;
    throw sourceError(fault, options.name, error);
  }
}

/** Columns by name, of which one may be called `error`. */
function isTable(value: unknown): boolean {
  return Object.values(value as Json).filter((part) => Array.isArray(part) && part.length > 2).length > 1;
}
