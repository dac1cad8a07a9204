/** The layouts that are JSON. */
import { both, iso, json, lines, local, times, type Layout } from './sample.fixture.js';

export const jsonExports: Readonly<Record<string, Layout>> = {
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
                interval: { endTime: iso(ms), startTime: iso(ms) },
                value: { doubleValue: s.a[t] },
              }))
              .reverse(),
          },
        ],
      }),
  },
  'composite aggregation of Elasticsearch': {
    channels: 2,
    write: (s) =>
      json({
        aggregations: {
          both: {
            after_key: { minute: s.start, host: 'web-1' },
            buckets: times(s).flatMap((ms, t) =>
              both(s).map(([host, values]) => ({
                key: { minute: ms, host },
                doc_count: 2,
                cpu: { value: values[t] },
              })),
            ),
          },
        },
      }),
  },
  'Elasticsearch SQL': {
    channels: 2,
    write: (s) =>
      json({
        columns: [
          { name: 'minute', type: 'datetime' },
          { name: 'a', type: 'double' },
          { name: 'b', type: 'double' },
        ],
        rows: times(s).map((ms, t) => [iso(ms), s.a[t], s.b[t]]),
      }),
  },
  'ClickHouse JSON': {
    channels: 2,
    write: (s) =>
      json({
        meta: [
          { name: 'ts', type: 'DateTime' },
          { name: 'a', type: 'Float64' },
          { name: 'b', type: 'Float64' },
        ],
        data: times(s).map((ms, t) => ({ ts: local(ms), a: s.a[t], b: s.b[t] })),
        rows: s.a.length,
      }),
  },
  'BigQuery answer': {
    channels: 1,
    write: (s) =>
      json({
        schema: {
          fields: [
            { name: 'ts', type: 'TIMESTAMP' },
            { name: 'a', type: 'FLOAT' },
          ],
        },
        rows: times(s).map((ms, t) => ({ f: [{ v: String(ms / 1000) }, { v: String(s.a[t]) }] })),
      }),
  },
  'Azure Log Analytics': {
    channels: 1,
    write: (s) =>
      json({
        tables: [
          {
            name: 'PrimaryResult',
            columns: [
              { name: 'TimeGenerated', type: 'datetime' },
              { name: 'a', type: 'real' },
            ],
            rows: times(s).map((ms, t) => [iso(ms), s.a[t]]),
          },
        ],
      }),
  },
  'CloudWatch Logs Insights': {
    channels: 1,
    write: (s) =>
      json({
        status: 'Complete',
        results: times(s).map((ms, t) => [
          { field: 'bin(1m)', value: `${local(ms)}.000` },
          { field: 'avg(a)', value: String(s.a[t]) },
        ]),
      }),
  },
  'lines of Highcharts': {
    channels: 2,
    write: (s) =>
      json(both(s).map(([name, values]) => ({ name, data: times(s).map((ms, t) => [ms, values[t]]) }))),
  },
  'traces of Plotly': {
    channels: 2,
    write: (s) =>
      json({ data: both(s).map(([name, y]) => ({ name, x: times(s).map(iso), y })), layout: { title: 'x' } }),
  },
  'Chart.js': {
    channels: 2,
    write: (s) =>
      json({
        type: 'line',
        data: { labels: times(s).map(iso), datasets: both(s).map(([label, data]) => ({ label, data })) },
      }),
  },
  'lists under a part': {
    channels: 2,
    write: (s) =>
      json({
        latitude: 52.5,
        hourly_units: { a: 'ms' },
        hourly: { time: times(s).map((ms) => iso(ms).slice(0, 16)), a: s.a, b: s.b },
      }),
  },
};
