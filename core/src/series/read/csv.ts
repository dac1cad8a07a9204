import { checkRecord, checkTextOrBytes } from '../../check-argument.js';
import { HeedError } from '../../errors.js';
import { formatCount } from '../../format.js';
import { checkReadOptions } from './check-options.js';
import { conflictError, isConflict } from './conflict.js';
import { createTextDecoder } from './decode.js';
import { findDialect, type Dialect } from './dialect.js';
import { finishTable } from './finish.js';
import { CellParser, isMissingText, MISSING, NUMBER } from './numbers.js';
import type { ReadOptions, ReadResult } from './options.js';
import { CellTypes, splitLine } from './split.js';
import { CsvRows, LONGEST_ROW, notText, tarArchive } from './rows.js';
import { findStartDay } from './start-day.js';
import { TableBuilder } from './table.js';
import { findNamedZone } from './wall-clock.js';
import { isTimeOfDay } from './times.js';
import { shorten } from './words.js';
import { refuseTimesAsNames, spreadAcross, timesAcross, TransposedCsv } from './transposed.js';

/** Characters that show how a table is built. */
const HEAD = 65_536;

/** Reads a table that comes in pieces. */
export interface TableReader {
  /** The next piece: bytes, cut anywhere, or text. @throws HeedError at the first fault it holds */
  push(chunk: Uint8Array | string): void;
  /** The series, after the last piece. */
  finish(): ReadResult;
}

/** What stands in the cells of a row that a tool left out when it printed. */
const leftOut = /^(|·|…|⋮|\.{3})$/;

/**
 * Reads CSV that comes in pieces, into typed arrays, so that memory holds the numbers and one piece of text.
 * See `ReadOptions` for which column becomes what, and docs/formats.md for the tables that are understood.
 * @throws HeedError (from `push` and `finish`) not-text, empty-input, header-only, bad-csv, ragged-row, bad-value,
 *   bad-time, bad-label, unknown-column, duplicate-column, non-monotonic-time, duplicate-time, no-numeric-column,
 *   not-supported, all-missing, memory-limit, bad-option
 */
export function createCsvReader(options: ReadOptions = {}): TableReader {
  checkRecord('options', options);
  checkReadOptions(options);
  const text = createTextDecoder(options.name);
  let head = '';
  let reader: CsvTable | TransposedCsv | null = null;

  const feed = (piece: string, last: boolean): void => {
    if (reader === null) {
      head += piece;
      const nul = head.indexOf('\0');
      if (nul >= 0) {
        const line = head.slice(0, nul).split(/\r\n|[\r\n]/).length;
        if (head.startsWith('ustar', 257)) throw tarArchive(options.name);
        throw notText(options.name, 'it holds NUL characters', line);
      }
      if (!last && (head.length < HEAD || (head.length < LONGEST_ROW && !/[\r\n]\s*\S/.test(head)))) return;
      // The last line of a piece may be cut.
      const end = last ? head.length : Math.max(head.lastIndexOf('\n'), head.lastIndexOf('\r'));
      const dialect = findDialect(end > 0 ? head.slice(0, end) : head, options);
      if (dialect === null) return;
      const across = dialect.headerLine === undefined ? null : timesAcross(dialect.names, options);
      const spread = across ? null : spreadAcross(dialect, options);
      if (!across && !spread) refuseTimesAsNames(dialect, options);
      piece = head.slice(dialect.offset);
      const line = last && !across ? readOneLine(dialect, piece) : null;
      reader =
        across || spread
          ? new TransposedCsv(options, dialect, across ?? spread!.across, spread)
          : new CsvTable(options, line?.dialect ?? dialect);
      piece = line?.text ?? piece;
      head = '';
    }
    reader.rows.push(piece);
  };
  return {
    push: (chunk) => {
      checkTextOrBytes('piece', chunk);
      feed(text.decode(chunk), false);
    },
    finish: () => {
      feed(text.end(), true);
      if (reader === null) {
        throw new HeedError(
          'empty-input',
          'there is nothing in it',
          'Give a table with column names and rows.',
          { file: options.name },
        );
      }
      return reader.finish(text.notes);
    },
  };
}

/** Reads a whole CSV text (or its bytes); see `createCsvReader`. */
export function readCsv(text: string | Uint8Array, options: ReadOptions = {}): ReadResult {
  checkTextOrBytes('text', text);
  checkRecord('options', options);
  const reader = createCsvReader(options);
  reader.push(text);
  return reader.finish();
}

