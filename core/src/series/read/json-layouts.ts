import { HeedError } from '../../errors.js';
import { unitOfName } from '../units.js';
import type { ReadOptions, ReadResult } from './options.js';
import { joinPoints, type PointSeries } from './points.js';
import { seriesFromRecords, type SeriesRecord } from './records.js';
import { nameSeries, type SeriesLabels } from './series-names.js';
import { epochToMs, guessEpochUnit } from './epoch.js';

type Json = Readonly<Record<string, unknown>>;

/** Reads a JSON value of one layout; null where it is another. */
export type JsonLayout = (value: unknown, options: ReadOptions) => ReadResult | null;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPairs(value: unknown): value is readonly (readonly unknown[])[] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length >= 2);
}

const seconds = (time: unknown): unknown => (typeof time === 'number' ? time * 1000 : Number(time) * 1000);
const byEpoch = (time: unknown): unknown =>
  typeof time === 'number' ? epochToMs(time, guessEpochUnit(time)) : time;

function labelsOf(value: unknown): SeriesLabels {
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one)]))
    : {};
}

/** Prometheus (and Mimir, Thanos, VictoriaMetrics, Loki): a whole answer, its `data`, or the result alone. */
const prometheus: JsonLayout = (value, options) => {
  let result: unknown = value;
  if (isObject(value)) {
    if (value.status === 'error' && typeof value.error === 'string') {
      throw new HeedError(
        'source-error',
        `the answer holds an error instead of series: ${value.error}`,
        'Correct the query and export the answer again.',
        { file: options.name },
      );
    }
    const data = isObject(value.data) && 'result' in value.data ? value.data : value;
    if (typeof data.resultType === 'string' && /^(scalar|string)$/.test(data.resultType)) {
      const pair = data.result as [unknown, unknown];
      return joinPoints(
        [{ name: 'value', times: [seconds(pair?.[0])], values: [pair?.[1]] }],
        'an answer of Prometheus',
        options,
      );
    }
    result =
      'result' in data && Array.isArray(data.result) ? data.result : 'metric' in value ? [value] : null;
    if (isObject(value.data) && value.status === 'success' && Array.isArray(result) && result.length === 0) {
      return joinPoints([], 'an answer of Prometheus', options);
    }
  }
  if (!Array.isArray(result) || result.length === 0) return null;
  if (
    !result.every(
      (one) =>
        isObject(one) &&
        isObject(one.metric ?? one.stream) &&
        ('values' in one || 'value' in one || 'histograms' in one || 'histogram' in one),
    )
  )
    return null;
  // VictoriaMetrics' export has values and timestamps in lists of their own.
  if (result.every((one: Json) => Array.isArray(one.timestamps))) return victoria(result, options);
  const list = (result as Json[]).filter((one) => 'values' in one || 'value' in one);
  const names = nameSeries(
    list.map((one) => labelsOf(one.metric)),
    'value',
  );
  return joinPoints(
    list.map((one, i): PointSeries => {
      const pairs = ('values' in one ? one.values : [one.value]) as [unknown, unknown][];
      const unit = unitOfName(String((one.metric as Json)?.__name__ ?? ''));
      return {
        name: names[i]!,
        ...(unit === undefined ? {} : { unit }),
        times: pairs.map((pair) => seconds(pair[0])),
        values: pairs.map((pair) => pair[1]),
      };
    }),
    'an answer of Prometheus',
    options,
  );
};

