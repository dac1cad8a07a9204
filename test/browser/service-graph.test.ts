/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
// Node graph frames through the built plugin, and the demo's dashboards behind its menu.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from './chromium.js';
import { heedQuery, hosts, openDemo, panel, runDemo, type RunningDemo, scoringState } from './demo.js';

const chromium = findChromium();
const patient = { timeout: 120_000 };

/** The frames of a panel's data as [name of field, values]. */
const framesOf = (page: Page, key = 1) =>
  page.evaluate((id) => {
    let data: any;
    const walk = (o: any) =>
      o.forEachChild?.((c: any) =>
        c.state.key === `panel-${id}` ? (data = c.state.$data.state.data) : walk(c),
      );
    walk((window as any).demo.scene);
    return data.series.map((frame: any) =>
      Object.fromEntries(frame.fields.map((field: any) => [field.name, field.values])),
    ) as Array<Record<string, any[]>>;
  }, key);

/** Waits until a map with scores has arrived. */
const scored = async (page: Page) => {
  await page.locator('[data-testid=node-graph]').first().waitFor(patient);
  await expect.poll(async () => (await framesOf(page))[0]?.anomaly !== undefined, patient).toBe(true);
  return framesOf(page);
};

describe.skipIf(!chromium).each(hosts)('a service map on %s', (host) => {
  let browser: Browser;
  let demo: RunningDemo;
  beforeAll(async () => {
    [browser, demo] = await Promise.all([launchChromium(), runDemo({ host })]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  it('comes back with scores, and says why on a click', async () => {
    const { page, problems } = await openDemo(browser, demo, '/d/services');
    const [nodes, edges] = await scored(page);
    expect(nodes!.id).toHaveLength(48);
    const odd = nodes!.id!.filter((_, i) => nodes!.anomaly![i] === 1);
    expect(odd.length).toBeGreaterThan(0);
    expect(odd.length).toBeLessThan(10);
    nodes!.id!.forEach((_, i) => {
      expect(nodes!.anomaly![i] === 1).toBe(nodes!.score![i] > 1);
      expect(nodes!['arc__anomalous']![i] + nodes!['arc__ordinary']![i]).toBeCloseTo(1, 6);
    });
    expect(edges!.source!.length).toBe(edges!.score!.length);
    const worst = odd.reduce((a, b) =>
      nodes!.score![nodes!.id!.indexOf(b)] > nodes!.score![nodes!.id!.indexOf(a)] ? b : a,
    );
    await page.locator(`[data-node="${worst}"]`).click();
    const details = await page.locator('[data-testid=node-details]').innerText();
    expect(details).toContain(`${worst}: `);
    expect(details).toMatch(/compared with \S+ \(\d+%\)/);
    // The same map in the table below was not scored again.
    await expect.poll(() => page.locator('[data-testid=rows] tbody tr').count(), patient).toBe(odd.length);
    const { totals } = await scoringState(page);
    expect(totals.scorings).toBe(1);
    expect(totals.hits).toBeGreaterThanOrEqual(1);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});

describe.skipIf(!chromium)('the demo', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  it('marks the odd services as annotations of the range, and keeps a map that cannot be scored', async () => {
    const demo = await runDemo();
    const map = heedQuery('scenario', { scenario: 'map' });
    const { page, problems } = await openDemo(browser, demo, '/d/test', {
      dashboard: {
        panels: [
          panel([{ refId: 'A', scenario: 'service' }], {
            id: 1,
            type: 'timeseries',
            datasource: { type: 'scenario', uid: 'scenario' },
          }),
        ],
        annotations: {
          list: [
            {
              name: 'services',
              enable: true,
              iconColor: 'orange',
              datasource: { type: 'heed-anomaly-datasource', uid: 'heed' },
              target: { ...map, refId: 'Anno' },
            },
          ],
        },
      },
    });
    const series = page.locator('[data-testid=time-series]');
    await series.waitFor(patient);
    await expect
      .poll(async () => Number(await series.getAttribute('data-annotations')), patient)
      .toBeGreaterThan(0);
    expect(problems).toEqual([]);
    await page.context().close();

    const strict = await runDemo({ policy: 'strict' });
    const refused = await openDemo(browser, strict, '/d/test', {
      dashboard: { panels: [panel([map], { id: 1, type: 'nodeGraph' })] },
    });
    await refused.page.locator('[data-testid=node-graph]').waitFor(patient);
    expect((await framesOf(refused.page))[0]!.score).toBeUndefined();
    const message = await refused.page.evaluate(() => {
      let data: any;
      const walk = (o: any) => o.forEachChild?.((c: any) => ((data ??= c.state.$data?.state.data), walk(c)));
      walk((window as any).demo.scene.state.body);
      return data.errors?.[0]?.message as string;
    });
    expect(message).toContain('need a Web Worker');
    await refused.page.context().close();
    await Promise.all([demo.close(), strict.close()]);
  });

  it('reaches every dashboard from its menu', async () => {
    const demo = await runDemo();
    const { page, problems } = await openDemo(browser, demo, '/');
    const titles = ['Recorded incident', 'Many hosts', 'One system, four measures', 'Service map'];
    for (const title of titles) {
      const link = page.getByRole('link', { name: title });
      await link.click();
      expect(await link.getAttribute('aria-current')).toBe('page');
      await page
        .locator('[data-testid=heed-panel] canvas, [data-testid=node-graph]')
        .first()
        .waitFor(patient);
    }
    expect(await page.getByRole('link', { name: 'Prometheus' }).count()).toBe(0);
    expect(problems).toEqual([]);
    await page.context().close();
    await demo.close();
  });

  it('has a dashboard on the Prometheus it was started with, and says so when that does not answer', async () => {
    const names = ['up', 'process_cpu_seconds_total'];
    const asked: string[] = [];
    const prometheus = http.createServer((request, response) => {
      const url = new URL(request.url!, 'http://prometheus');
      response.setHeader('content-type', 'application/json');
      if (!url.pathname.startsWith('/prefix/')) {
        response.statusCode = 404;
        return response.end('{"error":"no such path"}');
      }
      if (url.pathname.endsWith('/values'))
        return response.end(JSON.stringify({ status: 'success', data: names }));
      if (!url.pathname.endsWith('/query_range')) {
        return response.end(JSON.stringify({ status: 'success', data: { result: [] } }));
      }
      const [start, end, step] = ['start', 'end', 'step'].map((key) => Number(url.searchParams.get(key)));
      asked.push(url.searchParams.get('query')!);
      const values: Array<[number, string]> = [];
      for (let t = start!; t <= end!; t += step!) values.push([t, String(2 + Math.sin(t / 60))]);
      response.end(
        JSON.stringify({ status: 'success', data: { result: [{ metric: { job: 'a' }, values }] } }),
      );
    });
    await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', () => resolve()));
    const { port } = prometheus.address() as AddressInfo;
    const demo = await runDemo({ prometheus: `http://127.0.0.1:${port}/prefix/` });
    const { page } = await openDemo(browser, demo, '/');
    await page.getByRole('link', { name: 'Prometheus' }).click();
    await page.locator('[data-testid=heed-panel] canvas').first().waitFor(patient);
    await expect.poll(() => asked.includes('rate(process_cpu_seconds_total[1m])'), patient).toBe(true);
    await page.context().close();

    prometheus.closeAllConnections();
    await new Promise((resolve) => prometheus.close(resolve));
    const gone = await openDemo(browser, demo, '/d/prometheus');
    const alert = gone.page.getByRole('alert');
    await alert.waitFor(patient);
    expect(await alert.innerText()).toContain(`Prometheus at http://127.0.0.1:${port}/prefix did not answer`);
    await gone.page.context().close();
    await demo.close();
    await expect(runDemo({ prometheus: 'localhost' })).rejects.toThrow('no address of a Prometheus');
  });
});
