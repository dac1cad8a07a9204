// The incidents of a `heed serve` on the app's page, on both hosts: configured, absent, wrong, and in order.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IncidentRecord } from '../../core/src/serve/ledger.js';
import { findings } from './axe.js';
import { findChromium } from './chromium.js';
import { hosts, patient, polling, useDemo } from './demo.js';

const start = Date.UTC(2026, 5, 1, 11, 40);

/** As `heed serve` writes it. */
const record = (id: string, severity: number, extra: Partial<IncidentRecord> = {}): IncidentRecord => ({
  id,
  unit: id,
  query: 'error rate',
  expr: 'rate(errors_total[5m])',
  series: `errors {job="${id}"}`,
  labels: { job: id },
  rule: 'anomaly',
  deviation: 3,
  opened: start,
  sequence: 1,
  incident: {
    id,
    start,
    noticed: start,
    end: start + 60_000,
    peak: start,
    open: true,
    score: 2,
    severity,
    direction: 'above',
    channels: [],
    attended: [],
    reason: `${id} rose to 3, above the expected 1.`,
  },
  ...extra,
});

const answers: Record<string, { type: string; body: string }> = {
  good: {
    type: 'application/json',
    body: JSON.stringify({
      open: [
        record('mild', 40),
        record('grave', 90, { link: 'https://grafana.example/d/a', muted: 'a quiet time' }),
      ],
      closed: [record('over', 60, { link: 'javascript:alert(1)' })],
    }),
  },
  calm: { type: 'application/json', body: JSON.stringify({ open: [], closed: [] }) },
  other: { type: 'text/html', body: '<p>a web page</p>' },
  broken: { type: 'application/json', body: JSON.stringify({ open: [{ id: 1 }], closed: [] }) },
};

describe.skipIf(!findChromium()).each(hosts)('heed serve in the app on %s', patient, (host) => {
  const { open } = useDemo({ host });
  let server: Server;
  let url: string;
  let mode = 'good';
  const asked: Array<string | undefined> = [];
  // For each try anew: it ends with a server that is gone, and an address that is set.
  beforeEach(async () => {
    mode = 'good';
    server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      const { type, body } = answers[mode]!;
      response.writeHead(request.url === '/api/incidents' ? 200 : 404, { 'content-type': type }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => server.close());

  it('is set in the configuration, and its incidents are listed, the gravest first', async () => {
    const { page, problems } = await open('/a/heed-anomaly-app/incidents');
    await page.evaluate(() =>
      fetch('/api/plugins/heed-anomaly-app/settings', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      }),
    );
    await page.reload();
    await page.getByRole('link', { name: 'Set the address' }).waitFor();
    await page.goto(new URL('/plugins/heed-anomaly-app', page.url()).href);
    await page.locator('#heed-serve-url').fill('heed:9646');
    await page.getByText('Give an address such as').waitFor();
    expect(await findings(page, '[data-testid=heed-config]')).toEqual([]);
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await page.locator('#heed-serve-url').fill(`${url}/`);
    await page.locator('#heed-serve-authorization').fill('Basic aGVlZDpzZWNyZXQ=');
    await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      page.getByRole('button', { name: 'Save' }).click(),
    ]);
    const list = page.locator('[data-testid=heed-incidents]');
    const look = async (next: string) => {
      mode = next;
      await page.goto(new URL('/a/heed-anomaly-app/incidents', page.url()).href);
      await list.waitFor();
    };
    await look('good');
    await page.getByText('Open incidents: 2').waitFor();
    const items = await list.getByRole('listitem').allInnerTexts();
    expect(items.map((text) => /grave|mild|over/.exec(text)?.[0])).toEqual(['grave', 'mild', 'over']);
    expect(items[0]).toMatch(/above the expected 1[\s\S]*Nobody was told: a quiet time/);
    expect(asked.at(-1)).toBe('Basic aGVlZDpzZWNyZXQ=');
    // What is no web address is no link.
    expect(await list.getByRole('listitem').getByRole('link').count()).toBe(1);
    for (const theme of ['dark', 'light']) {
      await page.goto(new URL(`/a/heed-anomaly-app/incidents?theme=${theme}`, page.url()).href);
      await page.getByText('Open incidents: 2').waitFor();
      expect(await findings(page, '[data-testid=heed-incidents]'), theme).toEqual([]);
    }
    await look('calm');
    await page.getByText('Nothing is wrong.').waitFor();
    for (const wrong of ['other', 'broken']) {
      await look(wrong);
      await page.getByText('What answers there is not heed serve').waitFor();
    }
    mode = 'good';
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await page.reload();
    await expect.poll(() => list.innerText(), polling).toMatch(/heed serve did not answer: .*ECONNREFUSED/);
    expect(problems).toEqual([]);
  });
});
