// Hundreds of series: what is wrong now, what belongs together, and the way to it, on both hosts.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findings } from './axe.js';
import { findChromium } from './chromium.js';
import { hosts, panel, patient, polling, scenario, settled, useDemo } from './demo.js';

const bar = (page: Page) => page.locator('[data-testid=heed-triage]');
const rows = (page: Page) => page.locator('[data-testid=heed-event-list]').getByRole('listitem');
const legend = (page: Page) =>
  page.locator('[data-testid=heed-panel]').locator('[class*=LegendLabel]').allInnerTexts();

describe.skipIf(!findChromium()).each(hosts)('a fleet on %s', patient, (host) => {
  const { dashboard } = useDemo({ host });
  const open = async (width = 1360) => {
    const opened = await dashboard(
      [
        panel([scenario('pods', { count: 120 })], {
          id: 1,
          gridPos: { x: 0, y: 0, w: 24, h: 17 },
          options: { maxSeries: 12 },
        }),
      ],
      {},
      { context: { viewport: { width, height: 900 } } },
    );
    await settled(opened.page);
    return opened;
  };

  it('joins the pods of one node into one incident, the first of them first, and opens it', async () => {
    const { page, problems } = await open();
    const first = rows(page).first();
    await expect
      .poll(() => first.innerText(), polling)
      .toMatch(/6 of 6 pods with node=node-07, first web-07/);
    expect(await first.innerText()).toMatch(/now/);
    await first.getByRole('button').click();
    // Its members are listed below it and drawn alone.
    expect(await rows(page).nth(1).innerText()).toMatch(/web-07/);
    const drawn = await legend(page);
    expect(drawn).toHaveLength(6);
    expect(drawn.every((name) => name.includes('node-07'))).toBe(true);
    expect(await findings(page, '[data-testid=heed-panel]')).toEqual([]);
    await rows(page).nth(1).getByRole('button').click();
    await page.locator('[data-testid=heed-why]').waitFor();
    expect(await page.locator('[data-testid=heed-reason]').innerText()).toMatch(/web-07/);
    expect(problems).toEqual([]);
  });

  it('shows the odd ones with one click, filters, and groups by a label', async () => {
    const { page, problems } = await open();
    const now = bar(page).getByRole('button', { name: '6 anomalous now' });
    await now.click();
    await expect
      .poll(async () => (await legend(page)).every((name) => name.includes('node-07')), polling)
      .toBe(true);
    await now.click();
    await bar(page).getByRole('textbox').fill('app=cart');
    await expect
      .poll(async () => (await legend(page)).every((name) => name.includes('cart')), polling)
      .toBe(true);
    expect(await rows(page).first().innerText()).toMatch(/of 20 pods with app=cart|cart-07/);
    await bar(page).getByRole('textbox').fill('nothing is called this');
    await expect.poll(async () => (await legend(page)).length, polling).toBe(0);
    await bar(page).getByRole('textbox').fill('');
    await bar(page).getByRole('combobox').selectOption({ label: 'By node' });
    expect(await rows(page).first().innerText()).toMatch(/node-07[\s\S]*6 of 6 anomalous now/);
    await rows(page).first().getByRole('button').click();
    expect(await bar(page).getByRole('textbox').inputValue()).toBe('node=node-07');
    await expect.poll(async () => (await legend(page)).length, polling).toBe(6);
    expect(problems).toEqual([]);
  });

  it('fits a phone', async () => {
    const { page } = await open(360);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await expect.poll(() => rows(page).first().innerText(), polling).toMatch(/6 of 6 pods/);
  });
});
