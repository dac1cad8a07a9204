import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs';
import { uncompress } from 'snappyjs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { noise, type FakeSeries } from '../fake-prometheus.fixture.js';
import { minute, noon, Testbed } from '../testbed.fixture.js';

/** What is waited for comes at once; a machine that is busy may take its time. */
const patiently = { timeout: 40_000, interval: 20 };

interface Got {
  readonly method: string;
  readonly path: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

let bed: Testbed;
let server: Server;
let url: string;
let got: Got[];
let answer: (request: Got) => { status: number; body?: unknown };
beforeEach(async () => {
  bed = new Testbed();
  got = [];
  answer = () => ({ status: 200, body: {} });
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const one = {
        method: request.method!,
        path: request.url!,
        headers: request.headers,
        body: Buffer.concat(parts),
      };
      got.push(one);
      const { status, body } = answer(one);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await bed.end();
  server.closeAllConnections();
  server.close();
});

const start = noon / 1000 + 90;
const spiky = (name: string, minutes = 12): FakeSeries => ({
  labels: { __name__: 'load', instance: name, 'http.status': '200' },
  value: (t) => 40 + noise(t / 60) + (t >= start && t < start + minutes * 60 ? 60 : 0),
});
const json = (index: number): Record<string, unknown> =>
  JSON.parse(got[index]!.body.toString()) as Record<string, unknown>;
const rounds = async (service: Awaited<ReturnType<Testbed['start']>>, count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await bed.advance(service, minute);
};

test('a webhook gets each change once, in order, through failures and a restart', async () => {
  bed.prometheus.series = [spiky('a')];
  const more = { outputs: { webhook: [{ url: `${url}/hook?key=secret` }] } };
  let service = await bed.start(more, {
    labels: { team: 'shop' },
    link: 'http://g/d?from={start}&i={label:instance}',
  });
  answer = () => ({ status: 500 });
  await rounds(service, 3);
  await vi.waitFor(() => expect(got.length).toBeGreaterThanOrEqual(1), patiently);
  expect(JSON.stringify(bed.lines)).not.toContain('secret');
  expect(await (await fetch(`${service.url}/`)).text()).not.toContain('secret');
  await bed.stop(service);
  answer = () => ({ status: 204 });
  got.length = 0;
  service = await bed.start(more, {
    labels: { team: 'shop' },
    link: 'http://g/d?from={start}&i={label:instance}',
  });
  await rounds(service, 160);
  await vi.waitFor(() => expect(got.map((_, i) => json(i)['event'])).toContain('closed'), patiently);
  const events = got.map((_, i) => json(i));
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  expect(events.filter(({ event }) => event === 'opened')).toHaveLength(1);
  expect(new Set(events.map(({ id }) => id)).size).toBe(1);
  expect(events[0]).toMatchObject({
    version: 1,
    event: 'opened',
    query: 'load',
    labels: { instance: 'a', team: 'shop' },
    start: new Date(start * 1000).toISOString(),
    direction: 'above',
    rule: 'anomaly',
  });
  expect(events[0]!['reason']).toMatch(/above/);
  expect(events[0]!['link']).toMatch(/^http:\/\/g\/d\?from=\d+&i=a$/);
  expect(got[0]!.headers['idempotency-key']).toBe(`${String(events[0]!['id'])}-1`);
  expect(events.at(-1)).toMatchObject({ event: 'closed', open: false });
});

test('a message that is refused for good is given up, and the next is sent', async () => {
  bed.prometheus.series = [spiky('a')];
  answer = ({ body }) => ({ status: body.toString().includes('"opened"') ? 400 : 200 });
  const service = await bed.start({ outputs: { webhook: [{ url }] } });
  await rounds(service, 160);
  await vi.waitFor(() => expect(got.at(-1)!.body.toString()).toContain('"closed"'), patiently);
  const found = await bed.metrics(service);
  expect(found.get('heed_output_dropped_total{output="webhook-1"}')).toBe(1);
  expect(found.get('heed_output_waiting{output="webhook-1"}')).toBe(0);
});

test('a queue that is full drops its oldest, and an output that hangs holds up nothing', async () => {
  bed.prometheus.series = Array.from({ length: 12 }, (_, i) => spiky(`h${i}`));
  answer = () => ({ status: 503 });
  const service = await bed.start({ outputs: { webhook: [{ url }] }, limits: { queue: 5, workers: 2 } });
  await rounds(service, 3);
  const found = await bed.metrics(service);
  expect(found.get('heed_output_waiting{output="webhook-1"}')).toBe(5);
  expect(found.get('heed_output_dropped_total{output="webhook-1"}')).toBeGreaterThanOrEqual(7);
  expect(found.get('heed_up{query="load"}')).toBe(1);
});

test('Alertmanager: firing with its reason, repeated, and resolved', async () => {
  bed.prometheus.series = [spiky('a'), spiky('b')];
  const service = await bed.start(
    { outputs: { alertmanager: [{ url, labels: { severity: 'page' } }] } },
    { overrides: [{ match: { instance: 'b' }, direction: 'below' }] },
  );
  got.length = 0;
  await rounds(service, 3);
  await vi.waitFor(() => expect(got.length).toBeGreaterThanOrEqual(1), patiently);
  expect(got[0]).toMatchObject({ method: 'POST', path: '/api/v2/alerts' });
  const [firing] = JSON.parse(got[0]!.body.toString()) as Record<string, Record<string, string>>[];
  expect(firing!['labels']).toEqual({
    alertname: 'HeedIncident',
    query: 'load',
    metric: 'load',
    instance: 'a',
    http_status: '200',
    severity: 'page',
  });
  expect(firing!['annotations']).toMatchObject({
    direction: 'above',
    onset: new Date(start * 1000).toISOString(),
    reason: expect.stringMatching(/above the expected/) as string,
  });
  expect(Date.parse(String(firing!['endsAt']))).toBeGreaterThan(bed.now);
  await rounds(service, 160);
  await vi.waitFor(() => {
    const last = JSON.parse(got.at(-1)!.body.toString()) as Record<string, string>[];
    expect(last).toHaveLength(1);
    expect(Date.parse(last[0]!['endsAt']!)).toBeLessThanOrEqual(bed.now);
  }, patiently);
  // What the direction keeps quiet is on the status page all the same.
  expect(await (await fetch(`${service.url}/`)).text()).toContain('Heed');
});

test('Grafana: one region per incident, which grows', async () => {
  bed.prometheus.series = [spiky('a')];
  const regions = new Map<number, { tags: string[]; timeEnd: number }>();
  answer = ({ method, path, body }) => {
    if (method === 'GET') {
      const tag = new URL(path, url).searchParams.get('tags')!;
      return {
        status: 200,
        body: [...regions].filter(([, { tags }]) => tags.includes(tag)).map(([id]) => ({ id })),
      };
    }
    const id = method === 'PATCH' ? Number(path.split('/').at(-1)) : regions.size + 1;
    regions.set(id, JSON.parse(body.toString()) as { tags: string[]; timeEnd: number });
    return { status: 200, body: { id } };
  };
  const grafana = [{ url, dashboard_uid: 'abc', panel_id: 2, authorization: { credentials: 't' } }];
  const service = await bed.start({ outputs: { grafana } });
  await rounds(service, 8);
  await vi.waitFor(() => expect(regions.size).toBe(1), patiently);
  const first = regions.get(1)!.timeEnd;
  await rounds(service, 45);
  await vi.waitFor(() => expect(regions.get(1)!.timeEnd).toBeGreaterThan(first), patiently);
  expect(regions.size).toBe(1);
  expect(regions.get(1)!.tags[0]).toBe('heed');
  const post = got.find(({ method }) => method === 'POST')!;
  expect(JSON.parse(post.body.toString())).toMatchObject({
    dashboardUID: 'abc',
    panelId: 2,
    time: start * 1000,
  });
  expect(post.headers['authorization']).toBe('Bearer t');
});

test('remote write: the scores of a round, as the specification has it', async () => {
  bed.prometheus.series = [spiky('a')];
  const service = await bed.start({ outputs: { remote_write: [{ url: `${url}/api/v1/write` }] } });
  await vi.waitFor(() => expect(got.length).toBeGreaterThanOrEqual(1), patiently);
  expect(got[0]!.headers).toMatchObject({
    'content-encoding': 'snappy',
    'content-type': 'application/x-protobuf',
    'x-prometheus-remote-write-version': '0.1.0',
  });
  const { root } = protobuf.parse(`syntax = "proto3"; message W { repeated T t = 1; }
    message T { repeated L l = 1; repeated S s = 2; } message L { string n = 1; string v = 2; }
    message S { double v = 1; int64 t = 2; }`);
  const type = root.lookupType('W');
  const { t } = type.toObject(type.decode(uncompress(got[0]!.body)), { longs: Number }) as {
    t: { l: { n: string; v: string }[]; s: { v: number; t: number }[] }[];
  };
  expect(t.map(({ l }) => l.find(({ n }) => n === '__name__')!.v)).toEqual([
    'heed_score',
    'heed_expected',
    'heed_lower',
    'heed_upper',
  ]);
  expect(t[0]!.l.map(({ n }) => n)).toEqual(['__name__', 'http_status', 'instance', 'metric', 'query']);
  const found = await bed.metrics(service);
  const score = found.get('heed_score{query="load",metric="load",instance="a",http_status="200"}');
  const first = Math.floor((noon - 10_000) / minute) * minute;
  expect(t[0]!.s).toEqual([{ v: score, t: first }]);

  // After a pause every point of the hole is written, and only those.
  await bed.advance(service, 5 * minute);
  await vi.waitFor(() => expect(got).toHaveLength(2), patiently);
  const { t: later } = type.toObject(type.decode(uncompress(got[1]!.body)), { longs: Number }) as {
    t: { s: { v: number; t: number }[] }[];
  };
  expect(later).toHaveLength(4);
  expect(later[0]!.s.map(({ t: time }) => (time - first) / minute)).toEqual([1, 2, 3, 4, 5]);
  expect(new Set(later[1]!.s.map(({ v }) => v)).size).toBeGreaterThan(1);
});

test('missing series are an incident where the rule says so, with its own rule', async () => {
  let isGone = false;
  bed.prometheus.series = [
    {
      labels: { __name__: 'load', instance: 'a' },
      value: (t) => (isGone && t > noon / 1000 ? undefined : 40 + noise(t)),
    },
    { labels: { __name__: 'load', instance: 'b' }, value: (t) => 40 + noise(t) },
  ];
  const service = await bed.start(
    { outputs: { webhook: [{ url }] } },
    { missing: { rule: 'alert', after: '5m' } },
  );
  isGone = true;
  await rounds(service, 8);
  isGone = false;
  await rounds(service, 2);
  await vi.waitFor(() => expect(got).toHaveLength(2), patiently);
  expect(json(0)).toMatchObject({ event: 'opened', rule: 'missing', labels: { instance: 'a' } });
  expect(json(0)['reason']).toMatch(/has had no value for 5m/);
  expect(json(1)).toMatchObject({ event: 'closed', id: json(0)['id'] });
});
