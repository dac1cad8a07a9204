import { checkIterable, checkRecord, checkTextOrBytes } from '../../check-argument.js';
import { throwIfAborted } from '../../errors.js';
import { CooperativeScheduler } from '../../yield.js';
import { readBinary } from './binary.js';
import { createCsvReader, type TableReader } from './csv.js';
import type { ReadOptions, ReadResult, ReadRunOptions } from './options.js';
import { createTextReader } from './text.js';
import { concatenate, unpack } from './unpack.js';

/** Pieces are cut to this many bytes (or characters), so that a cancel is seen within some 10 ms. */
const PIECE = 1 << 18;

/**
 * Reads a series from a stream of bytes or text: `Blob.stream()` and `fetch` bodies in the browser, files in Node.
 * What it is shows in its first bytes: Parquet, an Excel workbook, gzip or zstd around any of these, JSON where the
 * first character that is not blank is `[` or `{`, else CSV. Parquet, workbooks and JSON are held in memory as a
 * whole, CSV is not.
 * @throws HeedError (rejects) cancelled, not-text, and what `createCsvReader` and `readJson` throw
 */
export async function readSeriesStream(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  options: ReadOptions = {},
  run: ReadRunOptions = {},
): Promise<ReadResult> {
  checkIterable('pieces', chunks, Symbol.asyncIterator, Symbol.iterator);
  checkRecord('options', options);
  checkRecord('run', run);
  const scheduler = new CooperativeScheduler(run.signal);
  let done = 0;
  let lastReport = 0;
  // Progress counts what the source has given, before it is unpacked.
  async function* watched(): AsyncGenerator<Uint8Array | string> {
    for await (const chunk of chunks) {
      checkTextOrBytes('piece', chunk);
      done += chunk.length;
      yield chunk;
    }
  }
  const { kind, all } = await unpack(watched(), options.name);
  const binary = kind === 'parquet' || kind === 'workbook' ? kind : null;
  const whole: Uint8Array[] = [];
  let reader: TableReader | null = null;
  for await (const chunk of all) {
    for (let at = 0; at < chunk.length; at += PIECE) {
      await scheduler.yieldIfDue();
      const piece =
        typeof chunk === 'string'
          ? chunk.slice(at, at + PIECE)
          : chunk.subarray(at, Math.min(chunk.length, at + PIECE));
      if (binary && typeof piece !== 'string') whole.push(piece);
      else {
        reader ??= createTextReader(piece, options);
        reader.push(piece);
      }
      const now = performance.now();
      if (now - lastReport > 200) {
        run.onProgress?.({
          phase: 'read',
          done: run.size ? Math.min(1, done / run.size) : 0,
          message: `${(done / 1e6).toFixed(1)} MB read`,
        });
        lastReport = now;
      }
    }
  }
  throwIfAborted(run.signal);
  const result = binary
    ? await readBinary(concatenate(whole), binary, options)
    : (reader ?? createCsvReader(options)).finish();
  run.onProgress?.({ phase: 'read', done: 1, message: `${result.series.time.length} points` });
  return result;
}
