/** Where a value stands in a text of JSON: its path, and the line that a person looks for. */
import { HeedError, isHeedError } from '../../errors.js';
import type { ReadOptions } from './options.js';

/** Keys and indices from the root of a JSON value. */
export type JsonPath = readonly (string | number)[];

/** Finds the line of a path, and says how messages write it. */
interface JsonSource {
  /** Every record has a line of its own. */
  readonly perLine: boolean;
  findLine(path: JsonPath): number | undefined;
  shown(path: JsonPath): string;
}

/** Readers of JSON hand their options down; with them goes where the values stand. */
const source = Symbol('source');
type WithSource = ReadOptions & { readonly [source]?: JsonSource };

/** Options for what is read from this text. */
export function withText(options: ReadOptions, text: string): ReadOptions {
  const own: WithSource = {
    ...options,
    [source]: { perLine: false, findLine: (path) => lineIn(text, path), shown: pathText },
  };
  return own;
}

/** Options for what is read from records with a line each: the first part of a path is the record. */
export function withLines(options: ReadOptions, lines: readonly number[]): ReadOptions {
  const own: WithSource = {
    ...options,
    [source]: {
      perLine: true,
      findLine: ([record]) => lines[record as number],
      shown: ([, ...rest]) => pathText(rest),
    },
  };
  return own;
}

/**
 * The same error with path and line, for those who look for the fault in the file. Rows of JSON are counted, and the
 * table calls their numbers lines: `rowPath` says where a row stands.
 */
export function placed(
  error: unknown,
  options: ReadOptions,
  rowPath: (row: number, column: string | undefined) => JsonPath,
): unknown {
  const own = (options as WithSource)[source];
  if (!own || !isHeedError(error) || error.place?.path !== undefined) return error;
  const { line, column } = error.place ?? {};
  const what = withRealLines(error.what, options, rowPath);
  if (line === undefined || line < 1)
    return new HeedError(error.code, what, error.remedy, error.place, error.cause);
  return faultAt(options, rowPath(line - 1, column === undefined ? undefined : String(column)), {
    code: error.code,
    what,
    remedy: error.remedy,
    cause: error.cause,
  });
}

/** Lines that a sentence names, which for rows of JSON are their numbers, as lines of the file. */
function withRealLines(
  sentence: string,
  options: ReadOptions,
  rowPath: (row: number, column: string | undefined) => JsonPath,
): string {
  const own = (options as WithSource)[source];
  if (!own) return sentence;
  return sentence.replace(/\b(line|lines) (\d+)(?: and (\d+))?/g, (_, word: string, ...rows: unknown[]) => {
    const real = rows
      .slice(0, 2)
      .filter((row): row is string => typeof row === 'string')
      .map((row) => own.findLine(rowPath(Number(row) - 1, undefined)) ?? row);
    // One line may hold all of a file: then paths tell its rows apart.
    if (real.length === 2 && real[0] === real[1]) {
      return rows
        .slice(0, 2)
        .map((row) => own.shown(rowPath(Number(row) - 1, undefined)))
        .join(' and ');
    }
    return `${word} ${real.join(' and ')}`;
  });
}

/** Rows that a note calls lines, by their paths; by their lines where each has one of its own. */
export function withRealPlaces(
  note: string,
  options: ReadOptions,
  rowPath: (row: number, column: string | undefined) => JsonPath,
): string {
  const own = (options as WithSource)[source];
  if (!own || own.perLine) return withRealLines(note, options, rowPath);
  return note.replace(
    /\b(?:in )?lines? (\d+)(?:( and |–)(\d+))?/gi,
    (all: string, one: string, and = '', other?: string) => {
      const shown = [one, other]
        .filter((row) => row !== undefined)
        .map((row) => own.shown(rowPath(Number(row) - 1, undefined)));
      if (shown.some((path) => path === '')) return all;
      return `${/^l/.test(all) ? '' : /^L/.test(all) ? 'The value at ' : 'at '}${shown.join(and as string)}`;
    },
  );
}

/** An error about the value at a path. */
export function faultAt(
  options: ReadOptions,
  path: JsonPath,
  { code, what, remedy, cause }: Pick<HeedError, 'code' | 'what' | 'remedy'> & { cause?: unknown },
): HeedError {
  const own = (options as WithSource)[source];
  const shown = own?.shown(path) ?? pathText(path);
  return new HeedError(
    code,
    what,
    remedy,
    { file: options.name, line: own?.findLine(path), ...(shown === '' ? {} : { path: shown }) },
    cause,
  );
}

