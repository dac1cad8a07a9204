import { HeedError } from '../../errors.js';
import type { TableReader } from './csv.js';
import { createCsvReader } from './csv.js';
import type { ReadOptions, ReadResult } from './options.js';
import { decompress, fileKind } from './packed.js';
import { createTextReader } from './text.js';

/** Pieces of this many bytes are read at a time. */
const PIECE = 1 << 20;

/**
 * Reads a file that a user chose in a browser: all layouts of text, plain or packed by gzip or zstd. Unlike
 * `readSeriesStream` it needs none of the large libraries for Parquet and workbooks, which it refuses.
 * @throws HeedError (rejects) not-text, and what `createCsvReader` and `readJson` throw
 */
export async function readTextBlob(blob: Blob, options: ReadOptions = {}): Promise<ReadResult> {
  let chunks = pieces(blob);
  let kind = fileKind(new Uint8Array(await blob.slice(0, 16).arrayBuffer()), options.name);
  for (let layer = 0; layer < 3 && (kind === 'gzip' || kind === 'zstd'); layer++) {
    const unpacked = decompress(chunks, kind, options.name);
    const first = await unpacked.next();
    if (first.done) break;
    const head = first.value;
    kind = fileKind(head.subarray(0, 16), options.name);
    chunks = (async function* () {
      yield head;
      yield* unpacked;
    })();
  }
  if (kind !== 'text') {
    throw new HeedError(
      'not-text',
      kind === 'parquet'
        ? 'this is a Parquet file'
        : kind === 'workbook'
          ? 'this is a workbook'
          : 'this is packed several times',
      'Export the table as CSV or JSON; the heed command reads Parquet and workbooks.',
      { file: options.name },
    );
  }
  let reader: TableReader | null = null;
  for await (const chunk of chunks) {
    reader ??= createTextReader(chunk, options);
    reader.push(chunk);
  }
  return (reader ?? createCsvReader(options)).finish();
}

async function* pieces(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < blob.size; at += PIECE) {
    yield new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer());
  }
}
