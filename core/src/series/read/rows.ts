import { HeedError } from '../../errors.js';

/** Longest row in characters; what is longer is a quote that nobody closed, or no table. */
export const LONGEST_ROW = 8_000_000;

/**
 * Splits CSV text (RFC 4180: cells may be quoted, quotes are doubled, quoted cells may hold line breaks; lines end
 * with LF, CRLF or CR) that comes in pieces into rows. `onRow` finds the cells of the row as positions in a text:
 * `starts[i]…ends[i]`, and by `cell(i)` as strings. Blank lines are left out, but counted.
 */
export class CsvRows {
  /** The text that the positions refer to. */
  text = '';
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  /** 1 where the cell holds doubled quotes. */
  private escaped = new Uint8Array(64);
  count = 0;
  /** Line of the current row's start, from 1. */
  line = 1;
  /** A CR ended the previous row: a LF that follows belongs to it. */
  private afterReturn = false;

  constructor(
    private readonly delimiter: number,
    private readonly name: string | undefined,
    private readonly onRow: () => void,
    /** Any number of blanks and tabs is one delimiter. */
    private readonly blanks = false,
  ) {}

  push(chunk: string): void {
    // Joined, not added: engines keep a sum of strings as a tree, in which every charCodeAt takes a detour.
    this.text = [this.text, chunk].join('');
    const rest = this.scan(false);
    this.text = this.text.slice(rest);
    if (this.text.length > LONGEST_ROW) this.fail(`the row has more than ${LONGEST_ROW} characters`);
  }

  /** The end of the text: the last row needs no line break. */
  finish(): void {
    this.scan(true);
    this.text = '';
  }

  /** Cell i of the current row, without its quotes and the blanks around it. */
  cell(i: number): string {
    const cell = this.text.slice(this.starts[i]!, this.ends[i]!);
    return (this.escaped[i] === 1 ? cell.replaceAll('""', '"') : cell).trim();
  }

  /** Hands out all complete rows; returns where the first incomplete one starts. */
  private scan(last: boolean): number {
    const { text, delimiter } = this;
    const end = text.length;
    let at = 0;
    let rowStart = 0;
    while (at < end) {
      if (this.afterReturn && text.charCodeAt(at) === 10) {
        rowStart = ++at;
        this.afterReturn = false;
        continue;
      }
      this.afterReturn = false;
      this.count = 0;
      let lines = 1;
      for (;;) {
        if (this.count === this.starts.length) this.grow();
        const i = this.count;
        if (this.blanks) {
          while (at < end && isBlank(text.charCodeAt(at))) at++;
          // Blanks at the end of a line begin no cell.
          if (at < end && i > 0 && isLineEnd(text.charCodeAt(at))) {
            this.afterReturn = text.charCodeAt(at++) === 13;
            break;
          }
          if (at >= end && i > 0) {
            if (!last) return rowStart;
            break;
          }
        }
        if (at < end && text.charCodeAt(at) === 34) {
          let escaped = 0;
          let close = at + 1;
          for (; close < end; close++) {
            const code = text.charCodeAt(close);
            if (code === 34) {
              if (text.charCodeAt(close + 1) !== 34) break;
              escaped = 1;
              close++;
            } else if (code === 10 || (code === 13 && text.charCodeAt(close + 1) !== 10)) lines++;
            else if (code === 0) this.failBinary();
          }
          // At the very end of a piece it is open whether the quote is closed or doubled.
          if (close >= end || (close + 1 === end && !last)) {
            if (!last) return rowStart;
            if (close >= end) this.fail('a quote is opened and never closed');
          }
          this.starts[i] = at + 1;
          this.ends[i] = close;
          this.escaped[i] = escaped;
          at = close + 1;
          while (at < end && text.charCodeAt(at) === 32 && delimiter !== 32) at++;
          if (
            at < end &&
            text.charCodeAt(at) !== delimiter &&
            !(this.blanks && isBlank(text.charCodeAt(at))) &&
            text.charCodeAt(at) !== 10 &&
            text.charCodeAt(at) !== 13
          ) {
            this.fail(`cell ${i + 1} goes on after its closing quote`);
          }
        } else {
          this.starts[i] = at;
          this.escaped[i] = 0;
          let code: number;
          while (at < end && (code = text.charCodeAt(at)) !== delimiter && code !== 10 && code !== 13) {
            if (code === 0) this.failBinary();
            if (this.blanks && code === 9) break;
            at++;
          }
          this.ends[i] = at;
        }
        this.count++;
        if (at >= end) {
          if (!last) return rowStart;
          break;
        }
        const code = text.charCodeAt(at++);
        if (code !== delimiter && !(this.blanks && code === 9)) {
          this.afterReturn = code === 13;
          break;
        }
        // A delimiter as the last character of all: an empty cell follows.
      }
      if (this.count > 1 || this.ends[0]! > this.starts[0]! || text.charCodeAt(rowStart) === 34) this.onRow();
      this.line += lines;
      rowStart = at;
    }
    return rowStart;
  }

  private grow(): void {
    const size = 2 * this.starts.length;
    const copy = <T extends Int32Array | Uint8Array>(from: T, to: T): T => (to.set(from), to);
    this.starts = copy(this.starts, new Int32Array(size));
    this.ends = copy(this.ends, new Int32Array(size));
    this.escaped = copy(this.escaped, new Uint8Array(size));
  }

  private fail(what: string): never {
    throw new HeedError('bad-csv', what, 'Close or double the quotes, and check the delimiter.', {
      file: this.name,
      line: this.line,
    });
  }

  private failBinary(): never {
    throw notText(this.name, 'it holds NUL characters', this.line);
  }
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

function isLineEnd(code: number): boolean {
  return code === 10 || code === 13;
}

/** The error of input that is no text. */
export function notText(name: string | undefined, why: string, line?: number): HeedError {
  return new HeedError(
    'not-text',
    `this is not text: ${why}`,
    'Give CSV, JSON, Parquet or an Excel workbook (.xlsx), plain or compressed by gzip or zstd.',
    { file: name, line },
  );
}

/** An archive, which holds files and is none itself. */
export function tarArchive(name: string | undefined): HeedError {
  return new HeedError('not-text', 'this is a tar archive', 'Unpack it, and give the file inside.', {
    file: name,
  });
}
