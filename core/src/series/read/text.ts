import { createCsvReader, type TableReader } from './csv.js';
import { createJsonReader } from './json.js';
import type { ReadOptions, ReadResult } from './options.js';

/** A reader for text that comes in pieces, by its first one: JSON where that begins so, else CSV. */
export function createTextReader(first: Uint8Array | string, options: ReadOptions): TableReader {
  return beginsJson(first) ? createJsonReader(options) : createCsvReader(options);
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

/** True where the first character that is not blank is `[` or `{`. */
function beginsJson(piece: Uint8Array | string): boolean {
  if (typeof piece === 'string') return /^\uFEFF?\s*[[{]/.test(piece.slice(0, 1000));
  const [a, b] = piece;
  const encoding = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
  return /^\s*[[{]/.test(new TextDecoder(encoding).decode(piece.subarray(0, 1000)));
}
