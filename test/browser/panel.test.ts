/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
// The panel in Chromium, on both hosts: what a person sees and does.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findChromium } from './chromium.js';
import {
  annotationLayer,
  eventsOf,
  type HostName,
  hosts,
  now,
  panel,
  patient,
  plainScenario,
  polling,
  rangeBefore,
  scenario,
  scoringsAfter,
  scoringState,
  setRange,
  settled,
  shownRange,
  started,
  useDemo,
  whys,
} from './demo.js';

const minute = 60_000;
/** Where the generated series misbehaves, ms before the clock. */
const burst = [14.2 * minute, 13 * minute] as const;

/** Places on the plot of a panel by time. */
async function plotOf(page: Page, nth = 0) {
  const box = (await page.locator('.u-over').nth(nth).boundingBox())!;
  const [from, to] = await shownRange(page);
  return { box, x: (time: number) => box.x + ((time - from) / (to - from)) * box.width };
}

/** Pixels of the plot in the color of the band: blue that no line, region or axis has. */
const bluePixels = (page: Page) =>
  page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('[data-testid=heed-panel] .u-wrap canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b, a] = [data[i]!, data[i + 1]!, data[i + 2]!, data[i + 3]!];
      if (a > 20 && a < 80 && b > 200 && g > 150 && r < 120) count++;
    }
    return count;
  });

const setOption = (page: Page, options: object) =>
  page.evaluate((changed) => {
    const walk = (o: any) =>
      o.forEachChild?.((c: any) =>
        c.state.key === 'panel-1' ? c.onOptionsChange({ ...c.state.options, ...changed }) : walk(c),
      );
    walk((window as any).demo.scene);
  }, options);

