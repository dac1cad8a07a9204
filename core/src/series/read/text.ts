import { checkReadOptions } from './check-options.js';
import { createCsvReader, type TableReader } from './csv.js';
import { createJsonReader } from './json.js';
import { lineLayout } from './lines.js';
import type { ReadOptions, ReadResult } from './options.js';
import { createWholeReader } from './whole.js';

/** A reader for text that comes in pieces, by its first one: JSON, lines of measurements, else CSV. */
export function createTextReader(first: Uint8Array | string, options: ReadOptions): TableReader {
  checkReadOptions(options);
  const head = takeHead(first);
  if (/^\uFEFF?\s*(?:\[|\{(?!\s*[A-Za-z_]\w*\s*=))/.test(head)) return createJsonReader(options);
  const lines = options.delimiter === undefined && options.header === undefined ? lineLayout(head) : null;
  return lines ? createWholeReader('text', options, lines) : createCsvReader(options);
}

/**
 * Reads a text that is wholly there, CSV or JSON, at once; for files of any kind there is `readSeriesStream`.
 * @throws HeedError what `readCsv` and `readJson` throw
 */
export function readText(text: string | Uint8Array, options: ReadOptions = {}): ReadResult {
  const reader = createTextReader(text, options);
  reader.push(text);
  return reader.finish();
}

/** The beginning of a text, enough to tell what it is. */
function takeHead(piece: Uint8Array | string): string {
  if (typeof piece === 'string') return piece.slice(0, 8000);
  const [a, b] = piece;
  const encoding = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(piece.subarray(0, 8000));
}
