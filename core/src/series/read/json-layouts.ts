import { elasticsearch } from './json-elasticsearch.js';
import { sourceError } from './json-faults.js';
import { homeAssistant, zabbix } from './json-items.js';
import { charts, describedTable, fieldRows, wrappedCells } from './json-described.js';
import { azure, cloudWatch, datadog, dynatrace, googleCloud, grafanaFrames } from './json-clouds.js';
import { isEpoch } from './counted-times.js';
import {
  byEpoch,
  isObject,
  isPairs,
  readLabels,
  seconds,
  type Json,
  type JsonLayout,
} from './json-shapes.js';
import type { JsonPath } from './json-place.js';
import { otlp } from './json-otlp.js';
import { joinPoints, withNotes, type PointSeries } from './points.js';
import { prometheus } from './json-prometheus.js';
import { nameSeries } from './series-names.js';
import { listNames } from './words.js';

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
    throw sourceError(String(fault), options.name);
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
  const texts = new Set<string>();
  const read = joinPoints(
    list.flatMap((one, i): PointSeries[] => {
      const columns = (one.columns as unknown[]).map(String);
      const rows = one.values as unknown[][];
      const time = Math.max(0, columns.indexOf('time'));
      return columns.flatMap((column, c) => {
        if (c === time) return [];
        if (!rows.some((row) => typeof row[c] === 'number')) {
          texts.add(column);
          return [];
        }
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
  const partial = list.some((one) => one.partial === true) || statements.some((one) => isObject(one) && one.partial === true); // prettier-ignore
  return withNotes(read, [
    ...(texts.size > 0 ? [`Left out, as they hold no numbers: ${listNames([...texts])}.`] : []),
    ...(partial ? ['InfluxDB says that the answer is partial: its limit of rows was reached.'] : []),
  ]);
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

/** `rrdtool xport --json`: `{ meta: { start, step, legend }, data: [[value, …], …] }`; with `-t` a time leads each row. */
const rrdtool: JsonLayout = (value, options) => {
  if (!isObject(value) || !isObject(value.meta) || !Array.isArray(value.data)) return null;
  const { start, step, legend } = value.meta;
  if (typeof start !== 'number' || typeof step !== 'number' || !value.data.every(Array.isArray)) return null;
  const rows = value.data as unknown[][];
  const names = Array.isArray(legend)
    ? legend.map(String)
    : isObject(legend)
      ? Object.values(legend).map(String)
      : [];
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== width) || (width !== names.length && width !== names.length + 1))
    return null;
  const lead = width - names.length;
  return joinPoints(
    names.map((name, i) => ({
      name,
      path: (t) => ['data', t, i + lead],
      times: rows.map((row, t) => (lead > 0 ? seconds(row[0]) : 1000 * (start + t * step))),
      values: rows.map((row) => row[i + lead]),
    })),
    'an export of rrdtool',
    options,
  );
};

/** Values at even steps: `[{ target, start, step, values: [value, …] }]`, epoch seconds or ms. */
const stepped: JsonLayout = (value, options) => {
  const list = isObject(value) && Array.isArray(value.values) ? [value] : value;
  const isOne = (one: unknown): one is Json =>
    isObject(one) &&
    typeof one.start === 'number' &&
    typeof one.step === 'number' &&
    one.step > 0 &&
    isEpoch([one.start]) &&
    Array.isArray(one.values) &&
    one.values.length > 0 &&
    one.values.every((cell) => typeof cell === 'number' || cell === null);
  if (!Array.isArray(list) || list.length === 0 || !list.every(isOne)) return null;
  return joinPoints(
    list.map((one, i) => {
      const [start, step, values] = [one.start as number, one.step as number, one.values as unknown[]];
      return {
        name: String(one.target ?? one.name ?? one.metric ?? one.pathExpression ?? ''),
        path: (t: number): JsonPath => [...(list === value ? [i] : []), 'values', t],
        times: values.map((_, t) => byEpoch(start + t * step)),
        values,
      };
    }),
    'a list of values at even steps',
    options,
  );
};

/** Netatmo: `{ body: [{ beg_time, step_time, value: [[value, …], …] }, …] }`. */
const netatmo: JsonLayout = (value, options) => {
  const list = isObject(value) ? value.body : null;
  const isBlock = (one: unknown): one is Json =>
    isObject(one) &&
    typeof one.beg_time === 'number' &&
    Array.isArray(one.value) &&
    one.value.every(Array.isArray);
  if (!Array.isArray(list) || list.length === 0 || !list.every(isBlock)) return null;
  const blocks = list as Json[];
  const rows = blocks.flatMap((one, b) =>
    (one.value as unknown[][]).map((cells, t) => ({
      time: 1000 * ((one.beg_time as number) + t * Number(one.step_time ?? 0)),
      cells,
      path: ['body', b, 'value', t] as JsonPath,
    })),
  );
  const width = rows.reduce((most, { cells }) => Math.max(most, cells.length), 0);
  return joinPoints(
    Array.from({ length: width }, (_, c) => ({
      name: width === 1 ? 'value' : `value ${c + 1}`,
      path: (t: number) => [...rows[t]!.path, c],
      times: rows.map(({ time }) => time),
      values: rows.map(({ cells }) => cells[c] ?? null),
    })),
    'an answer of Netatmo',
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
  rrdtool,
  stepped,
  netatmo,
  openTsdb,
  netdata,
  zabbix,
  homeAssistant,
  elasticsearch,
  grafanaFrames,
  azure,
  googleCloud,
  otlp,
  describedTable,
  wrappedCells,
  fieldRows,
  charts,
];
