import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CellError,
  installKernel,
  installedKernel,
  joinLines,
  KernelClient,
  kernelCommand,
  notebookBeside,
  openNotebook,
  readNotebook,
  runNotebook,
  runNotebookFile,
  uninstallKernel,
  type CellRun,
  type Notebook,
} from '@heed/notebooks';
import { runsSlow } from '../setup/slow.js';

const text = (run: CellRun) =>
  run.outputs
    .map((output) =>
      output.output_type === 'stream'
        ? joinLines(output.text)
        : output.output_type === 'error'
          ? ''
          : joinLines((output.data['text/plain'] as string) ?? ''),
    )
    .join('');

const notebookOf = (...sources: string[]): Notebook => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: sources.map((source, index) => ({ cell_type: 'code', id: `c${index}`, metadata: {}, source })),
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heed-notebook-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the kernel', () => {
  let kernel: KernelClient;
  // A folder without node_modules: the preloaded packages must be found all the same.
  beforeAll(async () => {
    kernel = await KernelClient.start({ folder, command: kernelCommand() });
  });
  afterAll(() => kernel.close());
  const run = (code: string, timeout = 60_000) => kernel.execute(code, { stopOnError: false, timeout });

  test('has heed, dfd and tf at hand, typed, from any folder', async () => {
    expect(text(await run('[typeof heed.createSeries, typeof dfd.DataFrame, typeof tf.tensor]'))).toContain(
      "[ 'function', 'function', 'function' ]",
    );
    const wrong = await run('heed.noSuchThing');
    expect(wrong.outputs).toMatchObject([{ output_type: 'error', ename: 'TypeScript' }]);
  });

  test('gives data frames and tensors of one and the same TensorFlow.js', async () => {
    expect(text(await run('new dfd.DataFrame({ a: [1, 2] }).tensor instanceof tf.Tensor'))).toBe('true');
  });

  test('keeps every line of a cell that prints 5,000 without awaiting', async () => {
    const lines = text(await run('for (let i = 0; i < 5000; i++) console.log(i)'))
      .trim()
      .split('\n');
    expect(lines.length).toBe(5000);
    expect(lines.at(-1)).toBe('4999');
  });

  test('sends errors as errors, with the user’s frames only, and runs the next cell', async () => {
    const failed = await run('function f(): void { throw new RangeError("no") }\nf()');
    expect(failed.status).toBe('error');
    const [error] = failed.outputs;
    expect(error).toMatchObject({ output_type: 'error', ename: 'RangeError', evalue: 'no' });
    expect(JSON.stringify(error)).not.toContain('tslab');
    expect(text(await run('1 + 1'))).toBe('2');
  });

  test('shows a HeedError as one line with its code', async () => {
    const failed = await run('heed.createSeries({ channels: [] })');
    expect(failed.outputs[0]).toMatchObject({ ename: 'HeedError' });
    expect((failed.outputs[0] as { traceback: string[] }).traceback).toHaveLength(1);
  });

  test('numbers its cells and gives the last expression as the result', async () => {
    const first = await run('const eleven = 11; eleven');
    const second = await run('({ eleven })');
    expect(first.outputs[0]).toMatchObject({ output_type: 'execute_result' });
    expect(second.executionCount).toBe(first.executionCount! + 1);
    expect(text(second)).toBe('{ eleven: 11 }');
  });

  test('awaits at top level in every form', async () => {
    expect(text(await run('const three = await (async () => 3)(); three'))).toBe('3');
    expect(text(await run('for await (const x of [Promise.resolve(7)]) console.log(x)')).trim()).toBe('7');
  });

  test('shows values with a display method of their own, and data frames as tables', async () => {
    const rich = await run('({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>hi</b>" }) })');
    expect(rich.outputs[0]).toMatchObject({ data: { 'text/html': '<b>hi</b>' } });
    const frame = await run('new dfd.DataFrame({ "<x>": [1, 2] })');
    expect(JSON.stringify(frame.outputs[0])).toContain('<th>&lt;x&gt;</th>');
  });

  test('updates a display in place', async () => {
    const updated = await run(
      'import { newDisplay } from "tslab"; const d = newDisplay(); for (let i = 0; i <= 3; i++) d.text(String(i))',
    );
    expect(updated.outputs.filter((output) => output.output_type === 'display_data')).toHaveLength(1);
    expect(text(updated)).toBe('3');
  });

  test('stops an endless loop on interrupt and goes on', async () => {
    const loop = run('while (true) {}');
    setTimeout(() => kernel.interrupt(), 500);
    expect((await loop).status).toBe('error');
    expect(text(await run('"still here"'))).toBe('still here');
  });

  test('stops a cell on an interrupt that comes while it is still being compiled', async () => {
    // Some seconds of work for the compiler, and a loop that nothing but an interrupt ends.
    const slow = Array.from({ length: 4000 }, (_, i) => `type T${i} = { a: ${i}; b: T${i - (i % 7)}[] }`);
    const loop = run(`${slow.join('\n')}\nwhile (true) {}`, 50_000);
    setTimeout(() => kernel.interrupt(), 100);
    expect((await loop).status).toBe('error');
    expect(text(await run('"still here"'))).toBe('still here');
  });
});

