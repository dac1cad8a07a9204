import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { NotebookError } from './errors.js';

/** The parts of nbformat 4 that Heed reads and writes (https://nbformat.readthedocs.io). */
export type MimeBundle = Record<string, unknown>;

export type Output =
  | { output_type: 'stream'; name: 'stdout' | 'stderr'; text: string | string[] }
  | { output_type: 'display_data'; data: MimeBundle; metadata: Record<string, unknown> }
  | {
      output_type: 'execute_result';
      data: MimeBundle;
      metadata: Record<string, unknown>;
      execution_count: number | null;
    }
  | { output_type: 'error'; ename: string; evalue: string; traceback: string[] };

export interface Cell {
  cell_type: 'code' | 'markdown' | 'raw';
  id?: string;
  metadata: { tags?: string[] } & Record<string, unknown>;
  source: string | string[];
  outputs?: Output[];
  execution_count?: number | null;
}

export interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: Record<string, unknown>;
  cells: Cell[];
}

/** A cell's source or a stream's text as one string. */
export function joinLines(text: string | readonly string[]): string {
  return typeof text === 'string' ? text : text.join('');
}

/** nbformat keeps multi-line text as a list of lines, each with its line end. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Most bytes of a notebook: one with pictures has some 400 KB. */
const mostBytes = 64 * 2 ** 20;

/** @throws NotebookError when the file is missing, too large or no nbformat 4 notebook */
export function readNotebook(path: string): Notebook {
  let content: string;
  try {
    if (statSync(path).size > mostBytes) {
      throw new NotebookError(
        `${path}: this is larger than the ${mostBytes / 2 ** 20} MB that are read of a notebook. Check that it is the right file.`,
      );
    }
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof NotebookError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'this is a folder'
          : `the file cannot be read (${code})`;
    throw new NotebookError(`${path}: ${why}. Name a .ipynb file.`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw new NotebookError(`${path}: this is not JSON (${(error as Error).message}). Name a .ipynb file.`);
  }
  const notebook = parsed as Partial<Notebook> | null;
  if (
    typeof notebook !== 'object' ||
    notebook === null ||
    !Array.isArray(notebook.cells) ||
    notebook.nbformat !== 4
  ) {
    throw new NotebookError(
      `${path}: this is not an nbformat 4 notebook. Open and save it in Jupyter to convert it.`,
    );
  }
  return notebook as Notebook;
}

/** Writes beside the file first, so that a broken run never leaves half a notebook. */
export function writeNotebook(path: string, notebook: Notebook): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(notebook, null, 1) + '\n');
  renameSync(temporary, path);
}

/** Brings an output into the form nbformat stores: text as lists of lines. */
export function storedOutput(output: Output): Output {
  if (output.output_type === 'stream') return { ...output, text: splitLines(joinLines(output.text)) };
  if (output.output_type === 'error') return output;
  const data = Object.fromEntries(
    Object.entries(output.data).map(([mime, value]) => {
      const isText = mime.startsWith('text/') || mime === 'image/svg+xml';
      return [mime, typeof value === 'string' && isText ? splitLines(value) : value];
    }),
  );
  return { ...output, data };
}
