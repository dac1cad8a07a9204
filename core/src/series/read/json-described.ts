/** JSON tables whose columns are described beside the rows, and lists that charts draw. */
import { HeedError } from '../../errors.js';
import { isEpoch } from './counted-times.js';
import { byEpoch, isObject, isPairs, type Json, type JsonLayout } from './json-shapes.js';
import type { ReadOptions } from './options.js';
import type { JsonPath } from './json-place.js';
import { joinPoints, type PointSeries } from './points.js';
import { seriesFromColumns, seriesFromRecords, type SeriesRecord } from './records.js';

/** Names of described columns: `[{ name: 'ts', type: 'DateTime' }, …]`. */
function readNames(columns: unknown): string[] | null {
  // TDengine: [['ts', 'TIMESTAMP', 8], …].
  if (
    Array.isArray(columns) &&
    columns.length > 0 &&
    columns.every((one) => Array.isArray(one) && isTexts(one.slice(0, 2)))
  )
    return (columns as string[][]).map(([name]) => name!);
  if (!Array.isArray(columns) || columns.length === 0 || !columns.every(isObject)) return null;
  const names = (columns as Json[]).map((one) => one.name ?? one.ColumnName ?? one.display_name);
  return names.every((name) => typeof name === 'string') ? (names as string[]) : null;
}

/** ClickHouse tells the zone of its times by their type: `DateTime('Europe/Berlin')`, `DateTime64(3, 'UTC')`. */
function withZone({ meta }: Json, options: ReadOptions): ReadOptions {
  if (options.timeZone !== undefined || !Array.isArray(meta)) return options;
  const zones = meta.flatMap((one) => {
    const type = isObject(one) && typeof one.type === 'string' ? one.type : '';
    return /DateTime(?:64)?\((?:\d+, ?)?'([^']+)'\)/.exec(type)?.[1] ?? [];
  });
  return zones.length > 0 && new Set(zones).size === 1 ? { ...options, timeZone: zones[0]! } : options;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}

/**
 * The only result that has rows.
 * @throws HeedError bad-json where several have some
 */
function pickResult(results: readonly Json[], rowsIn: (one: Json) => unknown, options: ReadOptions): Json {
  const filled = results.filter((one) => {
    const rows = rowsIn(one);
    return Array.isArray(rows) && rows.length > 0;
  });
  if (filled.length > 1) {
    throw new HeedError(
      'bad-json',
      `the answer holds ${filled.length} results`,
      'Give one of them as a file of its own.',
      { file: options.name },
    );
  }
  return filled[0] ?? results[0]!;
}

/**
 * What SQL engines answer: Elasticsearch and OpenSearch SQL, ES|QL, ClickHouse, Trino, BigQuery, Azure Log Analytics,
 * Metabase, Splunk: `{ columns: [{ name, type }], rows: [[…], …] }` under names of their own.
 */
export const describedTable: JsonLayout = (value, given) => {
  // Kusto answers with frames, one of which is the table.
  if (Array.isArray(value)) {
    const frames = value.filter(
      (one): one is Json => isObject(one) && Array.isArray(one.Columns) && Array.isArray(one.Rows),
    );
    const results = frames.filter(({ TableKind }) => TableKind === 'PrimaryResult');
    const [only] = results.length > 0 ? [pickResult(results, ({ Rows }) => Rows, given)] : frames;
    return only && 'FrameType' in only ? describedTable(only, given) : null;
  }
  if (!isObject(value)) return null;
  const tables = value.tables ?? value.Tables;
  const list = Array.isArray(tables) ? (tables as unknown[]) : [];
  // Log Analytics puts tables of statistics beside the one that was asked for.
  const results = list.filter((one): one is Json => isObject(one) && one.name === 'PrimaryResult');
  const first = results.length > 0 ? pickResult(results, ({ rows }) => rows, given) : list[0];
  const nodes: [unknown, JsonPath][] = [
    [value, []],
    [value.data, ['data']],
    [value.result, ['result']],
    [value.resultTable, ['resultTable']],
    [first, [value.tables ? 'tables' : 'Tables', Math.max(0, list.indexOf(first))]],
  ];
  for (const [node, base] of nodes) {
    if (!isObject(node)) continue;
    const fields = isObject(node.schema) ? node.schema.fields : node.schema;
    // Splunk has bare names, and in `json_cols` a list of cells for each.
    const bare = isTexts(node.fields) ? node.fields : readNames(node.fields);
    const lists = node.columns;
    if (bare && Array.isArray(lists) && lists.length === bare.length && lists.every(Array.isArray)) {
      const cells = lists as unknown[][];
      return fromRows(
        bare,
        Array.from({ length: cells.reduce((most, list) => Math.max(most, list.length), 0) }, (_, row) =>
          cells.map((list) => list[row] ?? null),
        ),
        given,
        (row, cell) => [...base, 'columns', ...(cell === undefined ? [] : [cell, row])],
      );
    }
    const options = withZone(node, given);
    // Pinot and CrateDB have the names alone.
    const plain = [isObject(node.dataSchema) ? node.dataSchema.columnNames : null, node.cols].find(isTexts);
    const named = [node.columns, node.Columns, node.cols, node.meta, node.column_meta, fields]
      .map(readNames)
      .concat([plain ?? null]);
    const names = named.find(Boolean) ?? bare;
    const key = ['rows', 'Rows', 'values', 'datarows', 'dataset', 'data'].find(
      (one) => Array.isArray(node[one]) && (node[one] as unknown[]).length > 0,
    );
    const rows = key === undefined ? undefined : (node[key] as unknown[]);
    if (!names || !rows) continue;
    if (rows.every((row) => isObject(row) && Array.isArray(row.f))) {
      // BigQuery wraps every cell: { f: [{ v: '1' }] }.
      const cells = (rows as Json[]).map((row) => (row.f as Json[]).map((cell) => cell?.v));
      return fromRows(names, cells, options, (row, cell) => [
        ...base,
        key!,
        row,
        ...(cell === undefined ? [] : ['f', cell, 'v']),
      ]);
    }
    if (rows.every(isObject))
      return seriesFromRecords(rows as SeriesRecord[], options, undefined, [...base, key!]);
    if (rows.every(Array.isArray)) {
      return fromRows(names, rows as unknown[][], options, (row, cell) => [
        ...base,
        key!,
        row,
        ...(cell === undefined ? [] : [cell]),
      ]);
    }
  }
  return null;
};

