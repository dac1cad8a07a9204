import { checkRecord } from '../../check-argument.js';
import type { ReadOptions, ReadResult, ReadRunOptions } from './options.js';
import { readSeriesStream } from './stream.js';

/** Pieces of this many bytes are read at a time: `Blob.stream()` cannot be iterated in every browser. */
const PIECE = 1 << 20;

/**
 * Reads a file that a user chose in a browser, of every kind that `readSeriesStream` reads. What Parquet and workbooks
 * need is loaded when such a file comes.
 * @throws HeedError (rejects) what `readSeriesStream` throws
 */
export async function readSeriesBlob(
  blob: Blob,
  options: ReadOptions = {},
  run: ReadRunOptions = {},
): Promise<ReadResult> {
  checkRecord('blob', blob, 'slice');
  checkRecord('options', options);
  checkRecord('run', run);
  return readSeriesStream(pieces(blob), options, { size: blob.size, ...run });
}

async function* pieces(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < blob.size; at += PIECE) {
    yield new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer());
  }
}
