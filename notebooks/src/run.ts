import { dirname, resolve } from 'node:path';
import { NotebookError } from './errors.js';
import { KernelClient, type CellRun } from './kernel-client.js';
import {
  joinLines,
  readNotebook,
  storedOutput,
  writeNotebook,
  type Notebook,
  type Output,
} from './nbformat.js';
import { kernelCommand, kernelSpecMetadata } from './spec.js';

export interface RunNotebookOptions {
  /** Folder the kernel runs in; default the current one. */
  readonly folder?: string;
  /** Kernel command line; default Heed's own kernel. */
  readonly command?: readonly string[];
  /** Limit per cell in ms; default 120,000. */
  readonly timeout?: number;
  /** Go on after a failing cell. Cells tagged `raises-exception` may always fail. */
  readonly allowErrors?: boolean;
  readonly onCell?: (index: number, run: CellRun, notebook: Notebook) => void;
}

/** A cell failed: which, how, and its source. */
export class CellError extends NotebookError {
  constructor(
    readonly index: number,
    readonly run: CellRun,
    source: string,
    detail: string,
  ) {
    super(`cell ${index + 1} ${describe(run)}: ${detail}\n--- the cell\n${source}`);
  }
}

function describe(run: CellRun): string {
  if (run.status === 'timeout') return `was stopped after ${Math.round(run.milliseconds / 1000)} s`;
  if (run.status === 'died') return 'ended the kernel';
  return 'failed';
}

/**
 * Runs every code cell in order and writes outputs and execution counts into `notebook`, which it returns. What the
 * cells before a failing one gave is kept.
 * @throws CellError at the first cell that fails, dies or outlasts its limit
 */
export async function runNotebook(notebook: Notebook, options: RunNotebookOptions = {}): Promise<Notebook> {
  const kernel = await KernelClient.start({
    folder: options.folder ?? process.cwd(),
    command: options.command ?? kernelCommand(),
  });
  const displays = new Map<string, Output[]>();
  try {
    for (const [index, cell] of notebook.cells.entries()) {
      const source = joinLines(cell.source);
      if (cell.cell_type !== 'code') continue;
      cell.outputs = [];
      cell.execution_count = null;
      if (source.trim() === '') continue;
      const mayFail = options.allowErrors === true || (cell.metadata.tags ?? []).includes('raises-exception');
      const run = await kernel.execute(source, {
        displays,
        stopOnError: !mayFail,
        ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
      });
      cell.outputs = run.outputs;
      cell.execution_count = run.executionCount;
      options.onCell?.(index, run, notebook);
      if (run.status !== 'ok' && !(run.status === 'error' && mayFail)) {
        const errors = run.outputs.flatMap((output) =>
          output.output_type === 'error' ? output.traceback : [],
        );
        throw new CellError(index, run, source, errors.join('\n') || kernel.printed || 'it printed nothing');
      }
    }
  } finally {
    await kernel.close();
    for (const cell of notebook.cells) if (cell.outputs) cell.outputs = cell.outputs.map(storedOutput);
  }
  Object.assign(notebook.metadata, kernelSpecMetadata);
  return notebook;
}

/** Runs a notebook file; with `inPlace`, writes the outputs back, also those before a failing cell. */
export async function runNotebookFile(
  path: string,
  options: Omit<RunNotebookOptions, 'folder'> & { readonly inPlace?: boolean } = {},
): Promise<Notebook> {
  const file = resolve(path);
  const notebook = readNotebook(file);
  try {
    return await runNotebook(notebook, { ...options, folder: dirname(file) });
  } finally {
    if (options.inPlace) writeNotebook(file, notebook);
  }
}
