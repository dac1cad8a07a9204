/** Answers of servers: items one after the other, what was left out or is missing, and errors in place of series. */
import { describe, expect, it } from 'vitest';
import { readText, type ReadOptions } from './index.js';
import { jsonExports } from './exports-json.fixture.js';
import { makeSample } from './sample.fixture.js';

const start = 1_772_409_600;
const sample = makeSample(40);
const steps = Array.from({ length: 40 }, (_, t) => t);
const iso = (t: number): string => new Date(1000 * (start + 60 * t)).toISOString();
const read = (value: unknown, options?: ReadOptions) =>
  readText(typeof value === 'string' ? value : JSON.stringify(value), options);
const told = (value: unknown): string => read(value).notes.join(' ');
const channels = (value: unknown) =>
  read(value).series.channels.map(({ name, unit, values }) => [name, unit, values[3], values[39]]);

describe('histories of items', () => {
  const item = (id: string, values: readonly number[], later = 0) =>
    steps.map((t) => ({
      itemid: id,
      clock: String(start + 60 * t + later),
      value: String(values[t]),
      ns: '5',
    }));
  const expected = [
    ['23296', undefined, sample.a[3], sample.a[39]],
    ['23297', undefined, sample.b[3], sample.b[39]],
  ];

  it.each([
    ['one after the other', [...item('23296', sample.a), ...item('23297', sample.b)]],
    ['that are sampled at other moments', [...item('23296', sample.a), ...item('23297', sample.b, 7)]],
    ['mixed', item('23296', sample.a).flatMap((one, t) => [one, item('23297', sample.b)[t]])],
  ])('of Zabbix %s', (_, result) => {
    const { series } = read({ jsonrpc: '2.0', result, id: 1 });
    expect(series.time).toHaveLength(40);
    expect(series.indexTime).toBeFalsy();
    expect(channels({ jsonrpc: '2.0', result })).toEqual(expected);
    expect(channels(result)).toEqual(expected);
  });

  it.each(['clock', 'created', 'recordedAt', 'x'])(
    'of other programs one after the other, by "%s"',
    (time) => {
      const rows = ['5', '6'].flatMap((id, k) =>
        steps.map((t) => ({
          sensor_id: Number(id),
          [time]: start + 60 * t,
          v: (k === 0 ? sample.a : sample.b)[t],
        })),
      );
      expect(channels(rows).map(([name]) => name)).toEqual(['5', '6']);
      expect(read(rows).series.time[39]).toBe(1000 * (start + 60 * 39));
    },
  );

  it('of Home Assistant bear the name and the unit of the entity', () => {
    const entity = (name: string, state: (t: number) => string, unit?: string) =>
      steps.map((t) => ({
        ...(t === 0 ? { entity_id: name, attributes: { unit_of_measurement: unit } } : {}),
        state: state(t),
        last_changed: iso(t),
      }));
    const lists = [
      entity('sensor.t', (t) => (t === 5 ? 'unavailable' : String(sample.a[t])), '°C'),
      entity('light.hall', (t) => (t % 3 ? 'on' : 'off')),
    ];
    expect(channels(lists)).toEqual([['sensor.t', '°C', sample.a[3], sample.a[39]]]);
    expect(read(lists).series.channels[0]!.values[5]).toBeNaN();
    expect(told(lists)).toContain('"light.hall"');
  });
});

describe('series of equal labels', () => {
  const values = (numbers: readonly number[], from = 0) =>
    steps.map((t) => [start + 60 * (t + from), String(numbers[t])]);
  const metric = { job: 'a' };

  it('at the same times are two, which is told', () => {
    const both = [{ metric, values: values(sample.a) }, { metric, values: values(sample.b) }]; // prettier-ignore
    expect(channels(both)).toEqual([
      ['value', undefined, sample.a[3], sample.a[39]],
      ['value (2)', undefined, sample.b[3], sample.b[39]],
    ]);
    expect(told(both)).toContain('Several series are named "value"; the later ones got a number.');
    const lines = [sample.a, sample.b]
      .map((list) => ({
        metric,
        values: list.slice(0, 40),
        timestamps: steps.map((t) => 1000 * (start + 60 * t)),
      }))
      .map((one) => JSON.stringify(one));
    expect(channels(lines.join('\n')).map(([name]) => name)).toEqual(['value', 'value (2)']);
  });

  it('one after the other are parts of one', () => {
    const parts = [{ metric, values: values(sample.a) }, { metric, values: values(sample.b, 40) }]; // prettier-ignore
    expect(read(parts).series.channels).toHaveLength(1);
    expect(read(parts).series.time).toHaveLength(80);
  });

  it('of Graphite are told as well', () => {
    const datapoints = steps.map((t) => [t, start + 60 * t]);
    expect(
      told([
        { target: 'a', datapoints },
        { target: 'a', datapoints },
      ]),
    ).toContain('got a number');
  });
});

