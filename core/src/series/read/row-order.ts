/** The rows of a table in order of time: turned round, sorted or merged where that is asked for, else as they stand. */
import { HeedError } from '../../errors.js';
import { humanDuration } from '../../format.js';
import { mergeRows } from '../merge.js';
import type { Channel } from './channels.js';
import type { Grouping } from './pivot.js';
import { timePart, timeRank } from './roles.js';
import type { TableBuilder } from './table.js';
import { medianStep } from './time-formats.js';
import { listNames } from './words.js';

/** Rows in order of time, merged where they are to be. @throws HeedError non-monotonic-time, duplicate-time */
export function putInOrder(
  table: TableBuilder,
  time: Float64Array,
  channels: readonly Channel[],
  labels: Float64Array | null,
): { time: Float64Array; channels: readonly Channel[]; labels?: Float64Array } {
  const { options, notes } = table;
  const n = time.length;
  let backwards = n > 2;
  for (let row = 1; row < n && backwards; row++) backwards = time[row]! <= time[row - 1]!;
  backwards &&= time[n - 1]! < time[0]!;
  if (!options.sort && !backwards) checkOrder(table, time, channels);
  const rows = { time, channels, ...(labels ? { labels } : {}) };
  const merged = mergeRows(rows, { ...options, sort: options.sort || backwards });
  if (merged === rows) return rows;
  const { notes: more, ...ordered } = merged as typeof rows & { notes: string[] };
  for (const note of more) {
    notes.push(
      backwards && !options.sort && note.startsWith('The rows were sorted')
        ? 'The rows run backwards in time and were turned round.'
        : note,
    );
  }
  return ordered;
}

/** @throws HeedError at the first row out of order or with the time of the row above, with its line */
function checkOrder(table: TableBuilder, time: Float64Array, channels: readonly Channel[]): void {
  const merging = (table.options.duplicates ?? 'reject') !== 'reject';
  for (let row = 1; row < time.length; row++) {
    const same = time[row] === time[row - 1];
    if (time[row]! > time[row - 1]! || (same && merging)) continue;
    const shown = new Date(time[row]!).toISOString();
    const place = { file: table.options.name, line: table.findLine(row), column: table.time!.name };
    const clock = channels.find(({ name }) => timeRank(name) >= 0 || timePart(name) !== null);
    if (same && clock) {
      throw new HeedError(
        'duplicate-time',
        `the time ${shown} occurs twice in a row, and column "${clock.name}" was not understood as a part of the time`,
        `Write "${clock.name}" as 07:00, or as hours, or as 0700 in every row; or read other columns (--columns), and merge the rows of one time with --duplicates mean, first, last, max, min or sum.`,
        place,
      );
    }
    if (same && isUneven(time)) {
      throw new HeedError(
        'duplicate-time',
        `the time ${shown} occurs twice in a row, and the times are uneven: this is rather a list of events than a series`,
        'Count or average them per minute, hour or day first; or name the columns that tell series apart with --series (option series).',
        place,
      );
    }
    throw same
      ? new HeedError(
          'duplicate-time',
          `the time ${shown} occurs twice in a row`,
          `Remove one of the rows, merge them with --duplicates mean, first, last, max, min or sum (option duplicates), or name the columns that tell series apart with --series. Where each row is an event, count or average them per minute, hour or day first.${mayBeSetBack(time[row]!) ? ' If clocks were set back that night, name the zone with --time-zone-in, for instance Europe/Berlin.' : ''}`,
          place,
        )
      : new HeedError(
          'non-monotonic-time',
          `the time ${shown} lies before that of the row above`,
          isHalfDayBack(time, row)
            ? 'Perhaps these are times of a clock of 12 hours without AM and PM: export them with AM and PM, or with 24 hours. Else sort the rows with --sort (option sort).'
            : isHourBack(time, row) && mayBeSetBack(time[row]!)
              ? 'An hour that comes twice, as when clocks go back in autumn: name the clock with --time-zone-in, for instance Europe/Berlin. Else sort the rows with --sort (option sort).'
              : 'Sort the rows by time, or have it done with --sort (option sort).',
          place,
        );
  }
}

