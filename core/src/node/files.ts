import { checkRecord, checkText } from '../check-argument.js';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { HeedError, throwIfAborted } from '../errors.js';
import type { ReadOptions, ReadResult, ReadRunOptions } from '../series/index.js';
import { readSeriesStream } from '../series/index.js';
import { openInput, unreadable, type OpenedInput } from './open.js';

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
  checkText('path', path);
  checkRecord('options', options);
  checkRecord('run', run);
  const { stdin, ...reading } = options;
  if (path === '-') {
    if (!stdin) {
      throw new HeedError('file-unreadable', 'there is no standard input to read', 'Give a file.', {
        file: path,
      });
    }
    return readOpened({ stream: stdin, size: undefined }, { name: '(standard input)', ...reading }, run);
  }
  // The path stands in messages, the file's name in the series.
  const result = await readOpened(await openInput(path), { ...reading, name: reading.name ?? path }, run);
  return reading.name === undefined
    ? { ...result, series: { ...result.series, name: basename(path) } }
    : result;
}

async function readOpened(
  { stream, size }: OpenedInput,
  options: ReadOptions & { readonly name: string },
  run: ReadRunOptions,
): Promise<ReadResult> {
  // A pipe that nobody writes to must not hold up an interrupt.
  const stop = () => stream.destroy();
  run.signal?.addEventListener('abort', stop, { once: true });
  try {
    return await readSeriesStream(stream, options, { size, ...run });
  } catch (error) {
    throwIfAborted(run.signal);
    throw unreadable(options.name, error);
  } finally {
    run.signal?.removeEventListener('abort', stop);
    stream.destroy();
  }
}