/** A file of one line of numbers, as archives of series have them: a series, not one point of many. */
function readOneLine(dialect: Dialect, text: string): { dialect: Dialect; text: string } | null {
  const { names, sample, headerLine, delimiter } = dialect;
  if (headerLine !== undefined || sample.length !== 1 || names.length < 8) return null;
  const cells = splitLine(text.trim(), delimiter);
  const types = new CellTypes();
  if (!cells.every((cell) => ['number', 'missing'].includes(types.of(cell)))) return null;
  return {
    dialect: {
      ...dialect,
      names: ['column 1'],
      sample: cells.slice(0, 100).map((cell) => [cell]),
      notes: [`The one line of ${cells.length} numbers was read as one series.`],
    },
    text: cells.map((cell) => (cell === '' ? 'NaN' : cell)).join('\n'),
  };
}

/** The rows of one CSV, put into a TableBuilder. */
class CsvTable {
  readonly rows: CsvRows;
  private readonly parser = new CellParser();
  private readonly table: TableBuilder;
  private readonly readCell = (c: number): string => {
    const at = this.places === null ? c : this.places.indexOf(c);
    return at < 0 || at >= this.rows.count ? '' : this.rows.cell(at);
  };
  /** Column of the table per cell of a row; null where they are the same. */
  private places: number[] | null = null;
  private readonly heads: ReadonlySet<string>;
  /** `sar` has the time of day at which it goes on in front of every line of names. */
  private readonly timedNames: boolean;
  private readonly skipped = {
    comments: 0,
    headers: 0,
    empty: 0,
    firstComment: 0,
    firstHeader: 0,
    firstEmpty: 0,
    restarts: 0,
    firstRestart: 0,
  };

  constructor(
    private readonly options: ReadOptions,
    private readonly dialect: Dialect,
  ) {
    const { delimiter, names, headerLine, sample, units, line, blanks } = dialect;
    const day = findStartDay([...dialect.titles, names.join(' ')], options);
    // Open-Meteo tells the zone of its times in lines above them.
    const zones = new Set(dialect.titles.flatMap((title) => title.split(delimiter).map(findNamedZone)));
    zones.delete(undefined);
    const [zone] = zones;
    const zoned = zone !== undefined && zones.size === 1 ? { timeZone: zone, ...options } : options;
    this.table = new TableBuilder(names, zoned, headerLine, sample, units, delimiter, day);
    this.heads = new Set(dialect.titles.map((title) => splitLine(title.trim(), delimiter).join('\n')));
    this.timedNames = isTimeOfDay(names[0]!) && /\D/.test(names.at(-1)!);
    this.rows = new CsvRows(delimiter.charCodeAt(0), options.name, () => this.row(), blanks);
    this.rows.line = line;
  }

  finish(decoding: readonly string[]): ReadResult {
    this.rows.finish();
    const { comments, headers, empty, restarts } = this.skipped;
    const { firstComment, firstHeader, firstEmpty, firstRestart } = this.skipped;
    const result = finishTable(this.table);
    const notes = [...decoding, ...this.dialect.notes];
    const say = (count: number, what: string, first: number): void => {
      if (count > 0)
        notes.push(
          `${formatCount(count, what)} ${count === 1 ? 'was' : 'were'} passed over (line ${first}).`,
        );
    };
    say(comments, 'comment line', firstComment);
    say(headers, 'repeated header line', firstHeader);
    say(empty, 'empty row', firstEmpty);
    say(restarts, 'line of a restart', firstRestart);
    return { ...result, notes: [...notes, ...result.notes] };
  }

  private row(): void {
    const { rows, parser, table } = this;
    const { line, text, starts, ends } = rows;
    const width = this.places?.length ?? table.width;
    let { count } = rows;
    if (count !== width && this.passedOver()) return;
    if (count > width && ends[count - 1] === starts[count - 1]) count--;
    if (count !== width) {
      if (this.newHeader()) return;
      table.addOdd(line, this.readCell, this.ragged(rows.count, width));
      return;
    }
    // A row whose time cannot be read is looked at more closely; all others are not.
    if (text.charCodeAt(starts[0]!) === 35 || this.mayBeOdd(starts, ends, text, count)) {
      if (this.passedOver() || this.newHeader()) return;
    }
    if (!table.beginRow(this.readCell, line)) return;
    const { places } = this;
    if (places !== null)
      for (let c = 0; c < table.width; c++) if (!places.includes(c)) table.missing(c, line);
    for (let i = 0; i < count; i++) {
      const c = places === null ? i : places[i]!;
      if (!table.reads(c)) continue;
      const kind = parser.parse(text, starts[i]!, ends[i]!);
      if (kind === NUMBER) table.number(c, parser, line, text, starts[i]!, ends[i]!);
      else if (kind === MISSING) table.missing(c, line, starts[i] === ends[i] ? undefined : rows.cell(i));
      else table.text(c, rows.cell(i), line);
    }
    table.endRow();
  }

  /** True for rows that begin empty or with the first name: blank rows, repeated headers. */
  private mayBeOdd(starts: Int32Array, ends: Int32Array, text: string, count: number): boolean {
    const at = this.table.timeSource?.columns[0] ?? 0;
    const start = starts[Math.min(at, count - 1)]!;
    const code = text.charCodeAt(start);
    if (this.timedNames && this.rows.cell(count - 1) === this.dialect.names.at(-1)) return true;
    return ends[Math.min(at, count - 1)] === start || code < 43 || code > 57;
  }

