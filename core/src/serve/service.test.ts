import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backtest } from '../live/backtest.js';
import { readPrometheus } from '../node/prometheus.js';
import { noise, reply, type FakeSeries } from './fake-prometheus.fixture.js';
import { minute, noon, Testbed } from './testbed.fixture.js';

let bed: Testbed;
beforeEach(() => {
  bed = new Testbed();
});
afterEach(() => bed.end());

/** A wave with noise; `jump` is added from `since` (seconds) on. */
function host(
  name: string,
  since = Infinity,
  until = Infinity,
  more: Record<string, string> = {},
): FakeSeries {
  const phase = name.charCodeAt(name.length - 1);
  return {
    labels: { __name__: 'load', instance: name, ...more },
    value: (t) =>
      40 +
      10 * Math.sin((2 * Math.PI * t) / 3600) +
      noise(t / 60 + phase) +
      (t >= since && t < until ? 60 : 0),
  };
}
const breakout = noon / 1000 - 8 * 60;
const one = (instance: string): string => `{query="load",metric="load",instance="${instance}"}`;

describe('rounds', () => {
  test('exports what a backtest of the same range says, with an incident while it is open', async () => {
    bed.prometheus.series = [host('a'), host('b', breakout)];
    const service = await bed.start();
    const found = await bed.metrics(service);
    const series = await readPrometheus({
      url: bed.prometheus.url,
      query: 'load',
      start: Date.parse('2026-03-02T06:01:00Z'),
      end: Date.parse('2026-03-02T12:00:00Z'),
      step: '1m',
    });
    const { detection, incidents } = backtest({ ...series, channels: [series.channels[1]!] });
    const last = series.time.length - 1;
    expect(incidents.at(-1)).toMatchObject({ open: true, direction: 'above' });
    expect(found.get(`heed_score${one('b')}`)).toBeCloseTo(detection.score[last]!, 5);
    expect(found.get(`heed_value${one('b')}`)).toBe(series.channels[1]!.values[last]);
    expect(found.get(`heed_expected${one('b')}`)).toBe(detection.expected![0]![last]);
    expect(found.get(`heed_incident${one('b')}`)).toBe(1);
    expect(found.get(`heed_incident_start_timestamp_seconds${one('b')}`)).toBe(
      incidents.at(-1)!.start / 1000,
    );
    expect(found.get(`heed_severity${one('b')}`)).toBe(incidents.at(-1)!.severity);
    expect(found.get(`heed_incident${one('a')}`)).toBe(0);
    expect(found.get('heed_up{query="load"}')).toBe(1);
    expect(found.get('heed_last_point_timestamp_seconds{query="load"}')).toBe((noon - 30_000) / 1000);
    const { open } = (await (await fetch(`${service.url}/api/incidents`)).json()) as {
      open: { id: string }[];
    };
    expect(open).toHaveLength(1);
    expect(open[0]!.id.startsWith(`${incidents.at(-1)!.id}-`)).toBe(true);
  });

  test('reads only what is new: one instant query per round, a range over a hole', async () => {
    bed.prometheus.series = [host('a')];
    const service = await bed.start();
    bed.prometheus.requests.length = 0;
    await bed.advance(service, minute);
    expect(bed.prometheus.requests.map(({ path, form }) => [path, form.get('time')])).toEqual([
      ['/api/v1/query', String((noon + 30_000) / 1000)],
    ]);
    bed.prometheus.requests.length = 0;
    await bed.advance(service, 5 * minute);
    const [hole] = bed.prometheus.requests;
    expect(bed.prometheus.requests).toHaveLength(1);
    expect([hole!.path, hole!.form.get('start'), hole!.form.get('end')]).toEqual([
      '/api/v1/query_range',
      String((noon + 90_000) / 1000),
      String((noon + 330_000) / 1000),
    ]);
    // Nothing is due again before the next minute.
    bed.prometheus.requests.length = 0;
    await bed.advance(service, 10_000);
    expect(bed.prometheus.requests).toHaveLength(0);
  });

  test('a series that is new, one that goes away, and one that is forgotten', async () => {
    bed.prometheus.series = [host('a'), host('b')];
    const service = await bed.start({ limits: { workers: 1, forget: '3m' } });
    bed.prometheus.series = [host('a'), host('c')];
    await bed.advance(service, minute);
    expect((await bed.metrics(service)).get('heed_series{query="load"}')).toBe(3);
    expect((await bed.metrics(service)).has(`heed_value${one('b')}`)).toBe(false);
    for (let i = 0; i < 4; i++) await bed.advance(service, minute);
    const found = await bed.metrics(service);
    expect(found.get('heed_series{query="load"}')).toBe(2);
    expect(found.has(`heed_value${one('c')}`)).toBe(true);
  });

  test('keeps to its limit of series, and says so once', async () => {
    bed.prometheus.series = ['a', 'b', 'c', 'd'].map((name) => host(name));
    const service = await bed.start({ limits: { workers: 1, series: 3 } });
    await bed.advance(service, minute);
    const found = await bed.metrics(service);
    expect(found.get('heed_series{query="load"}')).toBe(3);
    expect(found.get('heed_series_left_out{query="load"}')).toBe(1);
    expect(bed.messages().filter((message) => String(message).includes('limit'))).toHaveLength(1);
  });

  test('n services with a part each watch every series once, with the same numbers', async () => {
    bed.prometheus.series = Array.from({ length: 9 }, (_, i) => host(`h${i}`));
    const scores = async (shard?: string): Promise<[string, number][]> => {
      const service = await bed.start({ limits: { workers: 1, ...(shard ? { shard } : {}) }, state: {} });
      const found = await bed.metrics(service);
      await bed.stop(service);
      return [...found].filter(([name]) => name.startsWith('heed_score'));
    };
    const whole = await scores();
    const parts = await Promise.all(['0/3', '1/3', '2/3'].map(scores));
    expect(whole).toHaveLength(9);
    expect(new Map(parts.flat())).toEqual(new Map(whole));
    expect(parts.flat()).toHaveLength(9);
    expect(parts.every((part) => part.length > 0 && part.length < 9)).toBe(true);
  });

  test('a new series is judged from what the source has of it, without telling of what is over', async () => {
    const young = (from: number): FakeSeries => {
      const { labels, value } = host('b', breakout - 4 * 3600, breakout - 4 * 3600 + 120);
      return { labels, value: (t) => (bed.now >= from ? value(t) : undefined) };
    };
    bed.prometheus.series = [host('a'), young(noon + minute)];
    const late = await bed.start({ state: {} });
    await bed.advance(late, minute);
    await bed.advance(late, minute);
    expect(bed.messages()).toContain('History of new series was read.');
    const asked = bed.prometheus.requests.map(({ form }) => form.get('query')!);
    const one = 'label_replace(vector(1), "instance", "b", "", "")';
    expect(asked).toContain(`(load) and on (instance) (${one})`);
    const found = await bed.metrics(late);
    expect(bed.messages()).not.toContain('Incident opened.');
    await bed.stop(late);

    bed.now = noon;
    bed.prometheus.series = [host('a'), young(0)];
    const early = await bed.start({ state: {} });
    await bed.advance(early, minute);
    await bed.advance(early, minute);
    const scores = [...(await bed.metrics(early))].filter(([name]) => name.startsWith('heed_score'));
    expect(scores).toHaveLength(2);
    for (const [name, score] of scores) expect(found.get(name)).toBe(score);
  });

  test('judges several series as one system where it is told to', async () => {
    bed.prometheus.series = [host('a'), host('b', breakout)];
    const service = await bed.start({}, { together: true });
    const found = await bed.metrics(service);
    expect(found.get(`heed_incident${one('b')}`)).toBe(1);
    expect(found.get(`heed_incident${one('a')}`)).toBe(0);
    expect(found.get(`heed_score${one('a')}`)).toBe(found.get(`heed_score${one('b')}`));
  });
});

