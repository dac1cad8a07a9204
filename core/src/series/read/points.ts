import { HeedError } from '../../errors.js';
import type { JsonPath } from './json-place.js';
import type { ReadOptions, ReadResult } from './options.js';
import { seriesFromColumns } from './records.js';
import { listNames } from './words.js';

/** One series of an answer that holds several: points of its own. */
export interface PointSeries {
  readonly name: string;
  readonly unit?: string;
  /** Epoch ms, or text. */
  readonly times: readonly unknown[];
  readonly values: readonly unknown[];
  /** Where a point's time or value stands in JSON. */
  readonly path?: (point: number, part: 'time' | 'value') => JsonPath;
}

/**
 * Joins series with times of their own into one, a channel each. Points need no order: answers of programs come
 * newest first as often as not.
 * @param layout what the answer is, for the notes
 * @throws HeedError empty-input, unknown-column, and what tables throw
 */
export function joinPoints(series: readonly PointSeries[], layout: string, options: ReadOptions): ReadResult {
  const file = options.name;
  const times: unknown[] = [];
  const names: string[] = [];
  const values: unknown[] = [];
  const unique = equalNamesNumbered(series);
  /** Rows at which the series begin. */
  const begins: number[] = [];
  unique.forEach((one) => {
    begins.push(times.length);
    if (one.times.length !== one.values.length) {
      throw new HeedError(
        'length-mismatch',
        `series "${one.name}" has ${one.times.length} times and ${one.values.length} values`,
        'Export it again.',
        { file },
      );
    }
    for (let t = 0; t < one.times.length; t++) {
      times.push(one.times[t]);
      names.push(one.name);
      values.push(one.values[t]);
    }
  });
  if (times.length === 0) {
    throw new HeedError(
      'empty-input',
      series.length === 0 ? `this is ${layout} without any series` : `this is ${layout} without any point`,
      'Widen the time range, or check the query.',
      { file },
    );
  }
  const cells: Readonly<Record<string, readonly unknown[]>> = { time: times, series: names, value: values };
  // The columns that users name are the series; "time" and "value" are ours.
  const { columns: _columns, time: _time, label: _label, series: _series, step: _step, ...rest } = options;
  const numeric = times.every((time) => typeof time === 'number');
  const { series: read, notes } = seriesFromColumns(
    ['time', 'series', 'value'],
    times.length,
    (name, row) => cells[name]![row],
    {
      sort: true,
      duplicates: 'last',
      ...(numeric ? { timeUnit: 'ms' as const } : {}),
      ...rest,
      time: 'time',
      series: ['series'],
      label: null,
    },
    {
      note: `This is ${layout}.`,
      ...(unique.every(({ path }) => path)
        ? {
            path: (row: number, column: string | undefined): JsonPath => {
              let i = unique.length - 1;
              while (i > 0 && begins[i]! > row) i--;
              return unique[i]!.path!(row - begins[i]!, column === 'time' ? 'time' : 'value');
            },
          }
        : {}),
    },
  );
  const units = new Map(unique.map(({ name, unit }) => [name, unit]));
  const channels = read.channels.map((channel) => {
    const unit = units.get(channel.name) ?? channel.unit;
    return unit === undefined ? channel : { ...channel, unit };
  });
  return {
    series: { ...read, channels: pickChannels(channels, options.columns, file) },
    notes: [...notes, ...tellSeries(series, unique)],
  };
}

/** The same series, with more to say of it. */
export function withNotes({ series, notes }: ReadResult, more: readonly string[]): ReadResult {
  return { series, notes: [...notes, ...more] };
}

/** What was left out or numbered, which the points themselves do not show. */
function tellSeries(given: readonly PointSeries[], numbered: readonly PointSeries[]): string[] {
  const equal = given.flatMap(({ name }, i) => (name !== '' && numbered[i]!.name !== name ? [name] : []));
  const empty = numbered.filter(({ times }) => times.length === 0).map(({ name }) => name);
  return [
    ...(equal.length > 0
      ? [`Several series are named ${listNames([...new Set(equal)])}; the later ones got a number.`]
      : []),
    ...(empty.length > 0
      ? [
          `${empty.length} series without any point ${empty.length === 1 ? 'was' : 'were'} left out: ${listNames(empty)}.`,
        ]
      : []),
  ];
}

/** The channels a user names, in that order. @throws HeedError unknown-column */
export function pickChannels<C extends { readonly name: string }>(
  channels: readonly C[],
  wanted: readonly string[] | undefined,
  file?: string,
): readonly C[] {
  if (wanted === undefined) return channels;
  return wanted.map((name) => {
    const found =
      channels.find((channel) => channel.name === name) ??
      channels.find((channel) => channel.name.toLowerCase() === name.toLowerCase());
    if (found) return found;
    throw new HeedError(
      'unknown-column',
      `there is no series named "${name}"`,
      `There are ${listNames(channels.map((channel) => channel.name))}.`,
      { file },
    );
  });
}

function equalNamesNumbered(series: readonly PointSeries[]): readonly PointSeries[] {
  const used = new Set<string>();
  return series.map((one, i) => {
    const own = one.name === '' ? `series ${i + 1}` : one.name;
    let name = own;
    for (let copy = 2; used.has(name); copy++) name = `${own} (${copy})`;
    used.add(name);
    return { ...one, name };
  });
}
