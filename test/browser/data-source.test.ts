/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
// The data source in Chromium: on panels without Heed, as a layer, with variables, streams and troubles.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findChromium } from './chromium.js';
import {
  annotationLayer,
  eventsOf,
  heedQuery,
  hosts,
  now,
  panel,
  patient,
  plainScenario,
  polling,
  scenario,
  scoringState,
  settled,
  useDemo,
} from './demo.js';

const chromium = findChromium();
const incident = JSON.parse(
  readFileSync(new URL('../../core/data/incident.json', import.meta.url), 'utf8'),
) as { start: string; end: string; faults: Array<{ kind: string; start: string; end: string }> };

describe.skipIf(!chromium).each(hosts)('the data source on %s', patient, (host) => {
  const { dashboard } = useDemo({ host });

  it('draws line, band and regions on the built-in panel from one query, and annotations on a panel without Heed', async () => {
    const { page, problems } = await dashboard(
      [
        panel([scenario('service')], { id: 1, type: 'timeseries' }),
        panel([], { id: 2, type: 'timeseries', ...plainScenario('service') }),
      ],
      { annotations: { list: [annotationLayer(scenario('service'), { filter: { ids: [2] } })] } },
    );
    const counts = () =>
      page
        .locator('[data-testid=time-series]')
        .evaluateAll((all) => all.map((e) => Number(e.getAttribute('data-annotations'))));
    await expect.poll(async () => (await counts()).map((count) => count > 0), polling).toEqual([true, true]);
    // The layer asks with the window's width, the panel with its own: the pinned step makes them agree.
    await expect.poll(async () => new Set(await counts()).size, polling).toBe(1);
    expect(problems).toEqual([]);
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
    await expect.poll(values, polling).not.toEqual(first);
  });

  it.each([
    ['a source that fails', 'error', /the store is down for maintenance/],
    ['an empty answer', 'empty', /No data/],
  ])('says so for %s', async (_what, name, text) => {
    const { page } = await dashboard([panel([scenario(name)], { id: 1 })]);
    await expect
      .poll(() => page.locator('[data-testid=panel-data-error]').allInnerTexts(), polling)
      .toEqual([expect.stringMatching(text)]);
  });

  it('says which series cannot be scored, and survives it', async () => {
    const { page, problems } = await dashboard([
      panel([scenario('missing')], { id: 1 }),
      panel([], { id: 2, ...plainScenario('missing') }),
    ]);
    await expect.poll(() => page.locator('body').innerText(), polling).toMatch(/every value is missing/);
    expect(problems).toEqual([]);
  });
});

describe.skipIf(!chromium)('what is scored', patient, () => {
  const { dashboard } = useDemo();

  it('finds most of the recorded faults', async () => {
    const { page } = await dashboard([panel([heedQuery('incident', { columns: [] })], { id: 1 })]);
    await settled(page);
    const events = await eventsOf(page);
    // At the clock of tests the replay has six minutes to come.
    const shift = now + 6 * 60_000 - Date.parse(incident.end);
    const shown = incident.faults.filter(({ end }) => Date.parse(end) + shift < now);
    expect(shown.length).toBeGreaterThanOrEqual(6);
    const found = shown.filter(({ start, end }) =>
      events.some(
        (e) => e.start <= Date.parse(end) + shift + 10_000 && e.end >= Date.parse(start) + shift - 10_000,
      ),
    );
    expect(found.length).toBeGreaterThanOrEqual(Math.ceil(0.8 * shown.length));
  });

  it('is scored once for two panels and a layer', async () => {
    const { page } = await dashboard(
      [
        panel([scenario('service')], { id: 1 }),
        panel([scenario('service')], { id: 2, gridPos: { x: 0, y: 12, w: 9, h: 12 } }),
      ],
      { annotations: { list: [annotationLayer(scenario('service'))] } },
    );
    await settled(page);
    await expect.poll(async () => (await scoringState(page)).totals.hits, polling).toBeGreaterThanOrEqual(2);
    await settled(page);
    expect((await scoringState(page)).totals.scorings).toBe(1);
  });

  it('is only what is new in a stream', async () => {
    const { page } = await dashboard(
      [
        panel([scenario('stream', {}, { detector: 'squared-difference', step: '1s', lookback: '5m' })], {
          id: 1,
        }),
      ],
      { time: { from: 'now-5m', to: 'now' } },
      { live: true },
    );
    await page.waitForSelector('[data-testid=heed-panel] canvas');
    // A busy machine may deliver several seconds at once, never the whole five minutes again.
    const lengths = () =>
      page.evaluate(() => {
        const service = (globalThis as Record<symbol, any>)[Symbol.for('heed.scoring-service/0.1.0')];
        return service.activity.entries.flatMap((entry: any) => entry.scoredPoints ?? []) as number[];
      });
    await expect.poll(async () => (await lengths()).length, polling).toBeGreaterThan(4);
    const [first, ...later] = (await lengths()).reverse();
    expect(first).toBeGreaterThan(300);
    expect(Math.max(...later)).toBeLessThan(150);
  });
});