describe('nothing of one series ends the process', () => {
  test('labels that Prometheus 2 would not take, and two that become one', async () => {
    bed.prometheus.series = [
      host('a', Infinity, Infinity, {
        'http.status': '200',
        'say "hi"\n': 'a\\b"c\nd',
        ünï: 'ö',
        state: 'own',
      }),
      host('a', Infinity, Infinity, { 'http.status': '200', http_status: '500' }),
      host('b', Infinity, Infinity, { 'http.status': '1' }),
      host('b', Infinity, Infinity, { http_status: '1' }),
    ];
    const service = await bed.start();
    const found = await bed.metrics(service);
    expect(found.get('heed_series{query="load"}')).toBe(4);
    const values = [...found.keys()].filter((key) => key.startsWith('heed_value'));
    expect(values).toHaveLength(4);
    expect(values[0]).toBe(
      'heed_value{query="load",metric="load",instance="a",http_status="200",say__hi__="a\\\\b\\"c\\nd",_n_="ö",exported_state="own"}',
    );
    expect(values[1]).toContain('http_status="200",http_status_2="500"');
    expect(values[3]).toMatch(/http_status="1",heed_series="/);
    expect(bed.messages()).toContain('Labels were renamed for /metrics.');
  });

  test('malformed samples and series: the rest is judged, and it is counted', async () => {
    bed.prometheus.series = [host('a'), host('b')];
    const service = await bed.start();
    bed.prometheus.instead = ({ form }, response) => {
      const time = Number(form.get('time'));
      const good = { metric: { __name__: 'load', instance: 'a' }, value: [time, '41'] };
      const result: unknown[] = [
        good,
        { metric: { __name__: 'load', instance: 'b' }, value: [time, 'many'] },
        { metric: { __name__: 'load', instance: 'b' }, value: 7 },
        { metric: { __name__: 'load', instance: 'c' } },
        { metric: { __name__: 'load', instance: 'd' }, histogram: [time, {}] },
        { metric: { instance: 5 }, value: [time, '1'] },
        { metric: null, value: [time, '1'] },
        null,
        7,
        [],
      ];
      return reply(response, 200, { status: 'success', data: { resultType: 'vector', result } });
    };
    await bed.advance(service, minute);
    const found = await bed.metrics(service);
    expect(found.get(`heed_value${one('a')}`)).toBe(41);
    expect(found.has(`heed_value${one('b')}`)).toBe(false);
    expect(found.get('heed_malformed_samples_total{query="load"}')).toBe(9);
    expect(found.get('heed_up{query="load"}')).toBe(1);
    expect(bed.messages().filter((message) => String(message).includes('cannot be read'))).toHaveLength(1);
  });

  test('extreme values: whatever their monitors make of them, the others go on', async () => {
    const extremes = [1.7e308, -1.7e308, 5e-324, 1e200, 0, -0];
    bed.prometheus.series = [
      host('a'),
      ...extremes.map((extreme, i) => ({
        labels: { __name__: 'load', instance: `x${i}` },
        value: (t: number) => ((t / 60) % 7 < 2 ? extreme : (t / 60) % 11 < 3 ? -extreme : noise(t)),
      })),
      {
        labels: { __name__: 'load', instance: 'inf' },
        value: (t) => ['NaN', '+Inf', '-Inf', 3][(t / 60) % 4],
      },
    ];
    const service = await bed.start();
    for (let i = 0; i < 12; i++) await bed.advance(service, minute);
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).not.toMatch(/^heed_.* (NaN|[+-]?Inf(inity)?)$/m);
    const found = await bed.metrics(service);
    expect(found.get('heed_up{query="load"}')).toBe(1);
    expect(found.get('heed_series{query="load"}')).toBe(8);
    expect(found.has(`heed_score${one('a')}`)).toBe(true);
  });
});

