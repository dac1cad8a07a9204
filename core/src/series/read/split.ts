import { CellParser, isMissingText, NUMBER } from './numbers.js';
import { TimeForm } from './iso-time.js';
import { isTimeOfDay, TimeParser } from './times.js';

/** Most rows that decide how the table is built. */
export const mostRows = 300;

/** A line of a text, and where it stands. */
export interface Line {
  readonly text: string;
  readonly offset: number;
  readonly line: number;
}

/** A line with its cells. */
export interface Row extends Line {
  readonly cells: readonly string[];
}

/** Lines of a text; those of one quoted cell stay together. */
export function logicalLines(head: string): Line[] {
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

export type CellType = 'number' | 'time' | 'missing' | 'text';

/** What cells look like on their own. */
export class CellTypes {
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
