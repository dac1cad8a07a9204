import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { installKernel, type Notebook } from '@heed/notebooks';
import { findChromium, launchChromium } from '../browser/chromium.js';
import { findTool } from '../setup/tools.js';

const python = findTool('notebook');
const usable = python !== undefined && findChromium() !== undefined;

const cells = [
  "const series = heed.generateSeries('spike', { points: 500, seed: 1 });\nawait heed.detect(series)",
  "import { newDisplay } from 'tslab';\nconst bar = newDisplay();\nfor (let i = 0; i <= 5; i++) { bar.text(`step ${i} of 5`); await new Promise((done) => setTimeout(done, 50)); }",
  'while (true) {}',
  "'still here'",
];
const notebook: Notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: 'heed', display_name: 'Heed (TypeScript)', language: 'typescript' } },
  cells: cells.map((source, i) => ({
    cell_type: 'code',
    id: `c${i}`,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  })),
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

describe.skipIf(!usable)('in Jupyter Notebook, in a browser', () => {
  let folder: string;
  let server: ChildProcess;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'heed-server-'));
    installKernel(folder);
    writeFileSync(join(folder, 'first.ipynb'), JSON.stringify(notebook));
    const port = await freePort();
    const flags = [
      '--no-browser',
      '--allow-root',
      `--port=${port}`,
      "--NotebookApp.token=''",
      '--ip=127.0.0.1',
    ];
    server = spawn(python!, ['-m', 'notebook', ...flags], {
      cwd: folder,
      env: { ...process.env, JUPYTER_PATH: folder, HOME: folder },
      stdio: 'ignore',
    });
    const address = `http://127.0.0.1:${port}/notebooks/first.ipynb`;
    const isUp = () =>
      fetch(address).then(
        ({ ok }) => ok,
        () => false,
      );
    const deadline = Date.now() + 60_000;
    while (!(await isUp())) {
      if (Date.now() > deadline) throw new Error('the notebook server did not start');
      await new Promise((done) => setTimeout(done, 200));
    }
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(address);
    await page.waitForSelector('.cell .input_area');
    await page.waitForFunction(() => document.querySelector('.kernel_idle_icon') !== null, undefined, {
      timeout: 60_000,
    });
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    const ended = new Promise((done) => server?.once('exit', done));
    if (server?.kill()) await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  /** Clicks into a cell and runs it as a user does. */
  const run = async (index: number) => {
    await page.locator('.code_cell .input_area').nth(index).click();
    await page.keyboard.press('Shift+Enter');
  };
  const output = (index: number) => page.locator('.code_cell').nth(index).locator('.output');

  test('the first cell draws what was detected', { timeout: 90_000 }, async () => {
    await run(0);
    await output(0).locator('svg').first().waitFor({ timeout: 80_000 });
    expect(await output(0).locator('table').innerText()).toContain('severity');
    const box = await output(0).locator('svg').first().boundingBox();
    expect(box!.width).toBeGreaterThan(400);
  });

  test('a progress bar moves in place', { timeout: 60_000 }, async () => {
    await run(1);
    await output(1).getByText('step 5 of 5').waitFor();
    expect((await output(1).innerText()).match(/step/g)).toHaveLength(1);
  });

  test('interrupt stops an endless loop, and the kernel goes on', { timeout: 60_000 }, async () => {
    await run(2);
    await page.waitForFunction(() => document.querySelector('.kernel_busy_icon') !== null);
    await page.locator('button[data-jupyter-action="jupyter-notebook:interrupt-kernel"]').click();
    await output(2).locator('pre').first().waitFor();
    await run(3);
    await output(3).getByText('still here').waitFor();
  });
});
