/* global document -- inside the page */
// Makes the pictures of the README from the running demo: npm run screenshots -w grafana-plugin
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startDemo } from './server.mjs';

const out = join(dirname(fileURLToPath(import.meta.url)), '../docs/img');
mkdirSync(out, { recursive: true });

const whyOfTheGravest = async (page) => {
  const rows = page.locator('[data-testid=heed-event-list]').first().getByRole('listitem');
  const severities = await rows.evaluateAll((all) =>
    all.map((row) => Number(/\d+/.exec(row.textContent)?.[0])),
  );
  await rows
    .nth(severities.indexOf(Math.max(...severities)))
    .getByRole('button')
    .click();
  await page.locator('[data-testid=heed-why]').waitFor();
};

const whyOfAPeer = async (page) => {
  await page
    .locator('[data-testid=heed-panel]')
    .nth(1)
    .locator('[data-testid=heed-event-list]')
    .getByRole('button')
    .first()
    .click();
  await page.locator('[data-testid=heed-peers-picture]').waitFor();
};

/** Opens the details of the service with the fullest ring. */
const detailsOfTheGravest = async (page) => {
  const rows = page.locator('[data-testid=rows] tbody tr');
  await rows.first().waitFor();
  const service = await rows.first().locator('td').first().innerText();
  await page.locator(`[data-node="${service}"]`).click();
  await page.locator('[data-testid=node-details]').waitFor();
};

const alertOfTheFirst = async (page) => {
  await page.getByRole('button', { name: 'Make an alert' }).first().click();
  await page.locator('[data-testid=heed-alert-text]').waitFor();
};

const shots = [
  { name: 'incident', path: '/' },
  { name: 'why', path: '/', act: whyOfTheGravest },
  { name: 'alert', path: '/', act: alertOfTheFirst },
  { name: 'together-light', path: '/d/system?theme=light', height: 620 },
  { name: 'fleet', path: '/d/fleet' },
  { name: 'pods', path: '/d/pods' },
  { name: 'peers', path: '/d/fleet', act: whyOfAPeer, height: 900 },
  { name: 'service-map', path: '/d/services', act: detailsOfTheGravest, drawn: '[data-testid=node-graph]' },
  { name: 'query-editor', path: '/edit' },
];

// `npm run screenshots -w grafana-plugin -- peers fleet` makes these alone.
const wanted = process.argv.slice(2);
const demo = await startDemo({ port: 0, quiet: true });
const browser = await chromium.launch({
  ...(process.env.CHROMIUM_PATH
    ? { executablePath: process.env.CHROMIUM_PATH }
    : { executablePath: '/usr/bin/chromium' }),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  for (const { name, path, act, height = 840, drawn = '[data-testid=heed-panel] canvas' } of shots) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const page = await browser.newPage({ viewport: { width: 1280, height } });
    await page.goto(new URL(path, demo.url).href);
    await page.waitForSelector(drawn, { timeout: 60_000 });
    await page.waitForFunction(
      () => {
        const { pool } = globalThis[Symbol.for('heed.scoring-service/0.1.0')];
        return (
          pool.running === 0 &&
          pool.waiting === 0 &&
          !document.querySelector('[data-testid=heed-panel][data-busy=true]')
        );
      },
      undefined,
      { timeout: 120_000 },
    );
    await page.waitForTimeout(1000);
    await act?.(page);
    await page.waitForTimeout(800);
    const file = join(out, `${name}.png`);
    await page.screenshot({ path: file });
    const kilobytes = Math.ceil(statSync(file).size / 1024);
    console.log(`${name}.png  ${kilobytes} KB`);
    if (kilobytes > 300) throw new Error(`${name}.png is larger than 300 KB`);
    await page.close();
  }
} finally {
  await browser.close();
  await demo.close();
}
