import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { HeedError, isHeedError } from '../errors.js';
import type { ReadOptions, ReadResult, ReadRunOptions } from '../series/index.js';
import { readSeriesStream } from '../series/index.js';

/** Options of reading a file: how, and with what signal and progress. */
export interface ReadFileOptions extends ReadOptions {
  /** What `-` reads; the command line gives its standard input. */
  readonly stdin?: Readable;
}

/**
 * Reads a series from a file: CSV (streamed: memory holds the numbers and a piece of the text), JSON, Parquet, an
 * Excel workbook, or gzip or zstd of these.
 * @param path the file, or `-` for `options.stdin`
 * @throws HeedError (rejects) file-unreadable, not-a-file, cancelled, and what `readSeriesStream` throws; messages
 *   begin with the path
 */
export async function readSeriesFile(
  path: string,
  options: ReadFileOptions = {},
  run: ReadRunOptions = {},
): Promise<ReadResult> {
  const { stdin, ...reading } = options;
  if (path === '-') {
    if (!stdin) {
      throw new HeedError('file-unreadable', 'there is no standard input to read', 'Give a file.', {
        file: path,
      });
    }
    return readSeriesStream(stdin, { name: '(standard input)', ...reading }, run);
  }
  const place = { file: path };
  try {
    const information = await stat(path);
    if (information.isDirectory()) {
      throw new HeedError('not-a-file', 'this is a directory', 'Give one file.', place);
    }
    // The path stands in messages, the file's name in the series.
    const name = reading.name ?? path;
    const size = information.isFile() ? information.size : undefined;
    const stream = createReadStream(path, { highWaterMark: 1 << 18 });
    const result = await readSeriesStream(stream, { ...reading, name }, { size, ...run });
    return reading.name === undefined
      ? { ...result, series: { ...result.series, name: basename(path) } }
      : result;
  } catch (error) {
    if (isHeedError(error)) throw error;
    const { code } = error as { code?: string };
    // Only the file system's errors have one; another error is a fault of ours and must not look like one of the file.
    if (code === undefined) throw error;
    const reasons: Record<string, [string, string]> = {
      ENOENT: ['there is no such file', 'Check the path.'],
      EACCES: ['the file may not be read', 'Check its permissions.'],
      EPERM: ['the file may not be read', 'Check its permissions.'],
      ENOTDIR: ['there is no such file', 'Check the path.'],
    };
    const [what, remedy] = reasons[code] ?? [
      `the file cannot be read (${code})`,
      'Check the path and the disk.',
    ];
    throw new HeedError('file-unreadable', what, remedy, place, error);
  }
}
