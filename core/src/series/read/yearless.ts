/** Dates without a year: `02-03 00:00:00` of dstat, `Mar  2 10:00:00` of syslog. */
import type { CalendarParts } from './calendar.js';
import { parseMonth } from './times.js';

const clock = String.raw`(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AP]M)?)`;
const numeric = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\.?[ T,]+${clock}$`, 'i');
const named = new RegExp(
  String.raw`^(?:(\p{L}{3,9})\.?(?: +|-)(\d{1,2})|(\d{1,2})(?: +|-)(\p{L}{3,9})\.?),?\s+${clock}$`,
  'iu',
);

/**
 * The first column of dates without a year; null where there is none.
 * @param startDay the day on which the rows begin, in epoch ms, as lines above the table tell it; 0 where none does
 */
export function findYearless(
  columns: readonly number[],
  sample: readonly (readonly string[])[],
  startDay: number,
): CalendarParts | null {
  const parts = (cell: string): readonly [month: number, day: string, clock: string] | null => {
    const match = named.exec(cell.trim());
    const month = match ? parseMonth(match[1] ?? match[4]!) : NaN;
    return Number.isNaN(month) ? null : [month, match![2] ?? match![3]!, match![5]!];
  };
  const isRight = (cell: string): boolean => numeric.test(cell.trim()) || parts(cell) !== null;
  const column = columns.find((c) => sample.length > 1 && sample.every((row) => isRight(row[c] ?? '')));
  if (column === undefined) return null;
  const startYear = new Date(startDay).getUTCFullYear();
  let year = startYear;
  let last = 0;
  /** The year goes on where January follows on December, and back where December does on January: another host, rows
   * from the newest on, a row that came late. */
  const yearFor = (month: number): number => {
    if (last === 12 && month === 1) year++;
    else if (last === 1 && month === 12) year--;
    last = month;
    return year;
  };
  // The day above the table tells the order, else all rows do later.
  const day = new Date(startDay);
  const begin = numeric.exec(sample[0]![column]!.trim());
  const [one, other] = [Number(begin?.[1]), Number(begin?.[3])];
  const starts = (month: number, date: number): boolean =>
    startDay !== 0 && month === day.getUTCMonth() + 1 && date === day.getUTCDate();
  const known = starts(other, one) ? 'day-first' : starts(one, other) ? 'month-first' : null;
  const dayFirst =
    known === 'day-first' || sample.some((row) => Number(numeric.exec(row[column]!.trim())?.[1]) > 12);
  const monthDay = (text: string): readonly [month: number, date: number] | null => {
    const digits = numeric.exec(text);
    if (digits) return [Number(digits[dayFirst ? 3 : 1]), Number(digits[dayFirst ? 1 : 3])];
    const found = parts(text);
    return found && [found[0], Number(found[1])];
  };
  /** Years from the first row to 29 February, which not every year has; null where no row of the sample is of it. */
  const leap = ((): number | null => {
    for (const row of sample) {
      const day = monthDay(row[column]!.trim());
      if (day && yearFor(day[0]) && day[0] === 2 && day[1] === 29) return year - startYear;
    }
    return null;
  })();
  year = startDay === 0 && leap !== null ? 1972 - leap : startYear;
  last = 0;
  const why = leap === null ? 'as nothing tells it' : 'as nothing tells it and there is a 29 February';
  const pad = (part: number | string): string => String(part).padStart(2, '0');
  return {
    columns: [column],
    text: (cell) => {
      const text = cell(column).trim();
      const digits = numeric.exec(text);
      if (digits) {
        const [, first, , second, time] = digits;
        const month = Number(dayFirst ? second : first);
        if (known) return `${yearFor(month)}-${pad(month)}-${pad(dayFirst ? first! : second!)} ${time}`;
        return `${first}/${second}/${yearFor(month)} ${time}`;
      }
      const found = parts(text);
      if (!found) return text;
      const [month, date, time] = found;
      return `${yearFor(month)}-${pad(month)}-${pad(date)} ${time}`;
    },
    note: `The dates have no year and were read as those of ${year}${startDay === 0 ? `, ${why}` : ', which stands above the table'}.`,
  };
}