/** Lines of VictoriaMetrics' `/api/v1/export`. */
export const victoria = (value: unknown, options: ReadOptions): ReadResult | null => {
  const list = Array.isArray(value) ? value : [value];
  if (
    list.length === 0 ||
    !list.every(
      (one) =>
        isObject(one) && isObject(one.metric) && Array.isArray(one.values) && Array.isArray(one.timestamps),
    )
  )
    return null;
  // One series may come in several lines.
  const joined = new Map<string, { labels: SeriesLabels; times: unknown[]; values: unknown[] }>();
  for (const one of list as Json[]) {
    const key = JSON.stringify(one.metric);
    let own = joined.get(key);
    if (!own) joined.set(key, (own = { labels: labelsOf(one.metric), times: [], values: [] }));
    for (const time of one.timestamps as unknown[]) own.times.push(time);
    for (const number of one.values as unknown[]) own.values.push(number);
  }
  const all = [...joined.values()];
  const names = nameSeries(
    all.map(({ labels }) => labels),
    'value',
  );
  return joinPoints(
    all.map(({ labels, times, values }, i) => {
      const unit = unitOfName(labels['__name__'] ?? '');
      return { name: names[i]!, ...(unit === undefined ? {} : { unit }), times, values };
    }),
    'an export of VictoriaMetrics',
    options,
  );
};

/** InfluxDB 1.x: `{ results: [{ series: [{ name, tags, columns, values }] }] }`. */
const influx: JsonLayout = (value, options) => {
  if (!isObject(value) || !Array.isArray(value.results)) return null;
  const list = (value.results as Json[]).flatMap((one) =>
    isObject(one) && Array.isArray(one.series) ? (one.series as Json[]) : [],
  );
  if (list.length === 0 || !list.every((one) => Array.isArray(one.columns) && isPairs(one.values)))
    return null;
  const names = nameSeries(list.map((one) => ({ __name__: String(one.name ?? ''), ...labelsOf(one.tags) })));
  return joinPoints(
    list.flatMap((one, i): PointSeries[] => {
      const columns = (one.columns as unknown[]).map(String);
      const rows = one.values as unknown[][];
      const time = Math.max(0, columns.indexOf('time'));
      return columns.flatMap((column, c) => {
        if (c === time || !rows.some((row) => typeof row[c] === 'number')) return [];
        const name =
          columns.length > 2 || list.length === 1
            ? `${list.length > 1 ? `${names[i]!} ` : ''}${column}`
            : names[i]!;
        return [{ name, times: rows.map((row) => byEpoch(row[time])), values: rows.map((row) => row[c]) }];
      });
    }),
    'an answer of InfluxDB',
    options,
  );
};

/** Units of CloudWatch and Datadog by the names that this project has for them. */
const unitNames: Readonly<Record<string, string>> = {
  seconds: 's',
  second: 's',
  milliseconds: 'ms',
  millisecond: 'ms',
  microseconds: 'µs',
  bytes: 'bytes',
  byte: 'bytes',
  percent: 'percent',
  'bytes/second': 'bytes/s',
};

function unitNamed(unit: unknown): { unit?: string } {
  if (typeof unit !== 'string' || unit === '' || /^(none|count)$/i.test(unit)) return {};
  return { unit: unitNames[unit.toLowerCase()] ?? unit };
}

/** CloudWatch: `get-metric-data` and `get-metric-statistics`. */
const cloudWatch: JsonLayout = (value, options) => {
  if (!isObject(value)) return null;
  const results = value.MetricDataResults;
  if (Array.isArray(results) && results.every((one) => isObject(one) && Array.isArray(one.Timestamps))) {
    return joinPoints(
      (results as Json[]).map((one) => ({
        name: String(one.Label ?? one.Id ?? ''),
        times: (one.Timestamps as unknown[]).map(byEpoch),
        values: one.Values as unknown[],
      })),
      'an answer of CloudWatch',
      options,
    );
  }
  const points = value.Datapoints;
  if (!Array.isArray(points) || !points.every((one) => isObject(one) && 'Timestamp' in one)) return null;
  const statistics = ['Average', 'Sum', 'Maximum', 'Minimum', 'SampleCount'].filter((name) =>
    points.some((one: Json) => name in one),
  );
  const extended = [
    ...new Set(
      (points as Json[]).flatMap((one) =>
        Object.keys(isObject(one.ExtendedStatistics) ? one.ExtendedStatistics : {}),
      ),
    ),
  ];
  const label = typeof value.Label === 'string' ? value.Label : '';
  const many = statistics.length + extended.length > 1;
  const series = [...statistics, ...extended].map((name) => ({
    name: many || label === '' ? `${label} ${name}`.trim() : label,
    ...(name === 'SampleCount' ? {} : unitNamed((points[0] as Json | undefined)?.Unit)),
    times: (points as Json[]).map((one) => byEpoch(one.Timestamp)),
    values: (points as Json[]).map(
      (one) => one[name] ?? (one.ExtendedStatistics as Json | undefined)?.[name],
    ),
  }));
  return joinPoints(series, 'an answer of CloudWatch', options);
};

