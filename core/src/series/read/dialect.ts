import { CellParser, isMissingText, NUMBER } from './numbers.js';
import { looksLikeUnit } from './cell-units.js';
import type { ReadOptions } from './options.js';
import { timeRank } from './roles.js';
import { isTimeOfDay, TimeForm, TimeParser } from './times.js';
import { shorten } from './words.js';

/** How a table of text is built, as its first lines show. */
export interface Dialect {
  readonly delimiter: string;
  /** Any number of blanks is one delimiter. */
  readonly blanks: boolean;
  /** Where the first row of data begins: position in the text, and line. */
  readonly offset: number;
  readonly line: number;
  readonly names: readonly string[];
  readonly headerLine: number | undefined;
  readonly units: readonly (string | undefined)[];
  /** Cells of the first rows of data. */
  readonly sample: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

interface Line {
  readonly text: string;
  readonly offset: number;
  readonly line: number;
}

interface Row extends Line {
  readonly cells: readonly string[];
}

const delimiters = [',', ';', '\t', '|', ' '];
/** Rules that text tables draw between header and rows. */
const ruler = /^[\s|+:=_-]*[-=]{3,}[\s|+:=_-]*$/;
const comment = /^\s*(?:#|\/\/|%|;;|!|--\s|@(?:relation|attribute|data)\b|\* )/i;
/** Most rows that decide how the table is built. */
const mostRows = 300;

/** Finds delimiter, preamble, names, units and the first row of data. */
export function findDialect(head: string, options: ReadOptions): Dialect | null {
  const lines = logicalLines(head);
  let first = 0;
  let given = options.delimiter;
  const declared = /^"?sep=(.)"?\s*$/i.exec(lines[0]?.text ?? '');
  if (declared) {
    first = 1;
    given ??= declared[1];
  }
  const body = lines.slice(first).filter(({ text }) => text.trim() !== '' && !ruler.test(text));
  const plain = body.filter(({ text }) => !comment.test(text));
  if (plain.length === 0) return null;
  const types = new CellTypes();
  const delimiter = given ?? guessDelimiter(plain, types);
  const rows: Row[] = plain
    .slice(0, mostRows)
    .map(({ text, offset, line }) => ({ text, offset, line, cells: splitLine(text, delimiter) }));
  const width = usualWidth(rows, types);
  const at = firstDataRow(rows, width, types, options.header);
  const notes: string[] = [];
  const headers = headerRows(rows, at, width, options.header);
  const data = rows.slice(at).map(({ cells }) => cells);
  const comments = body.filter(
    (line) => comment.test(line.text) && (rows[at] === undefined || line.offset < rows[at].offset),
  );
  const named = nameColumns(headers, data, width, types, options, comments, delimiter, notes);
  const start = named.headers[0] ?? rows[at];
  const before = lines
    .slice(first)
    .filter(
      ({ text, offset }) =>
        text.trim() !== '' && offset < (start?.offset ?? 0) && !comment.test(text) && !ruler.test(text),
    );
  if (before.length > 0) {
    notes.push(
      `${before.length === 1 ? `Line ${before[0]!.line}` : `Lines ${before[0]!.line}–${before.at(-1)!.line}`} before the table ${before.length === 1 ? 'was' : 'were'} left out ("${shorten(before[0]!.text)}"${before.length > 1 ? ' …' : ''}).`,
    );
  }
  const end = named.headers.at(-1);
  const next = rows[at];
  return {
    delimiter,
    blanks: delimiter === ' ',
    offset: next ? next.offset : head.length,
    line: next ? next.line : (end?.line ?? 1) + 1,
    names: named.names,
    headerLine: named.headers[0]?.line,
    units: named.units,
    sample: data.slice(0, 100),
    notes,
  };
}

/** Lines of a text; those of one quoted cell stay together. */
function logicalLines(head: string): Line[] {
  const lines: Line[] = [];
  const pattern = /\r\n|\n|\r/g;
  let offset = 0;
  let line = 1;
  const next = (from: number): [end: number, after: number] => {
    pattern.lastIndex = from;
    const match = pattern.exec(head);
    return match ? [match.index, pattern.lastIndex] : [head.length, head.length];
  };
  while (offset < head.length && lines.length < 2 * mostRows) {
    let [end, after] = next(offset);
    let count = 1;
    let [tryEnd, tryAfter, tryCount] = [end, after, count];
    // An odd number of quotes: the cell goes on in a later line, if it ends within a few.
    while (isOdd(head.slice(offset, tryEnd)) && tryAfter < head.length && tryCount < 20) {
      [tryEnd, tryAfter] = next(tryAfter);
      tryCount++;
    }
    if (!isOdd(head.slice(offset, tryEnd))) [end, after, count] = [tryEnd, tryAfter, tryCount];
    lines.push({ text: head.slice(offset, end), offset, line });
    offset = after;
    line += count;
  }
  return lines;
}

function isOdd(text: string): boolean {
  let odd = false;
  for (let i = text.indexOf('"'); i >= 0; i = text.indexOf('"', i + 1)) odd = !odd;
  return odd;
}

/** Cells of one line, leniently: what is broken shows when the rows are read. */
export function splitLine(line: string, delimiter: string): string[] {
  if (delimiter === ' ') {
    return (line.match(/"(?:[^"]|"")*"|[^\s]+/g) ?? []).map((cell) => unquote(cell));
  }
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (character === '"' && (quoted || cell.trim() === '')) {
      if (quoted && line[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = !quoted;
    } else if (character === delimiter && !quoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  cells.push(cell.trim());
  return cells;
}

function unquote(cell: string): string {
  return cell.startsWith('"') && cell.endsWith('"') && cell.length > 1
    ? cell.slice(1, -1).replaceAll('""', '"').trim()
    : cell;
}

type CellType = 'number' | 'time' | 'missing' | 'text';

/** What cells look like on their own. */
class CellTypes {
  private readonly numbers = new CellParser();
  private readonly times = new TimeParser();

  private readonly known = new Map<string, CellType>();

  of(cell: string): CellType {
    let type = this.known.get(cell);
    if (type === undefined) this.known.set(cell, (type = this.look(cell)));
    return type;
  }

  private look(cell: string): CellType {
    if (cell === '' || isMissingText(cell)) return 'missing';
    if (this.numbers.parse(cell, 0, cell.length) === NUMBER && (this.numbers.unit?.known ?? true)) {
      return isTimeOfDay(cell) ? 'time' : 'number';
    }
    return isTimeOfDay(cell) || this.times.parse(cell) > TimeForm.number ? 'time' : 'text';
  }
}

/** The delimiter of a table of text by its first lines; a comma where none is there. */
export function delimiterOf(head: string): string {
  const lines = logicalLines(head).filter(({ text }) => text.trim() !== '');
  const found = lines.length === 0 ? ',' : guessDelimiter(lines, new CellTypes());
  return found === ' ' ? ',' : found;
}

/** The delimiter that makes the most regular table of numbers and times. */
function guessDelimiter(lines: readonly Line[], types: CellTypes): string {
  let best = ',';
  let bestScore = 0;
  const some = lines.slice(0, 120);
  const last = some.at(-1)!.text;
  const middle = some[some.length >> 1]!.text;
  for (const delimiter of delimiters) {
    // What separates cells does so in every row.
    if (!last.includes(delimiter) && !middle.includes(delimiter) && delimiter !== ' ') continue;
    const rows = some.map((line) => ({ ...line, cells: splitLine(line.text, delimiter) }));
    const width = usualWidth(rows, types);
    if (width < 2) continue;
    const start = rows.findIndex(({ cells }) => cells.length === width);
    const from = rows.slice(start);
    const even = from.filter(({ cells }) => cells.length === width);
    let [typed, present] = [0, 0];
    for (const { cells } of even.slice(-40)) {
      for (const cell of cells) {
        const type = types.of(cell);
        if (type === 'missing') continue;
        present++;
        // A word is a cell too; one that holds another delimiter is rather several.
        typed += type !== 'text' ? 1 : /[,;\t|]/.test(cell) ? -0.5 : 0.5;
      }
    }
    const score =
      (even.length / from.length) * (0.3 + typed / Math.max(1, present)) * (delimiter === ' ' ? 0.85 : 1);
    if (score > bestScore + 1e-9) {
      bestScore = score;
      best = delimiter;
    }
  }
  return best;
}

/** Cells of most of the later rows. */
function usualWidth(rows: readonly Row[], types: CellTypes): number {
  const counts = new Map<number, number>();
  const later = rows.length > 3 ? rows.slice(Math.floor(rows.length / 3)) : rows;
  for (const { cells } of later) {
    const typed = cells.some((cell) => ['number', 'time'].includes(types.of(cell)));
    counts.set(cells.length, (counts.get(cells.length) ?? 0) + (typed ? 1.01 : 0.5));
  }
  let width = 1;
  let most = 0;
  for (const [cells, count] of counts) {
    if (count > most) [width, most] = [cells, count];
  }
  return width;
}

/** Index of the first row that looks as the later ones do; the number of rows where none does. */
function firstDataRow(
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
  const isData = (row: Row): boolean => {
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
  // Names 0, 1, 2 …, as data frames without names have them; a column that was added has a name: 0,1,2,Label.
  const isName = (cell: string, c: number): boolean =>
    cell === String(c) || (kinds[c] === 'number' && types.of(cell) === 'text');
  if (at === first && rows.length > at + 1 && rows[at]!.cells.every(isName)) return at + 1;
  return at;
}

/** Rows of names right above the data. */
function headerRows(rows: readonly Row[], at: number, width: number, header: boolean | undefined): Row[] {
  if (header === false || at === 0) return [];
  const found: Row[] = [];
  for (let i = at - 1; i >= 0 && found.length < 4; i--) {
    const { length } = rows[i]!.cells;
    const near = Math.abs(length - width) <= 1 || (length < width && at === rows.length);
    if (length !== width && !(near && found.length === 0 && (width > 2 || length > 1 || at === 1))) break;
    found.unshift(rows[i]!);
  }
  // A header of another length is better than none: the rows below are refused with their lines.
  if (found.length === 0 && at === 1 && width > 1) found.push(rows[0]!);
  return found;
}

interface Named {
  readonly names: string[];
  readonly units: (string | undefined)[];
  readonly headers: readonly Row[];
}

function nameColumns(
  headers: readonly Row[],
  data: readonly (readonly string[])[],
  width: number,
  types: CellTypes,
  options: ReadOptions,
  comments: readonly Line[],
  delimiter: string,
  notes: string[],
): Named {
  const numbered = (cells: readonly string[]): string[] =>
    Array.from({ length: cells.length }, (_, c) => (cells[c] === '' ? `column ${c + 1}` : cells[c]!));
  if (headers.length === 0) {
    // numpy and gnuplot write the names behind the sign of a comment.
    const last = comments.at(-1);
    const cells = last && splitLine(last.text.replace(/^\s*(?:#|\/\/|%)+\s*/, ''), delimiter);
    if (cells && cells.length === width && width > 1 && cells.every((cell) => types.of(cell) === 'text')) {
      return { names: numbered(cells), units: [], headers: [] };
    }
    if (options.header === undefined) {
      notes.push('The first row holds numbers, so it was read as data: the columns have no names.');
    }
    return { names: numbered(Array.from({ length: width }, () => '')), units: [], headers };
  }
  let own = headers.at(-1)!;
  let used: readonly Row[] = [own];
  let units: (string | undefined)[] = [];
  const above = headers.at(-2);
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
  if (cells.length === width + 1 && cells.at(-1) === '') cells = cells.slice(0, -1);
  if (cells.length === width - 1) {
    // A separator at the end of every row, or names of rows that have no heading, as R writes them.
    if (data.length > 0 && data.every((row) => row.at(-1) === '')) cells = [...cells, ''];
    else if (rowsAreNamed(cells, data, types)) {
      cells = ['', ...cells];
      notes.push('The rows have names that no heading counts; they were taken as the first column.');
    }
  }
  return { names: numbered(cells), units, headers: used };
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
  if (timeRank(names[0] ?? '') >= 0) return dated;
  return counted || data.slice(0, 50).every((row) => types.of(row[0]!) === 'time');
}
