/**
 * Every way Heed rejects an input, one code each. A code is part of the API: callers branch on it, so a code
 * is never renamed or reused for another cause.
 */
export type HeedErrorCode =
  // input files and series
  | 'empty-input'
  | 'header-only'
  | 'not-text'
  | 'not-a-file'
  | 'file-unreadable'
  | 'bad-csv'
  | 'ragged-row'
  | 'bad-json'
  | 'bad-value'
  | 'bad-time'
  | 'no-numeric-column'
  | 'unknown-column'
  | 'duplicate-column'
  | 'non-monotonic-time'
  | 'duplicate-time'
  | 'length-mismatch'
  | 'too-few-points'
  | 'all-missing'
  | 'constant-series'
  | 'not-finite'
  | 'bad-label'
  | 'bad-graph'
  // detectors and models
  | 'unknown-detector'
  | 'bad-option'
  | 'not-fitted'
  | 'labels-missing'
  | 'channel-mismatch'
  | 'not-supported'
  | 'model-version'
  | 'model-corrupt'
  | 'memory-limit'
  | 'backend-unavailable'
  | 'cancelled'
  // remote sources
  | 'source-unreachable'
  | 'source-error'
  | 'source-empty'
  | 'source-bad-answer'
  | 'source-too-large'
  // command line
  | 'output-unwritable'
  | 'tool-missing'
  | 'port-taken'
  | 'internal';

/** Where in the input the fault lies. Lines and columns count from 1; the header is line 1. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number | string;
  /** Path in JSON: `data.result[3].values[17]`. */
  readonly path?: string;
}

/**
 * The only error Heed throws on purpose. `message` is one line that says what is wrong, where, and what to do;
 * `code` is stable for programs.
 */
export class HeedError extends Error {
  override readonly name = 'HeedError';
  readonly code: HeedErrorCode;
  readonly place: ErrorPlace | undefined;
  readonly remedy: string;
  /** What is wrong, without the place. */
  readonly what: string;

  /**
   * @param code stable identifier of the cause
   * @param what what is wrong, without a full stop
   * @param remedy what the reader can do about it, as a sentence
   * @param place where it is wrong
   */
  constructor(code: HeedErrorCode, what: string, remedy: string, place?: ErrorPlace, cause?: unknown) {
    const told = shortened(
      oneLine(`${formatPlace(place)}${typeof what === 'string' ? what : shownValue(what)}`),
    );
    const advice = oneLine(remedy);
    super(`${told}. ${advice}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.place = place;
    this.remedy = advice;
    this.what = oneLine(what);
  }
}

// eslint-disable-next-line no-control-regex
const breaks = /\s*[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+\s*/g;

/**
 * Names and values of an input stand in messages: none may end the line, turn its order around, or talk to the
 * terminal.
 */
function oneLine(text: unknown): string {
  return (typeof text === 'string' ? text : shownValue(text)).replace(breaks, ' ');
}

const mostCharacters = 2000;

/** Beginning and end, where the fault is told. */
function shortened(text: string): string {
  if (text.length <= mostCharacters) return text;
  return `${text.slice(0, mostCharacters / 2)} … ${text.slice(-mostCharacters / 2)}`;
}

function formatPlace(place: ErrorPlace | undefined): string {
  if (!place) return '';
  const parts: string[] = [];
  if (place.file !== undefined) parts.push(place.file);
  if (place.line !== undefined) parts.push(`line ${place.line}`);
  if (place.path !== undefined) parts.push(place.path);
  if (place.column !== undefined) {
    parts.push(typeof place.column === 'number' ? `column ${place.column}` : `column "${place.column}"`);
  }
  return parts.length > 0 ? `${parts.join(', ')}: ` : '';
}

/**
 * What a caller without types gave, as text for a message. An object whose own `toString` is no function, a symbol or
 * an object without prototype would otherwise end in a TypeError of the engine in place of the message.
 */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

/** True for a HeedError of another copy of the package too (CJS beside ESM, or from a worker). */
export function isHeedError(error: unknown): error is HeedError {
  return (
    error instanceof Error &&
    error.name === 'HeedError' &&
    typeof (error as { code?: unknown }).code === 'string'
  );
}

/** Throws `cancelled` when the signal has been aborted; cheap enough for inner loops of some 10 ms. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new HeedError(
      'cancelled',
      'the work was cancelled',
      'Nothing was written; start it again to get a result.',
    );
  }
}
