/** Times whose parts stand in columns of their own: year and month, year and week, a date and an hour. */
import { isMissingText } from './numbers.js';
import { parseMonth } from './times.js';

/** Columns that make a time together. */
export interface CalendarParts {
  readonly columns: readonly number[];
  /** The time as text, by the cells of a row; what is none is given back as it stands. */
  readonly text: (cell: (c: number) => string) => string;
  /** What a reader should know of how the parts were understood. */
  readonly note?: string;
}

type Sample = readonly (readonly string[])[];

const names = {
  year: ['year', 'yr', 'jahr', 'annee', 'année', 'año', 'ano', 'anno', 'jaar', 'rok'],
  month: ['month', 'monat', 'mon', 'mo', 'mnth', 'mois', 'mes', 'mese', 'maand', 'monthname'],
  day: ['day', 'tag', 'dayofmonth', 'dom', 'jour', 'dia', 'día', 'giorno', 'dag'],
  quarter: ['quarter', 'quartal', 'qtr', 'q', 'trimestre', 'kwartaal'],
  week: ['week', 'weeknumber', 'weekno', 'weeknum', 'weekofyear', 'isoweek', 'wk', 'kw', 'woche', 'kalenderwoche', 'semaine', 'semana', 'settimana', 'epiweek'],
  hour: ['hour', 'hours', 'hr', 'hrs', 'h', 'he', 'hourending', 'hourend', 'hh24', 'hourofday', 'stunde', 'std', 'heure', 'hora', 'ora', 'uur', 'godzina'],
  minute: ['minute', 'minutes', 'min'],
  halfHour: ['settlementperiod', 'sp', 'tradingperiod', 'halfhour', 'hh'],
  clock: ['time', 'hhmm', 'hhmmss', 'hour', 'hours', 'clock', 'zeit', 'uhrzeit', 'timeofday', 'hora', 'heure', 'ora', 'tijd'],
  period: ['period', 'interval', 'slot', 'timeperiod', 'deliveryperiod', 'quarterhour', 'pte', 'mtu'],
} as const; // prettier-ignore

const bare = (name: string): string => name.toLowerCase().replace(/[^\p{L}\d]/gu, '');

/** A column of one of these names whose cells in the first rows are all right. */
function findColumn(
  wanted: readonly string[],
  all: readonly string[],
  columns: readonly number[],
  sample: Sample,
  isRight: (cell: string) => boolean,
): number | undefined {
  return columns.find((c) => {
    if (!wanted.includes(bare(all[c]!))) return false;
    const cells = sample.map((row) => row[c] ?? '').filter((cell) => cell !== '' && !isMissingText(cell));
    return cells.length > 0 && cells.filter(isRight).length >= 0.9 * cells.length;
  });
}

const whole = (cell: string): number =>
  /^\d{1,4}(?:\.0+)?$/.test(cell)
    ? Math.trunc(Number(cell))
    : /^\d{1,2}:00(?::00)?$/.test(cell)
      ? parseInt(cell, 10)
      : NaN;
const within =
  (low: number, high: number) =>
  (cell: string): boolean =>
    whole(cell) >= low && whole(cell) <= high;
const pad = (value: number): string => String(value).padStart(2, '0');
const month = (cell: string): number => {
  const coded = /^M(\d{2})$/i.exec(cell);
  return coded ? Number(coded[1]) : Number.isNaN(whole(cell)) ? parseMonth(cell) : whole(cell);
};
const quarter = (cell: string): number => whole(cell.replace(/^Q0?/i, ''));
const isMonth = (cell: string): boolean => month(cell) >= 1 && month(cell) <= 12;

