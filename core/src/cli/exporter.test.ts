import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { readPrometheus } from '../node/prometheus.js';
import { createDetector } from '../detection/create.js';
import { detect } from '../detection/detect.js';
import { backtest } from '../live/backtest.js';
import { startExporter, type ExporterFlags } from './exporter.js';

/** A moment well inside a minute, so that the grid ends on the minute before. */
const noon = Date.parse('2026-03-01T12:00:30Z');
/** Where the second host breaks out. */
const breakout = noon / 1000 - 8 * 60;

/** Two hosts, the second of which breaks out in the last minutes; a third that has fallen silent. */
function valueOf(host: number, seconds: number): string | undefined {
  if (host === 2 && seconds > noon / 1000 - 120) return undefined;
  const daily = 40 + 10 * Math.sin((2 * Math.PI * seconds) / 3600) + 0.5 * Math.sin(seconds * seconds);
  return String(host === 1 && seconds >= breakout ? daily + 60 : daily + host);
}

let answer: 'values' | 'down' | 'bad query' = 'values';
const running: { server?: Server; controller?: AbortController; done?: Promise<void> } = {};
afterEach(async () => {
  running.controller?.abort();
  await running.done;
  running.server?.closeAllConnections();
  running.server?.close();
  answer = 'values';
});

