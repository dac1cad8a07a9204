import { isMarked } from './channel-mark.js';
import { HeedError, type ErrorPlace } from '../../errors.js';
import { formatCount } from '../../format.js';
import { parseDuration } from '../time.js';
import { checkReadOptions } from './check-options.js';
import { Column } from './column.js';
import { isRelatedToLabels, labelRank } from './labels.js';
import { CellParser, NUMBER, TEXT } from './numbers.js';
import type { ReadOptions } from './options.js';
import { mostChannels } from './pivot.js';
import { findTime, isArchiveMark, isBookkeeping, type TimeSource } from './roles.js';
import { TimeColumn } from './time-column.js';
import { explainNoTime, findSecondTimes } from './no-time.js';
import { listNames, shorten, totals } from './words.js';

/** What becomes of a column. */
export type Role = 'value' | 'time' | 'label' | 'related' | 'unused';

/** A column of a table with its role. */
export interface TableColumn {
  readonly role: Role;
  readonly cells: Column;
}

/** A row that has no time: part of a footer where no row with a time follows. */
interface Odd {
  readonly line: number;
  readonly text: string;
  readonly error: HeedError;
}

/**
 * Collects a table row by row into typed columns and makes a series of it. The caller begins a row, hands in its cells
 * by `cell` or `missing`, then ends the row. `line` is where the row stands in the source.
 */
export class TableBuilder {
  readonly columns: TableColumn[];
  readonly notes: string[] = [];
  /** Which columns make the time; null where rows are counted. */
  readonly timeSource: TimeSource | null;
  readonly time: TimeColumn | null;
  /** Columns that the user asked for, in that order. */
  readonly asked: readonly number[] | null;
  readonly labelAsked: boolean;
  /** Columns that the user named as those that tell series apart. */
  readonly keys: readonly number[] | null;
  private lines = new Uint32Array(1024);
  private odd: Odd[] = [];
  private lastClock = -Infinity;
  private clockDays = 0;
  /** Texts that the user says are missing values. */
  private readonly naTexts: ReadonlySet<string>;
  /** The column that names variables of WinCC; −1 where there is none. */
  private readonly variable: number;
  private readonly marks = new Map<string, number>();
  /** Lines of rows that have neither time nor numbers. */
  private readonly remarks = { count: 0, first: 0 };
  rows = 0;
  /** What to say of the layout where it is not a long table that was recognized by its rows. */
  layoutNote: string | null = null;

  /**
   * @param names of the columns; equal ones get a number
   * @param sample the first rows, by which the time is found
   * @throws HeedError unknown-column, duplicate-column, bad-option, memory-limit
   */
  constructor(
    names: readonly string[],
    readonly options: ReadOptions,
    private readonly headerLine: number | undefined,
    sample: readonly (readonly string[])[],
    /** Units of the columns from a row of units. */
    readonly units: readonly (string | undefined)[] = [],
    /** What stands between cells: a mark of the file's language besides its numbers. */
    readonly delimiter?: string,
    /** The day of the first row, in epoch ms, where a line above the table tells it: for times of day alone. */
    readonly startDay = 0,
  ) {
    checkReadOptions(options);
    if (options.step !== undefined) parseDuration(options.step);
    this.naTexts = new Set(options.naValues?.filter((one) => typeof one === 'string'));
    if (names.length > mostChannels) {
      throw new HeedError(
        'memory-limit',
        `there are ${formatCount(names.length, 'column')}, at most ${mostChannels.toLocaleString('en-US')} are read`,
        'Give a file with one column per channel and one row per time, or split it.',
        this.place(headerLine),
      );
    }
    const unique = this.numberEqualNames(names);
    this.variable = unique.findIndex((name) => /^varname$/i.test(name));
    this.asked = options.columns?.map((name) => this.find(unique, name, 'columns')) ?? null;
    const twice = this.asked?.find((c, i, all) => all.indexOf(c) < i);
    if (twice !== undefined) {
      throw new HeedError(
        'duplicate-column',
        `the column "${unique[twice]}" is asked for twice (option columns)`,
        'Name every column once.',
        this.place(headerLine),
      );
    }
    this.keys = options.series?.map((name) => this.find(unique, name, 'series')) ?? null;
    const wanted = (c: number): boolean => this.asked?.includes(c) ?? isMarked(unique[c]!);
    this.timeSource = this.findTimeSource(unique, sample, wanted);
    const timeColumns = this.timeSource?.columns ?? [];
    this.labelAsked = typeof options.label === 'string';
    const label = this.findLabel(unique, (c) => wanted(c) || timeColumns.includes(c));
    this.time = this.timeSource
      ? new TimeColumn(timeColumns.map((c) => unique[c]!).join(' '), options, units[timeColumns[0]!])
      : null;
    const second =
      options.time === undefined && !this.asked
        ? findSecondTimes(names, timeColumns, sample, this.place(headerLine))
        : [];
    for (const c of second)
      this.notes.push(`Column "${shorten(unique[c]!)}" was left out: it repeats the time.`);
    this.columns = unique.map((name, c) => {
      const role: Role = timeColumns.includes(c)
        ? 'time'
        : c === label
          ? 'label'
          : wanted(c) || this.keys?.includes(c)
            ? 'value'
            : options.label !== null && (labelRank(name) >= 0 || isRelatedToLabels(name))
              ? 'related'
              : second.includes(c) || isBookkeeping(name, unique)
                ? 'unused'
                : 'value';
      return { role, cells: new Column(name, wanted(c)) };
    });
    if (this.timeSource?.note !== undefined) this.notes.push(this.timeSource.note);
    if (this.timeSource?.byContent && options.time === undefined) {
      this.notes.push(`Column "${shorten(unique[timeColumns[0]!]!)}" holds times and was taken as the time.`);
    }
  }