/** Datadog: the queries of its API, version 1 and 2. */
const datadog: JsonLayout = (value, options) => {
  if (!isObject(value)) return null;
  const layout = 'an answer of Datadog';
  const list = value.series;
  if (Array.isArray(list) && list.every((one) => isObject(one) && isPairs(one.pointlist))) {
    const names = nameSeries(
      (list as Json[]).map((one) => ({
        __name__: String(one.display_name ?? one.metric ?? ''),
        scope: String(one.scope ?? ''),
      })),
    );
    return joinPoints(
      (list as Json[]).map((one, i) => {
        const pairs = one.pointlist as unknown[][];
        const unit = Array.isArray(one.unit) ? (one.unit[0] as Json | null) : null;
        return {
          name: names[i]!,
          ...unitNamed(unit?.name),
          times: pairs.map((pair) => byEpoch(pair[0])),
          values: pairs.map((pair) => pair[1]),
        };
      }),
      layout,
      options,
    );
  }
  const attributes = isObject(value.data) && isObject(value.data.attributes) ? value.data.attributes : null;
  if (!attributes || !Array.isArray(attributes.times) || !Array.isArray(attributes.values)) return null;
  const described = Array.isArray(attributes.series) ? (attributes.series as Json[]) : [];
  return joinPoints(
    (attributes.values as unknown[][]).map((values, i) => {
      const tags = described[i]?.group_tags;
      return {
        name: Array.isArray(tags) && tags.length > 0 ? tags.map(String).join(' ') : `query ${i + 1}`,
        times: (attributes.times as unknown[]).map(byEpoch),
        values,
      };
    }),
    layout,
    options,
  );
};

/** Graphite: `[{ target, datapoints: [[value, time], …] }]`. */
const graphite: JsonLayout = (value, options) => {
  const list = isObject(value) && 'datapoints' in value ? [value] : value;
  if (
    !Array.isArray(list) ||
    list.length === 0 ||
    !list.every((one) => isObject(one) && isPairs(one.datapoints))
  )
    return null;
  return joinPoints(
    (list as Json[]).map((one) => {
      const pairs = one.datapoints as unknown[][];
      return {
        name: String(one.target ?? one.name ?? ''),
        times: pairs.map((pair) => byEpoch(pair[1])),
        values: pairs.map((pair) => pair[0]),
      };
    }),
    'an answer of Graphite',
    options,
  );
};

/** Netdata: `{ labels: ['time', …], data: [[time, …], …] }`, also as `result` of newer versions. */
const netdata: JsonLayout = (value, options) => {
  const body = isObject(value) && isObject(value.result) ? value.result : value;
  if (!isObject(body) || !Array.isArray(body.labels) || !isPairs(body.data)) return null;
  const labels = body.labels.map(String);
  if (!/^time$/i.test(labels[0] ?? '')) return null;
  const point = isObject(body.point) && typeof body.point.value === 'number' ? body.point.value : 0;
  const cell = (one: unknown): unknown => (Array.isArray(one) ? (one as unknown[])[point] : one);
  const rows = body.data as unknown[][];
  return joinPoints(
    labels.slice(1).map((name, i) => ({
      name,
      times: rows.map((row) => byEpoch(row[0])),
      values: rows.map((row) => cell(row[i + 1])),
    })),
    'an answer of Netdata',
    options,
  );
};