describe('a source that fails', () => {
  const fail = (status: number, body: string) => {
    bed.prometheus.instead = (_, response) => {
      response.writeHead(status).end(body);
      return true;
    };
  };

  test.each([
    ['refuses', () => fail(401, 'no')],
    ['is not Prometheus', () => fail(200, '<html>hello</html>')],
    ['answers half', () => fail(200, '{"status":"success","data":{"resultType":"vector","result":[{"met')],
    ['fails', () => fail(503, '')],
    [
      'answers late',
      () => {
        bed.prometheus.instead = () => true;
      },
    ],
    [
      'breaks off',
      () => {
        bed.prometheus.instead = (_, response) => {
          response.writeHead(200, { 'Content-Length': '1000' }).write('{"status":');
          setTimeout(() => response.destroy(), 10);
          return true;
        };
      },
    ],
    [
      'answers with another type',
      () => fail(200, '{"status":"success","data":{"resultType":"string","result":[1,"a"]}}'),
    ],
  ])('%s: it is told once, and the hole is read when it is back', async (_, breakIt) => {
    bed.prometheus.series = [host('a')];
    const service = await bed.start({
      sources: { main: { url: await bed.prometheus.start(), timeout: '2s' } },
    });
    breakIt();
    await bed.advance(service, minute);
    await bed.advance(service, minute);
    expect((await bed.metrics(service)).get('heed_up{query="load"}')).toBe(0);
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    expect(bed.messages().filter((message) => String(message).startsWith('A round failed'))).toHaveLength(1);
    bed.prometheus.instead = undefined;
    bed.prometheus.requests.length = 0;
    await bed.advance(service, minute);
    const [range] = bed.prometheus.requests;
    expect([range!.path, range!.form.get('start')]).toEqual([
      '/api/v1/query_range',
      String((noon + 30_000) / 1000),
    ]);
    expect((await bed.metrics(service)).get('heed_up{query="load"}')).toBe(1);
    expect(bed.messages()).toContain('Read again.');
  });

  test('a clock that is set back, and one that runs ahead: rounds go on', async () => {
    bed.prometheus.series = [host('a')];
    const service = await bed.start();
    bed.now -= 60 * minute;
    for (let i = 0; i < 10; i++) await bed.advance(service, minute);
    expect(bed.messages().filter((message) => String(message).includes('rounds go on'))).toHaveLength(1);
    await bed.advance(service, 3 * 60 * minute);
    const found = await bed.metrics(service);
    expect(found.get('heed_up{query="load"}')).toBe(1);
    expect(found.get('heed_last_point_timestamp_seconds{query="load"}')).toBe(
      Math.floor((bed.now - 10_000) / minute) * 60,
    );
    expect(found.get(`heed_score${one('a')}`)).toBeGreaterThanOrEqual(0);
  });
});

