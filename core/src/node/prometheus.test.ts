import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SourceError } from './prometheus-answer.js';
import { parsePrometheusDuration, readPrometheus } from './prometheus.js';

type Form = URLSearchParams;
type Handler = (form: Form, response: ServerResponse, request: IncomingMessage) => void;

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server that answers every range query by the handler; counts and keeps the requests. */
async function serve(handler: Handler): Promise<{ url: string; forms: Form[] }> {
  const forms: Form[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const form = new URLSearchParams(request.method === 'POST' ? body : request.url!.split('?')[1]);
      forms.push(form);
      handler(form, response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, forms };
}

const json = (response: ServerResponse, value: unknown, status = 200) =>
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));

/** Answers with the series a function gives at the asked times; undefined leaves a point out. */
function matrix(
  metrics: readonly Record<string, string>[],
  value: (seconds: number, metric: number) => string | undefined,
): Handler {
  return (form, response) => {
    const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name)));
    const times = Array.from(
      { length: Math.floor((end! - start!) / step!) + 1 },
      (_, i) => start! + i * step!,
    );
    const result = metrics
      .map((metric, m) => ({
        metric,
        values: times.flatMap((t) => {
          const at = value(t, m);
          return at === undefined ? [] : [[t, at]];
        }),
      }))
      .filter(({ values }) => values.length > 0);
    json(response, { status: 'success', data: { resultType: 'matrix', result } });
  };
}

const hour = { start: 3_600_000, end: 7_200_000, step: 60_000 };

