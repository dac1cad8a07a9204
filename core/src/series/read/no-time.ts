/** Cells that are no time where one is expected, and times that stand beside the time of the rows. */
import { HeedError, type ErrorPlace } from '../../errors.js';
import { TimeForm } from './iso-time.js';
import type { ReadOptions } from './options.js';
import type { TimeSource } from './roles.js';
import { TimeParser } from './times.js';
import { shorten } from './words.js';

/** Why the text of a row's time is none, and what to do. */
export function explainNoTime(
  text: string,
  options: ReadOptions,
  source: TimeSource,
  place: ErrorPlace,
): HeedError {
  // Times of day have got a day that the file does not have.
  const own = (source.kind === 'clock' ? text.replace(/^1970-01-\d\d /, '') : text).trim();
  const format = options.timeFormat;
  const zone = /\d\s?([A-Z]{2,5})$/.exec(own)?.[1];
  if (
    format === undefined &&
    zone !== undefined &&
    new TimeParser().parse(own.slice(0, -zone.length).trim()) > TimeForm.number
  ) {
    return new HeedError(
      'bad-time',
      `"${shorten(own)}": the time zone "${zone}" means several or none${zone === 'IST' ? ' (India, Ireland, Israel)' : zone === 'CST' ? ' (America, China, Cuba)' : zone === 'BST' ? ' (Britain, Bangladesh)' : ''}`,
      'Write the offset from UTC instead, such as +05:30; or take the letters off and name the zone with --time-zone-in, for instance Asia/Kolkata.',
      place,
    );
  }
  if (/^\d{1,2}:\d{2}\.\d$/.test(own)) {
    return new HeedError(
      'bad-time',
      `"${own}" is what Excel shows of a time with a date: minutes and seconds, without the hour`,
      'Give the cells of the time the format yyyy-mm-dd hh:mm:ss in Excel and save the file again.',
      place,
    );
  }
  return new HeedError(
    'bad-time',
    own === ''
      ? 'the time is missing'
      : `"${shorten(own)}" is not a time${format === undefined ? '' : ` of the format ${format}`}`,
    source.byContent
      ? 'Name the time column with --time, or none with --time none.'
      : 'Give ISO 8601 (2024-05-06T07:08:09Z) or epoch seconds or milliseconds, say how times are written with --time-format, or name another column with --time.',
    place,
  );
}

/**
 * Columns of the name of the time that repeat it, as tables that were put side by side have them.
 * @throws HeedError bad-time where one tells other times: what stands behind it was measured then
 */
export function findSecondTimes(
  names: readonly string[],
  time: readonly number[],
  sample: readonly (readonly string[])[],
  place: ErrorPlace,
): number[] {
  const [first] = time;
  if (first === undefined || time.length > 1) return [];
  const [one, other] = [new TimeParser(), new TimeParser()];
  // `Date 1` and `Date 2` are one name.
  const bare = (name: string): string => name.replace(/[ _.]?\d{1,2}$/, '');
  const isTime = (text: string, parser: TimeParser): boolean => parser.parse(text) > TimeForm.number;
  return names.flatMap((name, c) => {
    if (c === first || name === '' || bare(name) !== bare(names[first]!)) return [];
    const rows = sample.filter((row) => (row[c] ?? '') !== '');
    if (rows.length === 0 || !rows.every((row) => isTime(row[c]!, other))) return [];
    const differs = rows.find(
      (row) => isTime(row[first] ?? '', one) && isTime(row[c]!, other) && one.ms !== other.ms,
    );
    if (!differs) return [c];
    throw new HeedError(
      'bad-time',
      `the columns "${shorten(names[first]!)}" and "${shorten(name)}" tell different times in one row ("${shorten(differs[first]!)}", "${shorten(differs[c]!)}"): tables stand side by side`,
      'Give each table as a file of its own; or name the time and the channels to read with --time and --columns.',
      place,
    );
  });
}
