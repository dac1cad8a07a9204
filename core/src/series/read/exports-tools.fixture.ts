/** Layouts of tools that wrap their series in much else. */
import { both, english, german, iso, json, lines, local, day, times, type Layout } from './sample.fixture.js';

export const toolExports: Readonly<Record<string, Layout>> = {
  OpenTelemetry: {
    channels: 2,
    unit: 'ms',
    write: (s) =>
      json({
        resourceMetrics: both(s).map(([host, values]) => ({
          resource: { attributes: [{ key: 'host.name', value: { stringValue: host } }] },
          scopeMetrics: [
            {
              scope: { name: 'heed' },
              metrics: [
                {
                  name: 'http.latency',
                  unit: 'ms',
                  gauge: {
                    dataPoints: times(s).map((ms, t) => ({
                      timeUnixNano: `${ms}000000`,
                      asDouble: values[t],
                    })),
                  },
                },
              ],
            },
          ],
        })),
      }),
  },
  'lines of the OpenTelemetry collector': {
    channels: 2,
    write: (s) =>
      lines(
        ...times(s).map((ms, t) =>
          json({
            resourceMetrics: [
              {
                scopeMetrics: [
                  {
                    metrics: (['a', 'b'] as const).map((name) => ({
                      name,
                      sum: { dataPoints: [{ timeUnixNano: `${ms}000000`, asDouble: s[name][t] }] },
                    })),
                  },
                ],
              },
            ],
          }),
        ),
      ),
  },
  'history of Home Assistant': {
    channels: 2,
    write: (s) =>
      json(
        both(s).map(([host, values]) =>
          times(s).map((ms, t) => ({
            ...(t === 0 ? { entity_id: `sensor.${host}`, attributes: { unit_of_measurement: 'W' } } : {}),
            state: String(values[t]),
            last_changed: iso(ms),
          })),
        ),
      ),
  },
  'answer in the query inspector of Grafana': {
    channels: 2,
    write: (s) =>
      json({
        request: { url: 'api/ds/query', method: 'POST' },
        response: {
          results: {
            A: {
              status: 200,
              frames: both(s).map(([host, values]) => ({
                schema: {
                  fields: [
                    { name: 'Time', type: 'time' },
                    { name: 'Value', type: 'number', labels: { host } },
                  ],
                },
                data: { values: [times(s), values] },
              })),
            },
          },
        },
      }),
  },
  'results of Splunk': {
    channels: 2,
    write: (s) =>
      json({
        preview: false,
        fields: [{ name: '_time' }, { name: 'a' }, { name: 'b' }],
        results: times(s).map((ms, t) => ({ _time: iso(ms), a: String(s.a[t]), b: String(s.b[t]) })),
      }),
  },
  'NRQL of New Relic': {
    channels: 2,
    write: (s) =>
      json({
        timeSeries: times(s).map((ms, t) => ({
          beginTimeSeconds: ms / 1000,
          endTimeSeconds: (ms + s.step) / 1000,
          results: [{ average: s.a[t], max: s.b[t] }],
        })),
        performanceStats: { wallClockTime: 5 },
      }),
  },
  'history of Zabbix': {
    channels: 1,
    write: (s) =>
      json({
        jsonrpc: '2.0',
        result: times(s).map((ms, t) => ({
          itemid: '23296',
          clock: String(ms / 1000),
          value: String(s.a[t]),
          ns: String((t * 7_919_017) % 1_000_000_000),
        })),
      }),
  },
  'box of DuckDB': {
    channels: 2,
    write: (s) =>
      lines(
        '┌─────────────────────┬────────┬────────┐',
        '│         ts          │   a    │   b    │',
        '│      timestamp      │ double │ double │',
        '├─────────────────────┼────────┼────────┤',
        ...times(s).map((ms, t) => `│ ${local(ms)} │ ${s.a[t]} │ ${s.b[t]} │`),
        '└─────────────────────┴────────┴────────┘',
      ),
  },
  'amounts of money': {
    channels: 2,
    decimals: 2,
    write: (s) =>
      lines(
        'Data;Receita;Custo',
        ...times(s).map(
          (ms, t) => `${day(ms)} ${local(ms).slice(11)};R$ ${german(s.a[t]!)};R$ ${german(s.b[t]!)}`,
        ),
      ),
  },
  'sadf of sysstat': {
    channels: 1,
    write: (s) =>
      lines(
        '# hostname;interval;timestamp;CPU;%user',
        ...times(s).map((ms, t) => `web-1;60;${local(ms)} UTC;-1;${s.a[t]}`),
      ),
  },
  'k6 with a status for some': {
    channels: 2,
    write: (s) =>
      lines(
        'metric_name,timestamp,metric_value,status',
        ...times(s).flatMap((ms, t) => [
          `http_req_duration,${ms / 1000},${s.a[t]},200`,
          `vus,${ms / 1000},${s.b[t]},`,
        ]),
      ),
  },
  'dollars in parentheses': {
    channels: 1,
    decimals: 2,
    write: (s) => lines('time,net', ...times(s).map((ms, t) => `${iso(ms)},"$${english(s.a[t]!)}"`)),
  },
  'json_rows of Splunk': {
    channels: 2,
    write: (s) =>
      json({
        preview: false,
        fields: ['_time', 'a', 'b', '_span'],
        rows: times(s).map((ms, t) => [iso(ms), String(s.a[t]), String(s.b[t]), '60']),
      }),
  },
  'json_cols of Splunk': {
    channels: 2,
    write: (s) =>
      json({
        preview: false,
        fields: ['_time', 'a', 'b'],
        columns: [times(s).map(iso), s.a.map(String), s.b.map(String)],
      }),
  },
  'facets of New Relic': {
    channels: 2,
    write: (s) =>
      json({
        data: {
          results: both(s).flatMap(([host, values]) =>
            times(s).map((ms, t) => ({
              beginTimeSeconds: ms / 1000,
              endTimeSeconds: (ms + s.step) / 1000,
              facet: host,
              'average.duration': values[t],
            })),
          ),
        },
      }),
  },
  sqlcmd: {
    channels: 2,
    write: (s) =>
      lines(
        'minute                  a            b            host  ',
        '----------------------- ------------ ------------ ------',
        ...times(s).map(
          (ms, t) => `${local(ms)}.000 ${String(s.a[t]).padStart(12)} ${String(s.b[t]).padStart(12)} web 1 `,
        ),
        '',
        `(${s.a.length} rows affected)`,
      ),
  },
  'Format-Table of PowerShell': {
    channels: 1,
    write: (s) =>
      lines(
        '',
        'Time                     Value Name',
        '----                     ----- ----',
        ...times(s).map((ms, t) => `${local(ms)} ${String(s.a[t]).padStart(10)} % Processor Time`),
      ),
  },
  'records of psql': {
    channels: 2,
    write: (s) =>
      lines(
        ...times(s).flatMap((ms, t) => [
          `-[ RECORD ${t + 1} ]${'-'.repeat(20)}`,
          `minute | ${local(ms)}+00`,
          `a      | ${s.a[t]}`,
          `b      | ${s.b[t]}`,
        ]),
      ),
  },
  'records of MySQL': {
    channels: 1,
    write: (s) =>
      lines(
        ...times(s).flatMap((ms, t) => [
          `${'*'.repeat(27)} ${t + 1}. row ${'*'.repeat(27)}`,
          `  minute: ${local(ms)}`,
          `avg(cpu): ${s.a[t]}`,
        ]),
      ),
  },
  'ARFF of Weka': {
    channels: 2,
    write: (s) =>
      lines(
        '@relation load',
        '@attribute time date "yyyy-MM-dd HH:mm:ss"',
        "@attribute 'load of a' numeric",
        '@attribute b numeric',
        '@attribute class {normal,anomaly}',
        '@data',
        ...times(s).map((ms, t) => `"${local(ms)}",${s.a[t]},${s.b[t]},${t === 40 ? 'anomaly' : 'normal'}`),
      ),
  },
  'pidstat -h': {
    channels: 1,
    write: (s) =>
      lines(
        'Linux 6.1.0 (web-1) \t03/02/2026 \t_x86_64_\t(4 CPU)',
        '',
        '# Time        UID       PID    %CPU  Command',
        ...times(s).map((ms, t) => `${ms / 1000}     0       731    ${s.a[t]}  java`),
      ),
  },
  'vmstat -t': {
    channels: 2,
    write: (s) =>
      lines(
        'procs ----io---- -----timestamp-----',
        ' a  b                 UTC',
        ...times(s).map((ms, t) => ` ${s.a[t]}  ${s.b[t]} ${local(ms)}`),
      ),
  },
  'CSV of the console of CloudWatch': {
    channels: 2,
    write: (s) =>
      lines(
        'Full label,i-1 CPUUtilization,i-2 CPUUtilization',
        'Label,a,b',
        'Stat,Average,Average',
        'Period,60,60',
        ...times(s).map((ms, t) => `${local(ms).replaceAll('-', '/')},${s.a[t]},${s.b[t]}`),
      ),
  },
  'points of k6': {
    channels: 2,
    write: (s) =>
      lines(
        json({ type: 'Metric', data: { name: 'vus', type: 'gauge' }, metric: 'vus' }),
        ...times(s).flatMap((ms, t) => [
          json({ type: 'Point', metric: 'vus', data: { time: iso(ms), value: s.a[t], tags: null } }),
          json({ type: 'Point', metric: 'load', data: { time: iso(ms), value: s.b[t], tags: null } }),
        ]),
      ),
  },
  'batch of Azure Monitor': {
    channels: 2,
    unit: 'percent',
    write: (s) =>
      json({
        values: both(s).map(([host, values]) => ({
          interval: 'PT1M',
          resourceid: `/subscriptions/1/${host}`,
          value: [
            {
              name: { value: 'Percentage CPU' },
              unit: 'Percent',
              timeseries: [{ data: times(s).map((ms, t) => ({ timeStamp: iso(ms), average: values[t] })) }],
            },
          ],
        })),
      }),
  },
  'pairs by name': {
    channels: 2,
    write: (s) =>
      json({
        prices: times(s).map((ms, t) => [ms, s.a[t]]),
        volumes: times(s).map((ms, t) => [ms, s.b[t]]),
      }),
  },
  'records under their times in one part': {
    channels: 2,
    write: (s) =>
      json({
        'Meta Data': { '2. Symbol': 'X', '3. Refreshed': '2026-03-02' },
        'Time Series (1min)': Object.fromEntries(
          times(s).map((ms, t) => [local(ms), { '1. open': String(s.a[t]), '2. close': String(s.b[t]) }]),
        ),
      }),
  },
};