describe.skipIf(!findChromium()).each<HostName>(['grafana-13', 'grafana-12'])(
  'the panel on %s',
  patient,
  (host) => {
    const { open, dashboard } = useDemo({ host });
    const inFull = it.skipIf(!hosts.includes(host));

    inFull('shows the incident with its anomalies in the first screen, and why in one click', async () => {
      const { page, problems } = await open('/');
      await settled(page);
      const first = page.locator('[data-testid=heed-panel]').first();
      expect(await first.locator('canvas').first().isVisible()).toBe(true);
      const why = whys(page).first();
      expect((await why.boundingBox())!.y).toBeLessThan(900);
      await why.click();
      const drawer = page.locator('[data-testid=heed-why]');
      await drawer.waitFor();
      expect((await page.locator('[data-testid=heed-reason]').innerText()).length).toBeGreaterThan(20);
      expect(await drawer.innerText()).toMatch(/expected/i);
      expect(await drawer.innerText()).toMatch(/\d+%/);
      await page.keyboard.press('Escape');
      await drawer.waitFor({ state: 'detached' });
      expect(problems).toEqual([]);
    });

    inFull('draws the expected band of a plain query, whose events come with its scores', async () => {
      const { page } = await dashboard([
        panel([], { id: 1, ...plainScenario('service'), options: { showMarkers: false, regionOpacity: 0 } }),
      ]);
      await settled(page);
      await expect.poll(() => whys(page).count(), polling).toBeGreaterThan(0);
      await expect.poll(() => bluePixels(page), polling).toBeGreaterThan(500);
      await setOption(page, { showBand: false });
      await expect.poll(() => bluePixels(page), polling).toBe(0);
    });

    inFull.each([360, 768])(
      'shows severity, time, reason and the way to why on a screen of %i px',
      async (width) => {
        const { page } = await dashboard(
          [panel([scenario('service')], { id: 1, gridPos: { x: 0, y: 0, w: 8, h: 12 } })],
          {},
          { context: { viewport: { width, height: 800 } } },
        );
        await settled(page);
        const beside = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(await beside()).toBeLessThanOrEqual(0);
        const row = page.locator('[data-testid=heed-event-list] [role=listitem]').first();
        expect(await row.innerText()).toMatch(
          /(low|medium|high) \d+\s+06-01 \d\d:\d\d:\d\d[\s\S]*\w+ \w+ \w+/,
        );
        const list = (await page.locator('[data-testid=heed-event-list]').boundingBox())!;
        const button = (await whys(page).first().boundingBox())!;
        expect(button.x + button.width).toBeLessThanOrEqual(list.x + list.width);
        await whys(page).first().click();
        const drawer = page.locator('[data-testid=heed-why]');
        await drawer.waitFor();
        expect(await drawer.evaluate((e) => e.scrollWidth - e.clientWidth)).toBeLessThanOrEqual(0);
        expect(await beside()).toBeLessThanOrEqual(0);
      },
    );

    it('finds the generated faults, opens the reason by a click on the shaded stretch, and draws what it was compared with', async () => {
      const { page } = await dashboard([panel([scenario('service')], { id: 1 })]);
      await settled(page);
      const events = await eventsOf(page);
      for (const [from, to] of [burst, [6.2 * minute, 5.6 * minute]]) {
        expect(events.some((e) => e.start <= now - to! && e.end >= now - from!)).toBe(true);
      }
      const event = events.sort((a, b) => b.severity - a.severity)[0]!;
      const { box, x } = await plotOf(page);
      const middle = x((event.start + event.end) / 2);
      await page.mouse.move(middle - 1, box.y + 40);
      await page.mouse.click(middle, box.y + 40);
      await page.locator('[data-testid=heed-why]').waitFor();
      await expect
        .poll(() => page.locator('[data-testid=heed-attended] path').count(), polling)
        .toBeGreaterThanOrEqual(2);
    });

    inFull(
      'takes feedback into the score, and keeps it over a reload and on a range of another step',
      async () => {
        const { page } = await dashboard([panel([scenario('service')], { id: 1 })]);
        await settled(page);
        const before = await whys(page).count();
        expect(before).toBeGreaterThan(0);
        const { totals } = await scoringState(page);
        const name = (await whys(page).first().getAttribute('aria-label'))!;
        await whys(page).first().click();
        await page.getByRole('button', { name: 'This is normal' }).click();
        await scoringsAfter(page, totals.scorings);
        await page.keyboard.press('Escape');
        const judged = page.getByRole('button', { name });
        const isQuiet = async () => {
          await settled(page);
          await expect.poll(() => whys(page).count(), polling).toBe(before - 1);
          expect(await judged.count()).toBe(0);
        };
        await isQuiet();
        await page.reload();
        await started(page);
        await isQuiet();
        // Half the range has another step, so that the event has other edges.
        await setRange(page, rangeBefore(20 * minute, -2 * minute));
        await isQuiet();
      },
    );

    inFull('zooms by dragging, and finds the same event in the narrower range', async () => {
      const { page } = await dashboard([
        panel([scenario('service', {}, { step: '5s', lookback: '2h' })], { id: 1 }),
      ]);
      await settled(page);
      const { box, x } = await plotOf(page);
      await page.mouse.move(x(now - 20 * minute), box.y + 60);
      await page.mouse.down();
      await page.mouse.move(x(now - 15 * minute), box.y + 60, { steps: 6 });
      await page.mouse.move(x(now - 1 * minute), box.y + 60, { steps: 6 });
      await page.mouse.up();
      await expect
        .poll(async () => {
          const [from, to] = await shownRange(page);
          return to - from;
        }, polling)
        .toBeLessThan(20 * minute);
      await settled(page);
      await expect
        .poll(async () => {
          const events = await eventsOf(page);
          return events.some((e) => e.start <= now - burst[1] && e.end >= now - burst[0]);
        }, polling)
        .toBe(true);
    });

    inFull('never turns text of the data into markup', async () => {
      const evil = '<img src=x onerror="window.hacked=1">';
      const { page } = await dashboard(
        [
          panel([scenario('service', { name: evil })], { id: 1 }),
          panel([scenario('service', { name: evil }, { output: 'events' })], { id: 2, type: 'table' }),
        ],
        { annotations: { list: [annotationLayer(scenario('service', { name: evil }))] } },
      );
      await settled(page);
      expect(await page.locator('[data-testid=heed-panel]').innerText()).toContain('<img src=x');
      await whys(page).first().click();
      await page.locator('[data-testid=heed-why]').waitFor();
      expect(
        await page.evaluate(() => [
          (window as { hacked?: number }).hacked,
          document.querySelectorAll('img[src="x"]').length,
        ]),
      ).toEqual([undefined, 0]);
    });

    inFull('scores frames of any source by itself', async () => {
      const { page } = await dashboard([panel([], { id: 1, ...plainScenario('service') })]);
      await settled(page);
      await expect.poll(() => whys(page).count(), polling).toBeGreaterThan(0);
    });

    inFull('draws in light and dark', async () => {
      const brightness = async (theme: string) => {
        const { page, problems } = await open(`/d/test?theme=${theme}`, {
          dashboard: { panels: [panel([scenario('service')], { id: 1 })] },
        });
        await settled(page);
        const color = await page
          .locator('main')
          .evaluate((e) => getComputedStyle(e.parentElement!).backgroundColor);
        expect(problems).toEqual([]);
        return color
          .match(/\d+/g)!
          .slice(0, 3)
          .reduce((sum, c) => sum + Number(c), 0);
      };
      expect(await brightness('light')).toBeGreaterThan(600);
      expect(await brightness('dark')).toBeLessThan(150);
    });
  },
);