/** `data.result[3].values[17]`. */
export function pathText(path: JsonPath): string {
  return path
    .map((part, i) =>
      typeof part === 'number'
        ? `[${part}]`
        : /^[\p{L}_$@][\p{L}\p{N}_$@-]*$/u.test(part)
          ? `${i > 0 ? '.' : ''}${part}`
          : `[${JSON.stringify(part)}]`,
    )
    .join('');
}

/** The line of a value, from 1; that of the innermost value around it where a part of the path is not there. */
function lineIn(text: string, path: JsonPath): number {
  const offset = offsetIn(text, path);
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

const blanks = /[\s:,]*/y;
const scalar = /[^\s,\]}]*/y;
const bracketOrString = /["[\]{}]/g;

function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.exec(text);
  return pattern.lastIndex;
}

/** Where the string that begins here ends. */
function afterString(text: string, at: number): number {
  let end = at;
  do {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
  } while (isEscaped(text, end));
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes++;
  return slashes % 2 === 1;
}

/** Where the value that begins here ends. */
function afterValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return afterString(text, at);
  if (first !== '[' && first !== '{') return after(scalar, text, at);
  let depth = 0;
  bracketOrString.lastIndex = at;
  for (let match = bracketOrString.exec(text); match; match = bracketOrString.exec(text)) {
    if (match[0] === '"') bracketOrString.lastIndex = afterString(text, match.index);
    else if (match[0] === '[' || match[0] === '{') depth++;
    else if (--depth === 0) return bracketOrString.lastIndex;
  }
  return text.length;
}

function offsetIn(text: string, path: JsonPath): number {
  let at = after(blanks, text, text.charCodeAt(0) === 0xfeff ? 1 : 0);
  for (const part of path) {
    const inside = typeof part === 'number' ? element(text, at, part) : member(text, at, part);
    if (inside < 0) return at;
    at = inside;
  }
  return at;
}

function element(text: string, list: number, index: number): number {
  if (text[list] !== '[') return -1;
  let at = after(blanks, text, list + 1);
  for (let i = 0; i < index; i++) {
    if (at >= text.length || text[at] === ']') return -1;
    at = after(blanks, text, afterValue(text, at));
  }
  return text[at] === ']' || at >= text.length ? -1 : at;
}

function member(text: string, object: number, key: string): number {
  if (text[object] !== '{') return -1;
  let at = after(blanks, text, object + 1);
  while (text[at] === '"') {
    const end = afterString(text, at);
    const value = after(blanks, text, end);
    if (text.slice(at, end) === JSON.stringify(key)) return value;
    at = after(blanks, text, afterValue(text, value));
  }
  return -1;
}

const space = /\s*/y;
const token = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)(?![\w.+-])/y;

/**
 * Where a text ceases to be JSON: engines tell it for some faults only. Where the fault lies within a text in quotes,
 * the place at which it begins.
 */
export function faultIn(text: string): number {
  /** What the lists and objects around end with. */
  const open: string[] = [];
  let at = after(space, text, text.charCodeAt(0) === 0xfeff ? 1 : 0);
  /** A value must come; a list or an object may also end here. */
  let begun = false;
  for (;;) {
    const first = text[at];
    const closes = begun && first === open.at(-1);
    begun = false;
    if (closes) open.pop();
    if (!closes && open.at(-1) === '}') {
      if (first !== '"') return at;
      at = after(space, text, afterString(text, at));
      if (text[at] !== ':') return at;
      at = after(space, text, at + 1);
    }
    const value = text[at];
    if (!closes && (value === '[' || value === '{')) {
      open.push(value === '[' ? ']' : '}');
      at = after(space, text, at + 1);
      begun = true;
      continue;
    }
    let end = closes ? at + 1 : at;
    if (!closes) {
      end = value === '"' ? afterString(text, at) : after(token, text, at);
      if (end === 0) return at;
    }
    // What may follow a value: the ends of what it lies in, then a comma.
    for (at = after(space, text, end); open.length > 0 && text[at] === open.at(-1);) {
      open.pop();
      at = after(space, text, at + 1);
    }
    if (open.length === 0 || text[at] !== ',') return Math.min(at, text.trimEnd().length);
    at = after(space, text, at + 1);
  }
}