describe('readPrometheus', () => {
  it('reads one series onto multiples of the step, with gaps and infinities as missing values', async () => {
    const { url } = await serve(
      matrix([{ __name__: 'process_resident_memory_bytes', job: 'a' }], (t) =>
        t === 3660 ? undefined : t === 3720 ? 'NaN' : t === 3780 ? '+Inf' : String(t),
      ),
    );
    const series = await readPrometheus({
      url,
      query: 'process_resident_memory_bytes',
      ...hour,
      start: 3_590_001,
    });
    expect([...series.time.slice(0, 3)]).toEqual([3_600_000, 3_660_000, 3_720_000]);
    expect(series.time.length).toBe(61);
    expect(series.channels).toHaveLength(1);
    expect(series.channels[0]).toMatchObject({ name: 'process_resident_memory_bytes', unit: 'bytes' });
    expect([...series.channels[0]!.values.slice(0, 5)]).toEqual([3600, NaN, NaN, NaN, 3840]);
  });

  it('names channels by the labels in which they differ, whatever is common', async () => {
    const metrics = ['user', 'system'].map((mode) => ({
      __name__: 'node_cpu_seconds_total',
      job: 'node',
      mode,
    }));
    const { url } = await serve(matrix(metrics, (t, m) => String(t + m)));
    const series = await readPrometheus({ url, query: 'node_cpu_seconds_total', ...hour });
    expect(series.channels.map(({ name, unit }) => [name, unit])).toEqual([
      ['node_cpu_seconds_total{mode="user"}', 's'],
      ['node_cpu_seconds_total{mode="system"}', 's'],
    ]);
    const unnamed = await serve(matrix([{}], () => '1'));
    const rate = await readPrometheus({ url: unnamed.url, query: 'sum(rate(x[1m]))', ...hour });
    expect(rate.channels.map(({ name }) => name)).toEqual(['sum(rate(x[1m]))']);
  });

  it('joins several queries into one series, under names of their own', async () => {
    const { url } = await serve((form, response, request) =>
      matrix([{}], () => (form.get('query') === 'a' ? '1' : '2'))(form, response, request),
    );
    const query = [
      { query: 'a', name: 'first', unit: 's' },
      { query: 'b', name: 'second' },
      { query: 'b', name: 'second' },
    ];
    const { channels } = await readPrometheus({ url, query, ...hour });
    expect(channels.map(({ name, unit, values }) => [name, unit, values[0]])).toEqual([
      ['first', 's', 1],
      ['second', undefined, 2],
      ['second (2)', undefined, 2],
    ]);
  });

  it('splits a long range into requests below the limit and loses or doubles no point', async () => {
    const { url, forms } = await serve(
      // The second series exists in the second half only.
      matrix([{ i: '0' }, { i: '1' }], (t, m) => (m === 1 && t < 15_000 ? undefined : String(t * (m + 1)))),
    );
    const done: number[] = [];
    const series = await readPrometheus({
      url,
      query: 'x',
      start: 0,
      end: 29_999_000,
      step: '1s',
      onProgress: (progress) => done.push(progress.done),
    });
    expect(series.time.length).toBe(30_000);
    expect(forms.length).toBeGreaterThanOrEqual(4);
    for (const form of forms)
      expect(Number(form.get('end')) - Number(form.get('start'))).toBeLessThan(11_000);
    const [first, second] = series.channels.map(({ values }) => values);
    expect(first!.every((value, t) => value === t)).toBe(true);
    expect(second!.every((value, t) => (t < 15_000 ? Number.isNaN(value) : value === 2 * t))).toBe(true);
    expect(done.at(-1)).toBe(1);
    expect(done).toEqual([...done].sort((a, b) => a - b));
  });

  it('takes the last range up to now in about a thousand points by default', async () => {
    const { url, forms } = await serve(matrix([{}], () => '1'));
    const series = await readPrometheus({ url, query: 'up', range: '6h' });
    expect(Number(forms[0]!.get('step'))).toBe(30);
    expect(series.time.at(-1)! % 30_000).toBe(0);
    expect(Date.now() - series.time.at(-1)!).toBeLessThan(60_000);
  });

  it('sends credentials of the address as a header, keeps a path prefix, and shows neither in messages', async () => {
    let seen: { authorization?: string | undefined; path?: string | undefined; extra?: unknown } = {};
    const { url } = await serve((form, response, request) => {
      seen = {
        authorization: request.headers.authorization,
        path: request.url,
        extra: request.headers['x-scope-orgid'],
      };
      matrix([{}], () => '1')(form, response, request);
    });
    const address = `${url.replace('http://', 'http://me:se%40cret@')}/prom/`;
    const series = await readPrometheus({
      url: address,
      query: 'up',
      ...hour,
      headers: { 'X-Scope-OrgID': '7' },
    });
    expect(seen.authorization).toBe(`Basic ${Buffer.from('me:se@cret').toString('base64')}`);
    expect(seen.path).toBe('/prom/api/v1/query_range');
    expect(seen.extra).toBe('7');
    expect(series.name).toBe(`${url}/prom`);
  });

  it('falls back to GET where POST is not allowed', async () => {
    const { url, forms } = await serve((form, response, request) =>
      request.method === 'POST'
        ? response.writeHead(405).end()
        : matrix([{}], () => '1')(form, response, request),
    );
    expect((await readPrometheus({ url, query: 'up', ...hour })).time.length).toBe(61);
    expect(forms[1]!.get('query')).toBe('up');
  });
});

