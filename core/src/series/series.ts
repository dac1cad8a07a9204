import { checkAnyNumber, checkNumbers, checkRecord, checkSeries, checkText } from '../check-argument.js';
import { HeedError, shownValue, type ErrorPlace } from '../errors.js';

/** One measured quantity over the series' time axis. */
export interface Channel {
  readonly name: string;
  /** Unit as the source names it (`bytes`, `s`, `percent`); free text. */
  readonly unit?: string;
  /** n values; NaN = missing. */
  readonly values: Float64Array;
}

/**
 * A (multivariate) time series: one time axis for all channels.
 * n = `time.length` points, d = `channels.length` channels.
 */
export interface Series {
  readonly name?: string;
  /** n epoch milliseconds, strictly increasing. */
  readonly time: Float64Array;
  readonly channels: readonly Channel[];
  /** n values, 1 = anomalous. Ground truth: detectors never read it while scoring. */
  readonly labels?: Uint8Array;
  /** True where `time` counts rows (one step per row) because the input had no time column. */
  readonly indexTime?: boolean;
}

/** The last moment a `Date` can tell, in epoch ms; the first lies as far before 1970. */
export const LAST_TIME = 8.64e15;
/** Points of the longest series: 2 GiB a channel. */
const MOST_POINTS = 2 ** 28;

/** Series come from programs without types, too. @throws HeedError bad-value */
function checkTypes(input: { name?: unknown; time?: unknown; channels?: unknown; labels?: unknown }): void {
  const isList = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && 'length' in value;
  const fault = (what: string, remedy: string): HeedError => new HeedError('bad-value', what, remedy);
  if (input.name !== undefined && typeof input.name !== 'string')
    throw fault('the name of the series is no text', 'Give text, or leave it out.');
  if (!Array.isArray(input.channels)) throw fault('the channels are no list', 'Give [{ name, values }, …].');
  for (const channel of input.channels as { name?: unknown; values?: unknown }[]) {
    if (typeof channel?.name !== 'string' || !isList(channel.values))
      throw fault('a channel has no name or no list of values', 'Give [{ name, values }, …].');
  }
  for (const part of ['time', 'labels'] as const) {
    if (input[part] !== undefined && !isList(input[part]))
      throw fault(`${part} is no list`, 'Give a list with one entry per point, or leave it out.');
  }
}

/**
 * Numbers of a caller's list as they are kept: null and undefined are missing. A conversion by the engine would read
 * null as 0 and text as a number, and end in a TypeError for symbols.
 * @throws HeedError bad-value
 */
export function toNumbers(list: ArrayLike<number>, what: string, place?: ErrorPlace): Float64Array {
  checkNumbers('list', list);
  checkText('description', what);
  if (list instanceof Float64Array) return list;
  if (ArrayBuffer.isView(list) && !(list instanceof BigInt64Array || list instanceof BigUint64Array))
    return Float64Array.from(list);
  return Float64Array.from(list as ArrayLike<unknown>, (value, t) => {
    if (typeof value === 'number') return value;
    if (value === null || value === undefined) return NaN;
    throw new HeedError('bad-value', `${what} ${t} is ${shownValue(value)}`, 'Give numbers.', place);
  });
}

/**
 * Builds a Series and checks it: equal lengths, strictly increasing times that a `Date` can tell, at least one point and channel,
 * no infinite value.
 * @throws HeedError empty-input, no-numeric-column, length-mismatch, non-monotonic-time, duplicate-time, bad-time,
 *   not-finite, duplicate-column, all-missing
 */
