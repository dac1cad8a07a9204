// "Find anomalies" in the menus of panels: the panel's own query, inside a query of ours, in Explore.
import { describe, expect, it } from 'vitest';
import { findChromium } from './chromium.js';
import { hosts, panel, patient, plainScenario, polling, scenario, settled, useDemo } from './demo.js';

describe.skipIf(!findChromium()).each(hosts)('links on %s', patient, (host) => {
  const { dashboard } = useDemo({ host });

  it("open a panel's query in Explore, watched by Heed, with its range and variables", async () => {
    const { page, problems } = await dashboard(
      [
        panel([], {
          id: 1,
          type: 'timeseries',
          title: 'plain',
          ...plainScenario('service', { host: '${host}' }),
        }),
        panel([scenario('service')], { id: 2, title: 'ours' }),
      ],
      {
        templating: {
          list: [{ type: 'custom', name: 'host', query: 'web-1,web-2', current: { value: 'web-2' } }],
        },
      },
    );
    await settled(page);
    // A query of ours needs no such link.
    const menu = (title: string) => page.locator(`[data-testid="data-testid Panel menu ${title}"]`);
    expect(await menu('ours').count()).toBe(0);
    // Menus show when the panel is pointed at.
    await page.getByText('plain', { exact: true }).hover();
    await menu('plain').click();
    await page.getByRole('menuitem', { name: 'Find anomalies' }).click();
    await expect.poll(() => new URL(page.url()).pathname, polling).toBe('/explore');
    const panes = JSON.parse(new URL(page.url()).searchParams.get('panes')!) as {
      heed: { datasource: string; queries: object[]; range: { from: string; to: string } };
    };
    expect(panes.heed.datasource).toBe('heed');
    expect(panes.heed.queries).toMatchObject([
      {
        refId: 'A',
        datasource: { type: 'heed-anomaly-datasource', uid: 'heed' },
        source: { type: 'scenario', uid: 'scenario' },
        inner: { refId: 'A', scenario: 'service' },
        view: 'live',
      },
    ]);
    expect(Number(panes.heed.range.to) - Number(panes.heed.range.from)).toBe(30 * 60_000);
    await settled(page);
    expect(await page.locator('[data-testid=heed-query-editor]').count()).toBe(1);
    expect(problems).toEqual([]);
  });
});
