/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
// Where the scoring is done: workers, their refusal and death, long and many series.
import { describe, expect, it } from 'vitest';
import { findChromium } from './chromium.js';
import {
  panel,
  patient,
  polling,
  rangeBefore,
  runDemo,
  scenario,
  scoringState,
  settled,
  useDemo,
  whys,
} from './demo.js';

describe.skipIf(!findChromium())('scoring in the page', patient, () => {
  const { dashboard, dashboardOn } = useDemo();

  it.each([
    ['falls back to the page where a strict policy refuses workers', 'strict', 'page'],
    ['uses workers under the policy that Grafana documents', 'default', 'worker'],
  ])('%s', async (_what, policy, mode) => {
    const other = await runDemo({ policy });
    try {
      const { page } = await dashboardOn(other, [panel([scenario('service')], { id: 1 })]);
      await settled(page);
      expect((await scoringState(page)).mode).toBe(mode);
      expect(await whys(page).count()).toBeGreaterThan(0);
      await page.context().close();
    } finally {
      await other.close();
    }
  });

  it('recovers from a worker that dies', async () => {
    const init = `{ const Real = Worker; window.workers = []; window.Worker = class extends Real { constructor(...a) { super(...a); window.workers.push(this); } }; }`;
    const { page } = await dashboard([panel([scenario('service')], { id: 1 })], {}, { init });
    await settled(page);
    const killed = await page.evaluate(() => {
      const all = [...(window as unknown as { workers: Worker[] }).workers];
      for (const worker of all) worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
      const service = (globalThis as any)[Symbol.for('heed.scoring-service/0.1.0')];
      service.clearCache();
      (window as any).demo.scene.state.$timeRange.onRefresh();
      return all.length;
    });
    await expect.poll(async () => (await scoringState(page)).totals.scorings, polling).toBe(2);
    await settled(page);
    expect(await scoringState(page)).toMatchObject({ deaths: killed, mode: 'worker' });
    expect(await whys(page).count()).toBeGreaterThan(0);
  });

  it('stops when the dashboard is left', async () => {
    const { page } = await dashboard([panel([scenario('fleet', { count: 300 })], { id: 1 })]);
    // In one step: from here to there the series of a fast machine would have been scored.
    await page.evaluate(async () => {
      const service = () => (globalThis as Record<symbol, any>)[Symbol.for('heed.scoring-service/0.1.0')];
      while (!(service()?.pool.waiting > 50)) await new Promise((resolve) => setTimeout(resolve, 5));
      [...document.querySelectorAll('nav a')]
        .find((a) => a.textContent === 'App')!
        .dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    });
    await expect.poll(async () => (await scoringState(page)).idle, polling).toBe(true);
    const { totals } = await scoringState(page);
    expect(totals.scorings).toBeLessThan(300);
    expect(totals.cancelled).toBeGreaterThan(0);
  });

  it('scores a series of 50,000 points', async () => {
    const { page, problems } = await dashboard(
      [panel([scenario('long', { count: 50_000 }, { lookback: '0' })], { id: 1 })],
      { time: rangeBefore(2 * 86_400_000) },
    );
    await settled(page);
    expect((await scoringState(page)).totals).toMatchObject({ scorings: 1, failed: 0 });
    expect(problems).toEqual([]);
  });

  it('shows the gravest of 500 series', { timeout: 300_000 }, async () => {
    const { page, problems } = await dashboard([
      panel([scenario('fleet', { count: 500 })], { id: 1, options: { maxSeries: 12 } }),
    ]);
    await expect
      .poll(async () => (await scoringState(page)).totals.scorings, { timeout: 240_000, interval: 500 })
      .toBe(500);
    await settled(page);
    const text = await page.locator('[data-testid=heed-panel]').innerText();
    expect(text).toContain('12 of 500 series shown');
    expect(text).toContain('host-301');
    expect(text).toContain('host-042');
    expect(problems).toEqual([]);
  });
});
