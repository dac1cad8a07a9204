import { HeedError } from '../../errors.js';

/** What the first bytes say a file is. */
export type FileKind = 'text' | 'gzip' | 'zstd' | 'parquet' | 'workbook';

/** Formats that are known by their first bytes and not read: what they are, and what to do. */
const refused: readonly (readonly [bytes: readonly number[] | string, what: string, remedy: string])[] = [
  ['BZh91AY&SY', 'compressed by bzip2', 'Unpack it, or compress it by gzip or zstd.'],
  ['BZh', 'compressed by bzip2', 'Unpack it, or compress it by gzip or zstd.'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'compressed by xz', 'Unpack it, or compress it by gzip or zstd.'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'a 7z archive', 'Unpack it.'],
  ['Rar!', 'a RAR archive', 'Unpack it.'],
  ['SQLite format 3', 'an SQLite database', 'Export the table as CSV.'],
  [[0x89, 0x48, 0x44, 0x46], 'an HDF5 file', 'Export the table as CSV or Parquet, for instance with pandas.'],
  ['ARROW1', 'an Arrow or Feather file', 'Export it as Parquet or CSV.'],
  [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], 'a NumPy array', 'Export it with numpy.savetxt(…, delimiter=",").'],
  ['FEA1', 'a Feather file', 'Export it as Parquet or CSV.'],
  ['MATLAB 5.0', 'a MATLAB file', 'Export the table as CSV (writetable).'],
  ['MATLAB 7.3', 'a MATLAB file', 'Export the table as CSV (writetable).'],
  ['%PDF', 'a PDF', 'Export the table as CSV.'],
  [[0x89, 0x50, 0x4e, 0x47], 'an image', 'Give the numbers behind it.'],
  [[0x80, 0x03], 'a pickle of Python', 'Export it with DataFrame.to_csv or to_parquet.'],
  [[0x80, 0x05, 0x95], 'a pickle of Python', 'Export it with DataFrame.to_csv or to_parquet.'],
  [[0x80, 0x04, 0x95], 'a pickle of Python', 'Export it with DataFrame.to_csv or to_parquet.'],
  ['Obj\u0001', 'an Avro file', 'Export it as Parquet or CSV.'],
  ['ORC', 'an ORC file', 'Export it as Parquet or CSV.'],
];

function begins(bytes: Uint8Array, magic: readonly number[] | string): boolean {
  const wanted = typeof magic === 'string' ? Array.from(magic, (one) => one.charCodeAt(0)) : magic;
  return wanted.every((byte, i) => bytes[i] === byte);
}

/** The kind of a file by its first bytes. @throws HeedError not-text for known formats that are not read */
export function fileKind(bytes: Uint8Array, name: string | undefined): FileKind {
  if (begins(bytes, [0x1f, 0x8b])) return 'gzip';
  if (begins(bytes, [0x28, 0xb5, 0x2f, 0xfd])) return 'zstd';
  if (begins(bytes, 'PAR1')) return 'parquet';
  if (begins(bytes, [0x50, 0x4b, 3, 4]) || begins(bytes, [0xd0, 0xcf, 0x11, 0xe0])) return 'workbook';
  for (const [magic, what, remedy] of refused) {
    // Letters alone may begin a text just as well.
    if (
      begins(bytes, magic) &&
      (typeof magic !== 'string' || magic.length > 4 || bytes.some((byte) => byte === 0 || byte > 127))
    )
      throw new HeedError('not-text', `this is ${what}`, remedy, { file: name });
  }
  return 'text';
}

/** Unpacks gzip or zstd as it comes. @throws HeedError (rejects) not-text where the data are damaged or cut off */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  kind: 'gzip' | 'zstd',
  name: string | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    if (kind === 'zstd') yield* unpackZstd(chunks);
    else yield* unpackGzip(chunks);
  } catch (cause) {
    if (cause instanceof HeedError) throw cause;
    throw new HeedError(
      'not-text',
      `the ${kind} data are damaged or cut off`,
      'Compress or download the file again.',
      { file: name },
      cause,
    );
  }
}

async function* unpackGzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = new DecompressionStream('gzip');
  const writer = stream.writable.getWriter();
  const feed = async (): Promise<void> => {
    try {
      for await (const chunk of chunks) await writer.write(chunk as Uint8Array<ArrayBuffer>);
      await writer.close();
    } catch (error) {
      await writer.abort(error).catch(() => undefined);
      throw error;
    }
  };
  const fed = feed();
  // The reader reports the same failure; nobody else waits for this promise until the end.
  fed.catch(() => undefined);
  const reader = stream.readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    yield value;
  }
  await fed;
}

async function* unpackZstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  const out: Uint8Array[] = [];
  let ended = false;
  const unpacker = new Decompress((chunk, final) => {
    out.push(chunk);
    ended ||= final === true;
  });
  for await (const chunk of chunks) {
    unpacker.push(chunk);
    yield* out.splice(0);
  }
  unpacker.push(new Uint8Array(0), true);
  yield* out.splice(0);
  void ended;
}
