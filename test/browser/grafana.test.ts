/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
// The built plugin in Chromium, on the demo's host page: what a person sees and does.
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from './chromium.js';
import {
  heedQuery,
  openDemo,
  panel,
  runDemo,
  scoringState,
  settled,
  type HostName,
  type RunningDemo,
} from './demo.js';

const chromium = findChromium();
const incident = JSON.parse(
  readFileSync(new URL('../../core/data/incident.json', import.meta.url), 'utf8'),
) as {
  start: string;
  end: string;
  stepSeconds: number;
  faults: Array<{ kind: string; start: string; end: string }>;
};

const whys = (page: Page) => page.locator('[data-testid=heed-event-list] button');
const scenario = (name: string, extra: object = {}, query: object = {}) =>
  heedQuery('scenario', { scenario: name, ...extra }, query);

/** Start and end of the events that the panels of the page hold, epoch ms. */
const eventsOf = (page: Page, key = 1) =>
  page.evaluate((id) => {
    const find = (object: any): any => {
      let hit: unknown;
      object.forEachChild?.(
        (child: any) => (hit ??= child.state.key === `panel-${id}` ? child : find(child)),
      );
      return hit;
    };
    const viz = find((window as any).demo.scene);
    const { series } = viz.state.$data.state.data;
    return series.flatMap((frame: any) => frame.meta?.custom?.heed?.events ?? []) as Array<{
      start: number;
      end: number;
      severity: number;
    }>;
  }, key);

