import { looksLikeUnit } from './cell-units.js';
import type { ReadOptions } from './options.js';
import { timeRank } from './roles.js';
import { isTimeOfDay } from './times.js';
import { findDescribedNames, findNamingRow, namesInComments } from './comment-names.js';
import type { CellType, CellTypes, Line, Row } from './split.js';

/** Index of the first row that looks as the later ones do; the number of rows where none does. */
export function firstDataRow(
  rows: readonly Row[],
  width: number,
  types: CellTypes,
  header: boolean | undefined,
): number {
  const fits = (row: Row): boolean =>
    row.cells.length === width || (row.cells.length === width + 1 && row.cells.at(-1) === '');
  if (header === false) return 0;
  const later = rows.slice(rows.length > 3 ? Math.floor(rows.length / 3) : 1).filter(fits);
  const kinds = Array.from({ length: width }, (_, c): CellType => {
    const counts: Record<CellType, number> = { number: 0, time: 0, missing: 0, text: 0 };
    for (const { cells } of later) counts[types.of(cells[c] ?? '')]++;
    const present = counts.number + counts.time + counts.text;
    if (counts.number > 0 && counts.number >= 0.5 * present) return 'number';
    return counts.time > 0 && counts.time >= 0.5 * present ? 'time' : present === 0 ? 'missing' : 'text';
  });
  const typed = kinds
    .map((kind, c) => ({ kind, c }))
    .filter(({ kind }) => kind === 'number' || kind === 'time');
  const isNeverText = (c: number): boolean => later.every(({ cells }) => types.of(cells[c] ?? '') !== 'text');
  const isData = (row: Row): boolean => {
    // Types of columns, as `5s 20d 14n` of the USGS, are no values with units.
    if (row.cells.length > 1 && row.cells.every((cell) => /^\d+[sdn]$/.test(cell))) return false;
    // Percentiles are names beside other names: `Requests/s,50%,95%`.
    const named = typed.filter(({ c }) => types.of(row.cells[c] ?? '') === 'text' && isNeverText(c)).length;
    if (row === rows[0] && named >= 2 && 4 * named >= typed.length) return false;
    let [right, present] = [0, 0];
    for (const { kind, c } of typed) {
      const type = types.of(row.cells[c] ?? '');
      if (type === 'missing') continue;
      // A name above times is a name, though all others are numbers: date,0,1,2.
      if (kind === 'time' && type === 'text') return false;
      present++;
      if (type === kind || (type === 'number' && kind === 'time')) right++;
    }
    return right > 0 && right >= 0.5 * present;
  };
  const first = rows.findIndex(fits);
  if (header === true) return rows.length > first + 1 ? first + 1 : rows.length;
  // A first row that is written as all others, but for its digits, is one of them.
  if (typed.length === 0 && header === undefined && first === 0 && isAlike(rows.filter(fits))) return 0;
  // Nothing to tell names from cells by: the first row has the names.
  if (typed.length === 0 || later.length === 0) {
    const alone = rows.length === 1 && rows[0]!.cells.some((cell) => types.of(cell) === 'number');
    return alone && rows[0]!.cells.every((cell) => types.of(cell) !== 'text')
      ? 0
      : Math.min(rows.length, Math.max(1, first + 1));
  }
  let at = rows.findIndex((row) => fits(row) && isData(row));
  // Rows of nothing but missing values may come first.
  while (at > 1 && fits(rows[at - 1]!) && rows[at - 1]!.cells.every((cell) => types.of(cell) === 'missing'))
    at--;
  if (at < 0) return Math.min(rows.length, first + 1);
  // So may words for missing values: they come again, or are no words, and the names stand above them.
  while (at > first + 1 && fits(rows[at - 1]!) && fits(rows[at - 2]!) && isFilling(rows, at)) at--;
  // Names 0, 1, 2 …, as data frames without names have them, perhaps behind an index; a column that was added has a
  // name: 0,1,2,Label.
  const named = (cells: readonly string[]): boolean => {
    const behind = cells[0] === '' ? width > 1 : width > 2 && types.of(cells[0]!) === 'text';
    const index = behind ? 1 : 0;
    const isName = (cell: string, c: number): boolean =>
      c < index || cell === String(c - index) || (kinds[c] === 'number' && types.of(cell) === 'text');
    // A 0 above whole numbers alone is rather one of them.
    const one = width === 1 && later.some((row) => /^\d+$/.test(row.cells[0]!));
    return (cells.every(isName) && !one) || countsYears(cells);
  };
  // `sar` has the time of day at which it began in front of the names.
  const begins = ({ cells }: Row): boolean =>
    kinds.every((kind, c) => kind !== 'number' || types.of(cells[c] ?? '') === 'text') &&
    kinds.every((kind, c) => kind !== 'time' || isTimeOfDay(cells[c] ?? ''));
  if (at === first && rows.length > at + 1 && kinds.includes('number') && begins(rows[at]!)) return at + 1;
  if (at === first && rows.length > at + 1 && named(rows[at]!.cells) && !countsYears(rows[at + 1]!.cells))
    return at + 1;
  return belowNames(rows, at, (row) => {
    const cells = typed.map(({ c }) => (fits(row) ? types.of(row.cells[c] ?? '') : 'text'));
    return cells.filter((type) => type === 'text').length / cells.length;
  });
}

