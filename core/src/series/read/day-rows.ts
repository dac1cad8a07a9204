/** Tables with a row per day (or year) and a column per time of day (or month), as meters and weather offices write them. */
import { parseMonth } from './times.js';

/** Columns that go on through a day or a year. */
export interface Spread {
  /** Column of the day or the year. */
  readonly start: number;
  /** Columns of the values, in order of time. */
  readonly across: readonly number[];
  /** The time of a value as text, by the cell of the day or year. */
  readonly text: (start: string, index: number) => string;
  /** What the table is, for the notes. */
  readonly layout: string;
}

const clockName = /^\D{0,6}?(\d{1,2})[:h.](\d{2})(?::00)?(?:\s*[-–].*)?$/;
const countedName =
  /^(h|hr|hour|hh|he|sp|period|interval|slot|stunde|std|hora|heure|ora|uur|halfhour|half_hour)[_ .-]?(\d{1,3})$/i;
const pad = (value: number): string => String(value).padStart(2, '0');

/** Minutes of the day at which each column begins (or ends); null where a name says no such thing. */
function readClocks(names: readonly string[]): (number | null)[] {
  return names.map((name) => {
    const match = clockName.exec(name.trim());
    if (!match) return null;
    const [hour, minute] = [Number(match[1]), Number(match[2])];
    return hour > 24 || minute > 59 || hour * 60 + minute > 1440 ? null : hour * 60 + minute;
  });
}

/** The same of names that count: `H1` … `H24`, `hh_0` … `hh_47`. */
function readCounts(names: readonly string[]): (number | null)[] {
  const counts = names.map((name) => countedName.exec(name.trim()));
  const found = counts.filter((match) => match !== null);
  if (![24, 48, 96].includes(found.length)) return names.map(() => null);
  const first = Number(found[0]![2]);
  const alike = found.every((match, i) => match[1] === found[0]![1] && Number(match[2]) === first + i);
  if (!alike || first > 1) return names.map(() => null);
  const step = 1440 / found.length;
  return counts.map((match) => (match ? (Number(match[2]) - first) * step : null));
}

/**
 * A table of days by times of day, or of years by months; null for any other.
 * @param isDate true for a column whose cells are dates without a time of day
 * @param isYear true for a column of years
 */
export function findSpread(
  names: readonly string[],
  isDate: (c: number) => boolean,
  isYear: (c: number) => boolean,
): Spread | null {
  if (names.length < 9) return null;
  for (const minutes of [readClocks(names), readCounts(names)]) {
    const across = names.map((_, c) => c).filter((c) => minutes[c] !== null);
    if (across.length < 8) continue;
    const steps = across.slice(1).map((c, i) => minutes[c]! - minutes[across[i]!]!);
    const even = steps[0]! > 0 && steps.every((step) => step === steps[0]);
    const start = names.findIndex((_, c) => minutes[c] === null && isDate(c));
    if (!even || start < 0) continue;
    return {
      start,
      across,
      text: (day, index) => {
        const minute = minutes[across[index]!]!;
        return `${day} ${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
      },
      layout: 'a table with a row per day and a column per time of day',
    };
  }
  const months = names.map((name) => parseMonth(name.trim().replace(/\.$/, '')));
  const across = names.map((_, c) => c).filter((c) => !Number.isNaN(months[c]!));
  const start = names.findIndex((_, c) => isYear(c));
  if (across.length !== 12 || start < 0 || !across.every((c, i) => months[c] === i + 1)) return null;
  return {
    start,
    across,
    text: (year, index) => `${year}-${pad(index + 1)}`,
    layout: 'a table with a row per year and a column per month',
  };
}
