import { checkIterable } from '../../check-argument.js';
import { decompress, fileKind, type FileKind } from './packed.js';

/** Bytes that tell what a file is. */
const MAGIC = 16;

type Chunks = AsyncIterable<Uint8Array | string>;

/**
 * Takes gzip and zstd off a stream, as it comes, and tells what is in it by its first bytes.
 * @param name names the input in errors
 * @throws HeedError (rejects, or while it is read) not-text: damaged, or of a known kind that is not read
 */
export async function unpack(
  chunks: Chunks,
  name: string | undefined,
): Promise<{ kind: FileKind; all: Chunks }> {
  checkIterable('pieces', chunks, Symbol.asyncIterator);
  let { kind, all } = await sniff(chunks, name);
  for (let layer = 0; layer < 3 && (kind === 'gzip' || kind === 'zstd'); layer++) {
    ({ kind, all } = await sniff(decompress(all as AsyncIterable<Uint8Array>, kind, name), name));
  }
  return { kind, all };
}

/** Looks at the first bytes without taking them away. */
async function sniff(chunks: Chunks, name: string | undefined): Promise<{ kind: FileKind; all: Chunks }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const taken: (Uint8Array | string)[] = [];
  let length = 0;
  let ended = false;
  while (length < MAGIC) {
    const next = await iterator.next();
    if (next.done) {
      ended = true;
      break;
    }
    taken.push(next.value);
    length += next.value.length;
    if (typeof next.value === 'string') break;
  }
  async function* all(): AsyncGenerator<Uint8Array | string> {
    yield* taken.splice(0);
    if (ended) return;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  const bytes = taken.filter((chunk): chunk is Uint8Array => typeof chunk !== 'string');
  return { kind: bytes.length > 0 ? fileKind(concatenate(bytes), name) : 'text', all: all() };
}

/** The pieces as one. */
export function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
