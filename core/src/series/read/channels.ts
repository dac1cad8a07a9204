import { HeedError } from '../../errors.js';
import { unitOfName } from '../units.js';
import { unmarkChannel } from './channel-mark.js';
import { cellUnit } from './cell-units.js';
import type { Column, Mark } from './column.js';
import { countsDays } from './counted-times.js';
import { isCodeName, isIdName, isIdOnly, isIndexName, isUnnamed, timePart } from './roles.js';
import { markMissingCodes } from './sentinels.js';
import { dateOfDigits, excelToMs, tickCounts } from './time-formats.js';
import type { TableBuilder } from './table.js';
import { listNames } from './words.js';

/** A column of numbers that is a channel of the series. */
export interface Channel {
  readonly name: string;
  readonly unit?: string;
  readonly values: Float64Array;
}

/**
 * Numeric columns as channels, without those that only count or identify.
 * @param described texts that vary stand beside the numbers
 * @throws HeedError not-supported where nothing but ids and codes is left beside such texts: rows that tell of events
 */
export function buildChannels(
  table: TableBuilder,
  columns: readonly Column[],
  time: Float64Array | undefined,
  described: boolean,
  notes: string[],
): Channel[] {
  const { options, rows } = table;
  const file = options.name;
  const left: string[] = [];
  const whys = new Set<string>();
  const kept = columns.filter((column) => {
    if (column.wanted) return true;
    const why = noMeasurement(column, rows, time, described);
    if (why !== null) whys.add(why);
    const isEvents = described && time !== undefined && (why === isIds || why === isCodes);
    // A table of ids alone is one of measurements after all; one of times is not.
    if (why === null || (columns.length === 1 && why !== repeatsTime && !isEvents)) return true;
    left.push(`Column "${column.name}" was left out: ${why}.`);
    return false;
  });
  if (kept.length === 0 && described && time && (whys.has(isIds) || whys.has(isCodes))) {
    throw new HeedError(
      'not-supported',
      `this is rather a list of events than series: ${listNames(columns.map(({ name }) => name))} ${columns.length === 1 ? 'holds' : 'hold'} ids or codes, and no other column holds numbers`,
      'Count the rows per minute, hour or day first; or name what is to be read as numbers (--columns).',
      { file },
    );
  }
  const used = kept.length > 0 || columns.length === 1 ? kept : columns;
  if (kept.length > 0 || columns.length === 1) notes.push(...left);
  const marks = used.map((column) => options.decimal ?? column.provenMark(file));
  // A column that is left out, such as a second time, shows the marks of its file all the same.
  const shown = marks.concat(columns.filter((one) => !used.includes(one)).map((one) => one.provenMark(file)));
  const proven = shown.find((mark): mark is Mark => mark !== null) ?? null;
  const several = new Set(shown.filter((mark) => mark !== null)).size > 1;
  const usual: Mark | null = several
    ? null
    : (proven ?? (table.time?.isDotted && /[;\t]/.test(table.delimiter ?? '') ? ',' : null));
  // Who separates cells by semicolons has the comma for decimals; programs that write zones of times have the point.
  const mayGroup = table.delimiter === ';' && proven === null && table.time?.isZoned !== true;
  const taken = new Set(used.map(({ name }) => name));
  return used.map((column, i) => {
    const mark =
      marks[i] ??
      (column.isOpen ? column.decideMark(rows, usual, proven !== null && !several, mayGroup, file) : '.');
    const { values, unit } = column.resolve(rows, mark, file, notes);
    markMissingCodes(column.name, values, options.naValues, notes);
    const given = table.units[table.columns.findIndex(({ cells }) => cells === column)];
    const [name, own] = splitUnit(column.name);
    const known =
      unit ?? (given === undefined ? undefined : (cellUnit(given)?.name ?? given)) ?? own ?? unitOfName(name);
    const bare = unmarkChannel(column.name);
    const called = taken.has(bare) ? column.name : bare;
    return { name: called, ...(known === undefined ? {} : { unit: known }), values };
  });
}

const repeatsTime = 'it repeats the time';
const isIds = 'it holds ids';
const isCodes = 'it holds codes of answers';

/** Why a column of numbers is no measurement; null where it is one. */
function noMeasurement(
  column: Column,
  rows: number,
  time: Float64Array | undefined,
  described: boolean,
): string | null {
  const values = column.values.values;
  const [first, second] = [values[0]!, values[1]!];
  const present = values.subarray(0, rows).find((value) => !Number.isNaN(value));
  if (isIndexName(column.name) && rows > 1 && Number.isInteger(first) && Math.abs(second - first) === 1) {
    let counts = true;
    for (let row = 1; row < rows && counts; row++)
      counts = values[row] === values[row - 1]! + (second - first);
    if (counts) return 'it counts the rows';
  }
  if (rows > 2 && (isUnnamed(column.name) || isIdOnly(column.name))) {
    const { rises, byOne } = rise(values, rows);
    // Rows were taken out; a column that no one named must count on in most of them.
    if (rises && (isIdOnly(column.name) || byOne >= 0.5)) return 'it numbers the rows';
  }
  if (time && time[0]! > 6e11 && repeats(values, rows, time)) return repeatsTime;
  if (countsDays(values.subarray(0, rows))) return 'it holds dates';
  if (time && rows > 2 && isPartOfTime(column, rows, time)) return 'it is a part of the time';
  if (time && rows > 2 && column.holdsClock && isOtherClock(column.name, values, rows, time))
    return 'it is the end or the start of an interval';
  // Tools that tell of each processor and of all of them call these −1.
  if (rows > 1 && (isIdName(column.name) || (first === -1 && /^cpu$/i.test(column.name)))) {
    const constant = values.subarray(0, rows).every((value) => value === present || Number.isNaN(value));
    if (constant) return `it is ${present} in every row and looks like an id`;
  }
  if (time && rows > 2 && isIdOnly(column.name) && isWhole(values, rows)) return isIds;
  if (time && described && isCodeName(column.name) && holdsCodes(values, rows)) return isCodes;
  return null;
}

