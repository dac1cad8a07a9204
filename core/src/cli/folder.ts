import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HeedError } from '../errors.js';

/** Endings of files that may hold series; what a file is shows in its content. */
const readable = /\.(csv|tsv|txt|dat|json|ndjson|jsonl|parquet|xls[xmb]?|ods)(\.(gz|zst))?$/i;

/**
 * The files of a folder that may hold series, by name.
 * @throws HeedError empty-input
 */
export async function readableFiles(folder: string): Promise<{ name: string; path: string }[]> {
  const names = (await readdir(folder)).filter((name) => readable.test(name)).sort();
  if (names.length > 0) return names.map((name) => ({ name, path: join(folder, name) }));
  throw new HeedError(
    'empty-input',
    'the folder holds no file that may be read',
    'Name one with CSV, JSON, Parquet or Excel files, plain or compressed by gzip or zstd.',
    { file: folder },
  );
}
