import { checkTextOrBytes } from '../../check-argument.js';
import { HeedError } from '../../errors.js';
import type { TableReader } from './csv.js';
import { createTextDecoder } from './decode.js';
import type { ReadOptions, ReadResult } from './options.js';
import { notText } from './rows.js';

/** Half of the longest string of V8. */
const mostCharacters = 2 ** 28;

/** A reader for pieces of text that must be there as a whole: JSON may name its columns last. */
export function createWholeReader(
  what: string,
  options: ReadOptions,
  read: (text: string, options: ReadOptions) => ReadResult,
): TableReader {
  const decoder = createTextDecoder(options.name);
  const pieces: string[] = [];
  let length = 0;
  return {
    push: (chunk) => {
      checkTextOrBytes('piece', chunk);
      const piece = decoder.decode(chunk);
      length += piece.length;
      if (length > mostCharacters) {
        throw new HeedError(
          'memory-limit',
          `the ${what} has more than ${mostCharacters} characters`,
          'Give it as CSV, which is read piece by piece, or in parts.',
          { file: options.name },
        );
      }
      pieces.push(piece);
    },
    finish: () => {
      const text = pieces.join('') + decoder.end();
      if (text.includes('\0')) throw notText(options.name, 'it holds NUL characters');
      const result = read(text, options);
      return decoder.notes.length > 0 ? { ...result, notes: [...decoder.notes, ...result.notes] } : result;
    },
  };
}
