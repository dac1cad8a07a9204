import { HeedError } from '../../errors.js';
import { formatCount } from '../../format.js';
import { firstDataRow, headerRows, nameColumns } from './header.js';
import type { ReadOptions } from './options.js';
import { CellTypes, logicalLines, mostRows, splitLine, type Line, type Row } from './split.js';
import { conflictError, isConflict } from './conflict.js';
import { shorten, totals } from './words.js';

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
  /** Lines and comments above the table. */
  readonly titles: readonly string[];
}

const delimiters = [',', ';', '\t', '|', '│', ' '];
/** Rules that text tables draw between header and rows. */
const ruler = /^[\s|+:=_-]*[-=]{3,}[\s|+:=_-]*$|^[\s\u2500-\u257f]*[─═]{3,}[\s\u2500-\u257f]*$/;
const comment = /^\s*(?:#|\/\/|%|;;|!|--\s|@(?:relation|attribute|data)\b|\* )/i;

/** Finds delimiter, preamble, names, units and the first row of data. */
export function findDialect(head: string, options: ReadOptions): Dialect | null {
  const lines = logicalLines(head);
  let first = 0;
  let given = options.delimiter;
  const conflict = lines.find(({ text }) => isConflict(text));
  if (conflict) throw conflictError(options.name, conflict.line);
  const hidden = lines.filter(({ text }) => /^"?#{4,}"?[,;\t]/.test(text));
  if (hidden.length > lines.length / 2) {
    throw new HeedError(
      'bad-time',
      '"########" is what Excel shows where a column is too narrow for its dates',
      'Make the column of the times wider in Excel and save the file again.',
      { file: options.name, line: hidden[0]!.line },
    );
  }
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
  // Without names, a line of numbers above the table is a row of another width.
  const uneven =
    headers.length === 0
      ? before.find(({ text }) => isNumeric(splitLine(text, delimiter), types))
      : undefined;
  if (uneven && options.header === undefined) {
    const cells = splitLine(uneven.text, delimiter).length;
    throw new HeedError(
      'ragged-row',
      `the row has ${formatCount(cells, 'cell')} where most have ${width}`,
      'Give every row the same number of cells, or take out what is no part of the table.',
      { file: options.name, line: uneven.line },
    );
  }
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
    sample: withoutFooter(data, width).slice(0, 100),
    notes,
    titles: [...before, ...comments].map(({ text }) => text),
  };
}

/** Rows without those at the end that close the table: totals, and rows of another width. */
function withoutFooter(data: readonly (readonly string[])[], width: number): (readonly string[])[] {
  let end = data.length;
  const closes = (row: readonly string[]): boolean => totals.test(row[0] ?? '') || row.length < width;
  while (end > 1 && data.length - end < 5 && closes(data[end - 1]!)) end--;
  return data.slice(0, end);
}

/** True for a line of several cells of which most are numbers. */
function isNumeric(cells: readonly string[], types: CellTypes): boolean {
  return cells.length > 2 && 2 * cells.filter((cell) => types.of(cell) === 'number').length > cells.length;
}

/** The delimiter of a table of text by its first lines; a comma where none is there. */
export function findDelimiter(head: string): string {
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
