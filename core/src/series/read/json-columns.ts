/** Lists of cells by name in JSON, one of which is the time. */
import { markChannel } from './channel-mark.js';
import { HeedError } from '../../errors.js';
import { isObject, jsonShape as shape, type Json } from './json-shapes.js';
import { faultAt, pathText, type JsonPath } from './json-place.js';
import { isMissingText } from './numbers.js';
import { findTimeCell } from './json-tables.js';
import type { ReadOptions, ReadResult } from './options.js';
import { seriesFromColumns } from './records.js';
import { timeRank } from './roles.js';
import { findNamedZone } from './wall-clock.js';
import { listNames } from './words.js';

/** Lists of one length in one part of an object. */
interface ListGroup {
  readonly path: JsonPath;
  readonly lists: Lists;
  /** Times above that part, by their name. */
  readonly beside: NamedTimes | undefined;
}

type NamedTimes = readonly [name: string, times: readonly unknown[], path: JsonPath];

type Lists = Readonly<Record<string, readonly unknown[]>>;

/**
 * Lists of one length under one part of an object, as Open-Meteo has them under `hourly`, perhaps with the times beside
 * that part; null where there are none. Parts that share the times beside them are one.
 * @throws HeedError bad-json where there are several such parts
 */
export function searchColumns(value: Json, options: ReadOptions): ReadResult | null {
  const found: ListGroup[] = [];
  /** `above` holds the lists of times of the objects that this one is in, the nearest first. */
  const visit = (node: Json, path: JsonPath, above: readonly NamedTimes[]): void => {
    const lists = collectLists(node);
    const own = Object.entries(lists);
    const length = own[0]?.[1].length ?? 0;
    const beside = above.find(([, list]) => list.length === length);
    if (
      path.length > 0 &&
      // Two numbers are rather the bounds of something.
      length > 2 &&
      (own.length > 1 || (own.length === 1 && beside !== undefined && beside[0] !== own[0]![0])) &&
      own.every(([, list]) => list.length === length)
    )
      found.push({ path, lists, beside });
    if (path.length > 7) return;
    const timed = own
      .filter(([name]) => timeRank(name) >= 0)
      .map(([name, list]): NamedTimes => [name, list, [...path, name]]);
    const times = timed.length > 0 ? [...timed, ...above] : above;
    for (const [name, inner] of Object.entries(node)) {
      if (isObject(inner)) visit(inner, [...path, name], times);
      else if (Array.isArray(inner) && inner.length === 1 && isObject(inner[0]))
        visit(inner[0], [...path, name, 0], times);
    }
  };
  visit(value, [], []);
  const [first] = found;
  if (!first) return null;
  const { beside } = first;
  const shared = found.every((one) => beside !== undefined && one.beside?.[1] === beside[1]);
  const columns = found.length === 1 ? placeLists(first) : shared ? joinGroups(found) : null;
  if (!columns) {
    throw new HeedError(
      'bad-json',
      `there are several groups of lists: ${found
        .slice(0, 5)
        .map(({ path }) => pathText(path))
        .join(', ')}`,
      'Give one of them as a file of its own.',
      { file: options.name },
    );
  }
  if (beside && !columns.has(beside[0])) columns.set(beside[0], { list: beside[1], path: beside[2] });
  // The times come first, as they do where they stand in the group.
  const names = [...columns.keys()].sort((a, b) => Number(b === beside?.[0]) - Number(a === beside?.[0]));
  const zone = typeof value.timezone === 'string' ? findNamedZone(value.timezone) : undefined;
  const result = readColumns(
    Object.fromEntries(names.map((name) => [name, columns.get(name)!.list])),
    zone === undefined ? options : { timeZone: zone, ...options },
    first.path,
    new Map([...columns].map(([name, { path }]) => [name, path])),
  );
  return (
    result && {
      ...result,
      notes: [
        `The columns were found under ${listNames(found.map(({ path }) => pathText(path)))}.`,
        ...result.notes,
      ],
    }
  );
}

type PlacedLists = Map<string, { list: readonly unknown[]; path: JsonPath }>;

function placeLists({ lists, path }: ListGroup): PlacedLists {
  return new Map(Object.entries(lists).map(([name, list]) => [name, { list, path: [...path, name] }]));
}

/**
 * The lists of groups that share their times: a name that several have bears the name of its group too, `hostA cpu`.
 * Null where groups have times of their own, or names stay equal.
 */
