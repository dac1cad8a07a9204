import {
  byEpoch,
  isObject,
  isPairs,
  readLabels,
  unitNamed,
  type Json,
  type JsonLayout,
} from './json-shapes.js';
import type { JsonPath } from './json-place.js';
import { joinPoints, withNotes, type PointSeries } from './points.js';
import { nameSeries } from './series-names.js';
import { listNames, shorten } from './words.js';

/** CloudWatch: `get-metric-data` and `get-metric-statistics`. */
export const cloudWatch: JsonLayout = (value, options) => {
  if (!isObject(value)) return null;
  const results = value.MetricDataResults;
  if (Array.isArray(results) && results.every((one) => isObject(one) && Array.isArray(one.Timestamps))) {
    const read = joinPoints(
      (results as Json[]).map((one, i) => ({
        path: (t, part) => ['MetricDataResults', i, part === 'time' ? 'Timestamps' : 'Values', t],
        name: String(one.Label ?? one.Id ?? ''),
        times: (one.Timestamps as unknown[]).map(byEpoch),
        values: one.Values as unknown[],
      })),
      'an answer of CloudWatch',
      options,
    );
    return withNotes(read, listGapsOfCloudWatch(value, results as Json[]));
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
  const series = [...statistics, ...extended].map((name): PointSeries => ({
    path: (t, part) => ['Datapoints', t, part === 'time' ? 'Timestamp' : name],
    name: many || label === '' ? `${label} ${name}`.trim() : label,
    ...(name === 'SampleCount' ? {} : unitNamed((points[0] as Json | undefined)?.Unit)),
    times: (points as Json[]).map((one) => byEpoch(one.Timestamp)),
    values: (points as Json[]).map(
      (one) => one[name] ?? (one.ExtendedStatistics as Json | undefined)?.[name],
    ),
  }));
  return joinPoints(series, 'an answer of CloudWatch', options);
};

/** What CloudWatch says is missing from its answer. */
function listGapsOfCloudWatch(answer: Json, results: readonly Json[]): string[] {
  const partial = results.filter(({ StatusCode: code }) => typeof code === 'string' && code !== 'Complete');
  const said = [answer, ...results]
    .flatMap(({ Messages: messages }) => (Array.isArray(messages) ? (messages as unknown[]) : []))
    .filter(isObject)
    .map(({ Code: code, Value: text }) => [code, text].filter((one) => typeof one === 'string').join(': '));
  return [
    ...partial.map(
      ({ Label: label, Id: id, StatusCode: code }) =>
        `CloudWatch says that "${shorten(String(label ?? id ?? ''))}" is not complete (StatusCode ${String(code)}).`,
    ),
    ...(typeof answer.NextToken === 'string' && answer.NextToken !== ''
      ? ['This is one page of an answer of CloudWatch: NextToken names the next one.']
      : []),
    ...said.map((text) => `CloudWatch says: ${text.replace(/\s+/g, ' ').slice(0, 200)}.`),
  ];
}

/** `[{ name: 'byte' }, { name: 'second' }]`: the second unit is what the first is per. */
function readDatadogUnit(units: unknown): { unit?: string } {
  const [unit, per] = (Array.isArray(units) ? (units as unknown[]) : []).map((one) =>
    isObject(one) ? one.name : null,
  );
  return unitNamed(typeof unit === 'string' && typeof per === 'string' ? `${unit}/${per}` : unit);
}

/** What Datadog says is missing from its answer. */
function listGapsOfDatadog(answer: Json): string[] {
  const meta = isObject(answer.meta) ? answer.meta : {};
  const words = [answer.warning, meta.warning, answer.message, ...[answer.warnings, meta.warnings].flat()]
    .map((one) => (isObject(one) ? (one.detail ?? one.title) : one))
    .filter((one): one is string => typeof one === 'string' && one !== '');
  const status = [answer.status, meta.status].find(
    (one) => typeof one === 'string' && !/^(ok|done)$/i.test(one),
  );
  return [
    ...(status === undefined
      ? []
      : [`Datadog gives the status "${shorten(String(status))}": points may be missing.`]),
    ...(answer.partial === true || meta.partial === true ? ['Datadog says that the answer is partial.'] : []),
    ...words.map((text) => `Datadog says: ${text.replace(/\s+/g, ' ').slice(0, 200)}.`),
  ];
}

/** Datadog: the queries of its API, version 1 and 2. */
export const datadog: JsonLayout = (value, options) => {
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
    const read = joinPoints(
      (list as Json[]).map((one, i) => {
        const pairs = one.pointlist as unknown[][];
        return {
          path: (t, part) => ['series', i, 'pointlist', t, part === 'time' ? 0 : 1],
          name: names[i]!,
          ...readDatadogUnit(one.unit),
          times: pairs.map((pair) => byEpoch(pair[0])),
          values: pairs.map((pair) => pair[1]),
        };
      }),
      layout,
      options,
    );
    return withNotes(read, listGapsOfDatadog(value));
  }
  const attributes = isObject(value.data) && isObject(value.data.attributes) ? value.data.attributes : null;
  if (!attributes || !Array.isArray(attributes.times) || !Array.isArray(attributes.values)) return null;
  const described = Array.isArray(attributes.series) ? (attributes.series as Json[]) : [];
  const read = joinPoints(
    (attributes.values as unknown[][]).map((values, i) => {
      const tags = described[i]?.group_tags;
      return {
        path: (t, part) => ['data', 'attributes', ...(part === 'time' ? ['times'] : ['values', i]), t],
        name: Array.isArray(tags) && tags.length > 0 ? tags.map(String).join(' ') : `query ${i + 1}`,
        ...readDatadogUnit(described[i]?.unit),
        times: (attributes.times as unknown[]).map(byEpoch),
        values,
      };
    }),
    layout,
    options,
  );
  return withNotes(read, listGapsOfDatadog(value));
};

