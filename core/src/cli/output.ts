import { constants, rmSync } from 'node:fs';
import { access, open, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, basename, join } from 'node:path';
import { HeedError, throwIfAborted } from '../errors.js';

/** Files being written; removed when the process ends before they are complete. */
const unfinished = new Set<string>();
process.on('exit', () => {
  for (const path of unfinished) rmSync(path, { force: true });
});

function unwritable(path: string, cause: unknown): HeedError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const reasons: Record<string, readonly [string, string]> = {
    ENOENT: ['its folder does not exist', 'Create the folder or choose another place.'],
    ENOTDIR: ['a part of its path is not a folder', 'Choose another place.'],
    EACCES: ['writing there is not allowed', 'Choose another place or change the permissions.'],
    EPERM: ['writing there is not allowed', 'Choose another place or change the permissions.'],
    EROFS: ['the file system is read-only', 'Choose another place.'],
    ENOSPC: ['the disk is full', 'Free some space and try again.'],
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
 * @throws HeedError output-unwritable
 */
export async function checkOutput(path: string | undefined): Promise<void> {
  if (path === undefined) return;
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
    await writeFile(path, data).catch((cause: unknown) => {
      throw unwritable(path, cause);
    });
    return;
  }
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  unfinished.add(temporary);
  try {
    const file = await open(temporary, 'wx', existing?.mode);
    try {
      await file.writeFile(data, { signal });
    } finally {
      await file.close();
    }
    throwIfAborted(signal);
    await rename(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throwIfAborted(signal);
    throw unwritable(path, cause);
  } finally {
    unfinished.delete(temporary);
  }
}

/** Writes to stdout and waits until it is taken. */
export function print(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(data, (error) => (error ? reject(error) : resolve()));
  });
}