describe.skipIf(!chromium).each<HostName>(['grafana-13', 'grafana-12'])('the plugin on %s', (host) => {
  let browser: Browser;
  let demo: RunningDemo;
  beforeAll(async () => {
    [browser, demo] = await Promise.all([launchChromium(), runDemo({ host })]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  const open = async (path: string, options: Parameters<typeof openDemo>[3] = {}) =>
    openDemo(browser, demo, path, options);
  const dashboard = async (
    panels: object[],
    extra: object = {},
    options: Parameters<typeof openDemo>[3] = {},
  ) => open('/d/test', { ...options, dashboard: { panels, ...extra } });

  it('shows the incident with its anomalies in the first screen, and why in one click', async () => {
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
    await page.context().close();
  });

  it('opens the reason by a click on the shaded stretch, and draws what it was compared with', async () => {
    const { page } = await dashboard([panel([scenario('service')], { id: 1 })]);
    await settled(page);
    const event = (await eventsOf(page)).sort((a, b) => b.severity - a.severity)[0]!;
    const over = page.locator('.u-over').first();
    const box = (await over.boundingBox())!;
    const range = await page.evaluate(() => {
      const { from, to } = (window as any).demo.scene.state.$timeRange.state.value;
      return [from.valueOf(), to.valueOf()] as [number, number];
    });
    const x = box.x + (((event.start + event.end) / 2 - range[0]) / (range[1] - range[0])) * box.width;
    await page.mouse.move(x - 1, box.y + 40);
    await page.mouse.move(x, box.y + 40);
    await page.mouse.click(x, box.y + 40);
    await page.locator('[data-testid=heed-why]').waitFor();
    expect(await page.locator('[data-testid=heed-attended] path').count()).toBeGreaterThanOrEqual(2);
    await page.context().close();
  });

  it('finds the generated faults, where they are', async () => {
    const now = Math.floor(Date.now() / 60_000) * 60_000;
    const { page } = await open(`/d/test?now=${now}`, {
      dashboard: { panels: [panel([scenario('service')], { id: 1 })] },
    });
    await settled(page);
    const events = await eventsOf(page);
    const minute = 60_000;
    for (const [from, to] of [
      [14.2, 13],
      [6.2, 5.6],
    ]) {
      expect(events.some((e) => e.start <= now - to! * minute && e.end >= now - from! * minute)).toBe(true);
    }
    await page.context().close();
  });

  it('draws line, band and regions on the built-in panel from one query, and annotations on a panel without Heed', async () => {
    const layer = {
      name: 'layer',
      enable: true,
      iconColor: 'orange',
      datasource: { type: 'heed-anomaly-datasource', uid: 'heed' },
      target: { ...scenario('service'), refId: 'Anno' },
    };
    const { page, problems } = await dashboard(
      [
        panel([scenario('service')], { id: 1, type: 'timeseries' }),
        panel([{ refId: 'A', scenario: 'service' }], {
          id: 2,
          type: 'timeseries',
          datasource: { type: 'scenario', uid: 'scenario' },
        }),
      ],
      { annotations: { list: [{ ...layer, filter: { ids: [2] } }] } },
    );
    await page.waitForFunction(() => {
      const all = [...document.querySelectorAll('[data-testid=time-series]')];
      return all.length === 2 && all.every((element) => Number(element.getAttribute('data-annotations')) > 0);
    });
    const counts = await page
      .locator('[data-testid=time-series]')
      .evaluateAll((all) => all.map((e) => Number(e.getAttribute('data-annotations'))));
    // The layer asks with the window's width, the panel with its own: the pinned step makes them agree.
    expect(counts[0]).toBe(counts[1]);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('takes feedback into the score, and keeps it over a reload', async () => {
    const { page } = await dashboard([panel([scenario('service')], { id: 1 })]);
    await settled(page);
    const before = await whys(page).count();
    expect(before).toBeGreaterThan(0);
    const { totals } = await scoringState(page);
    await whys(page).first().click();
    await page.getByRole('button', { name: 'This is normal' }).click();
    await page.waitForFunction(
      (n) =>
        (globalThis as Record<symbol, any>)[Symbol.for('heed.scoring-service/0.1.0')].activity.totals
          .scorings > n,
      totals.scorings,
    );
    await page.keyboard.press('Escape');
    await settled(page);
    await expect.poll(() => whys(page).count(), { timeout: 10_000 }).toBeLessThan(before);
    await page.reload();
    await settled(page);
    await expect.poll(() => whys(page).count(), { timeout: 10_000 }).toBeLessThan(before);
    await page.context().close();
  });

  it('asks again when a variable changes', async () => {
    const { page } = await dashboard([panel([scenario('service', { host: '$host' })], { id: 1 })], {
      templating: {
        list: [{ type: 'custom', name: 'host', query: 'web-1,web-22', current: { value: 'web-1' } }],
      },
    });
    await settled(page);
    const values = () =>
      page.evaluate(() => {
        let data: any;
        const walk = (o: any) =>
          o.forEachChild?.((c: any) =>
            c.state.key === 'panel-1' ? (data = c.state.$data.state.data) : walk(c),
          );
        walk((window as any).demo.scene);
        return data.series[0].fields[1].values.slice(0, 5) as number[];
      });
    const first = await values();
    await page.evaluate(() => {
      (window as any).demo.scene.state.$variables.state.variables[0].changeValueTo('web-22');
    });
    await expect.poll(values, { timeout: 20_000 }).not.toEqual(first);
    await page.context().close();
  });

  it('zooms by dragging, and finds the same event in the narrower range', async () => {
    const { page } = await dashboard([
      panel([scenario('service', {}, { step: '5s', lookback: '2h' })], { id: 1 }),
    ]);
    await settled(page);
    const box = (await page.locator('.u-over').first().boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.4, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 6 });
    await page.mouse.move(box.x + box.width * 0.97, box.y + 60, { steps: 6 });
    await page.mouse.up();
    await expect
      .poll(() =>
        page.evaluate(() => {
          const { from, to } = (window as any).demo.scene.state.$timeRange.state.value;
          return to.valueOf() - from.valueOf();
        }),
      )
      .toBeLessThan(20 * 60_000);
    await settled(page);
    expect(await whys(page).count()).toBeGreaterThan(0);
    await page.context().close();
  });

  it('never turns text of the data into markup', async () => {
    const evil = '<img src=x onerror="window.hacked=1">';
    const { page } = await dashboard(
      [
        panel([scenario('service', { name: evil })], { id: 1 }),
        panel([scenario('service', { name: evil }, { output: 'events' })], { id: 2, type: 'table' }),
      ],
      {
        annotations: {
          list: [
            {
              name: 'l',
              enable: true,
              iconColor: 'red',
              datasource: { type: 'heed-anomaly-datasource', uid: 'heed' },
              target: { ...scenario('service', { name: evil }), refId: 'Anno' },
            },
          ],
        },
      },
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
    await page.context().close();
  });

  it.each([
    ['a source that fails', 'error', /the store is down for maintenance/],
    ['an empty answer', 'empty', /No data/],
  ])('says so for %s', async (_what, name, text) => {
    const { page } = await dashboard([panel([scenario(name)], { id: 1 })]);
    await expect
      .poll(async () => page.locator('[data-testid=panel-data-error]').allInnerTexts(), { timeout: 20_000 })
      .toEqual([expect.stringMatching(text)]);
    await page.context().close();
  });

  it('says which series cannot be scored, and survives it', async () => {
    const { page, problems } = await dashboard([
      panel([scenario('missing')], { id: 1 }),
      panel([{ refId: 'A', scenario: 'missing' }], {
        id: 2,
        datasource: { type: 'scenario', uid: 'scenario' },
      }),
    ]);
    await expect
      .poll(async () => page.locator('body').innerText(), { timeout: 20_000 })
      .toMatch(/every value is missing/);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('scores frames of any source in the panel itself', async () => {
    const { page } = await dashboard([
      panel([{ refId: 'A', scenario: 'service' }], {
        id: 1,
        datasource: { type: 'scenario', uid: 'scenario' },
      }),
    ]);
    await settled(page);
    await expect.poll(() => whys(page).count(), { timeout: 20_000 }).toBeGreaterThan(0);
    await page.context().close();
  });

  it('draws in light and dark', async () => {
    const background = async (theme: string) => {
      const { page, problems } = await open(`/d/test?theme=${theme}`, {
        dashboard: { panels: [panel([scenario('service')], { id: 1 })] },
      });
      await settled(page);
      const color = await page
        .locator('main')
        .evaluate((e) => getComputedStyle(e.parentElement!).backgroundColor);
      expect(problems).toEqual([]);
      await page.context().close();
      return color
        .match(/\d+/g)!
        .slice(0, 3)
        .reduce((sum, c) => sum + Number(c), 0);
    };
    expect(await background('light')).toBeGreaterThan(600);
    expect(await background('dark')).toBeLessThan(150);
  });
});

describe.skipIf(!chromium)('scoring in the page', () => {
  let browser: Browser;
  let demo: RunningDemo;
  beforeAll(async () => {
    [browser, demo] = await Promise.all([launchChromium(), runDemo()]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });
  const dashboard = (panels: object[], extra: object = {}, options: Parameters<typeof openDemo>[3] = {}) =>
    openDemo(browser, demo, '/d/test', { ...options, dashboard: { panels, ...extra } });

  it('finds most of the recorded faults', async () => {
    const now = Date.now();
    const { page } = await openDemo(browser, demo, `/d/test?now=${now}`, {
      dashboard: { panels: [panel([heedQuery('incident', { columns: [] })], { id: 1 })] },
    });
    await settled(page);
    const events = await eventsOf(page);
    // The replay puts 97% of the recording before the page was opened.
    const length = Date.parse(incident.end) - Date.parse(incident.start);
    const shift = now - 0.97 * length - Date.parse(incident.start);
    const found = incident.faults.filter(({ start, end }) =>
      events.some(
        (e) => e.start <= Date.parse(end) + shift + 10_000 && e.end >= Date.parse(start) + shift - 10_000,
      ),
    );
    expect(found.length).toBeGreaterThanOrEqual(Math.ceil(0.8 * incident.faults.length));
    await page.context().close();
  });

  it('shows what every option of the panel switches', async () => {
    const now = 1780000000000;
    const { page } = await openDemo(browser, demo, `/d/test?now=${now}`, {
      dashboard: {
        panels: [panel([scenario('service')], { id: 1 })],
        time: { from: new Date(now - 30 * 60_000).toISOString(), to: new Date(now).toISOString() },
      },
    });
    await settled(page);
    const picture = async (options: object) => {
      await page.evaluate((change) => {
        const walk = (o: any) =>
          o.forEachChild?.((c: any) =>
            c.state.key === 'panel-1' ? c.onOptionsChange({ ...c.state.options, ...change }) : walk(c),
          );
        walk((window as any).demo.scene);
      }, options);
      await settled(page);
      return (await page.locator('[data-testid=heed-panel]').screenshot()).toString('base64');
    };
    const base = await picture({});
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
      expect(await picture(on!), JSON.stringify(on)).not.toBe(base);
      expect(await picture(off!), `${JSON.stringify(off)} again`).toBe(base);
    }
    await page.context().close();
  }, 120_000);

  it('leaves the page free while 500 series are scored', async () => {
    const init = `window.longTasks = []; new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((e) => Math.round(e.duration)))).observe({ type: 'longtask', buffered: true });`;
    const { page } = await openDemo(browser, demo, '/a/heed-anomaly-app/activity', { init });
    const tasks = await page.evaluate(async () => {
      const service = (globalThis as any)[Symbol.for('heed.scoring-service/0.1.0')];
      const series = Array.from({ length: 500 }, (_, s) => ({
        name: `s${s}`,
        time: Float64Array.from({ length: 1000 }, (_v, i) => i * 1000),
        channels: [
          {
            name: `s${s}`,
            values: Float64Array.from(
              { length: 1000 },
              (_v, i) => Math.sin(i / 20 + s) + 0.1 * Math.sin(i * s),
            ),
          },
        ],
      }));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const seen = (window as unknown as { longTasks: number[] }).longTasks;
      seen.length = 0;
      await Promise.all(
        series.map((one) =>
          service.score({
            series: one,
            recipe: { detector: 'auto' },
            origin: { surface: 'page', title: 'test' },
          }),
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      return [...seen];
    });
    console.log(
      `500 series scored; long tasks of the page: ${tasks.length === 0 ? 'none' : `${tasks.join(', ')} ms`}`,
    );
    expect(Math.max(0, ...tasks)).toBeLessThan(500);
    await page.context().close();
  }, 180_000);

  it('falls back to the page where a strict policy refuses workers', async () => {
    const strict = await runDemo({ policy: 'strict' });
    try {
      const { page } = await openDemo(browser, strict, '/d/test', {
        dashboard: { panels: [panel([scenario('service')], { id: 1 })] },
      });
      await settled(page);
      expect((await scoringState(page)).mode).toBe('page');
      expect(await whys(page).count()).toBeGreaterThan(0);
      await page.context().close();
    } finally {
      await strict.close();
    }
  });

  it('uses workers under the policy that Grafana documents', async () => {
    const documented = await runDemo({ policy: 'default' });
    try {
      const { page } = await openDemo(browser, documented, '/d/test', {
        dashboard: { panels: [panel([scenario('service')], { id: 1 })] },
      });
      await settled(page);
      expect((await scoringState(page)).mode).toBe('worker');
      await page.context().close();
    } finally {
      await documented.close();
    }
  });

  it('recovers from a worker that dies', async () => {
    const init = `{ const Real = Worker; window.workers = []; window.Worker = class extends Real { constructor(...a) { super(...a); window.workers.push(this); } }; }`;
    const { page } = await dashboard([panel([scenario('service')], { id: 1 })], {}, { init });
    await settled(page);
    await page.evaluate(() => {
      for (const worker of (window as unknown as { workers: Worker[] }).workers)
        worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
      (window as any).demo.scene.state.$timeRange.onRefresh();
    });
    await page.waitForTimeout(500);
    await settled(page);
    const state = await scoringState(page);
    expect(state).toMatchObject({ deaths: 1, mode: 'worker' });
    expect(await whys(page).count()).toBeGreaterThan(0);
    await page.context().close();
  });

  it('scores once what two panels and a layer ask for', async () => {
    const { page } = await dashboard(
      [
        panel([scenario('service')], { id: 1 }),
        panel([scenario('service')], { id: 2, gridPos: { x: 0, y: 12, w: 9, h: 12 } }),
      ],
      {
        time: { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:30:00Z' },
        annotations: {
          list: [
            {
              name: 'l',
              enable: true,
              iconColor: 'red',
              datasource: { type: 'heed-anomaly-datasource', uid: 'heed' },
              target: { ...scenario('service'), refId: 'Anno' },
            },
          ],
        },
      },
    );
    await settled(page);
    await page.waitForTimeout(500);
    const { totals } = await scoringState(page);
    expect(totals.scorings).toBe(1);
    expect(totals.hits).toBeGreaterThanOrEqual(2);
    await page.context().close();
  });

  it('scores only the new points of a stream', async () => {
    const { page } = await dashboard(
      [
        panel([scenario('stream', {}, { detector: 'squared-difference', step: '1s', lookback: '5m' })], {
          id: 1,
        }),
      ],
      {
        time: { from: 'now-5m', to: 'now' },
      },
    );
    await page.waitForSelector('[data-testid=heed-panel] canvas');
    await expect
      .poll(async () => (await scoringState(page)).totals.scorings, { timeout: 30_000 })
      .toBeGreaterThan(4);
    const { lastPoints } = await scoringState(page);
    expect(lastPoints).toBeLessThan(10);
    await page.context().close();
  });

  it('stops scoring when the dashboard is left', async () => {
    const { page } = await dashboard([panel([scenario('fleet', { count: 300 })], { id: 1 })]);
    await page.waitForFunction(
      () => (globalThis as Record<symbol, any>)[Symbol.for('heed.scoring-service/0.1.0')]?.pool.waiting > 50,
    );
    await page.getByRole('link', { name: 'App' }).click();
    await expect.poll(async () => (await scoringState(page)).idle, { timeout: 5_000 }).toBe(true);
    expect((await scoringState(page)).totals.scorings).toBeLessThan(300);
    await page.context().close();
  });

  it('scores a series of 50,000 points without blocking the page', async () => {
    const { page, problems } = await dashboard(
      [panel([scenario('long', { count: 50_000 }, { lookback: '0' })], { id: 1 })],
      {
        time: { from: '2026-01-01T00:00:00Z', to: '2026-01-03T00:00:00Z' },
      },
    );
    await settled(page);
    expect((await scoringState(page)).totals).toMatchObject({ scorings: 1, failed: 0 });
    expect(problems).toEqual([]);
    await page.context().close();
  }, 180_000);

  it('shows the gravest of 500 series', async () => {
    const now = Math.floor(Date.now() / 60_000) * 60_000;
    const { page, problems } = await openDemo(browser, demo, `/d/test?now=${now}`, {
      dashboard: {
        panels: [panel([scenario('fleet', { count: 500 })], { id: 1, options: { maxSeries: 12 } })],
      },
    });
    await page.waitForSelector('[data-testid=heed-panel] canvas', { timeout: 60_000 });
    await expect.poll(async () => (await scoringState(page)).totals.scorings, { timeout: 120_000 }).toBe(500);
    await settled(page);
    const text = await page.locator('[data-testid=heed-panel]').innerText();
    expect(text).toContain('12 of 500 series shown');
    expect(text).toContain('host-301');
    expect(text).toContain('host-042');
    expect(problems).toEqual([]);
    await page.context().close();
  }, 240_000);

  it('lets the app page show what was scored, try a CSV, and create a dashboard', async () => {
    const { page, problems } = await openDemo(browser, demo, '/a/heed-anomaly-app/try');
    await page.getByRole('button', { name: 'Use a sample' }).click();
    await settled(page);
    expect(await whys(page).count()).toBeGreaterThan(0);
    await page.getByRole('textbox', { name: 'CSV' }).fill('time,a\n2026-01-01T00:00:00Z,x\n');
    await page.getByRole('button', { name: 'Score', exact: true }).click();
    await page.getByText('This could not be read').waitFor();
    await page.getByRole('tab', { name: 'Activity' }).click();
    await page.locator('[data-testid=heed-activity] tbody tr').first().waitFor();
    expect(await page.locator('[data-testid=heed-activity]').innerText()).toMatch(/auto/);
    await page.getByRole('tab', { name: 'Getting started' }).click();
    await page.locator('#heed-start-source').click();
    await page.getByText('Scenarios').first().click();
    await page.getByRole('button', { name: 'Create the example dashboard' }).click();
    await settled(page);
    expect(page.url()).toContain('/d/');
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