/**
 * The row below the names where settings of a device, such as `Record Length,36`, stand above them in as many columns:
 * a row of nothing but text, with text above it and none below. The row itself where there is no such row.
 * @param texts share of the cells of a row that are text where the table has numbers and times
 */
function belowNames(rows: readonly Row[], at: number, texts: (row: Row) => number): number {
  const shares = rows.slice(at).map(texts);
  let names = shares.length - 1;
  const areNames = ({ cells }: Row): boolean =>
    cells.length > 1 && new Set(cells).size > 1 && cells.every((cell) => /\p{L}/u.test(cell));
  while (names > 0 && !(shares[names]! === 1 && areNames(rows[at + names]!))) names--;
  const below = shares.slice(names + 1);
  if (names <= 0 || names > 60 || below.length < 3 || below.some((share) => share > 0)) return at;
  return shares.slice(0, names).some((share) => share > 0) ? at + names + 1 : at;
}

/** True where the first row has digits, and is equal to all later ones but for those. */
function isAlike(rows: readonly Row[]): boolean {
  const mask = ({ cells }: Row): string =>
    cells.map((cell) => cell.replace(/\d+(?:[.,]\d+)*/g, '0')).join('\n');
  const first = rows[0] && mask(rows[0]);
  return (
    rows.length > 3 && first !== undefined && first.includes('0') && rows.every((row) => mask(row) === first)
  );
}

/** True where the row above the data stands for nothing, or comes again without the names above it. */
function isFilling(rows: readonly Row[], at: number): boolean {
  const comesAgain = (one: Row): boolean =>
    rows.slice(at).some((row) => row.cells.every((cell, c) => cell === one.cells[c]));
  const [above, row] = [rows[at - 2]!, rows[at - 1]!];
  return row.cells.every((cell) => /^[?*.-]+$/.test(cell)) || (comesAgain(row) && !comesAgain(above));
}

/** Names of columns that are years: four and more that go on one by one. */
function countsYears(cells: readonly string[]): boolean {
  let run = 1;
  for (let c = 1; c < cells.length && run < 4; c++) {
    const year = Number(cells[c]);
    run = /^(1[6-9]|2[01])\d\d$/.test(cells[c]!) && year - Number(cells[c - 1]) === 1 ? run + 1 : 1;
  }
  return run >= 4;
}

/** CloudWatch describes its columns in seven rows and more. */
const mostHeaders = 12;

/** Rows of names right above the data. */
export function headerRows(
  rows: readonly Row[],
  at: number,
  width: number,
  header: boolean | undefined,
): Row[] {
  if (header === false || at === 0) return [];
  const found: Row[] = [];
  for (let i = at - 1; i >= 0 && found.length < mostHeaders; i--) {
    const { length } = rows[i]!.cells;
    const near = Math.abs(length - width) <= 1 || (length < width && at === rows.length);
    if (length !== width && !(near && found.length === 0 && (width > 2 || length > 1 || at === 1))) break;
    found.unshift(rows[i]!);
  }
  // More rows than names and units have are titles, unless they are said to describe the columns.
  if (found.length > 4 && !findDescribedNames(found)) found.splice(0, found.length - 4);
  // A header of another length is better than none: the rows below are refused with their lines. One cell is a title.
  if (found.length === 0 && at === 1 && width > 1 && (rows[0]!.cells.length > 1 || width === 2))
    found.push(rows[0]!);
  return found;
}

/** Names and units of the columns, and the rows that they come from. */
export interface Named {
  readonly names: string[];
  readonly units: (string | undefined)[];
  readonly headers: readonly Row[];
}

