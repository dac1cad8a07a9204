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
import { decodeEntry, decodeSample, decodeValue, isHistogram, openAnswer } from './prometheus-answer.js';
import { nameSeries, type SeriesLabels } from './series-names.js';
import { shorten } from './words.js';

/** Prometheus (and Mimir, Thanos, VictoriaMetrics, Loki): a whole answer, its `data`, or the result alone. */
export const prometheus: JsonLayout = (value, options) => {
  const layout = 'an answer of Prometheus';
  const answer = openAnswer(value);
  if (isObject(value) && value.status === 'error' && answer.error) {
    throw new HeedError(
      'source-error',
      `the answer holds an error instead of series: ${answer.error}`,
      'Correct the query and export the answer again.',
      { file: options.name },
    );
  }
  // One series alone is read as well.
  const single = answer.entries === null && isObject(value) && 'metric' in value;
  const entries = single ? [value] : answer.entries;
  if (!entries) return null;
  if (entries.length === 0) return answer.success ? joinPoints([], layout, options) : null;
  const whole = answer.success && answer.resultType !== undefined;
  if (!whole && !entries.every(isEntry)) return null;
  // VictoriaMetrics' export has values and timestamps in lists of their own.
  if (entries.every((one) => isObject(one) && Array.isArray(one.timestamps)))
    return victoria(entries, options);
  const isScalar = answer.resultType === 'scalar' || answer.resultType === 'string';
  const base = (i: number): JsonPath => (single ? [] : isScalar ? answer.path : [...answer.path, i]);
  // One series may come in several parts, as instant vectors that were asked for one after the other.
  const joined = new Map<string, PrometheusSeries>();
  let histograms = 0;
  for (const [i, one] of entries.entries()) {
    if (isHistogram(one)) {
      histograms++;
      continue;
    }
    const entry = decodeEntry(one);
    if ('fault' in entry) {
      throw faultAt(options, base(i), {
        code: 'bad-json',
        what: entry.fault,
        remedy: 'Export the answer again.',
      });
    }
    const key = JSON.stringify(entry.labels);
    let own = joined.get(key);
    if (!own) joined.set(key, (own = { labels: entry.labels, times: [], values: [], paths: [] }));
    for (const [t, sample] of entry.samples.entries()) {
      const path = isScalar ? answer.path : [...base(i), ...entry.path(t)];
      const pair = decodeSample(sample);
      if (!pair) {
        throw faultAt(options, path, {
          code: 'bad-json',
          what: 'this is no pair of a time and a value',
          remedy: 'Export the answer again.',
        });
      }
      own.times.push(seconds(pair[0]));
      own.values.push(pair[1]);
      own.paths.push(path);
    }
  }
  const list = [...joined.values()];
  if (list.length === 0 && histograms > 0) {
    throw new HeedError(
      'no-numeric-column',
      'all series are native histograms, which are no numbers',
      'Ask for one of them, for instance histogram_quantile(0.95, …) or histogram_avg(…).',
      { file: options.name },
    );
  }
  if (answer.resultType === 'streams') refuseLogLines(list, options);
  const names = nameSeries(
    list.map(({ labels }) => labels),
    'value',
  );
  const { series, notes } = joinPoints(
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
    layout,
    options,
  );
  return {
    series,
    notes: [
      ...notes,
      ...(histograms > 0
        ? [`${histograms} series of native histograms ${histograms === 1 ? 'was' : 'were'} left out.`]
        : []),
      ...answer.warnings.map((warning) => `The server warns: ${warning.replace(/\s+/g, ' ').slice(0, 200)}.`),
    ],
  };
};

interface PrometheusSeries {
  readonly labels: SeriesLabels;
  readonly times: unknown[];
  readonly values: unknown[];
  readonly paths: JsonPath[];
}

function isEntry(one: unknown): boolean {
  return (
    isObject(one) &&
    isObject(one.metric ?? one.stream) &&
    ('values' in one || 'value' in one || 'histograms' in one || 'histogram' in one)
  );
}

/** @throws HeedError where streams of Loki hold lines of logs */
function refuseLogLines(list: readonly PrometheusSeries[], options: ReadOptions): void {
  const line = list.flatMap(({ values }) => values).find((one) => decodeValue(one) === undefined);
  if (line === undefined) return;
  throw new HeedError(
    'no-numeric-column',
    `these are lines of logs such as "${shorten(String(line))}", no series`,
    'Ask Loki for a number, for instance count_over_time({app="…"}[1m]).',
    { file: options.name },
  );
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
  const statements = value.results as unknown[];
  if (
    statements.length > 0 &&
    statements.every((one) => isObject(one) && 'statement_id' in one && !('series' in one))
  ) {
    const fault = (statements as Json[]).map(({ error }) => error).find((one) => typeof one === 'string');
    if (fault === undefined) return joinPoints([], 'an answer of InfluxDB', options);
    throw new HeedError(
      'source-error',
      `the answer holds an error instead of series: ${fault}`,
      'Correct the query and export the answer again.',
      { file: options.name },
    );
  }
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