/** Dynatrace, `/api/v2/metrics/query`: `{ result: [{ metricId, data: [{ dimensions, timestamps, values }] }] }`. */
export const dynatrace: JsonLayout = (value, options) => {
  const results = isObject(value) ? value.result : null;
  if (
    !Array.isArray(results) ||
    results.length === 0 ||
    !results.every((one) => isObject(one) && typeof one.metricId === 'string' && Array.isArray(one.data))
  )
    return null;
  const list = (results as Json[]).flatMap(({ metricId, data }, r) =>
    (data as Json[]).map((one, i) => ({ metricId: String(metricId), one, path: ['result', r, 'data', i] })),
  );
  if (!list.every(({ one }) => isObject(one) && Array.isArray(one.timestamps) && Array.isArray(one.values)))
    return null;
  const names = nameSeries(
    list.map(({ metricId, one }) => ({
      __name__: metricId,
      ...(isObject(one.dimensionMap)
        ? readLabels(one.dimensionMap)
        : Object.fromEntries(
            (Array.isArray(one.dimensions) ? one.dimensions : []).map((text, d) => [String(d), String(text)]),
          )),
    })),
  );
  return joinPoints(
    list.map(({ one, path }, i) => ({
      path: (t, part) => [...path, part === 'time' ? 'timestamps' : 'values', t],
      name: names[i]!,
      times: (one.timestamps as unknown[]).map(byEpoch),
      values: one.values as unknown[],
    })),
    'an answer of Dynatrace',
    options,
  );
};

/** Grafana: data frames as JSON, from a query's answer or the inspector. */
export const grafanaFrames: JsonLayout = (value, options) => {
  const frames: [frame: Json, path: JsonPath][] = [];
  const visit = (node: unknown, path: JsonPath): void => {
    if (path.length > 6 || typeof node !== 'object' || node === null) return;
    if (
      isObject(node) &&
      isObject(node.schema) &&
      Array.isArray(node.schema.fields) &&
      isObject(node.data) &&
      Array.isArray(node.data.values)
    ) {
      frames.push([node, path]);
      return;
    }
    const list = Array.isArray(node);
    for (const [key, inner] of Object.entries(node)) visit(inner, [...path, list ? Number(key) : key]);
  };
  if (
    Array.isArray(value)
      ? isObject(value[0]) && 'schema' in value[0]
      : isObject(value) && ['results', 'schema', 'frames', 'response'].some((key) => key in value)
  )
    visit(value, []);
  if (frames.length === 0) return null;
  const series: PointSeries[] = [];
  const texts = new Set<string>();
  const said = new Set<string>();
  for (const [frame, at] of frames) {
    const { fields, meta } = frame.schema as { fields: Json[]; meta?: unknown };
    const notices: unknown = isObject(meta) ? meta.notices : undefined;
    for (const one of Array.isArray(notices) ? (notices as unknown[]) : [])
      if (isObject(one) && typeof one.text === 'string') said.add(one.text);
    const columns = (frame.data as Json).values as unknown[][];
    const time = fields.findIndex(({ type }) => type === 'time');
    if (time < 0) continue;
    fields.forEach((field, c) => {
      if (c !== time && (field.type === 'string' || field.type === 'boolean')) texts.add(String(field.name));
      if (field.type !== 'number') return;
      const config = isObject(field.config) ? field.config : {};
      const labels = Object.entries(readLabels(field.labels)).map(
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
        path: (t, part) => [...at, 'data', 'values', part === 'time' ? time : c, t],
      });
    });
  }
  return withNotes(joinPoints(series, 'data frames of Grafana', options), [
    ...(texts.size > 0 ? [`Left out, as they hold no numbers: ${listNames([...texts])}.`] : []),
    ...[...said].map((text) => `The server says: ${text.replace(/\s+/g, ' ').slice(0, 200)}.`),
  ]);
};