const cloudWatch = (more: object, top: object = {}) => ({
  MetricDataResults: [
    { Id: 'm1', Label: 'L', Timestamps: steps.map(iso), Values: sample.a, StatusCode: 'Complete' },
    { Id: 'm2', Label: 'M', Timestamps: steps.map(iso), Values: sample.b, StatusCode: 'Complete', ...more },
  ],
  ...top,
});
const buckets = steps.map((t) => ({
  key: 1000 * (start + 60 * t),
  doc_count: t,
  cpu: { value: sample.a[t] },
}));
const influx = (more: object) => ({
  results: [{ series: [{ name: 'cpu', columns: ['time', 'mean', 'host'], values: steps.map((t) => [start + 60 * t, t, 'x']), ...more }] }],
}); // prettier-ignore
const pointlist = steps.map((t) => [1000 * (start + 60 * t), t]);
const dps = Object.fromEntries(steps.map((t) => [start + 60 * t, t]));
const frame = (schema: object) => ({
  schema: { fields: [{ name: 'time', type: 'time' }, { name: 'v', type: 'number' }], ...schema },
  data: { values: [steps.map((t) => 1000 * (start + 60 * t)), steps] },
}); // prettier-ignore

describe('what an answer lacks is told', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'a part of CloudWatch',
      cloudWatch({ StatusCode: 'PartialData' }),
      /"M" is not complete \(StatusCode PartialData\)/,
    ],
    ['a page of CloudWatch', cloudWatch({}, { NextToken: 'abc' }), /one page.*NextToken/],
    [
      'a message of CloudWatch',
      cloudWatch({}, { Messages: [{ Code: 'X', Value: 'too much' }] }),
      /X: too much/,
    ],
    ['a search that timed out', { timed_out: true, aggregations: { m: { buckets } } }, /timed_out/],
    [
      'shards that failed',
      { _shards: { total: 5, failed: 3 }, aggregations: { m: { buckets } } },
      /3 of 5 shards/,
    ],
    ['a limit of InfluxDB', influx({ partial: true }), /InfluxDB says that the answer is partial/],
    ['a status of Datadog', { status: 'running', series: [{ metric: 'a', pointlist }] }, /status "running"/],
    [
      'a notice of Grafana',
      frame({ meta: { notices: [{ text: 'results are truncated' }] } }),
      /results are truncated/,
    ],
    [
      'one of two queries of Grafana',
      { results: { A: { frames: [frame({})] }, B: { error: 'no such metric' } } },
      /also holds an error: query B: no such metric/,
    ],
  ])('%s', (_, value, note) => {
    expect(told(value)).toMatch(note);
  });

  it('and nothing where it is whole', () => {
    expect(told(cloudWatch({}))).toBe('This is an answer of CloudWatch.');
    expect(told({ timed_out: false, _shards: { total: 5, failed: 0 }, aggregations: { m: { buckets: buckets.map(({ key, doc_count }) => ({ key, doc_count })) } } })).toBe('This is an aggregation of Elasticsearch.'); // prettier-ignore
    expect(told({ status: 'ok', error: '', series: [{ metric: 'a', pointlist }] })).toBe(
      'This is an answer of Datadog.',
    );
  });
});

describe('series and fields that are left out are told', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'of CloudWatch',
      cloudWatch({ Timestamps: [], Values: [] }),
      /1 series without any point was left out: "M"/,
    ],
    [
      'of OpenTSDB',
      [
        { metric: 'm', tags: { host: 'a' }, dps },
        { metric: 'm', tags: { host: 'b' }, dps: {} },
      ],
      /host="b"/,
    ],
    [
      'of Prometheus',
      [
        { metric: { i: 'a' }, values: steps.map((t) => [start + t, '1']) },
        { metric: { i: 'b' }, values: [] },
      ],
      /i="b"/,
    ],
    ['counts of Elasticsearch', { aggregations: { m: { buckets } } }, /doc_count/],
    ['texts of InfluxDB', influx({}), /no numbers: "host"/],
    [
      'fields of lines',
      steps.map((t) => `cpu u=${t},ok=true,msg="a b" ${start + 60 * t}000000000`).join('\n'),
      /"ok", "msg"/,
    ],
  ])('%s', (_, value, note) => {
    expect(told(value)).toMatch(note);
  });
});

it('units of Datadog are read in both versions of its answers', () => {
  const attributes = (unit: unknown) => ({
    data: { attributes: { series: [{ group_tags: ['host:a'], unit }], times: pointlist.map(([ms]) => ms), values: [steps] } },
  }); // prettier-ignore
  expect(channels(attributes([{ name: 'millisecond', short_name: 'ms' }, null]))[0]![1]).toBe('ms');
  expect(channels(attributes([{ name: 'byte' }, { name: 'second' }]))[0]![1]).toBe('bytes/s');
  expect(channels(attributes(null))[0]![1]).toBeUndefined();
});