async function prometheus(): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const form = new URLSearchParams(request.method === 'POST' ? body : request.url!.split('?')[1]);
      const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name)));
      const reply = (status: number, value: unknown) =>
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
      if (answer === 'down')
        return reply(503, { status: 'error', errorType: 'unavailable', error: 'starting' });
      if (answer === 'bad query') {
        return reply(400, { status: 'error', errorType: 'bad_data', error: 'parse error: unexpected end' });
      }
      const times = Array.from(
        { length: Math.floor((end! - start!) / step!) + 1 },
        (_, i) => start! + i * step!,
      );
      const result = [0, 1, 2].map((host) => ({
        metric: { __name__: 'load', instance: `host-${host}`, query: 'its own' },
        values: times.flatMap((t) => {
          const value = valueOf(host, t);
          return value === undefined ? [] : [[t, value]];
        }),
      }));
      return reply(200, { status: 'success', data: { resultType: 'matrix', result } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.server = server;
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function start(url: string, more: Partial<ExporterFlags> = {}, now = () => noon) {
  const controller = new AbortController();
  const flags: ExporterFlags = {
    prometheus: url,
    query: ['load'],
    range: '6h',
    step: '1m',
    seriesLimit: 10,
    host: '127.0.0.1',
    port: 0,
    seed: 0,
    quiet: true,
    ...more,
  };
  const exporter = await startExporter(flags, { signal: controller.signal, now });
  Object.assign(running, { controller, done: exporter.done });
  return {
    ...exporter,
    metrics: async () => {
      const found = new Map<string, number>();
      for (const line of (await (await fetch(exporter.url)).text()).split('\n')) {
        const match = /^([^#]\S*(?:\{.*\})?) (\S+)$/.exec(line);
        if (match) found.set(match[1]!, Number(match[2]));
      }
      return found;
    },
  };
}

const labels = (host: number) =>
  `{query="load",metric="load",instance="host-${host}",exported_query="its own"}`;

test('exports the numbers that detecting the same range gives, with the labels of the series', async () => {
  const url = await prometheus();
  const { metrics } = await start(url);
  const found = await metrics();
  const series = await readPrometheus({ url, query: 'load', range: '6h', step: '1m', end: noon });
  const alone = await detect({ ...series, channels: [series.channels[1]!] });
  const last = series.time.length - 1;
  expect(found.get(`heed_score${labels(1)}`)).toBe(alone.score[last]);
  expect(found.get(`heed_value${labels(1)}`)).toBe(series.channels[1]!.values[last]);
  expect(found.get(`heed_expected${labels(1)}`)).toBe(alone.expected![0]![last]);
  expect(found.get(`heed_upper${labels(1)}`)).toBe(alone.upper![0]![last]);
  expect(found.get(`heed_severity${labels(1)}`)).toBe(alone.events.at(-1)!.severity);
  expect(found.get(`heed_score${labels(1)}`)).toBeGreaterThan(1);
  expect(found.get(`heed_severity${labels(0)}`)).toBe(0);
  // A series that has fallen silent has no latest point.
  expect([...found.keys()].some((key) => key.includes('host-2'))).toBe(false);
  expect(found.get('heed_exporter_up')).toBe(1);
  expect(found.get('heed_exporter_series')).toBe(3);
  expect(found.get('heed_exporter_last_point_timestamp_seconds')).toBe(series.time[last]! / 1000);
});

test('with a budget watches as it happens: what a backtest of the same range says, an incident while it is open', async () => {
  const url = await prometheus();
  const { metrics } = await start(url, { budget: '1/week' });
  const found = await metrics();
  const series = await readPrometheus({ url, query: 'load', range: '6h', step: '1m', end: noon });
  const { detection, incidents } = backtest({ ...series, channels: [series.channels[1]!] });
  const last = series.time.length - 1;
  expect(incidents.at(-1)).toMatchObject({ open: true, direction: 'above' });
  expect(Math.fround(found.get(`heed_score${labels(1)}`)!)).toBe(detection.score[last]);
  expect(found.get(`heed_expected${labels(1)}`)).toBe(detection.expected![0]![last]);
  expect(found.get(`heed_severity${labels(1)}`)).toBe(incidents.at(-1)!.severity);
  expect(found.get(`heed_incident${labels(1)}`)).toBe(1);
  expect(found.get(`heed_incident${labels(0)}`)).toBe(0);
  await expect(start(url, { budget: '1/week', direction: 'above' })).rejects.toThrow(
    /--budget was given with --direction/,
  );
});

test('scores several series as one system, and blames the one that makes the event', async () => {
  const { metrics } = await start(await prometheus(), { together: true });
  const found = await metrics();
  expect(found.get(`heed_severity${labels(1)}`)).toBeGreaterThan(0);
  expect(found.get(`heed_severity${labels(0)}`)).toBe(0);
  expect(found.get(`heed_score${labels(0)}`)).toBe(found.get(`heed_score${labels(1)}`));
});

test('keeps no score of a Prometheus that fails, and scores again when it is back', async () => {
  const messages = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  let time = noon;
  const { metrics } = await start(await prometheus(), { every: '50ms' }, () => (time += 1));
  expect((await metrics()).has(`heed_score${labels(1)}`)).toBe(true);
  answer = 'down';
  await expect.poll(async () => (await metrics()).get('heed_exporter_up')).toBe(0);
  expect((await metrics()).has(`heed_score${labels(1)}`)).toBe(false);
  answer = 'values';
  await expect.poll(async () => (await metrics()).get('heed_exporter_up')).toBe(1);
  expect((await metrics()).has(`heed_score${labels(1)}`)).toBe(true);
  expect((await metrics()).get('heed_exporter_failures_total')).toBeGreaterThanOrEqual(1);
  const told = messages.mock.calls.map(([text]) => String(text)).join('');
  expect(told.match(/Trying again/g)).toHaveLength(1);
  messages.mockRestore();
});

test('reads the model and the judgments once, before it asks for anything', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heed-exporter-'));
  const [model, feedback] = [join(folder, 'model.heed'), join(folder, 'judged.json')];
  try {
    const url = await prometheus();
    const asked = vi.fn();
    running.server!.on('request', asked);
    writeFileSync(feedback, '{}');
    await expect(start(url, { feedback })).rejects.toThrow(`${feedback}: the feedback is not a list`);
    await expect(start(url, { model })).rejects.toMatchObject({ code: 'file-unreadable' });
    writeFileSync(model, 'no model');
    await expect(start(url, { model })).rejects.toMatchObject({ code: 'model-corrupt' });
    expect(asked).not.toHaveBeenCalled();

    const series = await readPrometheus({ url, query: 'load', range: '6h', step: '1m', end: noon });
    const detector = await createDetector('z-score');
    const one = { ...series, channels: [series.channels[1]!] };
    await detector.fit(one);
    expect((await detector.score(one)).events.at(-1)!.severity).toBeGreaterThan(0);
    writeFileSync(model, await detector.save());
    const times = { start: 1000 * breakout, end: noon };
    writeFileSync(feedback, JSON.stringify([{ ...times, kind: 'normal' }]));
    let time = noon;
    const { metrics } = await start(url, { model, feedback, every: '50ms' }, () => (time += 1));
    rmSync(folder, { recursive: true });
    const requests = asked.mock.calls.length;
    await expect.poll(() => asked.mock.calls.length).toBeGreaterThan(requests + 1);
    const found = await metrics();
    expect(found.get('heed_exporter_failures_total')).toBe(0);
    expect(found.get(`heed_score${labels(1)}`)).toBeGreaterThan(0);
    // The breakout was called normal.
    expect(found.get(`heed_severity${labels(1)}`)).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('refuses what will not mend itself at once', async () => {
  const url = await prometheus();
  answer = 'bad query';
  await expect(start(url)).rejects.toThrow(/parse error: unexpected end/);
  answer = 'values';
  await expect(start(url, { detector: 'nonsense' })).rejects.toMatchObject({ code: 'unknown-detector' });
  await expect(start(url, { seriesLimit: 2 })).rejects.toMatchObject({ code: 'source-too-large' });
  const { port } = running.server!.address() as AddressInfo;
  await expect(start(url, { port })).rejects.toMatchObject({ code: 'port-taken' });
});
