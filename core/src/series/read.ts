import { throwIfAborted } from '../errors.js';
import { CooperativeScheduler } from '../yield.js';
import { createCsvReader, type TableReader } from './csv.js';
import { createJsonReader } from './json.js';
import type { ReadOptions, ReadResult, ReadRunOptions } from './read-options.js';

/** Pieces are cut to this many bytes (or characters), so that a cancel is seen within some 10 ms. */
const PIECE = 1 << 18;

/**
 * Reads a series from a stream of bytes or text: `Blob.stream()` and `fetch` bodies in the browser, files in Node.
 * JSON where the first character that is not blank is `[` or `{`, else CSV.
 * @throws HeedError (rejects) cancelled, and what `createCsvReader` and `readJson` throw
 */
export async function readSeriesStream(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  options: ReadOptions = {},
  run: ReadRunOptions = {},
): Promise<ReadResult> {
  let reader: TableReader | null = null;
  let done = 0;
  let lastReport = 0;
  const scheduler = new CooperativeScheduler(run.signal);
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE) {
      await scheduler.yieldIfDue();
      const piece =
        typeof chunk === 'string'
          ? chunk.slice(at, at + PIECE)
          : chunk.subarray(at, Math.min(chunk.length, at + PIECE));
      reader ??= beginsJson(piece) ? createJsonReader(options) : createCsvReader(options);
      reader.push(piece);
      done += piece.length;
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
  const result = (reader ?? createCsvReader(options)).finish();
  run.onProgress?.({ phase: 'read', done: 1, message: `${result.series.time.length} points` });
  return result;
}

function beginsJson(piece: Uint8Array | string): boolean {
  const head =
    typeof piece === 'string' ? piece.slice(0, 1000) : new TextDecoder().decode(piece.subarray(0, 1000));
  return /^\s*[[{]/.test(head);
}