  get width(): number {
    return this.columns.length;
  }

  /** False for the cells of the time and of columns that are no part of the series. */
  reads(c: number): boolean {
    const { role } = this.columns[c]!;
    return role !== 'time' && role !== 'unused';
  }

  findLine(row: number): number {
    return this.lines[row] ?? 0;
  }

  /**
   * Begins a row with the cells of its time. False where they are no time: the row is not read, and is an error
   * unless it turns out to be one of the last.
   * @param cells of all columns, read only where there is a time
   */
  beginRow(cell: (c: number) => string, line: number): boolean {
    const { timeSource, time } = this;
    if (this.variable >= 0) {
      const mark = cell(this.variable);
      if (isArchiveMark(mark)) {
        this.marks.set(mark, (this.marks.get(mark) ?? 0) + 1);
        return false;
      }
    }
    if (timeSource && time) {
      const text = this.timeText(timeSource, cell);
      if (!time.add(text, line)) {
        if (text.trim() === '' && this.isRemark(cell)) {
          if (this.remarks.count++ === 0) this.remarks.first = line;
          return false;
        }
        const shown =
          timeSource.kind === 'calendar' ? timeSource.columns.map((c) => cell(c)).join(' ') : text;
        const error = explainNoTime(shown, this.options, timeSource, this.place(line, time.name));
        // A row as all others but for a digit of its time closes no table.
        if (this.isDamaged(text, cell)) throw this.odd[0]?.error ?? error;
        this.addOdd(line, cell, error);
        return false;
      }
    }
    this.endOdd();
    if (this.rows >= this.lines.length) {
      const grown = new Uint32Array(2 * this.lines.length);
      grown.set(this.lines);
      this.lines = grown;
    }
    this.lines[this.rows] = line;
    return true;
  }

  /** True where no number stands beside the missing time: a remark between the rows. */
  private isRemark(cell: (c: number) => string): boolean {
    const parser = new CellParser();
    return this.columns.every(
      ({ role }, c) => role === 'time' || parser.parse(cell(c), 0, cell(c).length) !== NUMBER,
    );
  }

  /** True where the time begins as a date does and numbers stand in the other cells, and nothing else. */
  private isDamaged(text: string, cell: (c: number) => string): boolean {
    if (!/^\s*(\d{4}[-/.]?\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d|\d{1,2}[- ]\p{L}{3,9}[- ]\d|\d{8,})/u.test(text))
      return false;
    const parser = new CellParser();
    const kinds = this.columns.flatMap(({ role }, c) => {
      const own = cell(c);
      return role === 'time' ? [] : [parser.parse(own, 0, own.length)];
    });
    return kinds.includes(NUMBER) && !kinds.includes(TEXT);
  }