function fromRows(
  names: readonly string[],
  rows: readonly (readonly unknown[])[],
  options: Parameters<JsonLayout>[1],
  /** Where a row, or a cell of it, stands. */
  path: (row: number, cell: number | undefined) => JsonPath,
): ReturnType<JsonLayout> {
  // Equal names get numbers later; cells are found by their place.
  const keys = names.map((name, c) => (names.indexOf(name) < c ? `${name} (${c + 1})` : name));
  const at = new Map(keys.map((name, c) => [name, c]));
  return seriesFromColumns(keys, rows.length, (name, row) => rows[row]![at.get(name)!], options, {
    path: (row, column) => path(row, column === undefined ? undefined : at.get(column)),
  });
}

/** Athena and Timestream: `{ Rows: [{ Data: [{ VarCharValue: '1' }] }] }`, names in the first row or beside. */
export const wrappedCells: JsonLayout = (value, options) => {
  if (!isObject(value)) return null;
  const node = isObject(value.ResultSet) ? value.ResultSet : value;
  const base: JsonPath = node === value ? ['Rows'] : ['ResultSet', 'Rows'];
  const rows = node.Rows;
  if (!Array.isArray(rows) || rows.length < 2) return null;
  if (!rows.every((row) => isObject(row) && Array.isArray(row.Data) && row.Data.every(isObject))) return null;
  const cells = (rows as Json[]).map((row) =>
    (row.Data as Json[]).map((cell) => Object.values(cell)[0] ?? null),
  );
  const described = [
    node.ColumnInfo,
    isObject(node.ResultSetMetadata) ? node.ResultSetMetadata.ColumnInfo : null,
  ].map((info) => (Array.isArray(info) ? info.map((one) => String((one as Json | null)?.Name ?? '')) : null));
  const first = cells[0]!.map(String);
  const named = first.every((cell) => cell !== '' && !/^[-+\d]/.test(cell));
  const names = named ? first : (described.find(Boolean) ?? first.map((_, c) => `column ${c + 1}`));
  const body = named ? cells.slice(1) : cells;
  return fromRows(names, body, options, (row, cell) => [
    ...base,
    row + (named ? 1 : 0),
    'Data',
    ...(cell === undefined ? [] : [cell]),
  ]);
};

/** Logs Insights of CloudWatch: `{ results: [[{ field: 'bin(1m)', value: '…' }, …], …] }`. */
export const fieldRows: JsonLayout = (value, options) => {
  const rows = isObject(value) ? value.results : value;
  if (
    !Array.isArray(rows) ||
    rows.length === 0 ||
    !rows.every(
      (row) =>
        Array.isArray(row) &&
        row.length > 0 &&
        row.every((one) => isObject(one) && 'field' in one && 'value' in one),
    )
  )
    return null;
  const list = rows as Json[][];
  const names = [...new Set(list.flatMap((row) => row.map(({ field }) => String(field))))];
  const readCell = (row: number, name: string | undefined): number =>
    list[row]!.findIndex(({ field }) => String(field) === name);
  return seriesFromColumns(
    names,
    list.length,
    (name, row) => list[row]![readCell(row, name)]?.value,
    options,
    {
      path: (row, column) => {
        const cell = readCell(row, column);
        return [...(rows === value ? [] : ['results']), row, ...(cell < 0 ? [] : [cell, 'value'])];
      },
    },
  );
};

