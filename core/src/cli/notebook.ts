import type { Command } from 'commander';
import { HeedError } from '../errors.js';
import { loadNotebooks } from './notebooks-package.js';
import { portNumber, wholeNumberIn } from './values.js';

/** `heed notebook [FILE]` opens, `heed notebook run FILE…` executes without Python. */
export function notebookCommand(program: Command): void {
  const notebook = program
    .command('notebook')
    .description('open a notebook with Heed’s kernel in JupyterLab, Jupyter Notebook or VS Code')
    .argument(
      '[file]',
      'a notebook, a folder, or a CSV or JSON file to get a notebook for; without one, Heed’s own notebooks',
    )
    .option('--port <port>', 'port of the notebook server', portNumber)
    .option('--no-browser', 'start the server without opening a browser')
    .option('--dry-run', 'only print what would be started')
    .addHelpText(
      'after',
      '\nExamples:\n  heed notebook\n  heed notebook metrics.csv     writes metrics.ipynb, three cells to a plot, and opens it\n  heed notebook mine.ipynb\n  heed notebook run notebooks/*.ipynb --in-place\n  heed notebook new-course course       a copy of the course for students\n  heed notebook check course/*.ipynb    grades their exercises',
    )
    .action(
      async (file: string | undefined, options: { port?: number; browser: boolean; dryRun?: boolean }) => {
        const { openNotebook } = await loadNotebooks();
        process.exitCode = await asHeedError('tool-missing', () =>
          openNotebook({ ...options, ...(file === undefined ? {} : { file }) }),
        );
      },
    );
  notebook
    .command('run')
    .description('run every cell of the notebooks, without Python; stops at the first cell that fails')
    .argument('<files...>', '.ipynb files')
    .option('--in-place', 'write the outputs back into the files')
    .option('--timeout <seconds>', 'limit per cell', wholeNumberIn(1, 1e6), 120)
    .option('--allow-errors', 'go on after a failing cell')
    .action(
      async (files: string[], options: { inPlace?: boolean; timeout: number; allowErrors?: boolean }) => {
        const { runNotebookFile } = await loadNotebooks();
        for (const file of files) {
          const started = performance.now();
          await asHeedError('source-error', () =>
            runNotebookFile(file, {
              ...options,
              timeout: options.timeout * 1000,
              onCell: (index, run, { cells }) => {
                const seconds = (run.milliseconds / 1000).toFixed(1);
                process.stderr.write(
                  `${file}: cell ${index + 1} of ${cells.length}: ${run.status}, ${seconds} s\n`,
                );
              },
            }),
          );
          process.stdout.write(`${file}: done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
        }
      },
    );
  notebook
    .command('new-course')
    .description('lay out the course for students: no outputs, exercise cells to fill in, no solutions')
    .argument('<folder>', 'a new or empty folder')
    .action(async (folder: string) => {
      const { createCourse } = await loadNotebooks();
      const { notebooks, exercises } = await asHeedError('source-error', async () => createCourse(folder));
      process.stdout.write(
        `${folder}: ${notebooks.length} notebooks, ${exercises} exercises\n` +
          `open: heed notebook ${folder}\ngrade: heed notebook check ${folder}/*.ipynb\n`,
      );
    });
  notebook
    .command('check')
    .description('grade the exercises in students’ notebooks; exit status 1 where one fails')
    .argument('<files...>', 'notebooks of a folder that new-course made')
    .option('--timeout <seconds>', 'limit per exercise', wholeNumberIn(1, 1e6), 60)
    .action(async (files: string[], { timeout }: { timeout: number }) => {
      const { gradeNotebook } = await loadNotebooks();
      const all: { passed: boolean }[] = [];
      for (const file of files) {
        const results = await asHeedError('source-error', () =>
          gradeNotebook(file, { timeout: timeout * 1000 }),
        );
        all.push(...results);
        const lines = results.map(
          ({ number, title, passed, reason }) =>
            `  ${passed ? 'passed' : 'failed'}  ${number}. ${title}${reason === undefined ? '' : `\n          ${reason}`}\n`,
        );
        process.stdout.write(`${file}\n${lines.join('')}`);
      }
      const passed = all.filter((result) => result.passed).length;
      process.stdout.write(`${passed} of ${all.length} exercises passed\n`);
      if (passed < all.length) process.exitCode = 1;
    });
}

/** A NotebookError carries its remedy in its message; the command line knows only HeedErrors. */
async function asHeedError<T>(code: 'tool-missing' | 'source-error', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !['NotebookError', 'CellError'].includes(error.name)) throw error;
    const [what, ...rest] = error.message.split('\n');
    throw new HeedError(
      code,
      what!.replace(/\.$/, ''),
      rest.length > 0 ? `\n${rest.join('\n')}` : 'Nothing was changed.',
    );
  }
}
