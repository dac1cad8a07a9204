import type { ReadOptions, ReadResult } from './options.js';

/** Reads a Parquet file or a workbook that is wholly there. */
export async function readBinary(
  bytes: Uint8Array,
  kind: 'parquet' | 'workbook',
  options: ReadOptions,
): Promise<ReadResult> {
  if (kind === 'parquet') return (await import('./parquet.js')).readParquet(bytes, options);
  return (await import('./workbook.js')).readWorkbook(bytes, options);
}