/** OpenTSDB: `[{ metric, tags, dps: { time: value } }]` or dps as pairs. */
const openTsdb: JsonLayout = (value, options) => {
  const list = isObject(value) && 'dps' in value ? [value] : value;
  if (
    !Array.isArray(list) ||
    list.length === 0 ||
    !list.every((one) => isObject(one) && (isObject(one.dps) || isPairs(one.dps)))
  )
    return null;
  const names = nameSeries(
    (list as Json[]).map((one) => ({ __name__: String(one.metric ?? ''), ...labelsOf(one.tags) })),
  );
  return joinPoints(
    (list as Json[]).map((one, i) => {
      const pairs: (readonly unknown[])[] = isPairs(one.dps) ? [...one.dps] : Object.entries(one.dps as Json);
      return {
        name: names[i]!,
        times: pairs.map((pair) => byEpoch(Number(pair[0]))),
        values: pairs.map((pair) => pair[1]),
      };
    }),
    'an answer of OpenTSDB',
    options,
  );
};

/** Elasticsearch: buckets of date histograms, in or around buckets of terms; else the documents found. */
const elasticsearch: JsonLayout = (value, options) => {
  if (!isObject(value)) return null;
  const aggregations = value.aggregations ?? value.aggs;
  if (isObject(aggregations)) {
    const found = new Map<string, { times: unknown[]; values: unknown[] }>();
    const add = (name: string, time: unknown, number: unknown): void => {
      let own = found.get(name);
      if (!own) found.set(name, (own = { times: [], values: [] }));
      own.times.push(time);
      own.values.push(number);
    };
    const visit = (node: Json, path: readonly string[], time: unknown): void => {
      let metrics = 0;
      for (const [name, inner] of Object.entries(node)) {
        if (!isObject(inner)) continue;
        const buckets = Array.isArray(inner.buckets)
          ? (inner.buckets as Json[])
          : isObject(inner.buckets)
            ? Object.entries(inner.buckets).map(([key, one]): Json => ({ key, ...(one as Json) }))
            : null;
        if (buckets) {
          const isTime =
            buckets.length > 0 && buckets.every(({ key }) => typeof key === 'number' && key > 1e11);
          for (const bucket of buckets) {
            const key = String(bucket.key_as_string ?? bucket.key);
            visit(bucket, isTime ? path : [...path, key], isTime ? bucket.key : time);
          }
          metrics++;
        } else if (time !== undefined && 'value' in inner) {
          add([...path, name].join(' '), time, inner.value);
          metrics++;
        } else if (time !== undefined && isObject(inner.values)) {
          for (const [percent, number] of Object.entries(inner.values))
            add([...path, name, percent].join(' '), time, number);
          metrics++;
        } else if (time !== undefined && 'avg' in inner) {
          for (const statistic of ['avg', 'min', 'max', 'sum', 'count'])
            add([...path, name, statistic].join(' '), time, inner[statistic]);
          metrics++;
        }
      }
      if (time !== undefined && metrics === 0 && 'doc_count' in node)
        add([...path, 'count'].join(' '), time, node.doc_count);
    };
    visit(aggregations, [], undefined);
    return joinPoints(
      [...found].map(([name, points]) => ({ name, ...points })),
      'an aggregation of Elasticsearch',
      options,
    );
  }
  const hits = isObject(value.hits) ? value.hits.hits : undefined;
  if (!Array.isArray(hits) || !hits.every((hit) => isObject(hit) && isObject(hit._source))) return null;
  return seriesFromRecords(
    hits.map((hit: Json) => hit._source as SeriesRecord),
    { sort: true, ...options },
  );
};

