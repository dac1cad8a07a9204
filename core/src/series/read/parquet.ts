import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { HeedError } from '../../errors.js';
import type { ReadOptions, ReadResult } from './options.js';
import { seriesFromRecords, type SeriesRecord } from './records.js';

/**
 * Reads a Parquet file: columns become channels as those of a CSV do; the index of pandas is a column.
 * @throws HeedError (rejects) not-text, and what `seriesFromRecords` throws
 */
export async function readParquet(bytes: Uint8Array, options: ReadOptions = {}): Promise<ReadResult> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  let records: SeriesRecord[];
  try {
    const metadata = parquetMetadata(buffer);
    records = (await parquetReadObjects({ file: buffer, metadata, compressors })) as SeriesRecord[];
  } catch (cause) {
    throw new HeedError(
      'not-text',
      `this Parquet file cannot be read: ${(cause as Error).message.replace(/\s+/g, ' ')}`,
      'Write it again, with snappy, gzip or zstd, or give CSV.',
      { file: options.name },
      cause,
    );
  }
  return seriesFromRecords(records, options);
}