describe('a restart', () => {
  test('goes on with the incident that was open, and with the same numbers as without it', async () => {
    bed.prometheus.series = [host('a'), host('b', noon / 1000 + 60, noon / 1000 + 15 * 60)];
    const through = async (restarts: boolean) => {
      let service = await bed.start(restarts ? {} : { state: {} });
      const told: string[] = [];
      for (let i = 0; i < 70; i++) {
        await bed.advance(service, minute);
        if (restarts && [4, 9, 23].includes(i)) {
          await bed.stop(service);
          if (i === 9) {
            bed.now += 3 * minute;
            i += 3;
          }
          service = await bed.start();
        }
      }
      for (const { message, id } of bed.lines) {
        if (String(message).startsWith('Incident')) told.push(`${String(message)} ${String(id)}`);
      }
      const found = await bed.metrics(service);
      await bed.stop(service);
      bed.lines.length = 0;
      bed.now = noon;
      return { told, score: found.get(`heed_score${one('b')}`) };
    };
    const whole = await through(false);
    const interrupted = await through(true);
    expect(
      [...new Set(whole.told.map((line) => line.split(' ')[1]))].filter((word) => word !== 'updated.'),
    ).toEqual(['opened.', 'closed.']);
    expect(interrupted.told.filter((line) => !line.includes('updated'))).toEqual(
      whole.told.filter((line) => !line.includes('updated')),
    );
    expect(interrupted.score).toBe(whole.score);
  });

  test('tells how long it was away, and reads only that', async () => {
    bed.prometheus.series = [host('a'), host('b')];
    await bed.stop(await bed.start());
    bed.prometheus.requests.length = 0;
    bed.now += 20 * minute;
    await bed.start();
    const line = bed.lines.find(({ message }) => message === 'Monitors go on from the state.');
    expect(line).toMatchObject({ monitors: 2, hole: '20m' });
    expect(bed.prometheus.requests.map(({ form }) => form.get('start'))).toEqual([
      String((noon + 30_000) / 1000),
    ]);
  });

  test('two services do not share a state', async () => {
    bed.prometheus.series = [host('a')];
    const service = await bed.start();
    await expect(bed.start()).rejects.toThrow(/is in use/);
    expect((await bed.metrics(service)).get('heed_up{query="load"}')).toBe(1);
  }, 20_000);

  test('another budget begins the monitor anew, the same one does not', async () => {
    bed.prometheus.series = [host('a')];
    await bed.stop(await bed.start());
    bed.prometheus.requests.length = 0;
    const service = await bed.start({}, { budget: '1/month' });
    expect(bed.prometheus.requests[0]!.form.get('start')).toBe(
      String(Date.parse('2026-03-02T06:01:00Z') / 1000),
    );
    await bed.stop(service);
    bed.prometheus.requests.length = 0;
    bed.now += minute;
    await bed.start({}, { budget: '1/month' });
    expect(bed.prometheus.requests.map(({ path }) => path)).toEqual(['/api/v1/query']);
  });
});