  /** Comments, repeated headers, rules and rows without any value. */
  private passedOver(): boolean {
    const { rows, table, skipped, dialect } = this;
    const first = rows.cell(0);
    if (isConflict(first)) throw conflictError(this.options.name, rows.line);
    const note = (what: 'comment' | 'header' | 'empty' | 'restart'): true => {
      const counts = { comment: 'comments', header: 'headers', empty: 'empty', restart: 'restarts' } as const;
      const firsts = { comment: 'firstComment', header: 'firstHeader', empty: 'firstEmpty', restart: 'firstRestart' } as const; // prettier-ignore
      if (skipped[counts[what]]++ === 0) skipped[firsts[what]] = rows.line;
      return true;
    };
    if (/^(#|\/\/)/.test(first) && !(first.startsWith('#N') && rows.count === table.width))
      return note('comment');
    // All cells are looked at only where a row may stand for others, or be of another width.
    const odd = rows.count !== table.width || leftOut.test(first);
    const cells = odd ? Array.from({ length: rows.count }, (_, i) => rows.cell(i)) : [];
    if (rows.count !== table.width && /(^|\s)LINUX[- ]RESTART\b/.test(cells.slice(0, 5).join(' ')))
      return note('restart');
    if (cells.some((cell) => cell !== '') && cells.every((cell) => leftOut.test(cell))) {
      throw new HeedError(
        'bad-csv',
        `rows are left out here: "${cells.find((cell) => cell !== '')!}" stands for them`,
        'Export all rows: to a file as CSV, or printed without a limit (DuckDB: .maxrows -1; pandas: to_csv).',
        { file: this.options.name, line: rows.line },
      );
    }
    if (this.timedNames && this.repeatsNames()) return note('header');
    // Heads of several lines come again as a whole, as those of vmstat do.
    if (rows.count !== table.width && this.heads.has(cells.join('\n'))) return note('header');
    let empty = true;
    let equal = 0;
    let same = true;
    let rule = true;
    let worded = rows.count > 1;
    for (let i = 0; i < rows.count; i++) {
      const cell = rows.cell(i);
      if (cell !== '') empty = false;
      if (cell !== '' && cell === dialect.names[i]) equal++;
      else if (i < dialect.names.length && cell !== '') same = false;
      if (!/^\p{L}[^\d]*$/u.test(cell) || isMissingText(cell)) worded = false;
      if (!/^[-=+|: \u2500-\u257f]*$/.test(cell) || (cell !== '' && cell.length < 3)) rule = false;
    }
    if (empty) return note('empty');
    if (same && rows.count === dialect.names.length)
      return note(2 * equal >= dialect.names.length ? 'header' : 'empty');
    if (worded && equal > 0 && rows.count === table.width && dialect.headerLine !== undefined) {
      const at = dialect.names.findIndex((name, i) => rows.cell(i) !== name);
      throw new HeedError(
        'bad-csv',
        `a second table begins here, with "${shorten(rows.cell(Math.max(0, at)))}" where the first has "${shorten(dialect.names[Math.max(0, at)]!)}"`,
        'Give each table as a file of its own.',
        { file: this.options.name, line: rows.line },
      );
    }
    return rule;
  }

  /** The names again, behind another time of day. */
  private repeatsNames(): boolean {
    const { rows, dialect } = this;
    const names = dialect.names.filter((name) => !/^(\d|[AP]M$)/i.test(name));
    const own = names.length;
    return own > 0 && rows.count >= own && names.every((name, i) => rows.cell(rows.count - own + i) === name);
  }

  /** A later table of the same file, as InfluxDB writes them, with names of its own. */
  private newHeader(): boolean {
    const { rows, table } = this;
    if (rows.count < 4 || rows.cell(1) !== 'result' || rows.cell(2) !== 'table') return false;
    this.places = Array.from({ length: rows.count }, (_, i) => {
      const name = rows.cell(i) === '' ? `column ${i + 1}` : rows.cell(i);
      const at = table.columns.findIndex(({ cells }) => cells.name === name);
      return at >= 0 ? at : table.addColumn(name);
    });
    return true;
  }

  private ragged(count: number, width: number): HeedError {
    const commas = this.dialect.delimiter === ',' && count > width;
    return new HeedError(
      'ragged-row',
      `the row has ${formatCount(count, 'cell')} where there ${width === 1 ? 'is' : 'are'} ${formatCount(width, 'column')}`,
      commas
        ? 'Give every row the same number of cells; numbers with a decimal comma need quotes or another delimiter.'
        : 'Give every row the same number of cells, and check the delimiter and the quotes.',
      { file: this.options.name, line: this.rows.line },
    );
  }
}