/** One line of a chart: `{ name, data: [[x, y], …] }`, `{ label, data: [{ x, y }] }`, `{ x: […], y: […] }`. */
function readLine(one: unknown, i: number, base: JsonPath): PointSeries | null {
  if (!isObject(one)) return null;
  const given = one.name ?? one.label ?? one.key ?? one.id;
  const name = typeof given === 'string' ? given : `series ${i + 1}`;
  if (Array.isArray(one.x) && Array.isArray(one.y)) {
    return {
      name,
      times: one.x.map(byEpoch),
      values: one.y,
      path: (t, part) => [...base, i, part === 'time' ? 'x' : 'y', t],
    };
  }
  const key = one.data === undefined || one.data === null ? 'points' : 'data';
  const list: unknown = one[key];
  if (!Array.isArray(list) || list.length === 0) return null;
  const points = list as unknown[];
  const drawn = points.every((point) => isObject(point) && 'x' in point && 'y' in point);
  const pairs: readonly (readonly unknown[])[] | null = drawn
    ? (points as Json[]).map((point) => [point.x, point.y])
    : isPairs(points)
      ? points
      : null;
  if (!pairs) return null;
  return {
    name,
    times: pairs.map(([time]) => byEpoch(time)),
    values: pairs.map((pair) => pair[1]),
    path: (t, part) => [...base, i, key, t, ...(part === 'time' ? [drawn ? 'x' : 0] : [drawn ? 'y' : 1])],
  };
}

/** Lists of pairs of a time and a value by the names of their lines: `{ prices: [[1772409600000, 5], …], … }`. */
function readNamedLines(node: Json, base: JsonPath): PointSeries[] | null {
  const lists = Object.entries(node).filter(([, list]) => Array.isArray(list) && list.length > 1);
  if (lists.length === 0 || !lists.every(([, list]) => isPairs(list) && list.every(isTimed))) return null;
  return lists.map(([name, list]) => {
    const pairs = list as readonly (readonly unknown[])[];
    return {
      name,
      times: pairs.map(([time]) => byEpoch(time)),
      values: pairs.map((pair) => pair[1]),
      path: (t, part) => [...base, name, t, part === 'time' ? 0 : 1],
    };
  });
}

/** A pair whose first is an epoch time of our days. */
const isTimed = (pair: readonly unknown[]): boolean =>
  pair.length === 2 && typeof pair[0] === 'number' && isEpoch([pair[0]]);

/** The data of charts: Highcharts, Plotly, Chart.js, ECharts, ApexCharts. */
export const charts: JsonLayout = (value, options) => {
  const nested = isObject(value) && isObject(value.data);
  const inner = nested ? (value.data as Json) : value;
  const root: JsonPath = nested ? ['data'] : [];
  if (isObject(inner) && Array.isArray(inner.labels) && Array.isArray(inner.datasets)) {
    // Chart.js with its times beside the lines.
    const { labels, datasets } = inner as { labels: unknown[]; datasets: unknown[] };
    if (
      datasets.length > 0 &&
      datasets.every(
        (one) =>
          isObject(one) &&
          Array.isArray(one.data) &&
          one.data.length === labels.length &&
          !one.data.some(isObject),
      )
    ) {
      const columns = datasets as { label?: unknown; data: unknown[] }[];
      const names = columns.map((one, i) => String(one.label ?? `series ${i + 1}`));
      return fromRows(
        ['time', ...names],
        labels.map((time, t) => [time, ...columns.map(({ data }) => data[t])]),
        options,
        (row, cell = 0) =>
          cell === 0 ? [...root, 'labels', row] : [...root, 'datasets', cell - 1, 'data', row],
      );
    }
  }
  const named = isObject(inner) ? readNamedLines(inner, root) : null;
  if (named) return joinPoints(named, 'the data of a chart', options);
  const key = isObject(inner)
    ? ['series', 'datasets', 'traces', 'data'].find((one) => inner[one] !== undefined && inner[one] !== null)
    : undefined;
  const list = key === undefined ? inner : (inner as Json)[key];
  if (!Array.isArray(list) || list.length === 0) return null;
  const lines = list.map((one, i) => readLine(one, i, key === undefined ? root : [...root, key]));
  if (lines.some((line) => line === null)) return null;
  return joinPoints(lines as PointSeries[], 'the data of a chart', options);
};
