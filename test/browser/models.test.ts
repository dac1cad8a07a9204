/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
// The page of models in Chromium: train one, stop another, import a file of the command line, score with it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from './chromium.js';
import { now, panel, patient, polling, scenario, settled, useDemo } from './demo.js';

const heed = fileURLToPath(new URL('../../core/bin/heed.js', import.meta.url));
const points = 400;
const times = Array.from({ length: points }, (_, i) => now - (points - 1 - i) * 5000);
const values = times.map(
  (t, i) => 20 + 6 * Math.sin(t / 40_000) + Math.sin(i * i) + (i > 300 && i < 312 ? 25 : 0),
);

const models = '/a/heed-anomaly-app/models';

const column = 'http_request_duration_p95_seconds';

/** Says how to learn. */
async function describeTraining(page: Page, name: string, epochs: number): Promise<void> {
  const fill = async (id: string, text: string) => {
    await page.locator(id).fill(text);
    await page.locator(id).blur();
  };
  await page.locator('#heed-train-detector').click();
  await page.getByRole('option', { name: /^attention-autoencoder/ }).click();
  await fill('#heed-train-epochs', String(epochs));
  await fill('#heed-train-name', name);
}

describe.skipIf(!findChromium())('the page of models', patient, () => {
  const { open, dashboard } = useDemo();
  const folder = mkdtempSync(join(tmpdir(), 'heed-models-'));
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [heed, ...args], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 });
  let fromCommandLine: { score: number[]; events: Array<{ start: number; end: number }> };

  beforeAll(() => {
    const rows = times.map((t, i) => `${new Date(t).toISOString()},${values[i]}`);
    writeFileSync(join(folder, 'latency.csv'), ['time,latency', ...rows].join('\n'));
    writeFileSync(join(folder, 'no-model.heed'), '{"time": 1}');
    run(
      'fit',
      'latency.csv',
      '--detector',
      'attention-autoencoder',
      '--option',
      'epochs=2',
      '--out',
      'shop.heed',
    );
    fromCommandLine = JSON.parse(run('detect', 'latency.csv', '--model', 'shop.heed', '--format', 'json'));
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('trains a model in the worker, and stops when told to', async () => {
    const { page, problems } = await open(models);
    await page.getByText('There is no model yet').waitFor();
    await page.locator('#heed-train-source').click();
    await page.getByText('Scenarios').first().click();
    await describeTraining(page, 'endless', 1000);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    // In one step: from here to there a fast machine might have learned all there is to learn.
    await page.waitForFunction(
      () => {
        const told = document.querySelector('[data-testid=heed-train] [role=status]')?.textContent ?? '';
        if (!/^epoch \d+ of 1000, loss [\d.]+/.test(told)) return false;
        const cancel = [...document.querySelectorAll('button')].find((b) => b.textContent === 'Cancel')!;
        cancel.click();
        return true;
      },
      undefined,
      { timeout: polling.timeout, polling: 20 },
    );
    await page.getByText('no model was saved').waitFor(polling);
    await page.getByText('There is no model yet').waitFor();

    // What the query editor of the demo shows, over the hours up to now.
    await page.locator('#heed-train-source').click();
    await page.getByText('Recorded incident').last().click();
    await page.locator('[data-testid=heed-train]').getByRole('combobox').nth(1).fill(column);
    await page.getByRole('option', { name: column }).click();
    await describeTraining(page, 'usual', 2);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText(/usual: \d+ points in [\d.]+ s/).waitFor({ timeout: 150_000 });
    const row = page.getByRole('row', { name: /usual.*attention-autoencoder.*everybody/ });
    await row.waitFor();

    // A query uses it by its name, chosen in the query editor.
    await page.getByRole('link', { name: 'Edit a panel' }).click();
    await settled(page);
    const choice = page.getByRole('option', { name: /^usual/ });
    const offered = async () => {
      // The list of models may arrive after the editor, which filters what it had when something was typed.
      await page.locator('#heed-A-detector').fill('');
      await page.locator('#heed-A-detector').fill('usual');
      return choice.isVisible();
    };
    await expect.poll(offered, { ...polling, interval: 500 }).toBe(true);
    await choice.click();
    const last = () =>
      page.evaluate(() => {
        const service = (globalThis as any)[Symbol.for('heed.scoring-service/0.1.0')];
        const [newest] = service.results().slice(-1);
        return [
          Boolean(newest.scoreConfig.model),
          newest.detection.detector,
          newest.detection.score.length > 50,
        ];
      });
    await expect.poll(last, polling).toEqual([true, 'attention-autoencoder', true]);

    await page.getByRole('link', { name: 'App' }).click();
    await page.getByRole('tab', { name: 'Activity' }).click();
    await page.getByRole('cell', { name: 'usual (attention-autoencoder)' }).first().waitFor(polling);
    await page.getByRole('tab', { name: 'Models' }).click();
    await page.getByRole('button', { name: 'Remove usual' }).click();
    await page.getByText('There is no model yet').waitFor();
    expect(problems).toEqual([]);
  });

  it('imports a file that heed fit wrote, which scores as the command line does', async () => {
    const { page } = await open(models);
    const importFile = async (name: string) => {
      const chooser = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Import a model file' }).click();
      await (await chooser).setFiles(join(folder, name));
    };
    await importFile('no-model.heed');
    await page.getByText('This is no model').waitFor(polling);
    await importFile('shop.heed');
    await page.getByRole('row', { name: /^shop attention-autoencoder/ }).waitFor(polling);
    await importFile('shop.heed');
    await page.getByRole('row', { name: /^shop 2 attention-autoencoder/ }).waitFor(polling);

    const { page: board } = await dashboard(
      [panel([scenario('given', {}, { model: 'shop', lookback: '0' })], { id: 1 })],
      { time: { from: new Date(times[0]!).toISOString(), to: new Date(times.at(-1)!).toISOString() } },
      { init: `window.demoGiven = ${JSON.stringify({ name: 'latency', times, values })};` },
    );
    await settled(board);
    const there = await board.evaluate(() => {
      const service = (globalThis as any)[Symbol.for('heed.scoring-service/0.1.0')];
      const [{ detection }] = service.results();
      return {
        score: Array.from(detection.score as Float32Array),
        events: detection.events.map(({ start, end }: { start: number; end: number }) => ({ start, end })),
      };
    });
    expect(there.score).toHaveLength(points);
    const apart = there.score.map(
      (value, i) => Math.abs(value - fromCommandLine.score[i]!) / Math.max(1, value),
    );
    // Engines add in other orders.
    expect(Math.max(...apart)).toBeLessThanOrEqual(1e-5);
    expect(there.events).toEqual(fromCommandLine.events.map(({ start, end }) => ({ start, end })));
    expect(there.events.length).toBeGreaterThan(0);
  });
});
