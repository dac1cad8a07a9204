import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findChromium, launchChromium } from '../browser/chromium.js';
import { commandIn, table } from './command.js';

const { inFolder, run } = commandIn();
writeFileSync(inFolder('metrics.csv'), table());

describe('the HTML report', () => {
  const executable = findChromium();
  test.skipIf(!executable)(
    'fits desktop and phone, asks for nothing, and its links lead to the events',
    async () => {
      await run(['detect', 'metrics.csv', '--out', 'page.html']);
      const browser = await launchChromium();
      try {
        for (const width of [1280, 390]) {
          const page = await browser.newPage({ viewport: { width, height: 900 } });
          const faults: string[] = [];
          page.on('request', (request) => request.url().startsWith('file:') || faults.push(request.url()));
          page.on('console', (message) => faults.push(message.text()));
          await page.goto(`file://${inFolder('page.html')}`);
          const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(excess).toBeLessThanOrEqual(0);
          const plots = await page.evaluate(
            () =>
              [...document.querySelectorAll('svg')].filter((svg) => svg.getBoundingClientRect().width > 0)
                .length,
          );
          expect(plots).toBeGreaterThanOrEqual(2);
          await page.click('a[href="#event-1"]');
          expect(await page.evaluate(() => document.querySelector('#event-1:target') !== null)).toBe(true);
          expect(faults).toEqual([]);
          await page.close();
        }
      } finally {
        await browser.close();
      }
    },
  );
});
