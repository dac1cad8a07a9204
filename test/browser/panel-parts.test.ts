/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
// Parts of the panel one by one: options, legend, tooltip, crosshair, other layers, keyboard.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findChromium } from './chromium.js';
import {
  annotationLayer,
  eventsOf,
  now,
  panel,
  patient,
  plainScenario,
  polling,
  scenario,
  settled,
  shownRange,
  useDemo,
  whys,
} from './demo.js';

/** Moves the mouse to a moment on the plot of a panel. */
async function pointAt(page: Page, time: number, nth = 0): Promise<void> {
  const box = (await page.locator('.u-over').nth(nth).boundingBox())!;
  const [from, to] = await shownRange(page);
  const x = box.x + ((time - from) / (to - from)) * box.width;
  await page.mouse.move(x - 3, box.y + 30);
  await page.mouse.move(x, box.y + 30);
}

describe.skipIf(!findChromium())('the parts of the panel', patient, () => {
  const { dashboard } = useDemo();

  it('are switched by its options', async () => {
    const { page } = await dashboard([panel([scenario('service')], { id: 1 })]);
    await settled(page);
    const change = (options: object) =>
      page.evaluate((changed) => {
        const walk = (o: any) =>
          o.forEachChild?.((c: any) =>
            c.state.key === 'panel-1' ? c.onOptionsChange({ ...c.state.options, ...changed }) : walk(c),
          );
        walk((window as any).demo.scene);
      }, options);
    const picture = async () =>
      (await page.locator('[data-testid=heed-panel]').screenshot()).toString('base64');
    const isBase = async (base: string) => (await picture()) === base;
    const base = await picture();
    for (const [on, off] of [
      [{ showBand: false }, { showBand: true }],
      [{ showExpected: true }, { showExpected: false }],
      [{ showStrip: false }, { showStrip: true }],
      [{ showMarkers: false }, { showMarkers: true }],
      [{ showEvents: false }, { showEvents: true }],
      [{ regionOpacity: 80 }, { regionOpacity: 22 }],
      [
        { legend: { showLegend: false } },
        { legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] } },
      ],
    ]) {
      await change(on!);
      await expect.poll(() => isBase(base), { ...polling, message: JSON.stringify(on) }).toBe(false);
      await change(off!);
      await expect.poll(() => isBase(base), { ...polling, message: JSON.stringify(off) }).toBe(true);
    }
  });

  it('count anomalies in the legend, whose labels leave one series alone and bring the others back', async () => {
    const { page } = await dashboard([panel([scenario('system')], { id: 1 })]);
    await settled(page);
    const label = (name: string) =>
      page
        .locator('[data-testid=heed-panel]')
        .getByRole('button')
        .filter({ hasText: new RegExp(`^${name}( \\(|$)`) });
    const counts = (await eventsOf(page)).length;
    expect(counts).toBeGreaterThan(0);
    const text = await page.locator('[data-testid=heed-panel]').innerText();
    const told = [...text.matchAll(/\((\d+) anomal(?:y|ies)\)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
    expect(told).toBe(await whys(page).count());
    const canvas = page.locator('[data-testid=heed-panel] canvas').first();
    const picture = async () => (await canvas.screenshot()).toString('base64');
    const all = await picture();
    await label('queue').click();
    await expect.poll(async () => (await picture()) === all, polling).toBe(false);
    await label('queue').click();
    await page.mouse.move(5, 5);
    await expect.poll(async () => (await picture()) === all, polling).toBe(true);
  });

  it('tell in the tooltip what was seen and expected, and what is wrong there', async () => {
    const { page } = await dashboard([panel([scenario('service')], { id: 1 })]);
    await settled(page);
    const [event] = await eventsOf(page);
    await pointAt(page, (event!.start + event!.end) / 2);
    const tip = page.locator('[data-testid=heed-tooltip]');
    await tip.waitFor();
    const text = await tip.innerText();
    expect(text).toMatch(/seen\s+expected\s+score/);
    expect(text).toMatch(/[\d.]+ ms/);
    expect(text).toMatch(/[\d.]+ ms to [\d.]+ ms/);
    expect(text).toMatch(/(low|medium|high) anomaly \(\d+\)/);
    await pointAt(page, now - 60_000);
    await expect.poll(() => tip.innerText(), polling).not.toMatch(/anomaly \(/);
  });

  it('share the crosshair with other panels', async () => {
    const { page } = await dashboard([
      panel([scenario('service')], { id: 1, gridPos: { x: 0, y: 0, w: 24, h: 9 } }),
      panel([scenario('system')], { id: 2, gridPos: { x: 0, y: 9, w: 24, h: 9 } }),
    ]);
    await settled(page);
    await pointAt(page, now - 10 * 60_000);
    // Axes of different widths put one moment at different places.
    const moments = async () => {
      const [from, to] = await shownRange(page);
      const shares = await page.locator('.u-over').evaluateAll((all) =>
        all.map((over) => {
          const line = over.querySelector('.u-cursor-x')!;
          const { x, width } = over.getBoundingClientRect();
          return line.classList.contains('u-off') ? NaN : (line.getBoundingClientRect().x - x) / width;
        }),
      );
      return shares.map((share) => Math.round((from + share * (to - from) - now) / 60_000));
    };
    await expect.poll(moments, polling).toEqual([-10, -10]);
  });

  it('draw the annotations of other layers', async () => {
    const panels = () => [panel([], { id: 1, ...plainScenario('system') })];
    const picture = async (page: Page) => {
      await settled(page);
      return (await page.locator('[data-testid=heed-panel] canvas').first().screenshot()).toString('base64');
    };
    const { page: without } = await dashboard(panels());
    const bare = await picture(without);
    const { page } = await dashboard(panels(), {
      annotations: { list: [annotationLayer(scenario('service'))] },
    });
    await expect.poll(async () => (await picture(page)) === bare, polling).toBe(false);
  });

  it('are reached by keyboard: Tab to Why, Enter opens it, Escape closes it and leads back', async () => {
    const { page } = await dashboard([panel([scenario('service')], { id: 1 })]);
    await settled(page);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    for (let i = 0; i < 60 && !(await focused()).startsWith('Why'); i++) await page.keyboard.press('Tab');
    const label = await focused();
    expect(label).toMatch(/^Why: /);
    await page.keyboard.press('Enter');
    const why = page.locator('[data-testid=heed-why]');
    await why.waitFor();
    await expect.poll(() => why.evaluate((drawer) => drawer.contains(document.activeElement))).toBe(true);
    await page.keyboard.press('Escape');
    await why.waitFor({ state: 'detached' });
    await expect.poll(focused).toBe(label);
  });
});
