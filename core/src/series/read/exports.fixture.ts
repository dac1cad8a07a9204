/** The same two series as tools export them: one generator per layout that the readers know. */
import { gzipSync } from 'node:zlib';

/** What is exported: a point per minute, values of two hosts with two decimals. */
export interface Sample {
  readonly start: number;
  readonly step: number;
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** A sample whose values run from some tens to some thousands. */
export function makeSample(points: number, seed = 1, start = Date.UTC(2026, 2, 2), step = 60_000): Sample {
  const values = (phase: number): number[] =>
    Array.from({ length: points }, (_, t) => {
      const noise = ((t * 7919 + seed * 104_729 + phase * 31) % 997) / 997;
      return Math.round(100 * (950 + 600 * Math.sin(t / 17 + phase) + 40 * noise)) / 100;
    });
  return { start, step, a: values(seed), b: values(seed + 2) };
}

/** A layout: how it is written, and how it is to be read. */
export interface Layout {
  readonly write: (sample: Sample) => string | Uint8Array;
  /** Channels that must come out; the first holds `a`, the second `b`. */
  readonly channels: 1 | 2;
  /** Values are written with this many decimals. */
  readonly decimals?: number;
  /** Factor of the unit that the channel is given in. */
  readonly factor?: number;
  readonly unit?: string;
}

const times = ({ a, start, step }: Sample): number[] => a.map((_, t) => start + t * step);
const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const local = (ms: number): string => iso(ms).slice(0, 19).replace('T', ' ');
const lines = (...rows: readonly string[]): string => `${rows.join('\n')}\n`;
const json = (value: unknown): string => JSON.stringify(value);
const pad = (value: number): string => String(value).padStart(2, '0');
const wide = (sample: Sample, head: string, row: (ms: number, a: number, b: number) => string): string =>
  lines(head, ...times(sample).map((ms, t) => row(ms, sample.a[t]!, sample.b[t]!)));
const long = (
  sample: Sample,
  head: string,
  row: (ms: number, host: string, value: number) => string,
): string =>
  lines(
    head,
    ...times(sample).flatMap((ms, t) => [row(ms, 'web-1', sample.a[t]!), row(ms, 'web-2', sample.b[t]!)]),
  );
const german = (value: number, decimals = 2): string =>
  value.toLocaleString('de-DE', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
const english = (value: number, decimals = 2): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
const day = (ms: number): string => {
  const date = new Date(ms);
  return `${pad(date.getUTCDate())}.${pad(date.getUTCMonth() + 1)}.${date.getUTCFullYear()}`;
};
const clock = (ms: number): string => iso(ms).slice(11, 19);
const both = (sample: Sample): [host: string, values: readonly number[]][] => [
  ['web-1', sample.a],
  ['web-2', sample.b],
];

function utf16(text: string): Uint8Array {
  const units = Uint16Array.from(`\uFEFF${text}`, (one) => one.charCodeAt(0));
  return new Uint8Array(units.buffer);
}

/** Every layout by name; docs/formats.md shows the same ones. */
export const layouts: Readonly<Record<string, Layout>> = {
  'plain CSV': { channels: 2, write: (s) => wide(s, 'time,a,b', (ms, a, b) => `${iso(ms)},${a},${b}`) },
  'CSV without names': { channels: 2, write: (s) => wide(s, '', (ms, a, b) => `${iso(ms)},${a},${b}`) },
  'CSV for Excel by Grafana': {
    channels: 1,
    write: (s) =>
      `sep=,\r\n"Time","latency"\r\n${times(s)
        .map((ms, t) => `${local(ms)},${s.a[t]}`)
        .join('\r\n')}\r\n`,
  },
  'formatted values of Grafana': {
    channels: 1,
    decimals: 2,
    unit: 'ms',
    write: (s) => wide(s, '"Time","latency"', (ms, a) => `${local(ms)},${a.toFixed(2)} ms`),
  },
  'bytes of Grafana': {
    channels: 1,
    unit: 'bytes',
    factor: 2 ** 20,
    write: (s) =>
      wide(
        s,
        '"Time","heap"',
        (ms, a) => `${local(ms)},${a < 1000 ? `${a} MiB` : `${(a / 1024).toFixed(9)} GiB`}`,
      ),
  },
  'series to rows of Grafana': {
    channels: 2,
    write: (s) =>
      lines(
        '"Series";"Time";"Value"',
        ...both(s).flatMap(([host, values]) =>
          times(s).map((ms, t) => `"${host}";"${iso(ms)}";${values[t]}`),
        ),
      ),
  },
  'long table': {
    channels: 2,
    write: (s) => long(s, 'time,host,region,value', (ms, host, value) => `${iso(ms)},${host},eu,${value}`),
  },
  'long table of two metrics': {
    channels: 2,
    write: (s) =>
      lines(
        'ts,metric,value',
        ...times(s).flatMap((ms, t) => [`${ms / 1000},cpu,${s.a[t]}`, `${ms / 1000},memory,${s.b[t]}`]),
      ),
  },
  'annotated CSV of InfluxDB': {
    channels: 2,
    write: (s) =>
      lines(
        '#group,false,false,true,true,false,false,true,true',
        '#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string',
        '#default,_result,,,,,,,',
        ',result,table,_start,_stop,_time,_value,_field,host',
        ...both(s).flatMap(([host, values], i) =>
          times(s).map(
            (ms, t) => `,,${i},${iso(s.start)},${iso(s.start + 1e9)},${iso(ms)},${values[t]},usage,${host}`,
          ),
        ),
      ),
  },
  Splunk: {
    channels: 1,
    write: (s) =>
      wide(s, '"_time",count,"_span"', (ms, a) => `"${iso(ms).replace('Z', '.000+0000')}",${a},60`),
  },
  Kibana: {
    channels: 1,
    write: (s) =>
      wide(s, '"@timestamp per minute","Average of cpu"', (ms, a) => {
        const date = new Date(ms);
        const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
        return `"${month} ${date.getUTCDate()}, ${date.getUTCFullYear()} @ ${clock(ms)}.000","${english(a)}"`;
      }),
  },
  'German table': {
    channels: 2,
    write: (s) => wide(s, 'Zeit;a;b', (ms, a, b) => `${day(ms)} ${clock(ms)};${german(a)};${german(b)}`),
  },
  'French table': {
    channels: 2,
    write: (s) =>
      wide(s, 'Date;a;b', (ms, a, b) =>
        [
          local(ms),
          ...[a, b].map((value) => english(value).replaceAll(',', '\u202f').replace('.', ',')),
        ].join(';'),
      ),
  },
  'groups of thousands in quotes': {
    channels: 2,
    decimals: 0,
    write: (s) =>
      wide(s, '"Time","a","b"', (ms, a, b) => `"${iso(ms)}","${english(a, 0)}","${english(b, 0)}"`),
  },
  'German groups without decimals': {
    channels: 2,
    decimals: 0,
    write: (s) => wide(s, 'Zeit;a;b', (ms, a, b) => `${iso(ms)};${german(a, 0)};${german(b, 0)}`),
  },
  'date and time in two columns': {
    channels: 2,
    write: (s) => wide(s, 'Date;Time;a;b', (ms, a, b) => `${day(ms)};${clock(ms)};${german(a)};${german(b)}`),
  },
  'AM and PM': {
    channels: 1,
    write: (s) =>
      wide(s, 'time,a', (ms, a) => {
        const date = new Date(ms);
        const hour = date.getUTCHours();
        const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
        return `"${month} ${date.getUTCDate()}, ${date.getUTCFullYear()} ${hour % 12 || 12}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())} ${hour < 12 ? 'AM' : 'PM'}",${a}`;
      }),
  },
  'epoch nanoseconds': {
    channels: 2,
    write: (s) => wide(s, 'time,a,b', (ms, a, b) => `${ms}000000,${a},${b}`),
  },
  'Excel day numbers': {
    channels: 1,
    write: (s) => wide(s, 'Date,a', (ms, a) => `${(ms / 86_400_000 + 25_569).toFixed(9)},${a}`),
  },
  'preamble, units and totals': {
    channels: 2,
    unit: 'ms',
    write: (s) =>
      lines(
        'Logger: DS1922T',
        'Samples: many',
        '',
        wide(s, 'Date/Time,a,b\n,ms,kW', (ms, a, b) => `${local(ms)},${a},${b}`).trim(),
        'Total,1,2',
      ),
  },
  'index column of pandas': {
    channels: 2,
    write: (s) => lines(',time,a,b', ...times(s).map((ms, t) => `${t},${iso(ms)},${s.a[t]},${s.b[t]}`)),
  },
  'columns of two levels of pandas': {
    channels: 2,
    write: (s) => wide(s, ',cpu,cpu\n,mean,max\ntime,,', (ms, a, b) => `${local(ms)},${a},${b}`),
  },
  'UTF-16 with tabs': {
    channels: 1,
    write: (s) => utf16(wide(s, 'time\ta', (ms, a) => `${local(ms)}\t${a}`)),
  },
  'Windows-1252': {
    channels: 1,
    unit: '°C',
    write: (s) =>
      Uint8Array.from(
        wide(s, 'Zeit;Wärme [°C]', (ms, a) => `${local(ms)};${german(a)}`),
        (one) => one.charCodeAt(0),
      ),
  },
  'aligned text': {
    channels: 2,
    write: (s) => wide(s, 'time  a  b', (ms, a, b) => `${ms / 1000}   ${a}\t${b} `),
  },
  'rules and bars': {
    channels: 1,
    write: (s) => wide(s, ' time | a \n------+-----', (ms, a) => ` ${local(ms)} | ${a} `),
  },
  gzip: {
    channels: 1,
    write: (s) => new Uint8Array(gzipSync(wide(s, 'time,a', (ms, a) => `${iso(ms)},${a}`))),
  },
  records: {
    channels: 2,
    write: (s) => json(times(s).map((ms, t) => ({ time: iso(ms), a: s.a[t], b: s.b[t] }))),
  },
  NDJSON: {
    channels: 2,
    write: (s) => lines(...times(s).map((ms, t) => json({ ts: iso(ms), load: { a: s.a[t], b: s.b[t] } }))),
  },
  'JSON columns': { channels: 2, write: (s) => json({ time: times(s), a: s.a, b: s.b }) },
  'rows of cells': { channels: 2, write: (s) => json(times(s).map((ms, t) => [ms, s.a[t], s.b[t]])) },
  'pandas split': {
    channels: 2,
    write: (s) => json({ columns: ['a', 'b'], index: times(s), data: s.a.map((a, t) => [a, s.b[t]]) }),
  },
  'pandas columns': {
    channels: 2,
    write: (s) =>
      json(
        Object.fromEntries(
          (['a', 'b'] as const).map((name) => [
            name,
            Object.fromEntries(times(s).map((ms, t) => [ms, s[name][t]])),
          ]),
        ),
      ),
  },
  'pandas index': {
    channels: 2,
    write: (s) => json(Object.fromEntries(times(s).map((ms, t) => [ms, { a: s.a[t], b: s.b[t] }]))),
  },
  'pandas table': {
    channels: 2,
    write: (s) =>
      json({
        schema: {
          fields: [{ name: 'index', type: 'datetime' }],
          primaryKey: ['index'],
          pandas_version: '1.4.0',
        },
        data: times(s).map((ms, t) => ({ index: iso(ms), a: s.a[t], b: s.b[t] })),
      }),
  },
  'pandas series': {
    channels: 1,
    write: (s) => json(Object.fromEntries(times(s).map((ms, t) => [ms, s.a[t]]))),
  },
  'Prometheus matrix': {
    channels: 2,
    unit: 's',
    write: (s) =>
      json({
        status: 'success',
        data: {
          resultType: 'matrix',
          result: both(s).map(([instance, values]) => ({
            metric: { __name__: 'latency_seconds', instance },
            values: times(s).map((ms, t) => [ms / 1000, String(values[t])]),
          })),
        },
      }),
  },
  'Prometheus result alone': {
    channels: 1,
    write: (s) => json([{ metric: {}, values: times(s).map((ms, t) => [ms / 1000, String(s.a[t])]) }]),
  },
  'VictoriaMetrics export': {
    channels: 2,
    write: (s) =>
      lines(
        ...both(s).map(([host, values]) =>
          json({ metric: { __name__: 'x', host }, values, timestamps: times(s) }),
        ),
      ),
  },
  'InfluxDB 1 JSON': {
    channels: 2,
    write: (s) =>
      json({
        results: [
          {
            statement_id: 0,
            series: both(s).map(([host, values]) => ({
              name: 'cpu',
              tags: { host },
              columns: ['time', 'mean'],
              values: times(s).map((ms, t) => [iso(ms), values[t]]),
            })),
          },
        ],
      }),
  },
  'CloudWatch metric data': {
    channels: 1,
    write: (s) =>
      json({
        MetricDataResults: [
          {
            Id: 'm1',
            Label: 'Latency',
            Timestamps: times(s).map(iso).reverse(),
            Values: [...s.a].reverse(),
            StatusCode: 'Complete',
          },
        ],
      }),
  },
  'CloudWatch statistics': {
    channels: 1,
    unit: 'percent',
    write: (s) =>
      json({
        Label: 'CPUUtilization',
        Datapoints: times(s)
          .map((ms, t) => ({ Timestamp: iso(ms), Average: s.a[t], Unit: 'Percent' }))
          .sort((one, other) => (one.Average! > other.Average! ? 1 : -1)),
      }),
  },
  'Datadog query': {
    channels: 2,
    write: (s) =>
      json({
        status: 'ok',
        series: both(s).map(([host, values]) => ({
          metric: 'system.cpu.user',
          scope: `host:${host}`,
          pointlist: times(s).map((ms, t) => [ms, values[t]]),
        })),
      }),
  },
  'Datadog query, version 2': {
    channels: 2,
    write: (s) =>
      json({
        data: {
          type: 'timeseries_response',
          attributes: {
            series: [{ group_tags: ['host:a'] }, { group_tags: ['host:b'] }],
            times: times(s),
            values: [s.a, s.b],
          },
        },
      }),
  },
  'Graphite render': {
    channels: 2,
    write: (s) =>
      json(
        both(s).map(([host, values]) => ({
          target: `${host}.cpu`,
          datapoints: times(s).map((ms, t) => [values[t], ms / 1000]),
        })),
      ),
  },
  Netdata: {
    channels: 2,
    write: (s) =>
      json({
        labels: ['time', 'user', 'system'],
        data: times(s)
          .map((ms, t) => [ms / 1000, s.a[t], s.b[t]])
          .reverse(),
      }),
  },
  OpenTSDB: {
    channels: 2,
    write: (s) =>
      json(
        both(s).map(([host, values]) => ({
          metric: 'sys.cpu',
          tags: { host },
          dps: Object.fromEntries(times(s).map((ms, t) => [ms / 1000, values[t]])),
        })),
      ),
  },
  'Elasticsearch aggregation': {
    channels: 2,
    write: (s) =>
      json({
        aggregations: {
          hosts: {
            buckets: both(s).map(([key, values]) => ({
              key,
              doc_count: 1,
              minutes: {
                buckets: times(s).map((ms, t) => ({ key: ms, doc_count: 3, cpu: { value: values[t] } })),
              },
            })),
          },
        },
      }),
  },
  'Elasticsearch hits': {
    channels: 1,
    write: (s) =>
      json({
        hits: { hits: times(s).map((ms, t) => ({ _source: { '@timestamp': iso(ms), cpu: s.a[t] } })) },
      }),
  },
  'data frames of Grafana': {
    channels: 2,
    unit: 'ms',
    write: (s) =>
      json({
        results: {
          A: {
            frames: both(s).map(([host, values]) => ({
              schema: {
                fields: [
                  { name: 'Time', type: 'time' },
                  { name: 'Value', type: 'number', labels: { host }, config: { unit: 'ms' } },
                ],
              },
              data: { values: [times(s), values] },
            })),
          },
        },
      }),
  },
  'Azure Monitor': {
    channels: 1,
    unit: 'percent',
    write: (s) =>
      json({
        value: [
          {
            name: { value: 'Percentage CPU' },
            unit: 'Percent',
            timeseries: [
              {
                metadatavalues: [],
                data: times(s).map((ms, t) => ({ timeStamp: iso(ms), average: s.a[t] })),
              },
            ],
          },
        ],
      }),
  },
  'Google Cloud Monitoring': {
    channels: 1,
    write: (s) =>
      json({
        timeSeries: [
          {
            metric: { type: 'cpu/utilization', labels: {} },
            resource: { type: 'gce_instance', labels: { instance_id: '1' } },
            points: times(s)
              .map((ms, t) => ({
                interval: { startTime: iso(ms), endTime: iso(ms) },
                value: { doubleValue: s.a[t] },
              }))
              .reverse(),
          },
        ],
      }),
  },
};
