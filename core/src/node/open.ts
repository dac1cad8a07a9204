/** Opens what a user names as an input: a file, a pipe, a device. Nothing here waits where an interrupt is not heard. */
import { constants, createReadStream, fstatSync, open } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { HeedError, isHeedError, throwIfAborted } from '../errors.js';
import { unpack } from '../series/index.js';

/** Most bytes of a text that is read whole (a model, a graph, judgments): Node's longest string is half a GiB. */
const mostTextBytes = 256 * 2 ** 20;

/** An input that is open. */
export interface OpenedInput {
  readonly stream: Readable;
  /** Bytes; undefined for pipes and devices. */
  readonly size: number | undefined;
}

/**
 * Opens a file, pipe or terminal for reading. A pipe without a writer is waited for on the event loop: an open that
 * blocks would keep the process from ending.
 * @throws HeedError (rejects) file-unreadable, not-a-file; messages begin with the path
 */
export async function openInput(path: string): Promise<OpenedInput> {
  try {
    const information = await stat(path);
    if (information.isDirectory()) {
      throw new HeedError('not-a-file', 'this is a directory', 'Name a file.', { file: path });
    }
    if (information.isFile()) {
      return { stream: createReadStream(path, { highWaterMark: 1 << 18 }), size: information.size };
    }
    const fd = await openAtOnce(path);
    if (information.isFIFO()) {
      return { stream: new Socket({ fd, readable: true, writable: false }), size: undefined };
    }
    const stream = isatty(fd) ? new ReadStream(fd) : createReadStream(path, { fd, highWaterMark: 1 << 18 });
    return { stream, size: undefined };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A plain descriptor, for the stream that takes it to close. */
function openAtOnce(path: string): Promise<number> {
  // Windows has no O_NONBLOCK, and no pipes in its file system.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  return new Promise((resolve, reject) =>
    open(path, flags, (error, fd) => (error ? reject(error) : resolve(fd))),
  );
}

/**
 * Reads a text whole.
 * @param path a file, pipe or device
 * @throws HeedError (rejects) file-unreadable, not-a-file, cancelled; messages begin with the path
 */
export async function readTextFile(
  path: string,
  { signal, most = mostTextBytes }: { readonly signal?: AbortSignal; readonly most?: number } = {},
): Promise<string> {
  const { stream, size } = await openInput(path);
  return readText(stream, path, { signal, most, size });
}

/**
 * Reads a stream to its end as UTF-8 text; gzip and zstd are unpacked, and the limit is on what comes out.
 * @throws HeedError (rejects) file-unreadable, cancelled; messages begin with `name`
 */
export async function readText(
  stream: Readable,
  name: string,
  {
    signal,
    most = mostTextBytes,
    size = 0,
  }: { readonly signal?: AbortSignal; readonly most?: number; readonly size?: number } = {},
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const stop = () => stream.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    checkSize(size, most, name);
    const { all } = await unpack(stream, name);
    for await (const piece of all) {
      const buffer = typeof piece === 'string' ? Buffer.from(piece) : piece;
      bytes += buffer.length;
      checkSize(bytes, most, name);
      pieces.push(buffer);
    }
  } catch (error) {
    throwIfAborted(signal);
    throw unreadable(name, error);
  } finally {
    signal?.removeEventListener('abort', stop);
    stream.destroy();
  }
  throwIfAborted(signal);
  return Buffer.concat(pieces).toString('utf8');
}

/** @throws HeedError file-unreadable */
function checkSize(bytes: number, most: number, file: string): void {
  if (bytes <= most) return;
  throw new HeedError(
    'file-unreadable',
    `this is larger than the ${Math.round(most / 2 ** 20)} MB that are read of such a file`,
    'Check that it is the right one.',
    { file },
  );
}

const reasons: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOENT: ['there is no such file', 'Check the path.'],
  ENOTDIR: ['there is no such file', 'Check the path.'],
  EISDIR: ['this is a directory', 'Name a file.'],
  EACCES: ['the file may not be read', 'Check its permissions.'],
  EPERM: ['the file may not be read', 'Check its permissions.'],
  EIO: ['the disk failed while the file was read', 'Check the disk, or read a copy.'],
  ELOOP: ['the links to it go around in a circle', 'Check the path.'],
  ENAMETOOLONG: ['the name is too long', 'Check the path.'],
  ENXIO: ['this is no file that can be read', 'Name a file.'],
};

/** The file system's error as one of ours; any other error is a fault of ours and stays what it is. */
export function unreadable(file: string, error: unknown): unknown {
  if (isHeedError(error)) return error;
  const { code } = error as { code?: string };
  if (code === undefined) return error;
  const [what, remedy] = reasons[code] ?? [
    `the file cannot be read (${code})`,
    'Check the path and the disk.',
  ];
  return new HeedError('file-unreadable', what, remedy, { file }, error);
}

/** What tells a regular file from all others, under whatever name; undefined where there is none. */
export async function fileIdentity(path: string | number): Promise<string | undefined> {
  try {
    const information = typeof path === 'number' ? fstatSync(path) : await stat(path);
    return information.isFile() ? `${information.dev}:${information.ino}` : undefined;
  } catch {
    return undefined;
  }
}