/** Year and month, quarter or week in columns of their own; null where there are none. */
export function findYearParts(
  all: readonly string[],
  columns: readonly number[],
  sample: Sample,
): CalendarParts | null {
  const year = findColumn(names.year, all, columns, sample, within(1000, 2200));
  if (year === undefined) return null;
  const find = (wanted: readonly string[], isRight: (cell: string) => boolean): number | undefined =>
    findColumn(wanted, all, columns, sample, isRight);
  const build = (
    part: number,
    isRight: (cell: string) => boolean,
    text: (y: number, cell: string) => string,
  ) => ({
    columns: [year, part],
    text: (cell: (c: number) => string): string =>
      isRight(cell(part)) && within(1000, 2200)(cell(year))
        ? text(whole(cell(year)), cell(part))
        : `${cell(year)} ${cell(part)}`,
  });
  // The Bureau of Labor Statistics writes M01 and Q01 below "Period".
  const inMonth = find(names.month, isMonth) ?? find(['period'], (cell) => /^M/i.test(cell) && isMonth(cell));
  if (inMonth !== undefined) {
    const day = find(names.day, within(1, 31));
    const date = build(inMonth, isMonth, (y, cell) => `${y}-${pad(month(cell))}`);
    if (day === undefined) return date;
    return {
      columns: [year, inMonth, day],
      text: (cell) => `${date.text(cell)}-${pad(whole(cell(day)))}`,
    };
  }
  const isQuarter = (cell: string): boolean => quarter(cell) >= 1 && quarter(cell) <= 4;
  const inQuarter =
    find(names.quarter, isQuarter) ?? find(['period'], (cell) => /^Q/i.test(cell) && isQuarter(cell));
  if (inQuarter !== undefined) return build(inQuarter, isQuarter, (y, cell) => `${y}-Q${quarter(cell)}`);
  const inWeek = find(names.week, within(1, 53));
  if (inWeek === undefined) return null;
  return build(inWeek, within(1, 53), (y, cell) => `${y}-W${pad(whole(cell))}`);
}

/** A time of midnight behind a date. */
const midnight = /[T ]00:00(?::00(?:\.0+)?)?$/;

/** How a column of dates is written for `TimeParser`: without midnight; 260302 below YYMMDD with its century. */
function dayWriter(name: string): (cell: string) => string {
  const isShort = /^y{2}m{2}d{2}$/.test(bare(name));
  return (cell) => {
    const day = cell.replace(midnight, '');
    return isShort && /^\d{5,6}$/.test(day)
      ? `${fullYear(Math.floor(Number(day) / 10_000))}${day.slice(-4)}`
      : day;
  };
}

/** Rows of the days in the sample but the first and the last, which may be cut; NaN where these differ. */
function rowsPerDay(days: readonly string[]): number {
  const starts = days.flatMap((day, row) => (row > 0 && day !== days[row - 1] ? [row] : []));
  const counts = starts.slice(1).map((row, i) => row - starts[i]!);
  return counts.length > 0 && counts.every((count) => count === counts[0]) ? counts[0]! : NaN;
}

/** A time of day without a colon beside a date, as 0930, 930 or 093000; null where there is none. */
function findClockDigits(
  date: number,
  all: readonly string[],
  columns: readonly number[],
  sample: Sample,
): CalendarParts | null {
  const cells = (c: number): string[] => sample.map((row) => row[c] ?? '').filter((cell) => cell !== '');
  for (const seconds of [false, true]) {
    const toClock = (cell: string): string | null => {
      if (!(seconds ? /^\d{1,6}$/ : /^\d{1,4}$/).test(cell)) return null;
      const text = cell.padStart(seconds ? 6 : 4, '0');
      const parts = text.match(/../g)!;
      return Number(parts[0]) <= 24 && parts.slice(1).every((part) => Number(part) < 60)
        ? parts.join(':')
        : null;
    };
    const found = columns.find(
      (c) =>
        (names.clock as readonly string[]).includes(bare(all[c]!)) &&
        cells(c).length > 1 &&
        cells(c).every((cell) => toClock(cell) !== null) &&
        // 0 to 24 are hours.
        cells(c).some((cell) => Number(cell) >= 100),
    );
    if (found === undefined) continue;
    const written = dayWriter(all[date]!);
    return {
      columns: [date, found],
      text: (cell) => `${written(cell(date))} ${toClock(cell(found)) ?? cell(found)}`,
    };
  }
  return null;
}

