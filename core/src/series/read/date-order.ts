/** Dates such as 02/03/2026: whether day, month or year stands first, as all rows of a column show. */
import type { HeedError } from '../../errors.js';
import { TimeForm } from './iso-time.js';
import { irregularSteps, orders, swapDayAndMonth, yearFirst } from './time-formats.js';
import { shorten } from './words.js';

/** A column of times in which the order of dates is open. */
export interface OpenDates {
  readonly name: string;
  readonly rows: number;
  /** What the user says. */
  readonly order: (typeof orders)[number] | null;
  /** The form of every row and the count of each, by `TimeForm`. */
  readonly forms: Uint8Array;
  readonly counts: Int32Array;
  /** The first cell of each form. */
  readonly first: readonly ({ readonly text: string; readonly line: number } | undefined)[];
  /** Rows with dots between the parts, and rows as 14-02-01, in which any part may be the year. */
  readonly dotted: number;
  readonly short: number;
  readonly fail: (what: string, remedy: string, line: number) => HeedError;
}

/**
 * Puts the times of a column in the order of day and month (or of the year) that its rows, its name or the user tell.
 * @param time epoch ms as read with the day first where it may; changed in place
 * @throws HeedError bad-time where rows contradict each other, or leave the order open
 */
export function settleOrder(dates: OpenDates, time: Float64Array, notes: string[]): void {
  const { counts, forms } = dates;
  const dayLine = dates.first[TimeForm.dayFirst];
  const monthLine = dates.first[TimeForm.monthFirst];
  const swapped = time.map((ms, row) => (forms[row] === TimeForm.either ? swapDayAndMonth(ms) : ms));
  const same = swapped.every((ms, row) => ms === time[row]);
  if (dates.order === null && dayLine && monthLine) {
    throw dates.fail(
      `"${shorten(dayLine.text)}" (line ${dayLine.line}) has the day first, "${shorten(monthLine.text)}" (line ${monthLine.line}) the month`,
      'Write all dates in one order, best as 2026-03-13.',
      Math.max(dayLine.line, monthLine.line),
    );
  }
  const wrong = dates.order === 'day-first' ? monthLine : dates.order === 'month-first' ? dayLine : undefined;
  if (wrong) {
    throw dates.fail(
      `"${shorten(wrong.text)}" is no date with the ${dates.order === 'day-first' ? 'day' : 'month'} first`,
      `Leave --time-format ${dates.order} out.`,
      wrong.line,
    );
  }
  if (dates.short === dates.rows && dates.order === null && !monthLine && settleYear(dates, time, notes))
    return;
  let monthFirst: boolean;
  if (dates.order) monthFirst = dates.order === 'month-first';
  else if (monthLine) {
    monthFirst = true;
    notes.push(
      `Dates were read month first, as "${shorten(monthLine.text)}" in line ${monthLine.line} shows.`,
    );
  } else if (dayLine) {
    monthFirst = false;
    notes.push(`Dates were read day first, as "${shorten(dayLine.text)}" in line ${dayLine.line} shows.`);
  } else if (same || dates.dotted === counts[TimeForm.either]) monthFirst = false;
  else if (dates.name.startsWith('(PDH-CSV')) {
    monthFirst = true;
    notes.push('Dates were read month first, as Performance Monitor writes them.');
  } else if (/\bd{1,2}\W?m{1,3}\W?y/i.test(dates.name)) monthFirst = false;
  else if (/\bm{1,3}\W?d{1,2}\W?y/i.test(dates.name)) monthFirst = true;
  else {
    const [day, month] = [irregularSteps(time), irregularSteps(swapped)];
    const much = dates.rows / 100;
    if (day * 2 < month && day <= much) monthFirst = false;
    else if (month * 2 < day && month <= much) monthFirst = true;
    else failOpenOrder(dates, time, swapped);
    notes.push(
      `Dates were read ${monthFirst! ? 'month' : 'day'} first: only then are the times evenly spaced.`,
    );
  }
  if (monthFirst!) time.set(swapped);
}

/**
 * Dates as 14-02-01 with the year first, as the part shows that changes least; false where it is the last.
 * @throws HeedError bad-time where first and last part change alike
 */
function settleYear(dates: OpenDates, time: Float64Array, notes: string[]): boolean {
  const read = time.map(yearFirst);
  if (read.some(Number.isNaN)) return false;
  let [first, last] = [0, 0];
  for (let row = 1; row < time.length; row++) {
    const [one, other] = [new Date(time[row - 1]!), new Date(time[row]!)];
    if (one.getUTCDate() !== other.getUTCDate()) first++;
    if (one.getUTCFullYear() !== other.getUTCFullYear()) last++;
  }
  const { text, line } = (dates.first[TimeForm.dayFirst] ?? dates.first[TimeForm.either])!;
  if (first === last && time.length > 1) {
    const shown = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    throw dates.fail(
      `"${shorten(text)}" is the day ${shown(time[0]!)} or ${shown(read[0]!)}: no row tells whether day or year stands first`,
      'Say it with --time-format %d-%m-%y or --time-format %y-%m-%d (option timeFormat).',
      line,
    );
  }
  if (first >= last) return false;
  notes.push(`Dates such as "${shorten(text)}" were read year first: the first part changes least.`);
  time.set(read);
  return true;
}

function failOpenOrder(dates: OpenDates, day: Float64Array, month: Float64Array): never {
  const row = dates.forms.subarray(0, dates.rows).indexOf(TimeForm.either);
  const at = day.findIndex((ms, i) => i >= row && ms !== month[i]);
  const { text, line } = dates.first[TimeForm.either]!;
  const shown = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  throw dates.fail(
    `"${shorten(text)}" is the day ${shown(day[at]!)} or ${shown(month[at]!)}: no row tells whether day or month stands first`,
    'Say it with --time-format day-first or --time-format month-first (option timeFormat).',
    line,
  );
}