  /** A row that is no row of the table: an error, unless no row follows that is. */
  addOdd(line: number, cell: (c: number) => string, error: HeedError): void {
    const text = cell(0) || (this.width > 1 ? cell(1) : '');
    const few = this.rows < (totals.test(text) ? 2 : 10);
    if (this.odd.length >= 5 || few) throw this.odd[0]?.error ?? error;
    this.odd.push({ line, text, error });
  }

  private endOdd(): void {
    if (this.odd.length > 0) throw this.odd[0]!.error;
  }

  missing(c: number, line: number, text?: string): void {
    const { role, cells } = this.columns[c]!;
    if (role !== 'time' && role !== 'unused') cells.missing(this.rows, line, text);
  }

  /** The number that `parser` read from source[from…to). */
  number(c: number, parser: CellParser, line: number, source: string, from: number, to: number): void {
    const { role, cells } = this.columns[c]!;
    if (role === 'time' || role === 'unused') return;
    cells.number(this.rows, parser.value, parser.shape, parser.unit, line, source, from, to);
  }

  text(c: number, text: string, line: number): void {
    const { role, cells } = this.columns[c]!;
    if (role === 'time' || role === 'unused') return;
    if (this.naTexts.has(text)) cells.missing(this.rows, line, text);
    else cells.text(this.rows, text, line);
  }

  endRow(): void {
    this.rows++;
  }

  /** A column that only a later part of the table has; it is missing in the rows so far. */
  addColumn(name: string): number {
    const cells = new Column(name, false);
    for (let row = 0; row < this.rows; row++) cells.missing(row, 0);
    this.columns.push({ role: 'value', cells });
    return this.columns.length - 1;
  }

  /** After the last row. @throws HeedError header-only, and what the rows without a time were */
  end(): void {
    if (this.rows === 0) {
      this.endOdd();
      throw new HeedError(
        'header-only',
        `there are column names but no rows (${listNames(this.columns.map(({ cells }) => cells.name))})`,
        'Give at least one row of data.',
        this.place(),
      );
    }
    const { count: remarks, first } = this.remarks;
    if (remarks > 0) {
      this.notes.push(
        `${formatCount(remarks, 'row')} without a time and numbers ${remarks === 1 ? 'was' : 'were'} passed over (line ${first}).`,
      );
    }
    for (const [mark, count] of this.marks) {
      this.notes.push(
        `${formatCount(count, 'row')} of "${mark}" ${count === 1 ? 'was' : 'were'} left out: no values, but marks of where WinCC began or ended to archive.`,
      );
    }
    for (const { line, text, error } of this.odd) {
      this.notes.push(
        `Line ${line} ("${shorten(text)}" …) at the end is no ${error.code === 'ragged-row' ? 'whole row' : 'row with a time'} and was left out.`,
      );
    }
  }

  place(line?: number, column?: string): ErrorPlace {
    return { file: this.options.name, line, column };
  }