/** Clocks are set back in the night to a Sunday, in autumn of either half of the world. */
function mayBeSetBack(ms: number): boolean {
  const date = new Date(ms);
  return date.getUTCDay() === 0 && date.getUTCHours() < 4 && [1, 2, 3, 8, 9, 10].includes(date.getUTCMonth());
}

/** True where the clock goes back by up to an hour between rows that go on evenly before and after. */
function isHourBack(time: Float64Array, row: number): boolean {
  const back = time[row - 1]! - time[row]!;
  const step = time[row - 1]! - (time[row - 2] ?? NaN);
  return back <= 3_600_000 && back + step === 3_600_000 && (time[row + 1] ?? 0) - time[row]! === step;
}

/** True where most steps are far from the usual one and its multiples; equal times count for nothing. */
function isUneven(time: Float64Array): boolean {
  const usual = medianStep(time);
  let [steps, uneven] = [0, 0];
  for (let row = 1; row < time.length; row++) {
    const step = time[row]! - time[row - 1]!;
    if (step === 0) continue;
    steps++;
    const times = step / usual;
    if (Math.abs(times - Math.max(1, Math.round(times))) > 0.2) uneven++;
  }
  // Of steps by chance 70 in 100 are uneven by this measure.
  return steps >= fewestSteps && usual > 0 && uneven > 0.4 * steps;
}

/** Fewer steps say nothing of their rhythm. */
const fewestSteps = 8;

/**
 * Tells of times that have no rhythm, as events have them: most steps are far from one usual step and from several of
 * them (gaps, weekends, months are near).
 * @param described every row has an id and texts of its own: then these are events, and refused
 * @throws HeedError not-supported
 */
export function noteUneven(time: Float64Array, notes: string[], described = false, file?: string): void {
  if (!isUneven(time)) return;
  if (described) {
    throw new HeedError(
      'not-supported',
      'this is rather a list of events than a series: rows have ids and texts, and come at uneven times',
      'Count or average them per minute, hour or day first; or name what is to be read as numbers (--columns).',
      { file },
    );
  }
  const usual = medianStep(time);
  let [least, most] = [Infinity, 0];
  for (let row = 1; row < time.length; row++) {
    const step = time[row]! - time[row - 1]!;
    least = Math.min(least, step);
    most = Math.max(most, step);
  }
  notes.push(
    `The times are uneven: the steps between rows run from ${humanDuration(least)} to ${humanDuration(most)}, half of them below ${humanDuration(usual)}. Rows were taken in their order as they are; where each is an event, count or average them per minute, hour or day first.`,
  );
}

/** True where the clock goes from 12 or 11 o'clock back to 1 or 12, as one of twelve hours does. */
function isHalfDayBack(time: Float64Array, row: number): boolean {
  const step = row > 1 ? time[row - 1]! - time[row - 2]! : time[row + 1]! - time[row]!;
  return Math.abs(time[row - 1]! + step - time[row]! - 43_200_000) < Math.abs(step) / 2;
}

/**
 * Rows of series that no one named, each with times without a rhythm: requests, orders, alerts.
 * @throws HeedError not-supported
 */
export function refuseEvents(
  time: Float64Array,
  { groupOf, names, columns }: Grouping,
  file: string | undefined,
): void {
  const own = names.map((): number[] => []);
  time.forEach((ms, row) => own[groupOf[row]!]!.push(ms));
  const long = own.filter((times) => times.length > fewestSteps);
  const uneven = long.filter((times) => isUneven(Float64Array.from(times).sort()));
  if (long.length === 0 || 2 * uneven.length < long.length) return;
  throw new HeedError(
    'not-supported',
    `this is rather a list of events than series: the times of every ${listNames(columns.map(({ name }) => name))} are uneven`,
    'Count or average them per minute, hour or day first; or name the columns that tell series apart with --series (option series).',
    { file },
  );
}