describe('errors in place of series are refused in the words of the server', () => {
  it.each<[string, unknown, RegExp]>([
    ['Datadog', { errors: ['Forbidden'] }, /instead of series: Forbidden\. Log in again/],
    ['GraphQL', { data: null, errors: [{ message: 'Cannot query field "x"' }] }, /Cannot query field/],
    [
      'New Relic',
      { results: [{ events: [] }], error: 'NRQL Syntax Error' },
      /NRQL Syntax Error\. Correct the query/,
    ],
    [
      'Grafana',
      { results: { A: { error: 'parse error', status: 400, frames: [] } } },
      /query A: parse error/,
    ],
    [
      'Amazon',
      { __type: 'ExpiredTokenException', message: 'The security token is expired' },
      /ExpiredTokenException: The security token is expired\. Log in again/,
    ],
    [
      'Zabbix',
      {
        jsonrpc: '2.0',
        error: { code: -32602, message: 'Invalid params.', data: 'Session terminated, re-login, please.' },
      },
      /Invalid params\. Session terminated, re-login, please\. Log in again/,
    ],
    [
      'Elasticsearch',
      { error: { type: 'index_not_found', reason: 'no such index [x]' }, status: 404 },
      /no such index \[x\]/,
    ],
    ['a proxy', { message: 'Too many requests', code: 429 }, /Too many requests\. Wait/],
    ['InfluxDB', 'error,reference\nFailed to parse query,897\n', /Failed to parse query/],
    [
      'InfluxDB, annotated',
      '#datatype,string,string\n#group,true,true\n#default,,\n,error,reference\n,"Failed, to parse",897\n',
      /Failed, to parse/,
    ],
  ])('%s', (_, value, message) => {
    expect(() => read(value)).toThrow(message);
    expect(() => read(value)).toThrow(expect.objectContaining({ code: 'source-error' }) as Error);
  });

  it('but a column may be called error', () => {
    expect(channels({ time: steps.map(iso), error: sample.a.slice(0, 40) })).toHaveLength(1);
  });
});

it('the table of the console of CloudWatch has its names in the row of labels', () => {
  const head = [
    'Label,CPU,Network',
    'Id,m1,m2',
    'Namespace,AWS/EC2,AWS/EC2',
    'Period,300,300',
    'Stat,Average,Sum',
  ];
  const rows = steps.map(
    (t) => `${iso(t).slice(0, 19).replace('T', ' ').replaceAll('-', '/')},${sample.a[t]},${t}`,
  );
  const quoted = [...head, ...rows].map((row) =>
    row
      .split(',')
      .map((cell) => `"${cell}"`)
      .join(','),
  );
  for (const lines of [[...head, ...rows], quoted, [...head.slice(0, 2), ...head.slice(4), ...rows]]) {
    expect(channels(`${lines.join('\n')}\n`)).toEqual([
      ['CPU', undefined, sample.a[3], sample.a[39]],
      ['Network', undefined, 3, 39],
    ]);
  }
});

describe('text that begins with a bracket', () => {
  it.each([
    '[1772409600.12] 64 bytes from 1.1.1.1: icmp_seq=1 ttl=57 time=20 ms\n[1772409601.12] 64 bytes from 1.1.1.1\n',
    '[2026-03-02T00:00:00Z] INFO started\n[2026-03-02T00:00:01Z] INFO stopped\n',
    '[INFO] 2026-03-02 started\n',
  ])('%s is a log', (text) => {
    expect(() => read(text)).toThrow(/log.*not JSON/);
  });

  it.each(['[1, 2, 3, 4]', '[\n  1,\n 2]', '[[1772409600, 2], [1772409660, 3]]', '[NaN, 1]', '[1,2'])(
    '%s is JSON',
    (text) => {
      expect(() => read(text)).not.toThrow(/log/);
    },
  );
});

describe('one line that ends, as jq -c and editors leave it', () => {
  it.each(Object.entries(jsonExports).filter(([name]) => name !== 'NDJSON'))(
    'of %s is read as without its end',
    (_, { write }) => {
      const text = write(sample) as string;
      let line: string;
      try {
        line = JSON.stringify(JSON.parse(text));
      } catch {
        // Several lines of JSON are no document.
        return;
      }
      const whole = readText(line);
      expect(readText(`${line}\n`)).toEqual(whole);
      expect(readText(`\r\n${line}\r\n\r\n`)).toEqual(whole);
    },
  );

  it('is the only record of a log where it is no answer', () => {
    const { series } = readText('{"time":"2026-03-01T00:00:00Z","a":19,"b":20}\n');
    expect(series.channels.map(({ name, values }) => [name, ...values])).toEqual([
      ['a', 19],
      ['b', 20],
    ]);
    expect(() => readText('{"errors":["Forbidden"]}\n')).toThrow(/Forbidden/);
  });
});