/** What databases write below the names of columns; frames of their tables take the first and the last place. */
const columnType =
  /^(|timestamp(tz|\[\w+\])?|timestamp with(out)? time zone|datetime(\[.*\])?|date|time|double( precision)?|float\d*|real|decimal(\(.*\))?|numeric(\(.*\))?|(u?(big|small|tiny|huge)?int(eger)?\d*)|\d+[sdn]|[iuf]\d{1,2}|varchar(\(\d+\))?|text|str(ing)?|bool(ean)?)$/i;

export function nameColumns(
  given: readonly Row[],
  data: readonly (readonly string[])[],
  width: number,
  types: CellTypes,
  options: ReadOptions,
  comments: readonly Line[],
  delimiter: string,
  notes: string[],
): Named {
  // `<DATE>,<CLOSE>`, as archives of prices write them.
  const bare = (cells: readonly string[]): readonly string[] =>
    cells.every((cell) => /^<[^<>]+>$/.test(cell)) ? cells.map((cell) => cell.slice(1, -1)) : cells;
  const numbered = (cells: readonly string[]): string[] =>
    bare(cells).map((cell, c) => (cell === '' ? `column ${c + 1}` : cell));
  const lowest = given.at(-1);
  const typed = given.length > 1 && lowest!.cells.every((cell) => columnType.test(cell));
  const headers = typed ? given.slice(0, -1) : given;
  if (typed) notes.push(`Line ${lowest!.line} holds the types of the columns and was left out.`);
  const inComments = namesInComments(comments, width, types, delimiter);
  const isNearer = (comments.at(-1)?.line ?? 0) > (headers.at(-1)?.line ?? 0);
  if (headers.length === 0 || (inComments && isNearer && headers.at(-1)!.cells.length !== width)) {
    if (inComments) return { names: numbered(inComments.names), units: [...inComments.units], headers: [] };
    if (options.header === undefined) {
      notes.push('The first row holds numbers, so it was read as data: the columns have no names.');
    }
    return { names: numbered(Array.from({ length: width }, () => '')), units: [], headers };
  }
  if (headers.length === 1 && headers[0]!.cells.every((cell) => /^\d*$/.test(cell))) {
    notes.push(`Line ${headers[0]!.line} holds numbers, which were read as the names of the columns.`);
  }
  const naming = findNamingRow(headers, types);
  if (naming) return { names: numbered(naming.cells), units: [], headers: [naming] };
  let own = headers.at(-1)!;
  let used: readonly Row[] = [own];
  let units: (string | undefined)[] = [];
  const above = headers.at(-2);
  const top = namesAbove(headers);
  if (top >= 0) {
    // Loggers write names, units and kinds of means one below the other.
    const names = headers[top]!;
    const below = headers[top + 1]!;
    notes.push(
      `Line ${below.line} was read as the units of the columns${headers.length > top + 2 ? `; line ${headers[top + 2]!.line} was left out` : ''}.`,
    );
    return {
      names: numbered(names.cells),
      units: below.cells.map((cell) => (/^(|-|ts|rn)$/i.test(cell) ? undefined : cell)),
      headers: headers.slice(top),
    };
  }
  const labels = findLabelLevels(headers, data, types);
  if (labels) {
    notes.push(`The names of the columns were made from lines ${headers[0]!.line}–${own.line}.`);
    return { names: numbered(labels), units: [], headers };
  }
  const isUnits =
    above !== undefined &&
    above.cells.length === own.cells.length &&
    own.cells.every(looksLikeUnit) &&
    own.cells.some((cell) => cell !== '') &&
    above.cells.filter((cell) => cell !== '').length >= own.cells.filter((cell) => cell !== '').length;
  if (isUnits && own.cells.filter((cell) => cell === '').length <= own.cells.length / 2 + 1) {
    units = own.cells.map((cell) => {
      const bare = cell.replace(/^[[(]|[\])]$/g, '').trim();
      return bare === '' || bare === '-' ? undefined : bare;
    });
    notes.push(`Line ${own.line} was read as the units of the columns.`);
    own = above;
    used = [above, headers.at(-1)!];
  } else if (above !== undefined) {
    // Several levels of names, as data frames have them: those on top stand over all columns but the first.
    const levels = [own];
    for (const row of [...headers].reverse().slice(1)) {
      const sparse = levels[0]!.cells.filter((cell) => cell === '').length > levels[0]!.cells.length / 2;
      if (row.cells.length !== own.cells.length || !(row.cells[0] === '' || sparse)) break;
      levels.unshift(row);
    }
    if (levels.length > 1) {
      used = levels;
      own = { ...own, cells: own.cells.map((_, c) => joinLevels(levels.map(({ cells }) => cells[c]!))) };
      notes.push(
        `The names of the columns were joined from lines ${levels[0]!.line}–${levels.at(-1)!.line}.`,
      );
    }
  }
  let cells = own.cells;
  // LabVIEW names a column of comments that no row has.
  if (cells.length === width + 1 && /^(|comments?|remarks?|notes?)$/i.test(cells.at(-1)!))
    cells = cells.slice(0, -1);
  if (cells.length === width - 1) {
    // A separator at the end of every row, or names of rows that have no heading, as R writes them.
    if (data.length > 0 && data.every((row) => row.at(-1) === '')) cells = [...cells, ''];
    else if (
      data.length > 0 &&
      data.every((row) => types.of(row.at(-1) ?? '') === 'time' && types.of(row.at(-2) ?? '') === 'time')
    ) {
      // `vmstat -t` has one name above the date and the time of day.
      cells = [...cells.slice(0, -1), `${cells.at(-1)!} date`, `${cells.at(-1)!} time`];
    } else if (rowsAreNamed(cells, data, types)) {
      cells = ['', ...cells];
      notes.push('Every row begins with a cell that has no heading; it was taken as the first column.');
    }
  }
  return { names: numbered(cells), units, headers: used };
}

