// From chart to alert: a backtest by budget, and the rule for the chosen one.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findChromium } from './chromium.js';
import { heedQuery, panel, patient, polling, settled, useDemo } from './demo.js';

const alertText = (page: Page) => page.locator('[data-testid=heed-alert-text]').innerText();

describe.skipIf(!findChromium())('from chart to alert', patient, () => {
  const { open, dashboard } = useDemo();

  it('counts pages per week by budget in the panel editor, and shows one', async () => {
    const { page, problems } = await open('/edit');
    await settled(page);
    const backtest = page.locator('[data-testid=options-pane] [data-testid=heed-backtest]');
    await backtest.getByRole('button', { name: 'Run a backtest' }).click();
    await backtest.getByRole('button', { name: 'Run the backtest again' }).waitFor();
    const rows = await backtest.locator('tbody tr').allInnerTexts();
    const perWeek = rows.map((row) => Number(row.split('\t')[1]!.replaceAll(',', '').replace(/k$/, 'e3')));
    expect(rows.length).toBeGreaterThanOrEqual(4);
    expect(perWeek.at(-1)).toBeGreaterThanOrEqual(perWeek[0]!);
    const widest = (await backtest.locator('tbody tr').last().locator('button').innerText()).trim();
    await backtest.getByRole('button', { name: widest, exact: true }).click();
    const pages = backtest.getByRole('list', { name: 'Pages' }).getByRole('button');
    await expect.poll(() => pages.count(), polling).toBeGreaterThan(0);
    await pages.first().click();
    const shown = backtest.locator('[data-testid=heed-backtest-page]');
    expect((await shown.innerText()).length).toBeGreaterThan(20);
    expect(await shown.locator('svg path').count()).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  });

  it('writes what watches the query and the rule, with the budget, for whatever it is called', async () => {
    const evil = `it's {a} "b" <img src=x onerror="window.hacked=1">`;
    const inner = { columns: ['http_request_errors_ratio'], expr: 'rate(errors_total{job="a"}[1m])' };
    const { page, problems } = await dashboard([
      panel([heedQuery('incident', inner, { view: 'live', budget: '3/day', step: '2s' })], {
        id: 1,
        title: evil,
      }),
    ]);
    await settled(page);
    await page.getByRole('button', { name: 'Make an alert' }).click();
    const drawer = page.locator('[data-testid=heed-alert]');
    await drawer.waitFor();
    expect(parse(await alertText(page))).toMatchObject({
      queries: [{ name: evil, expr: inner.expr, step: '2s', budget: '3/day' }],
    });
    await drawer.getByRole('radio', { name: '2. Prometheus rule' }).click();
    await expect.poll(() => alertText(page), polling).toContain('HeedIncident');
    const rules = parse(await alertText(page)) as { groups: { rules: { expr: string }[] }[] };
    expect(rules.groups[0]!.rules[0]!.expr).toBe(`heed_incident{query=${JSON.stringify(evil)}} == 1`);
    await drawer.getByRole('radio', { name: 'or Grafana rule' }).click();
    await expect.poll(() => alertText(page), polling).toContain('apiVersion: 1');
    const download = page.waitForEvent('download');
    await drawer.getByRole('button', { name: /Download/ }).click();
    expect((await download).suggestedFilename()).toBe('heed-alerting.yaml');
    expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it('tests a table, and zooms to a page that one clicks', async () => {
    const { page } = await open('/a/heed-anomaly-app/try');
    await page.getByRole('button', { name: 'Use a sample' }).click();
    await settled(page);
    const backtest = page.locator('[data-testid=heed-try] [data-testid=heed-backtest]');
    await backtest.getByRole('button', { name: 'Run a backtest' }).click();
    await backtest.locator('tbody tr').last().locator('button').click();
    await page.locator('[data-testid=heed-state]').waitFor();
    const pages = backtest.getByRole('list', { name: 'Pages' }).getByRole('button');
    await pages.first().click();
    await settled(page);
    expect(await backtest.locator('[data-testid=heed-backtest-page]').innerText()).toMatch(/\d/);
    await expect
      .poll(() => page.locator('[data-testid=heed-event-list] [role=listitem]').count(), polling)
      .toBe(1);
  });
});