export function createSeries(input: {
  name?: string;
  time?: ArrayLike<number>;
  channels: readonly { name: string; unit?: string; values: ArrayLike<number> }[];
  labels?: ArrayLike<number | boolean>;
}): Series {
  checkRecord('input', input);
  checkTypes(input);
  const place = input.name === undefined ? undefined : { file: input.name };
  if (input.channels.length === 0) {
    throw new HeedError(
      'no-numeric-column',
      'the series has no channel',
      'Give at least one channel of numbers.',
      place,
    );
  }
  const n = input.time?.length ?? input.channels[0]!.values.length;
  if (!(Number.isInteger(n) && n >= 0 && n <= MOST_POINTS)) {
    throw new HeedError(
      'length-mismatch',
      `the series has a length of ${shownValue(n)}`,
      `Give lists of up to ${MOST_POINTS} numbers.`,
      place,
    );
  }
  if (n === 0)
    throw new HeedError('empty-input', 'the series has no points', 'Give at least one point.', place);

  const names = new Set<string>();
  const channels = input.channels.map((channel) => {
    const at = { ...place, column: channel.name };
    if (names.has(channel.name)) {
      throw new HeedError(
        'duplicate-column',
        `two channels are named "${channel.name}"`,
        'Give every channel its own name.',
        at,
      );
    }
    names.add(channel.name);
    if (channel.values.length !== n) {
      throw new HeedError(
        'length-mismatch',
        `the channel has ${shownValue(channel.values.length)} values where the series has ${n} points`,
        'Give every channel one value per point (NaN where it is missing).',
        at,
      );
    }
    const values = toNumbers(channel.values, 'value', at);
    let present = 0;
    for (let t = 0; t < n; t++) {
      const value = values[t]!;
      if (Number.isFinite(value)) present++;
      else if (!Number.isNaN(value)) {
        throw new HeedError(
          'not-finite',
          `point ${t} is ${value}`,
          'Replace infinite values by NaN (missing) or a number.',
          at,
        );
      }
    }
    if (present === 0) {
      throw new HeedError(
        'all-missing',
        'every value is missing',
        'Leave this column out or check how it is read.',
        at,
      );
    }
    return channel.unit === undefined
      ? { name: channel.name, values }
      : { name: channel.name, unit: channel.unit, values };
  });

  const indexTime = input.time === undefined;
  const time = indexTime
    ? Float64Array.from({ length: n }, (_, t) => t)
    : toNumbers(input.time!, 'time', place);
  for (let t = 0; t < n; t++) {
    if (!(Math.abs(time[t]!) <= LAST_TIME)) {
      throw new HeedError(
        'bad-time',
        `the time of point ${t} is ${time[t]}`,
        'Give epoch milliseconds, of years up to 275760.',
        place,
      );
    }
    if (t > 0 && time[t]! <= time[t - 1]!) {
      const same = time[t] === time[t - 1];
      throw new HeedError(
        same ? 'duplicate-time' : 'non-monotonic-time',
        same
          ? `points ${t - 1} and ${t} have the same time`
          : `the time of point ${t} lies before that of point ${t - 1}`,
        same ? 'Remove or merge the duplicates.' : 'Sort the points by time.',
        place,
      );
    }
  }
  let labels: Uint8Array | undefined;
  if (input.labels) {
    if (input.labels.length !== n) {
      throw new HeedError(
        'length-mismatch',
        `there are ${shownValue(input.labels.length)} labels for ${n} points`,
        'Give one label per point.',
        place,
      );
    }
    labels = Uint8Array.from(input.labels as ArrayLike<number>, (label) => (label ? 1 : 0));
  }
  return {
    ...(input.name === undefined ? {} : { name: input.name }),
    time,
    channels,
    ...(labels ? { labels } : {}),
    ...(indexTime ? { indexTime: true } : {}),
  };
}

/** The points [start, end) of a series; shares memory with it. */
export function sliceSeries(series: Series, start: number, end: number): Series {
  checkSeries(series);
  checkAnyNumber('start', start);
  checkAnyNumber('end', end);
  return {
    ...series,
    time: series.time.subarray(start, end),
    channels: series.channels.map((channel) => ({ ...channel, values: channel.values.subarray(start, end) })),
    ...(series.labels ? { labels: series.labels.subarray(start, end) } : {}),
  };
}