function joinGroups(groups: readonly ListGroup[]): PlacedLists | null {
  const counts = new Map<string, number>();
  for (const { lists } of groups)
    for (const name of Object.keys(lists)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const keys = groups.map(({ path }) => path.filter((key) => typeof key === 'string'));
  const lasts = keys.map((parts) => parts.at(-1)!);
  const prefixes = new Set(lasts).size === lasts.length ? lasts : keys.map((parts) => parts.join(' '));
  const joined: PlacedLists = new Map();
  for (const [g, { lists, path }] of groups.entries()) {
    for (const [name, list] of Object.entries(lists)) {
      const several = counts.get(name)! > 1;
      const full = several ? `${prefixes[g]!} ${name}` : name;
      if (joined.has(full) || holdsTimes(name, list)) return null;
      joined.set(full, { list, path: [...path, name] });
    }
  }
  return joined;
}

/** True for dates or epoch times below the name of a time; `x` may be a coordinate. */
function holdsTimes(name: string, list: readonly unknown[]): boolean {
  return (
    timeRank(name) >= 0 &&
    findTimeCell(
      list.slice(0, 100).map((cell) => [cell]),
      1,
    ) === 0
  );
}

/** The lists of cells that an object holds by name, perhaps as `data` of an object each, as Strava has them. */
function collectLists(node: Json): Lists {
  const entries = Object.entries(node);
  const inner = entries.map(([name, one]) => [name, isObject(one) ? one.data : one] as const);
  const wrapped = entries.length > 1 && entries.every(([, one]) => isObject(one) && Array.isArray(one.data));
  return Object.fromEntries(
    (wrapped ? inner : entries).filter(
      (entry): entry is [string, unknown[]] =>
        Array.isArray(entry[1]) && !entry[1].some((cell) => typeof cell === 'object' && cell !== null),
    ),
  );
}

/** Lists by name, one of which is the time; null where the object holds no lists of cells. */
export function readColumns(
  value: Json,
  options: ReadOptions,
  base: JsonPath = [],
  /** Where lists stand that are not all directly under `base`. */
  places?: ReadonlyMap<string, JsonPath>,
): ReadResult | null {
  const columns: [string, readonly unknown[]][] = [];
  const paths = new Map<string, JsonPath>();
  const list = (cells: unknown, key: string, path: JsonPath): void => {
    if (!Array.isArray(cells)) {
      throw faultAt(options, path, { code: 'bad-json', what: 'this is no array of values', remedy: shape });
    }
    columns.push([key, cells as unknown[]]);
    paths.set(key, path);
  };
  const units = new Map<string, string>();
  const asked = new Set([options.time, options.label, ...(options.columns ?? [])]);
  const nameColumn = (name: string): string => (asked.has(name) ? name : markChannel(name));
  const { channels } = value;
  if (Array.isArray(channels)) {
    if (value.time !== undefined) list(value.time, 'time', [...base, 'time']);
    for (const [c, channel] of (
      channels as { name?: unknown; unit?: unknown; values?: unknown }[]
    ).entries()) {
      const name = channel?.name;
      if (typeof name !== 'string') {
        throw faultAt(options, [...base, 'channels', c], {
          code: 'bad-json',
          what: 'a channel has no name',
          remedy: shape,
        });
      }
      const key = nameColumn(name);
      if (columns.some(([other]) => other === key)) {
        throw new HeedError(
          'duplicate-column',
          'two channels have this name',
          'Give every channel its own name.',
          { file: options.name, column: name },
        );
      }
      if (typeof channel.unit === 'string') units.set(name, channel.unit);
      list(channel.values, key, [...base, 'channels', c, 'values']);
    }
    if (value.labels !== undefined) list(value.labels, 'label', [...base, 'labels']);
  } else {
    for (const [name, cells] of Object.entries(collectLists(value)))
      list(cells, name, places?.get(name) ?? [...base, name]);
    // Times alone: what was measured lies elsewhere.
    if (columns.length === 1 && timeRank(columns[0]![0]) >= 0 && Object.values(value).some(isObject))
      return null;
    // A few numbers beside records, such as the bounds of a map, are no series.
    const records = Object.values(value).find(
      (one): one is unknown[] => Array.isArray(one) && one.some(isObject),
    );
    if (records && columns.every(([, list]) => list.length < records.length)) return null;
  }
  const n = columns[0]?.[1].length ?? 0;
  if (columns.length === 0 || n === 0) return null;
  for (const [column, cells] of columns) {
    if (cells.length !== n) {
      throw faultAt(options, paths.get(column)!, {
        code: 'length-mismatch',
        what: `there are ${cells.length} values where "${columns[0]![0]}" has ${n}`,
        remedy: 'Give all columns the same length (null where a value is missing).',
      });
    }
  }
  // What our own JSON has is series, whatever the names of its channels.
  const own = Array.isArray(channels);
  const byName = new Map(columns);
  const unit = value.timeUnit;
  const read = seriesFromColumns(
    columns.map(([name]) => name),
    n,
    (name, row) => byName.get(name)![row],
    {
      ...(unit === 's' || unit === 'ms' || unit === 'us' || unit === 'ns' ? { timeUnit: unit } : {}),
      ...(typeof value.name === 'string' && !isMissingText(value.name) ? { name: value.name } : {}),
      ...(own ? { label: value.labels === undefined ? null : 'label' } : {}),
      ...options,
    },
    {
      path: (row, column) => [...(paths.get(column ?? '') ?? paths.get(columns[0]![0])!), row],
    },
  );
  const result = own && read.labelColumn !== undefined ? { ...read, labelColumn: 'labels' } : read;
  if (units.size === 0) return result;
  const named = result.series.channels.map((channel) => {
    const columnUnit = units.get(channel.name);
    return { ...channel, ...(columnUnit === undefined ? {} : { unit: columnUnit }) };
  });
  return { ...result, series: { ...result.series, channels: named } };
}