/** An hour or a period of the day beside a column of dates that come again and again; null where there is none. */
export function findDayParts(
  date: number,
  all: readonly string[],
  columns: readonly number[],
  sample: Sample,
): CalendarParts | null {
  const written = dayWriter(all[date]!);
  const days = sample.map((row) => written(row[date] ?? ''));
  let again = 0;
  for (let row = 1; row < days.length; row++) if (days[row] === days[row - 1]) again++;
  const others = columns.filter((c) => c !== date);
  const digits = findClockDigits(date, all, others, sample);
  if (digits) return digits;
  if (2 * again < days.length - 1 || again === 0) return null;
  const find = (wanted: readonly string[], high: number): number | undefined =>
    findColumn(wanted, all, others, sample, within(0, high));
  const found = find(names.hour, 24) ?? find(names.halfHour, 50) ?? find(names.period, 100);
  if (found === undefined) return null;
  const values = sample.map((row) => whole(row[found] ?? '')).filter((value) => !Number.isNaN(value));
  const highest = Math.max(...values);
  const lowest = Math.min(...values);
  const called = bare(all[found]!);
  // HH is the hour or the half hour: a day of 24 rows has hours, whatever the name says.
  const inDay = rowsPerDay(days);
  const halves = (names.halfHour as readonly string[]).includes(called);
  const isHour =
    (names.hour as readonly string[]).includes(called) ||
    (halves && highest <= 24 && (called === 'hh' || inDay === 24));
  // A day whose clock is set back has an hour more.
  const perDay = isHour
    ? 24
    : halves
      ? 48
      : [24, 48, 96].find((count) => highest >= 0.95 * count && highest <= (count * 25) / 24);
  if (perDay === undefined || lowest === highest) return null;
  const first = isHour
    ? lowest > 0 && (highest === 24 || /end|^he$/.test(called))
      ? 1
      : 0
    : lowest === 0
      ? 0
      : 1;
  const minute = isHour ? find(names.minute, 59) : undefined;
  const step = 1440 / perDay;
  return {
    columns: [date, found, ...(minute === undefined ? [] : [minute])],
    text: (cell) => {
      const minutes = (whole(cell(found)) - first) * step + (minute === undefined ? 0 : whole(cell(minute)));
      const day = written(cell(date));
      // Beyond 24:00 there is no such time; the text names both cells then.
      if (!(minutes >= 0 && minutes <= 1440)) return `${day} ${cell(found)}`;
      return `${day} ${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
    },
    ...(first === 1 || !isHour
      ? {
          note: `"${all[found]!}" was read as the ${first === 1 ? 'numbers from 1' : 'numbers from 0'} of ${perDay} periods of the day.`,
        }
      : {}),
  };
}

/** A year of two digits is one of ours. */
const fullYear = (year: number): number => (year > 99 ? year : year < 40 ? 2000 + year : 1900 + year);

/** The time that year, month, day, hour and minute in columns make; text that is none where one of them is damaged. */
function joinParts(columns: readonly number[]): CalendarParts {
  return {
    columns,
    text: (cell) => {
      const [year = NaN, month = NaN, day, hour, minute = 0] = columns.map((c) => whole(cell(c)));
      const date = `${fullYear(year)}-${pad(month)}${day === undefined ? '' : `-${pad(day)}`}`;
      return hour === undefined ? date : `${date} ${pad(hour)}:${pad(minute)}`;
    },
  };
}

/** Columns named YY MM DD hh mm, as offices of weather write them; null where there are none. */
export function findLetterParts(
  all: readonly string[],
  columns: readonly number[],
  sample: Sample,
): CalendarParts | null {
  const wanted = [/^y{2,4}$/, /^m{2}$/, /^d{2}$/, /^h{2}$/, /^m{2}$/];
  const first = columns.find((c) => wanted.slice(0, 3).every((name, i) => name.test(bare(all[c + i] ?? ''))));
  if (first === undefined) return null;
  const count = wanted.findIndex((name, i) => i > 2 && !name.test(bare(all[first + i] ?? '')));
  const found = Array.from({ length: count < 0 ? 5 : count }, (_, i) => first + i);
  const whole4 = found.every(
    (c) => columns.includes(c) && sample.every((row) => !Number.isNaN(whole(row[c] ?? ''))),
  );
  return whole4 ? joinParts(found) : null;
}

/**
 * A year, a month … in the first columns of a table without names: months that go on one by one, or as many parts as
 * make times that rise. Null where they do not.
 */
export function findBareParts(all: readonly string[], sample: Sample): CalendarParts | null {
  if (sample.length < 4 || !all.every((name, c) => name === `column ${c + 1}`)) return null;
  const bounds = [[1600, 2200], [1, 12], [1, 31], [0, 24], [0, 59]] as const; // prettier-ignore
  for (let count = 2; count <= Math.min(bounds.length, all.length - 1); count++) {
    const rows = sample.map((row) => row.slice(0, count).map(whole));
    const [low, high] = bounds[count - 1]!;
    if (!rows.every((row) => row[count - 1]! >= low && row[count - 1]! <= high)) return null;
    if (count === 2 && !rows.every(([year]) => year! >= bounds[0][0] && year! <= bounds[0][1])) return null;
    const times = rows.map(([year, month, day = 1, hour = 0, minute = 0]) =>
      count === 2 ? 12 * year! + month! : Date.UTC(year!, month! - 1, day, hour, minute),
    );
    const rises = (step: number): boolean => (count === 2 ? step === 1 : step > 0);
    if (times.every((time, row) => row === 0 || rises(time - times[row - 1]!)))
      return joinParts(Array.from({ length: count }, (_, c) => c));
  }
  return null;
}