  private timeText(source: TimeSource, cell: (c: number) => string): string {
    const [first, second, third] = source.columns;
    switch (source.kind) {
      case 'cell':
        return cell(first!);
      case 'calendar':
        return source.text!(cell);
      case 'join': {
        // 18.00.00 is a time of day beside a date, and so is 18.
        const clock = cell(second!)
          .replace(/^(\d{1,2})\.(\d{2})(?:\.(\d{2}))?$/, (_, h, m, s) => `${h}:${m}:${s ?? '00'}`)
          .replace(/^(\d{1,2})$/, (hour: string) => `${hour.padStart(2, '0')}:00`);
        const date = cell(first!).replace(/[ T]0?0:00(:00([.,]0+)?)?$/, '');
        return `${date} ${clock}${third === undefined ? '' : ` ${cell(third)}`}`;
      }
      case 'parts': {
        const [year, month, day, hour = '0', minute = '0', sec = '0'] = source.columns.map((c) =>
          cell(c).replace(/\.0+$/, '').padStart(2, '0'),
        );
        const clock = [hour, minute, sec].map((part) => part.padStart(2, '0')).join(':');
        return `${year!.padStart(4, '0')}-${month}-${day} ${clock}`;
      }
      case 'ordinal': {
        const [year = NaN, day = NaN, hour = 0, minute = 0, sec = 0] = source.columns.map((c) =>
          cell(c) === '' ? NaN : Number(cell(c)),
        );
        const ms = Date.UTC(year, 0, day, hour, minute, sec);
        return Number.isNaN(ms)
          ? source.columns.map(cell).join(' ')
          : new Date(ms).toISOString().slice(0, 19);
      }
      case 'clock': {
        const text = `${cell(first!)}${second === undefined ? '' : ` ${cell(second)}`}`;
        const [hour = NaN, minute = NaN, sec = 0] = text.split(/[:.\s]/).map(parseFloat);
        const half = /[ap](?=(\.?m\.?)?$)/i.exec(text)?.[0].toLowerCase();
        const hours = half === undefined ? hour : (hour % 12) + (half === 'p' ? 12 : 0);
        const seconds = hours * 3600 + minute * 60 + (Number.isNaN(sec) ? 0 : sec);
        if (Number.isNaN(seconds)) return text;
        if (seconds < this.lastClock - 43_200) this.clockDays++;
        this.lastClock = seconds;
        return `1970-01-${String(this.clockDays + 1).padStart(2, '0')} ${text}`;
      }
    }
  }

  private numberEqualNames(names: readonly string[]): string[] {
    const used = new Set<string>();
    const equal = new Set<string>();
    const unique = names.map((raw) => {
      const name = raw.replace(/\s+/g, ' ').trim();
      let own = name;
      for (let copy = 2; used.has(own); copy++) own = `${name} (${copy})`;
      if (own !== name) equal.add(name);
      used.add(own);
      return own;
    });
    // Empty names are columns that nobody named.
    equal.delete('');
    if (equal.size > 0) {
      this.notes.push(`Several columns are named ${listNames([...equal])}; the later ones got a number.`);
    }
    return unique;
  }

  private findTimeSource(
    names: readonly string[],
    sample: readonly (readonly string[])[],
    wanted: (c: number) => boolean,
  ): TimeSource | null {
    const { time } = this.options;
    if (time === null) return null;
    if (time === undefined)
      return findTime(names, sample, (c) => wanted(c) || !!this.keys?.includes(c), this.startDay);
    if (this.indexOf(names, time) < 0 && time.includes(',')) {
      const columns = time.split(',').map((name) => this.find(names, name.trim(), 'time'));
      // The columns are known, how they go together is found as always.
      const found = findTime(names, sample, (c) => !columns.includes(c));
      if (found?.columns.length === columns.length) return { ...found, byContent: false };
      return { columns, kind: columns.length > 2 ? 'parts' : 'join', byContent: false };
    }
    return { columns: [this.find(names, time, 'time')], kind: 'cell', byContent: false };
  }

  private findLabel(names: readonly string[], taken: (c: number) => boolean): number {
    const { label } = this.options;
    if (label === null) return -1;
    if (label !== undefined) return this.find(names, label, 'label');
    let best = -1;
    names.forEach((name, c) => {
      const rank = labelRank(name);
      if (rank < 0 || taken(c)) return;
      if (best < 0 || rank < labelRank(names[best]!)) best = c;
    });
    return best;
  }

  private indexOf(names: readonly string[], wanted: string): number {
    const exact = names.indexOf(wanted);
    return exact >= 0 ? exact : names.findIndex((name) => name.toLowerCase() === wanted.toLowerCase());
  }

  /** Index of the column the user named. @throws HeedError unknown-column */
  private find(names: readonly string[], wanted: string, option: string): number {
    const at = this.indexOf(names, wanted);
    if (at >= 0) return at;
    throw new HeedError(
      'unknown-column',
      `there is no column "${wanted}" (option ${option})`,
      `Give one of ${listNames(names)}.`,
      this.place(this.headerLine),
    );
  }
}