describe('the runner', () => {
  test('writes outputs and counts into the file as nbformat 4', async () => {
    const path = join(folder, 'three.ipynb');
    writeFileSync(path, JSON.stringify(notebookOf('const a = 1', 'console.log(a)\na + 1', '')));
    await runNotebookFile(path, { inPlace: true });
    const written = readNotebook(path);
    expect(written.cells[1]).toMatchObject({
      execution_count: 2,
      outputs: [
        { output_type: 'stream', text: ['1\n'] },
        { output_type: 'execute_result', data: { 'text/plain': ['2'] } },
      ],
    });
    expect(written.metadata['kernelspec']).toMatchObject({ name: 'heed' });
    expect(readFileSync(path, 'utf8').endsWith('}\n')).toBe(true);
  });

  test('stops at a failing cell, says which and why, and keeps what came before', async () => {
    const notebook = notebookOf('1', 'throw new Error("boom")', '3');
    const failure = await runNotebook(notebook, { folder }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CellError);
    expect((failure as CellError).message).toMatch(/^cell 2 failed: .*boom/s);
    expect(notebook.cells[0]!.outputs).toHaveLength(1);
  });

  test.runIf(runsSlow)('stops a cell at its time limit, and notices the death of the kernel', async () => {
    await expect(runNotebook(notebookOf('while (true) {}'), { folder, timeout: 1000 })).rejects.toThrow(
      /cell 1 was stopped after/,
    );
    await expect(runNotebook(notebookOf('process.exit(3)'), { folder })).rejects.toThrow(
      /cell 1 ended the kernel/,
    );
  });

  test('names the file that is no notebook', async () => {
    const path = join(folder, 'no.ipynb');
    writeFileSync(path, '{"cells":1}');
    await expect(runNotebookFile(path)).rejects.toThrow(/no\.ipynb: this is not an nbformat 4 notebook/);
    await expect(runNotebookFile(join(folder, 'none.ipynb'))).rejects.toThrow(
      /none\.ipynb: there is no such file/,
    );
  });
});

describe('the kernel spec and the opener', () => {
  test('installs, finds and removes the spec', () => {
    const data = join(folder, 'data');
    expect(installedKernel(data)).toBeUndefined();
    const spec = JSON.parse(readFileSync(join(installKernel(data), 'kernel.json'), 'utf8'));
    expect(spec).toMatchObject({ display_name: 'Heed (TypeScript)', language: 'typescript' });
    expect(spec.argv[0]).toBe(process.execPath);
    expect(installedKernel(data)).toBe(join(data, 'kernels/heed'));
    expect(uninstallKernel(data)).toBe(true);
    expect(uninstallKernel(data)).toBe(false);
  });

  test.runIf(runsSlow)(
    'makes a notebook for a data file once, which runs, and says what else it cannot open',
    async () => {
      const data = join(folder, 'metrics.csv');
      const rows = Array.from(
        { length: 200 },
        (_, t) => `${60 * t},${Math.sin(t / 5) + (t === 150 ? 4 : 0)}`,
      );
      writeFileSync(data, ['time,value', ...rows, ''].join('\n'));
      const path = notebookBeside(data);
      expect(path).toBe(join(folder, 'metrics.ipynb'));
      const outputs = (await runNotebookFile(path, { inPlace: true })).cells.map(
        (cell) => cell.outputs ?? [],
      );
      expect(outputs.map(([first]) => first && 'data' in first && 'image/svg+xml' in first.data)).toEqual([
        undefined,
        true,
        true,
        true,
      ]);
      expect(notebookBeside(data)).toBe(path);
      expect(readNotebook(path).cells[1]!.outputs).toHaveLength(1);
      const open = (file: string) => openNotebook({ file: join(folder, file), dryRun: true });
      await expect(open('none.ipynb')).rejects.toThrow(/none\.ipynb: there is no such file/);
      writeFileSync(join(folder, 'picture.gif'), '');
      await expect(open('picture.gif')).rejects.toThrow(/neither a notebook nor/);
    },
  );

  test('without any Jupyter gives one line per package manager', async () => {
    const environment = { PATH: folder };
    await expect(openNotebook({ environment, dryRun: true })).rejects.toThrow(/uv:.*pip:.*conda:.*apt:/s);
  });
});
