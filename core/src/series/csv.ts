import { HeedError } from '../errors.js';
import { countOf } from '../format.js';
import { CsvRows, guessDelimiter, notText } from './csv-rows.js';
import { CellParser, MISSING, NUMBER, TEXT } from './number.js';
import type { ReadOptions, ReadResult } from './read-options.js';
import { TableBuilder } from './table.js';
import { parseIsoTime } from './time.js';

/** Reads a table that comes in pieces. */
export interface TableReader {
  /** The next piece: UTF-8 bytes, cut anywhere, or text. @throws HeedError at the first fault it holds */
  push(chunk: Uint8Array | string): void;
  /** The series, after the last piece. */
  finish(): ReadResult;
}

/**
 * Reads CSV that comes in pieces, into typed arrays, so that memory holds the numbers and one piece of text.
 * See `ReadOptions` for which column becomes what. Cells that are empty or NaN, NA, N/A, null or None are missing.
 * @throws HeedError (from `push` and `finish`) not-text, empty-input, header-only, bad-csv, ragged-row, bad-value,
 *   bad-time, bad-label, not-finite, duplicate-column, unknown-column, non-monotonic-time, duplicate-time,
 *   no-numeric-column, all-missing, bad-option
 */
export function createCsvReader(options: ReadOptions = {}): TableReader {
  const text = createTextDecoder(options.name);
  const { delimiter } = options;
  if (delimiter !== undefined && (delimiter.length !== 1 || /["\r\n]/.test(delimiter))) {
    throw new HeedError(
      'bad-option',
      `the delimiter is ${JSON.stringify(delimiter)}`,
      'Give one character, neither a quote nor a line break.',
    );
  }
  let head = '';
  let reader: CsvTable | null = null;

  const feed = (piece: string, last: boolean): void => {
    if (reader === null) {
      head += piece;
      const nul = head.indexOf('\0');
      if (nul >= 0) {
        const line = head.slice(0, nul).split(/\r\n|[\r\n]/).length;
        throw notText(options.name, 'it holds NUL characters', line);
      }
      // A whole line less than there are line breaks: the last line may be cut.
      const lines = head.split(/\r\n|[\r\n]/).filter((line) => line.trim() !== '');
      if (lines.length === 0 || (!last && lines.length <= 10 && head.length < 1_000_000)) return;
      const complete = last || lines.length === 1 ? lines : lines.slice(0, -1);
      reader = new CsvTable(options, delimiter ?? guessDelimiter(complete.slice(0, 10)));
      piece = head;
      head = '';
    }
    reader.rows.push(piece);
  };
  return {
    push: (chunk) => feed(text.decode(chunk), false),
    finish: () => {
      feed(text.end(), true);
      if (reader === null) {
        throw new HeedError(
          'empty-input',
          'there is nothing in it',
          'Give a table with column names and rows.',
          {
            file: options.name,
          },
        );
      }
      return reader.finish();
    },
  };
}

/** Reads a whole CSV text (or its UTF-8 bytes); see `createCsvReader`. */
export function readCsv(text: string | Uint8Array, options: ReadOptions = {}): ReadResult {
  const reader = createCsvReader(options);
  reader.push(text);
  return reader.finish();
}

/** The rows of one CSV, put into a TableBuilder. */
class CsvTable {
  readonly rows: CsvRows;
  private readonly parser: CellParser;
  private table: TableBuilder | null = null;
  private noHeader = false;

  constructor(
    private readonly options: ReadOptions,
    delimiter: string,
  ) {
    this.parser = new CellParser(delimiter !== ',');
    this.rows = new CsvRows(delimiter.charCodeAt(0), options.name, () => this.row());
  }

  finish(): ReadResult {
    this.rows.finish();
    const result = this.table!.finish();
    return this.noHeader
      ? {
          ...result,
          notes: [
            'The first row holds numbers, so it was read as data: the columns have no names.',
            ...result.notes,
          ],
        }
      : result;
  }

  private row(): void {
    const { rows, parser } = this;
    if (this.table === null) {
      const cells = Array.from({ length: rows.count }, (_, c) => rows.cell(c));
      const isHeader = this.options.header ?? !this.looksLikeData(cells);
      this.noHeader = !isHeader && this.options.header === undefined;
      const names = cells.map((cell, c) => (isHeader && cell !== '' ? cell : `column ${c + 1}`));
      this.table = new TableBuilder(names, this.options, isHeader ? rows.line : undefined);
      if (isHeader) return;
    }
    const { table } = this;
    const { line, text, starts, ends } = rows;
    if (rows.count !== table.width) {
      throw new HeedError(
        'ragged-row',
        `the row has ${countOf(rows.count, 'cell')} where there are ${countOf(table.width, 'column')}`,
        'Give every row the same number of cells, and check the delimiter and the quotes.',
        { file: this.options.name, line },
      );
    }
    for (let c = 0; c < rows.count; c++) {
      const kind = parser.parse(text, starts[c]!, ends[c]!);
      if (kind === NUMBER) table.number(c, parser.value, line);
      else if (kind === MISSING) table.missing(c, line);
      else table.text(c, rows.cell(c), line);
    }
    table.endRow();
  }

  /** True for a first row of numbers and times alone; 0, 1, 2… are column names. */
  private looksLikeData(cells: readonly string[]): boolean {
    let numbers = 0;
    for (const cell of cells) {
      const kind = this.parser.parse(cell, 0, cell.length);
      if (kind === NUMBER) numbers++;
      else if (kind === TEXT && Number.isNaN(parseIsoTime(cell))) return false;
    }
    return numbers > 0 && !cells.every((cell, c) => cell === String(c));
  }
}

/** Decodes UTF-8 that comes in pieces, and rejects what is none. A byte order mark is left out. */
export function createTextDecoder(name: string | undefined): {
  decode(chunk: Uint8Array | string): string;
  end(): string;
} {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let first = true;
  const guard = (decode: () => string): string => {
    try {
      return decode();
    } catch (error) {
      if (error instanceof TypeError) throw notText(name, 'it holds bytes that are not UTF-8');
      throw error;
    }
  };
  return {
    decode(chunk) {
      if (typeof chunk !== 'string') return guard(() => decoder.decode(chunk, { stream: true }));
      const text = first && chunk.charCodeAt(0) === 0xfeff ? chunk.slice(1) : chunk;
      if (chunk.length > 0) first = false;
      return text;
    },
    end: () => guard(() => decoder.decode()),
  };
}