/** Ways to write a time as a number, and its epoch ms. */
const clocks: readonly ((value: number) => number)[] = [
  ...[1000, 1, 1e-3, 1e-6].map((factor) => (value: number) => value * factor),
  ...Object.values(tickCounts).map(
    ({ epoch }) =>
      (value: number) =>
        value / 1e4 + epoch,
  ),
  // WinCC counts millionths of Excel's days.
  (value) => excelToMs(value / 1e6),
  ...['yyyymmddhhmmss', 'yyyymmddhhmm', 'yyyymmdd'].map(
    (form) => (value: number) => dateOfDigits(value, form),
  ),
];

/** True for a second time: every number is the time of its row, or one of another zone. */
function repeats(values: Float64Array, rows: number, time: Float64Array): boolean {
  const isNear = (clock: (value: number) => number, within: number): boolean => {
    for (let row = 0; row < rows; row++)
      if (!(Math.abs(clock(values[row]!) - time[row]!) < within)) return false;
    return true;
  };
  if (clocks.some((clock) => isNear(clock, 86_400_000))) return true;
  // Measurements may be near the day numbers of a day; they do not go on as the time does.
  const ahead = excelToMs(values[0]!) - time[0]!;
  return (
    rows > 2 &&
    Math.abs(ahead) < 86_400_000 &&
    isNear((value) => excelToMs(value) - ahead, Math.min(3_700_000, (time[rows - 1]! - time[0]!) / 10))
  );
}

/** Whether whole numbers rise from row to row, and the share of steps by one. */
function rise(values: Float64Array, rows: number): { rises: boolean; byOne: number } {
  let ones = 0;
  for (let row = 0; row < rows; row++) {
    const value = values[row]!;
    if (!Number.isInteger(value) || (row > 0 && value <= values[row - 1]!)) return { rises: false, byOne: 0 };
    if (row > 0 && value === values[row - 1]! + 1) ones++;
  }
  return { rises: true, byOne: ones / (rows - 1) };
}

function isWhole(values: Float64Array, rows: number): boolean {
  for (let row = 0; row < rows; row++)
    if (!Number.isNaN(values[row]!) && !Number.isInteger(values[row]!)) return false;
  return true;
}

/** True for codes of HTTP in all rows, 200 among them. */
function holdsCodes(values: Float64Array, rows: number): boolean {
  let fine = false;
  for (let row = 0; row < rows; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value) || value < 100 || value > 599 || value % 100 > 51) return false;
    if (value === 200) fine = true;
  }
  return fine;
}

/** Times of day, which are read as seconds, as far from the time in all rows: `Zeit bis`, `End`. */
function isOtherClock(name: string, values: Float64Array, rows: number, time: Float64Array): boolean {
  if (!/\b(bis|von|to|from|till|until|start|begin|end|ende|stop)\b|time|zeit|uhr|hora|heure/i.test(name))
    return false;
  const ahead = (row: number): number =>
    (((values[row]! * 1000 - time[row]!) % 86_400_000) + 86_400_000) % 86_400_000;
  let same = 0;
  for (let row = 0; row < rows; row++) {
    if (!(values[row]! >= 0 && values[row]! <= 86_400)) return false;
    if (Math.abs(ahead(row) - ahead(0)) < 1) same++;
  }
  return same >= 0.95 * rows && values[0] !== values[1];
}

/** A column `year`, `month`, `day` or `hour` that says what the time says. */
function isPartOfTime(column: Column, rows: number, time: Float64Array): boolean {
  const part = timePart(column.name);
  if (part === null) return false;
  let same = 0;
  for (let row = 0; row < rows; row++) {
    const iso = new Date(time[row]!).toISOString();
    const value = column.values.values[row]!;
    if (value === Number(iso.slice(...part))) same++;
  }
  // The time may be of another zone than the part.
  return same >= 0.6 * rows && same > 2;
}

/** `latency [ms]`, `Power (kW)`: the unit in the name. */
function splitUnit(name: string): [name: string, unit: string | undefined] {
  const match = /^(.+?)\s*[([]([^()[\]]{1,12})[\])]$/.exec(name);
  const unit = match && cellUnit(match[2]!.trim());
  return match && unit?.known ? [match[1]!, unit.name] : [name, undefined];
}