/** Azure Monitor: `{ value: [{ name, unit, timeseries: [{ data: [{ timeStamp, average }] }] }] }`. */
export const azure: JsonLayout = (value, options) => {
  if (!isObject(value)) return null;
  // A batch has the answers of several resources.
  const batch = Array.isArray(value.values) ? (value.values as unknown[]) : null;
  const answers = (batch ?? [value]) as Json[];
  const list = answers.flatMap((answer, b) =>
    isObject(answer) && Array.isArray(answer.value)
      ? (answer.value as Json[]).map((one, v) => ({
          one,
          at: [...(batch ? ['values', b] : []), 'value', v] as JsonPath,
          resource: batch
            ? [
                String(answer.resourceid ?? '')
                  .split('/')
                  .at(-1)!,
              ]
            : [],
        }))
      : [],
  );
  if (answers.some((answer) => !isObject(answer) || !Array.isArray(answer.value))) return null;
  if (!list.every(({ one }) => isObject(one) && Array.isArray(one.timeseries))) return null;
  const series = list.flatMap(({ one, at, resource }) =>
    (one.timeseries as Json[]).flatMap((inner, i): PointSeries[] => {
      const data = (Array.isArray(inner.data) ? inner.data : []) as Json[];
      const title = isObject(one.name) ? String(one.name.value) : String(one.name ?? '');
      const tags = (Array.isArray(inner.metadatavalues) ? (inner.metadatavalues as Json[]) : []).map((tag) =>
        String(tag.value),
      );
      const kinds = [...new Set(data.flatMap((point) => Object.keys(point)))].filter(
        (key) => key !== 'timeStamp',
      );
      return kinds.map((kind) => ({
        name: [...resource, title, ...tags, ...(kinds.length > 1 ? [kind] : [])].join(' '),
        ...unitNamed(one.unit),
        times: data.map((point) => point.timeStamp),
        values: data.map((point) => point[kind]),
        path: (t, part) => [...at, 'timeseries', i, 'data', t, part === 'time' ? 'timeStamp' : kind],
      }));
    }),
  );
  return joinPoints(series, 'an answer of Azure Monitor', options);
};

/** A value of Google Cloud Monitoring under the name of its type; of a distribution the mean. */
function typedValue(value: unknown): { value: unknown; path: JsonPath } {
  const typed = isObject(value) ? value : {};
  const type = ['doubleValue', 'int64Value'].find(
    (name) => typed[name] !== undefined && typed[name] !== null,
  );
  if (type !== undefined) return { value: typed[type], path: [type] };
  const { distributionValue } = typed;
  return isObject(distributionValue)
    ? { value: distributionValue.mean, path: ['distributionValue', 'mean'] }
    : { value: null, path: [] };
}

/** Google Cloud Monitoring: `{ timeSeries: [{ metric, resource, points: [{ interval, value }] }] }`. */
export const googleCloud: JsonLayout = (value, options) => {
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
      ...readLabels((one.metric as Json).labels),
      ...readLabels(isObject(one.resource) ? one.resource.labels : undefined),
    })),
  );
  return joinPoints(
    (list as Json[]).map((one, i) => {
      const points = one.points as Json[];
      const base: JsonPath = list === value ? [i, 'points'] : ['timeSeries', i, 'points'];
      const typed = points.map((point) => typedValue(point.value));
      return {
        name: names[i]!,
        ...unitNamed(one.unit === '1' ? '' : one.unit),
        times: points.map((point) => (point.interval as Json | undefined)?.endTime),
        values: typed.map(({ value: number }) => number),
        path: (t, part) => [
          ...base,
          t,
          ...(part === 'time' ? ['interval', 'endTime'] : ['value', ...typed[t]!.path]),
        ],
      };
    }),
    'an answer of Google Cloud Monitoring',
    options,
  );
};
