/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
// Series judged against each other, in the built plugin on the demo's page.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from './chromium.js';
import {
  heedQuery,
  now,
  openDemo,
  panel,
  runDemo,
  scoringState,
  settled,
  type DemoPage,
  type RunningDemo,
} from './demo.js';

const chromium = findChromium();
const minute = 60_000;
const fleet = { scenario: 'balanced', count: 40 };

const list = (page: Page) => page.locator('[data-testid=heed-event-list]');
/** The buttons of one server's events; its name stands in the reasons of others, too. */
const whyOf = (page: Page, server: string) => list(page).getByRole('button', { name: `Why: cpu ${server} ` });

describe.skipIf(!chromium)('peers', () => {
  let browser: Browser;
  let demo: RunningDemo;
  beforeAll(async () => {
    [browser, demo] = await Promise.all([launchChromium(), runDemo()]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  const open = async (panels: object[]): Promise<DemoPage> => {
    const shown = await openDemo(browser, demo, '/d/test', { dashboard: { panels } });
    await settled(shown.page);
    return shown;
  };

  it('names the servers that leave the others, and is quiet about the rush that all share', async () => {
    const { page, problems } = await open([
      panel([heedQuery('scenario', fleet, { mode: 'peers' })], { id: 1 }),
    ]);
    const frames = await page.evaluate(() => {
      let data: any;
      const walk = (o: any) =>
        o.forEachChild?.((c: any) =>
          c.state.key === 'panel-1' ? (data = c.state.$data.state.data) : walk(c),
        );
      walk((window as any).demo.scene);
      return data.series.map((frame: any) => ({
        name: frame.name as string,
        fields: frame.fields.map((field: any) => field.name as string) as string[],
        events: (frame.meta.custom.heed.events ?? []).map(({ start, end }: any) => [
          start,
          end,
        ]) as number[][],
      })) as Array<{ name: string; fields: string[]; events: number[][] }>;
    });
    expect(frames).toHaveLength(40);
    expect(frames.every(({ fields }) => fields.includes('score') && fields.includes('anomaly'))).toBe(true);
    const odd = frames.filter(({ events }) => events.length > 0);
    expect(odd.map(({ name }) => name)).toEqual(['cpu web-17', 'cpu web-31']);
    // The stuck server, while the load of the others changes.
    const [start, end] = odd[0]!.events[0]!;
    expect(start).toBeLessThan(now - 8 * minute);
    expect(end).toBeGreaterThan(now - 11 * minute);
    // One scoring for all of them.
    expect((await scoringState(page)).totals.scorings).toBe(1);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('shows in the drawer which server it is and the peers it was compared with', async () => {
    const { page, problems } = await open([
      panel([heedQuery('scenario', fleet, { mode: 'peers' })], { id: 1 }),
    ]);
    await whyOf(page, 'web-17').first().click();
    const drawer = page.locator('[data-testid=heed-why]');
    await drawer.waitFor();
    expect(await page.locator('[data-testid=heed-reason]').innerText()).toMatch(
      /^cpu web-17 .* what its peers let expect.*; compared with cpu web-\d+/,
    );
    const section = page.locator('[data-testid=heed-peers]');
    expect(await section.innerText()).toMatch(/Compared with 16 peers/i);
    expect(await section.getByRole('row').count()).toBe(9);
    expect(await section.innerText()).not.toMatch(/web-17\s+\d/);
    expect(await page.locator('[data-testid=heed-peers-picture] path').count()).toBe(17);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('takes feedback on one server, and keeps the other', async () => {
    const { page } = await open([panel([heedQuery('scenario', fleet, { mode: 'peers' })], { id: 1 })]);
    expect(await whyOf(page, 'web-31').count()).toBe(1);
    await whyOf(page, 'web-31').click();
    await page.getByRole('button', { name: 'This is normal' }).click();
    await page.keyboard.press('Escape');
    await expect.poll(() => whyOf(page, 'web-31').count(), { timeout: 60_000 }).toBe(0);
    await settled(page);
    expect(await whyOf(page, 'web-17').count()).toBeGreaterThan(0);
    await page.context().close();
  });

  it("judges any source's frames against each other where the panel is told to", async () => {
    const { page } = await open([
      panel([{ refId: 'A', ...fleet }], {
        id: 1,
        datasource: { type: 'scenario', uid: 'scenario' },
        options: { mode: 'peers', maxSeries: 10 },
      }),
    ]);
    // The visible range alone was scored, with a third of the history: the drift shows all the same.
    expect(await whyOf(page, 'web-31').count()).toBe(1);
    expect(await list(page).innerText()).toContain('what its peers let expect');
    expect(await page.locator('[data-testid=heed-status]').innerText()).toContain('10 of 40 series');
    await page.context().close();
  });
});