/**
 * Index of a row of names that has units and another row below it: its cells are whole and all different, one of them
 * names the time, and the last row above the data has empty or equal cells. −1 where there is none.
 */
function namesAbove(headers: readonly Row[]): number {
  const last = headers.at(-1)!.cells;
  if (headers.length < 3 || new Set(last).size === last.length) return -1;
  return headers.findIndex(
    ({ cells }, i) =>
      i < headers.length - 2 &&
      cells.length === last.length &&
      cells.every((cell) => cell !== '') &&
      new Set(cells).size === cells.length &&
      cells.some((cell) => timeRank(cell) >= 0),
  );
}

/**
 * Names of columns below rows that each begin with the name of a label, as Google Cloud writes them: what differs
 * between the columns, else what the first row has. Null for other tables.
 */
function findLabelLevels(
  headers: readonly Row[],
  data: readonly (readonly string[])[],
  types: CellTypes,
): string[] | null {
  const width = headers.at(-1)!.cells.length;
  const timed = data.length > 1 && data.every((row) => types.of(row[0] ?? '') === 'time');
  if (!timed || headers.length < 2 || headers.some(({ cells }) => cells.length !== width)) return null;
  const keys = headers.map(({ cells }) => cells[0]!);
  const areKeys = keys.every(
    (key) => /^[A-Za-z][\w. ]*$/.test(key) && timeRank(key) < 0 && !looksLikeUnit(key),
  );
  if (!areKeys || new Set(keys).size < keys.length) return null;
  if (headers.some(({ cells }) => cells.slice(1).some((cell) => cell === '' || types.of(cell) !== 'text')))
    return null;
  const varying = headers.filter(({ cells }) => new Set(cells.slice(1)).size > 1);
  const levels = varying.length > 0 ? varying : [headers[0]!];
  return Array.from({ length: width }, (_, c) =>
    c === 0 ? 'time' : joinLevels(levels.map(({ cells }) => cells[c]!)),
  );
}

function joinLevels(parts: readonly string[]): string {
  const names = parts.filter((part) => part !== '' && !/^Unnamed: /.test(part));
  return [...new Set(names)].join(' ');
}

/** True where every row begins with a number that counts rows, or with a word, before what the names announce. */
function rowsAreNamed(
  names: readonly string[],
  data: readonly (readonly string[])[],
  types: CellTypes,
): boolean {
  if (data.length < 3) return false;
  const counted = data
    .slice(0, 50)
    .every((row, i, all) => i === 0 || Number(row[0]) === Number(all[0]![0]) + i);
  const dated = data.slice(0, 50).every((row) => types.of(row[1] ?? '') === 'time');
  const epochs = data.slice(0, 50).every((row) => /^\d{9,19}(\.\d+)?$/.test(row[1] ?? ''));
  if (timeRank(names[0] ?? '') >= 0) return dated || (counted && epochs);
  return (
    counted || data.slice(0, 50).every((row) => types.of(row[0]!) === 'time' || /^\d{9,10}:$/.test(row[0]!))
  );
}
