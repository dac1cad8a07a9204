import { HeedError } from '../errors.js';

/** What the command line uses of @heed/notebooks, which depends on core and so cannot be imported with its types. */
export interface NotebooksPackage {
  installKernel(): string;
  uninstallKernel(): boolean;
  installedKernel(): string | undefined;
  openNotebook(options: {
    file?: string;
    dryRun?: boolean;
    browser?: boolean;
    port?: number;
    print?: (line: string) => void;
  }): Promise<number>;
  runNotebookFile(
    path: string,
    options: {
      inPlace?: boolean;
      timeout?: number;
      allowErrors?: boolean;
      onCell?: (
        index: number,
        run: { status: string; milliseconds: number },
        notebook: { cells: readonly unknown[] },
      ) => void;
    },
  ): Promise<unknown>;
  createCourse(folder: string): { notebooks: readonly string[]; exercises: number };
  gradeNotebook(
    file: string,
    options: { timeout?: number },
  ): Promise<{ number: number; title: string; passed: boolean; reason?: string }[]>;
}

/** @throws HeedError tool-missing when the notebook stack is not installed (it is large, and optional) */
export async function loadNotebooks(): Promise<NotebooksPackage> {
  const name = '@heed/notebooks';
  try {
    return (await import(name)) as NotebooksPackage;
  } catch (error) {
    throw new HeedError(
      'tool-missing',
      'the notebook stack is not installed or not built',
      'In the repository run `npm install && npm run build`.',
      undefined,
      error,
    );
  }
}
