import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { HeedError } from '../errors.js';
import { readCells } from '../series/index.js';
import { parseBenchmarkName, type PublishedTable } from '../evaluate/protocol.js';
import { readTextFile, unreadable } from '../node/open.js';
import { readableFiles } from './folder.js';

export interface LabeledFile {
  readonly path: string;
  /** Base name: what results and published tables call it. */
  readonly name: string;
  readonly bytes: number;
  /** Named by itself, not found in a folder: what is wrong with it is an error and no failed run. */
  readonly named: boolean;
  /** Found in a folder, and of a kind that often holds something else: left out where it has no labeled series. */
  readonly optional: boolean;
}

export interface FileSelection {
  /** A text file with one name per line, or a CSV with a column `file` or `file_name` (and perhaps `split`). */
  readonly list?: string;
  /** Rows of the list to take, by its column `split`. */
  readonly split?: string;
  /** Families to take, as file names give them. */
  readonly family?: readonly string[];
}

/**
 * The files named by `paths`, in order of name, restricted to a list. Folders stand for what can be read in them:
 * benchmarks come as CSV and Parquet, whose files all count; the others are optional.
 * @throws HeedError file-unreadable, empty-input, unknown-column
 */
export async function filesToJudge(
  paths: readonly string[],
  selection: FileSelection,
): Promise<LabeledFile[]> {
  const files: LabeledFile[] = [];
  for (const path of paths) {
    const entry = await stat(path).catch((cause: unknown) => {
      throw unreadable(path, cause);
    });
    if (!entry.isDirectory()) {
      files.push({ path, name: basename(path), bytes: entry.size, named: true, optional: false });
      continue;
    }
    for (const { name, path: inside } of await readableFiles(path)) {
      const optional = !/\.(csv|parquet)(\.(gz|zst))?$/i.test(name);
      files.push({ path: inside, name, bytes: (await stat(inside)).size, named: false, optional });
    }
  }
  const wanted = selection.list === undefined ? undefined : await readList(selection.list, selection.split);
  const listed = wanted === undefined ? files : files.filter(({ name }) => wanted.has(name));
  const { family } = selection;
  const chosen = family
    ? listed.filter(({ name }) => family.includes(parseBenchmarkName(name).family))
    : listed;
  if (chosen.length === 0) {
    throw new HeedError(
      'empty-input',
      wanted === undefined
        ? 'there is no file with labeled series'
        : `none of the ${files.length} files is among the ${wanted.size} of the list`,
      'Name such files, or a folder that holds some.',
      { file: paths.join(', ') },
    );
  }
  return chosen;
}

async function readList(path: string, split: string | undefined): Promise<Set<string>> {
  const rows = await readRows(path);
  const header = rows[0]?.map((cell) => cell.trim()) ?? [];
  const column = header.findIndex((name) => name === 'file' || name === 'file_name');
  if (column < 0) {
    if (split !== undefined) throw noColumn(path, 'file');
    return new Set(rows.map((row) => basename(row[0]!.trim())).filter((name) => name !== ''));
  }
  const splitColumn = header.indexOf('split');
  if (split !== undefined && splitColumn < 0) throw noColumn(path, 'split');
  return new Set(
    rows
      .slice(1)
      .filter((row) => split === undefined || split.split(',').includes(row[splitColumn]?.trim() ?? ''))
      .map((row) => basename(row[column]?.trim() ?? '')),
  );
}

/**
 * Published values per file: a CSV with a column `file` (or `file_name`) and one column of VUS-PR per algorithm.
 * Columns that describe the series instead of an algorithm are left out.
 * @throws HeedError file-unreadable, unknown-column
 */
export async function readPublished(path: string): Promise<PublishedTable> {
  const rows = await readRows(path);
  const header = rows[0] ?? [];
  const column = header.findIndex((name) => name === 'file' || name === 'file_name');
  if (column < 0) throw noColumn(path, 'file');
  const facts = /^(ts_len|anomaly_len|num_anomaly|avg_anomaly_len|anomaly_ratio|point_anomaly|seq_anomaly)$/;
  const table = new Map<string, Record<string, number>>();
  for (const row of rows.slice(1)) {
    const values: Record<string, number> = {};
    header.forEach((name, i) => {
      const value = Number(row[i]);
      if (i !== column && !facts.test(name) && row[i]?.trim() && Number.isFinite(value)) values[name] = value;
    });
    table.set(basename(row[column]!), values);
  }
  return table;
}

async function readRows(path: string): Promise<string[][]> {
  const text = await readTextFile(path);
  return readCells(text, path).map(({ cells }) => [...cells]);
}

function noColumn(path: string, column: string): HeedError {
  return new HeedError('unknown-column', `there is no column "${column}"`, 'Check the header row.', {
    file: path,
    column,
  });
}
