import { randomUUID } from 'node:crypto';
import { constants, open as openCallback, rmSync } from 'node:fs';
import { access, open, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { dirname, basename, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { HeedError, throwIfAborted } from '../errors.js';
import { fileIdentity } from '../node/open.js';

/** Files being written; removed when the process ends before they are complete. */
const unfinished = new Set<string>();
process.on('exit', removeUnfinished);

export function removeUnfinished(): void {
  for (const path of unfinished) rmSync(path, { force: true });
}

/** Why an output could not be written, for people. */
export function unwritable(path: string, cause: unknown): HeedError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const reasons: Record<string, readonly [string, string]> = {
    ENOENT: ['its folder does not exist', 'Create the folder or choose another place.'],
    ENOTDIR: ['a part of its path is not a folder', 'Choose another place.'],
    EACCES: ['writing there is not allowed', 'Choose another place or change the permissions.'],
    EPERM: ['writing there is not allowed', 'Choose another place or change the permissions.'],
    EROFS: ['the file system is read-only', 'Choose another place.'],
    ENOSPC: ['the disk is full', 'Free some space and try again.'],
    EDQUOT: ['the disk quota is used up', 'Free some space and try again.'],
    EFBIG: ['it would be larger than a file may be here', 'Choose another place.'],
    EIO: ['the disk failed', 'Check the disk, or choose another place.'],
    EPIPE: ['what reads it has ended', 'Choose another place.'],
    EISDIR: ['it is a folder', 'Name a file.'],
  };
  const [reason, remedy] = reasons[code ?? ''] ?? [code ?? String(cause), 'Choose another place.'];
  return new HeedError(
    'output-unwritable',
    `the output cannot be written: ${reason}`,
    remedy,
    { file: path },
    cause,
  );
}

/**
 * Looks, before any work is done for it, whether an output can be written; undefined stands for no output.
 * @param inputs what is read, `-` for standard input; an output must be none of them
 * @throws HeedError output-unwritable, bad-option
 */
export async function checkOutput(
  path: string | undefined,
  inputs: readonly (string | undefined)[] = [],
): Promise<void> {
  if (path === undefined) return;
  const output = await fileIdentity(path);
  for (const input of output === undefined ? [] : inputs) {
    if (input === undefined || (await fileIdentity(input === '-' ? 0 : input)) !== output) continue;
    throw new HeedError('bad-option', `${path} is an input and would be overwritten`, 'Name another file.');
  }
  try {
    const existing = await stat(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
    });
    if (existing?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    // A regular file is replaced by renaming, for which its folder must take a new file.
    const written = existing && !existing.isFile() ? path : dirname(path);
    await access(written, constants.W_OK);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/**
 * Writes a file whole or not at all: first beside its place, then by renaming. Pipes and devices are written to
 * directly.
 * @throws HeedError output-unwritable, cancelled
 */
export async function writeOutput(
  path: string,
  data: string | Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  throwIfAborted(signal);
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) throw unwritable(path, { code: 'EISDIR' });
  if (existing && !existing.isFile()) {
    const written = existing.isFIFO() ? writePipe(path, data, signal) : writeFile(path, data, { signal });
    await written.catch((cause: unknown) => {
      throwIfAborted(signal);
      throw unwritable(path, cause);
    });
    return;
  }
  // A link goes on to lead to the file it led to.
  const target = existing ? await realpath(path) : path;
  // Of a name of its own, also where several processes in several containers write one output.
  const temporary = join(dirname(target), `.${basename(target).slice(0, 200)}.${randomUUID()}.tmp`);
  unfinished.add(temporary);
  try {
    const file = await open(temporary, 'wx', existing?.mode);
    try {
      await file.writeFile(data, { signal });
      // On the disk before it takes the old one's place: a crash must not leave an empty file.
      await file.datasync();
    } finally {
      await file.close();
    }
    throwIfAborted(signal);
    await rename(temporary, target);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throwIfAborted(signal);
    throw unwritable(path, cause);
  } finally {
    unfinished.delete(temporary);
  }
}

/** Writes to a pipe once somebody reads it; waiting goes on between tries, so that an interrupt is heard. */
async function writePipe(path: string, data: string | Uint8Array, signal?: AbortSignal): Promise<void> {
  let fd: number | undefined;
  while (fd === undefined) {
    fd = await openPipe(path);
    if (fd === undefined) await wait(25, undefined, { signal });
  }
  const socket = new Socket({ fd, readable: false, writable: true, signal });
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', resolve);
    socket.end(data);
  });
}

/** A descriptor, or undefined while nobody reads. */
function openPipe(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) =>
    openCallback(path, constants.O_WRONLY | constants.O_NONBLOCK, (error, fd) => {
      if (!error) resolve(fd);
      else if (error.code === 'ENXIO') resolve(undefined);
      else reject(error);
    }),
  );
}

/** @throws HeedError bad-option where both are the same file */
export async function checkDifferent(
  out: string | undefined,
  report: string | undefined,
  flag = '--report',
): Promise<void> {
  if (out === undefined || report === undefined) return;
  const one = (await fileIdentity(out)) ?? resolve(out);
  if (one !== ((await fileIdentity(report)) ?? resolve(report))) return;
  throw new HeedError('bad-option', `--out and ${flag} name the same file`, 'Give each a file of its own.');
}

/**
 * Writes to stdout and waits until it is taken.
 * @throws HeedError output-unwritable; a closed pipe stays an EPIPE, which is no failure
 */
export function print(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(data, (error) => {
      if (!error) resolve();
      else
        reject(
          (error as NodeJS.ErrnoException).code === 'EPIPE' ? error : unwritable('(standard output)', error),
        );
    });
  });
}