/** Grafana: data frames as JSON, from a query's answer or the inspector. */
const grafanaFrames: JsonLayout = (value, options) => {
  const frames: Json[] = [];
  const visit = (node: unknown, depth: number): void => {
    if (depth > 5 || typeof node !== 'object' || node === null) return;
    if (
      isObject(node) &&
      isObject(node.schema) &&
      Array.isArray(node.schema.fields) &&
      isObject(node.data) &&
      Array.isArray(node.data.values)
    ) {
      frames.push(node);
      return;
    }
    for (const inner of Object.values(node)) visit(inner, depth + 1);
  };
  if (
    Array.isArray(value)
      ? isObject(value[0]) && 'schema' in value[0]
      : isObject(value) && ('results' in value || 'schema' in value || 'frames' in value)
  )
    visit(value, 0);
  if (frames.length === 0) return null;
  const series: PointSeries[] = [];
  for (const frame of frames) {
    const fields = (frame.schema as Json).fields as Json[];
    const columns = (frame.data as Json).values as unknown[][];
    const time = fields.findIndex(({ type }) => type === 'time');
    if (time < 0) continue;
    fields.forEach((field, c) => {
      if (field.type !== 'number') return;
      const config = isObject(field.config) ? field.config : {};
      const labels = Object.entries(labelsOf(field.labels)).map(
        ([key, one]) => `${key}=${JSON.stringify(one)}`,
      );
      const name =
        config.displayNameFromDS ??
        config.displayName ??
        (labels.length > 0 ? `${String(field.name)}{${labels.join(',')}}` : field.name);
      series.push({
        name: String(name ?? ''),
        ...(typeof config.unit === 'string' ? { unit: config.unit } : {}),
        times: columns[time]!,
        values: columns[c]!,
      });
    });
  }
  return joinPoints(series, 'data frames of Grafana', options);
};

/** Azure Monitor: `{ value: [{ name, unit, timeseries: [{ data: [{ timeStamp, average }] }] }] }`. */
const azure: JsonLayout = (value, options) => {
  if (!isObject(value) || !Array.isArray(value.value)) return null;
  const list = value.value as Json[];
  if (!list.every((one) => isObject(one) && Array.isArray(one.timeseries))) return null;
  const series = list.flatMap((one) =>
    (one.timeseries as Json[]).flatMap((inner): PointSeries[] => {
      const data = (Array.isArray(inner.data) ? inner.data : []) as Json[];
      const title = isObject(one.name) ? String(one.name.value) : String(one.name ?? '');
      const tags = (Array.isArray(inner.metadatavalues) ? (inner.metadatavalues as Json[]) : []).map((tag) =>
        String(tag.value),
      );
      const kinds = [...new Set(data.flatMap((point) => Object.keys(point)))].filter(
        (key) => key !== 'timeStamp',
      );
      return kinds.map((kind) => ({
        name: [title, ...tags, ...(kinds.length > 1 ? [kind] : [])].join(' '),
        ...unitNamed(one.unit),
        times: data.map((point) => point.timeStamp),
        values: data.map((point) => point[kind]),
      }));
    }),
  );
  return joinPoints(series, 'an answer of Azure Monitor', options);
};

/** Google Cloud Monitoring: `{ timeSeries: [{ metric, resource, points: [{ interval, value }] }] }`. */
const googleCloud: JsonLayout = (value, options) => {
  const list = isObject(value) ? value.timeSeries : value;
  if (
    !Array.isArray(list) ||
    list.length === 0 ||
    !list.every((one) => isObject(one) && Array.isArray(one.points) && isObject(one.metric))
  )
    return null;
  const names = nameSeries(
    (list as Json[]).map((one) => ({
      __name__: String((one.metric as Json).type ?? ''),
      ...labelsOf((one.metric as Json).labels),
      ...labelsOf(isObject(one.resource) ? one.resource.labels : undefined),
    })),
  );
  return joinPoints(
    (list as Json[]).map((one, i) => {
      const points = one.points as Json[];
      return {
        name: names[i]!,
        ...unitNamed(one.unit === '1' ? '' : one.unit),
        times: points.map((point) => (point.interval as Json | undefined)?.endTime),
        values: points.map((point) => {
          const typed = isObject(point.value) ? point.value : {};
          return (
            typed.doubleValue ??
            typed.int64Value ??
            (isObject(typed.distributionValue) ? typed.distributionValue.mean : null)
          );
        }),
      };
    }),
    'an answer of Google Cloud Monitoring',
    options,
  );
};

/** Layouts of programs, most telling first. */
export const jsonLayouts: readonly JsonLayout[] = [
  prometheus,
  influx,
  cloudWatch,
  datadog,
  graphite,
  openTsdb,
  netdata,
  elasticsearch,
  grafanaFrames,
  azure,
  googleCloud,
];
