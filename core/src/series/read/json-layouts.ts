import { HeedError } from '../../errors.js';
import { unitOfName } from '../units.js';
import { elasticsearch } from './json-elasticsearch.js';
import { charts, describedTable, fieldRows } from './json-described.js';
import { azure, cloudWatch, datadog, dynatrace, googleCloud, grafanaFrames } from './json-clouds.js';
import {
  byEpoch,
  isObject,
  isPairs,
  readLabels,
  seconds,
  type Json,
  type JsonLayout,
} from './json-shapes.js';
import { faultAt, type JsonPath } from './json-place.js';
import type { ReadOptions, ReadResult } from './options.js';
import { otlp } from './json-otlp.js';
import { joinPoints, type PointSeries } from './points.js';
import { nameSeries, type SeriesLabels } from './series-names.js';

/** Prometheus (and Mimir, Thanos, VictoriaMetrics, Loki): a whole answer, its `data`, or the result alone. */
export const prometheus: JsonLayout = (value, options) => {
  let result: unknown = value;
  let base: JsonPath = [];
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
        [
          {
            name: 'value',
            times: [seconds(pair?.[0])],
            values: [pair?.[1]],
            path: (_, part) => [...(data === value ? [] : ['data']), 'result', part === 'time' ? 0 : 1],
          },
        ],
        'an answer of Prometheus',
        options,
      );
    }
    base = 'result' in data ? (data === value ? ['result'] : ['data', 'result']) : [];
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
  const single = isObject(value) && base.length === 0;
  // One series may come in several parts, as instant vectors that were asked for one after the other.
  const joined = new Map<string, PrometheusSeries>();
  for (const [i, one] of (result as Json[]).entries()) {
    if (!('values' in one || 'value' in one)) continue;
    const at = single ? base : [...base, i];
    const many = 'values' in one;
    const pairs = pairsAt(many ? one.values : [one.value], [...at, 'values'], options);
    const key = JSON.stringify(one.metric);
    let own = joined.get(key);
    if (!own) joined.set(key, (own = { labels: readLabels(one.metric), times: [], values: [], paths: [] }));
    for (const [t, pair] of pairs.entries()) {
      own.times.push(seconds(pair[0]));
      own.values.push(pair[1]);
      own.paths.push([...at, ...(many ? ['values', t] : ['value'])]);
    }
  }
  const list = [...joined.values()];
  const names = nameSeries(
    list.map(({ labels }) => labels),
    'value',
  );
  return joinPoints(
    list.map(({ labels, times, values, paths }, i): PointSeries => {
      const unit = unitOfName(labels['__name__'] ?? '');
      return {
        name: names[i]!,
        ...(unit === undefined ? {} : { unit }),
        times,
        values,
        path: (t, part) => [...paths[t]!, part === 'time' ? 0 : 1],
      };
    }),
    'an answer of Prometheus',
    options,
  );
};

interface PrometheusSeries {
  readonly labels: SeriesLabels;
  readonly times: unknown[];
  readonly values: unknown[];
  readonly paths: JsonPath[];
}

/** Pairs of a time and a value. @throws HeedError bad-json at the first that is none */
function pairsAt(list: unknown, path: JsonPath, options: ReadOptions): readonly (readonly unknown[])[] {
  const bad = Array.isArray(list) ? list.findIndex((pair) => !Array.isArray(pair) || pair.length < 2) : 0;
  if (bad < 0) return list as readonly (readonly unknown[])[];
  throw faultAt(options, Array.isArray(list) ? [...path, bad] : path, {
    code: 'bad-json',
    what: Array.isArray(list) ? 'this is no pair of a time and a value' : 'this is no list of pairs',
    remedy: 'Export the answer again.',
  });
}

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
  const joined = new Map<
    string,
    { labels: SeriesLabels; times: unknown[]; values: unknown[]; places: [line: number, point: number][] }
  >();
  for (const [i, one] of (list as Json[]).entries()) {
    const key = JSON.stringify(one.metric);
    let own = joined.get(key);
    if (!own) joined.set(key, (own = { labels: readLabels(one.metric), times: [], values: [], places: [] }));
    const times = one.timestamps as unknown[];
    const values = one.values as unknown[];
    if (times.length !== values.length) {
      throw faultAt(options, [i, 'values'], {
        code: 'length-mismatch',
        what: `there are ${values.length} values for ${times.length} times`,
        remedy: 'Export it again.',
      });
    }
    for (let t = 0; t < times.length; t++) {
      own.times.push(times[t]);
      own.values.push(values[t]);
      own.places.push([i, t]);
    }
  }
  const all = [...joined.values()];
  const names = nameSeries(
    all.map(({ labels }) => labels),
    'value',
  );
  return joinPoints(
    all.map(({ labels, times, values, places }, i) => {
      const unit = unitOfName(labels['__name__'] ?? '');
      return {
        name: names[i]!,
        ...(unit === undefined ? {} : { unit }),
        times,
        values,
        path: (row, part) => [places[row]![0], part === 'time' ? 'timestamps' : 'values', places[row]![1]],
      };
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
  const places = (value.results as Json[]).flatMap((one, r): JsonPath[] =>
    isObject(one) && Array.isArray(one.series) ? one.series.map((_, s) => ['results', r, 'series', s]) : [],
  );
  const names = nameSeries(
    list.map((one) => ({ __name__: String(one.name ?? ''), ...readLabels(one.tags) })),
  );
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
        const at = places[i]!;
        return [
          {
            name,
            times: rows.map((row) => byEpoch(row[time])),
            values: rows.map((row) => row[c]),
            path: (t, part) => [...at, 'values', t, part === 'time' ? time : c],
          },
        ];
      });
    }),
    'an answer of InfluxDB',
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
    (list as Json[]).map((one, i) => {
      const pairs = one.datapoints as unknown[][];
      const base: JsonPath = list === value ? [i] : [];
      return {
        path: (t, part) => [...base, 'datapoints', t, part === 'time' ? 1 : 0],
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
      path: (t, part) => [...(body === value ? [] : ['result']), 'data', t, part === 'time' ? 0 : i + 1],
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
    (list as Json[]).map((one) => ({ __name__: String(one.metric ?? ''), ...readLabels(one.tags) })),
  );
  return joinPoints(
    (list as Json[]).map((one, i) => {
      const listed = isPairs(one.dps);
      const pairs = isPairs(one.dps) ? one.dps : Object.entries(one.dps as Json);
      const base: JsonPath = list === value ? [i, 'dps'] : ['dps'];
      return {
        path: (t, part) => [...base, ...(listed ? [t, part === 'time' ? 0 : 1] : [String(pairs[t]![0])])],
        name: names[i]!,
        // Keys of an object are text.
        times: pairs.map(([time]) => byEpoch(/^\d+$/.test(String(time)) ? Number(time) : time)),
        values: pairs.map((pair) => pair[1]),
      };
    }),
    'an answer of OpenTSDB',
    options,
  );
};

/** Layouts of programs, most telling first. */
export const jsonLayouts: readonly JsonLayout[] = [
  prometheus,
  influx,
  cloudWatch,
  datadog,
  dynatrace,
  graphite,
  openTsdb,
  netdata,
  elasticsearch,
  grafanaFrames,
  azure,
  googleCloud,
  otlp,
  describedTable,
  fieldRows,
  charts,
];