describe('errors of readPrometheus', () => {
  const answers: [string, Handler, string, RegExp][] = [
    [
      "a 400 with Prometheus' own message",
      (_f, r) =>
        json(r, { status: 'error', errorType: 'bad_data', error: 'parse error: unexpected <by>' }, 400),
      'source-error',
      /400: bad_data: parse error: unexpected <by>\. Correct the query/,
    ],
    [
      'a 503 of a proxy',
      (_f, r) => r.writeHead(503).end('<html><b>Service\nUnavailable</b></html>'),
      'source-error',
      /503: Service Unavailable/,
    ],
    ['a 401', (_f, r) => r.writeHead(401).end(), 'source-error', /401: Unauthorized\. Give credentials/],
    [
      'an error under status 200',
      (_f, r) => json(r, { status: 'error', errorType: 'timeout', error: 'slow' }),
      'source-error',
      /timeout: slow/,
    ],
    [
      'HTML instead of JSON',
      (_f, r) => r.end('<html>Welcome to Grafana</html>'),
      'source-bad-answer',
      /not JSON: Welcome to Grafana/,
    ],
    ['an empty body', (_f, r) => r.end(), 'source-bad-answer', /it is empty/],
    ['null', (_f, r) => json(r, null), 'source-bad-answer', /not the result of a range query/],
    [
      'a vector',
      (_f, r) => json(r, { status: 'success', data: { resultType: 'vector', result: [] } }),
      'source-bad-answer',
      /range query/,
    ],
    [
      'native histograms',
      (_f, r) =>
        json(r, {
          status: 'success',
          data: { resultType: 'matrix', result: [{ metric: {}, histograms: [] }] },
        }),
      'source-bad-answer',
      /histogram_quantile/,
    ],
    [
      'a series without labels',
      (_f, r) => json(r, { status: 'success', data: { resultType: 'matrix', result: [null] } }),
      'source-bad-answer',
      /no values or labels/,
    ],
    ['no series', matrix([], () => '1'), 'source-empty', /no value for up from 1970-01-01T01:00:00/],
    ['series of NaN alone', matrix([{}], () => 'NaN'), 'source-empty', /no value/],
    ['a broken connection', (_f, r) => r.destroy(), 'source-unreachable', /cannot be reached: .+/],
    [
      'too many series',
      matrix(
        Array.from({ length: 101 }, (_, i) => ({ i: String(i) })),
        () => '1',
      ),
      'source-too-large',
      /more than the 100 series/,
    ],
  ];
  it.each(answers)('%s', async (_what, handler, code, message) => {
    const { url } = await serve(handler);
    const failure = await readPrometheus({ url, query: 'up', ...hour }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'HeedError', code });
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).not.toContain('\n');
  });

  it.each([400, 429, 503])('tells programs the HTTP status %i', async (status) => {
    const { url } = await serve((_f, response) => response.writeHead(status).end());
    const failure = await readPrometheus({ url, query: 'up', ...hour }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SourceError);
    expect((failure as SourceError).status).toBe(status);
  });

  it('names an address where nothing listens', async () => {
    const { url } = await serve(() => {});
    for (const close of closers.splice(0)) await close();
    await expect(readPrometheus({ url, query: 'up', ...hour })).rejects.toMatchObject({
      code: 'source-unreachable',
      message: expect.stringContaining('ECONNREFUSED') as unknown,
    });
  });

  it('gives up on a server that does not answer', async () => {
    const { url } = await serve(() => {});
    await expect(readPrometheus({ url, query: 'up', ...hour, timeout: 50 })).rejects.toMatchObject({
      code: 'source-unreachable',
      message: expect.stringContaining('within 0.05 s') as unknown,
    });
  });

  it('can be cancelled while it waits, and before', async () => {
    const { url, forms } = await serve(() => {});
    const controller = new AbortController();
    const reading = readPrometheus({ url, query: 'up', ...hour, signal: controller.signal });
    while (forms.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    await expect(
      readPrometheus({ url, query: 'up', ...hour, signal: controller.signal }),
    ).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(forms).toHaveLength(1);
  });

  it.each([
    ['no address', { url: 'localhost:9090', query: 'up', ...hour }],
    ['an address that is none', { url: '::', query: 'up', ...hour }],
    ['no query', { url: 'http://x', query: ' ', ...hour }],
    ['no range', { url: 'http://x', query: 'up' }],
    ['a range that ends before it begins', { url: 'http://x', query: 'up', start: 2, end: 1 }],
    ['a step of zero', { url: 'http://x', query: 'up', range: '1h', step: 0 }],
    ['a range that is no length of time', { url: 'http://x', query: 'up', range: 'six hours' }],
    ['a range shorter than a step', { url: 'http://x', query: 'up', start: 61_000, end: 62_000, step: '1m' }],
  ])('rejects %s', async (_what, options) => {
    await expect(readPrometheus(options)).rejects.toMatchObject({ name: 'HeedError', code: 'bad-option' });
  });
});

describe('parsePrometheusDuration', () => {
  it.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['1y', 31_536_000_000],
    ['250ms', 250],
    ['5m', 300_000],
  ])('%s', (text, milliseconds) => expect(parsePrometheusDuration(text)).toBe(milliseconds));
  it.each(['', '5', 'm5', '5m1h', '-5m', '1.5h', '0s'])('rejects "%s"', (text) => {
    expect(() => parsePrometheusDuration(text)).toThrow(expect.objectContaining({ code: 'bad-option' }));
  });
});
