import { unitOfName } from './units.js';
import { HeedError, type ErrorPlace } from '../errors.js';
import { countOf } from '../format.js';
import { mergeRows } from './merge.js';
import type { ReadOptions, ReadResult } from './read-options.js';
import { createSeries } from './series.js';
import { epochToMs, guessEpochUnit, parseDuration, parseIsoTime, type EpochUnit } from './time.js';

const timeNames = new Set(['time', 'timestamp', 'date', 'datetime', 'ts']);
/** More columns than any table of metrics has: a transposed or broken file, which would fill the memory. */
const mostColumns = 10_000;
const labelNames = new Set(['label', 'is_anomaly', 'anomaly']);

/** What becomes of a column. */
type Role = 'value' | 'time' | 'label' | 'unused';

/** A Float64Array that grows by doubling. */
class Growing {
  values = new Float64Array(1024);

  set(at: number, value: number): void {
    if (at >= this.values.length) {
      const grown = new Float64Array(2 * this.values.length);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[at] = value;
  }
}

interface Column {
  readonly name: string;
  role: Role;
  /** True where the user named it: then it must hold numbers. */
  readonly wanted: boolean;
  /** `open` until its first cell that is not missing. */
  kind: 'open' | 'number' | 'text';
  data: Growing | null;
  present: number;
  /** Cells of a text column that hold numbers all the same. */
  numbers: number;
  firstText: { readonly text: string; readonly line: number } | null;
}

/**
 * Collects a table row by row into typed columns and makes a series of it. The caller hands in each cell of a row
 * by `number`, `text` or nothing (missing), then ends the row. `line` is where the row stands in the source.
 */
export class TableBuilder {
  private readonly columns: Column[];
  private readonly notes: string[] = [];
  private readonly byName: string[] | null;
  private timeColumn: Column | null = null;
  private labelColumn: Column | null = null;
  private unit: EpochUnit | null;
  private timeForm: 'numbers' | 'dates' | null = null;
  private lastTime = -Infinity;
  private missingLabels = 0;
  rows = 0;

  /** @throws HeedError duplicate-column, unknown-column, bad-option, memory-limit */
  constructor(
    names: readonly string[],
    private readonly options: ReadOptions,
    private readonly headerLine: number | undefined,
  ) {
    this.unit = options.timeUnit === undefined || options.timeUnit === 'auto' ? null : options.timeUnit;
    if (this.unit !== null && !['s', 'ms', 'us', 'ns'].includes(this.unit)) {
      throw new HeedError('bad-option', `the time unit is "${this.unit}"`, 'Give auto, s, ms, us or ns.');
    }
    if (options.step !== undefined) parseDuration(options.step);
    if (names.length > mostColumns) {
      throw new HeedError(
        'memory-limit',
        `there are ${countOf(names.length, 'column')}, at most ${mostColumns.toLocaleString('en-US')} are read`,
        'Give a file with one column per channel and one row per time, or split it.',
        this.place(headerLine),
      );
    }
    const seen = new Set<string>();
    for (const name of names) {
      if (seen.has(name)) {
        throw new HeedError(
          'duplicate-column',
          'two columns have this name',
          'Give every column its own name.',
          {
            ...this.place(headerLine),
            column: name,
          },
        );
      }
      seen.add(name);
    }
    const time = options.time === null ? -1 : this.find(names, options.time, 'time', timeNames);
    const label = options.label === null ? -1 : this.find(names, options.label, 'label', labelNames);
    this.byName = options.columns?.map((name) => names[this.find(names, name, 'columns', null)]!) ?? null;
    const twice = this.byName?.find((name, i, all) => all.indexOf(name) < i);
    if (twice !== undefined) {
      throw new HeedError(
        'duplicate-column',
        `the column "${twice}" is asked for twice (option columns)`,
        'Name every column once.',
        this.place(headerLine),
      );
    }
    this.columns = names.map((name, c) => {
      const wanted = this.byName?.includes(name) ?? false;
      // A name that only looks like a time or a label is a channel when it was asked for.
      const role: Role =
        c === time && (options.time !== undefined || !wanted)
          ? 'time'
          : c === label && (options.label !== undefined || !wanted)
            ? 'label'
            : this.byName === null || wanted
              ? 'value'
              : 'unused';
      return {
        name,
        role,
        wanted,
        kind: 'open',
        data: role === 'unused' ? null : new Growing(),
        present: 0,
        numbers: 0,
        firstText: null,
      };
    });
    this.timeColumn = this.columns.find(({ role }) => role === 'time') ?? null;
    this.labelColumn = this.columns.find(({ role }) => role === 'label') ?? null;
  }

  get width(): number {
    return this.columns.length;
  }

  roleOf(c: number): Role {
    return this.columns[c]!.role;
  }

  /** True while the first row may still turn a text column into the time column. */
  get seeksTime(): boolean {
    return this.timeColumn === null && this.options.time === undefined && this.rows === 0;
  }

  /** The cell is missing. */
  missing(c: number, line: number): void {
    const column = this.columns[c]!;
    if (column.role === 'value') column.data?.set(this.rows, NaN);
    else if (column.role === 'label') {
      column.data!.set(this.rows, 0);
      this.missingLabels++;
    } else if (column.role === 'time') this.failTime(column, '', line);
  }

  /** The cell holds a number. */
  number(c: number, value: number, line: number): void {
    const column = this.columns[c]!;
    if (column.role === 'value') {
      column.present++;
      if (column.kind === 'text') {
        column.numbers++;
        return;
      }
      column.kind = 'number';
      if (value === Infinity || value === -Infinity) {
        throw new HeedError(
          'not-finite',
          'the value is infinite',
          'Give a number, or leave the cell empty where the value is missing.',
          this.place(line, column.name),
        );
      }
      column.data!.set(this.rows, value);
    } else if (column.role === 'time') {
      this.unit ??= guessEpochUnit(value);
      this.expectTimes('numbers', column, String(value), line);
      this.setTime(column, epochToMs(value, this.unit), String(value), line);
    } else if (column.role === 'label') {
      if (value !== 0 && value !== 1) this.failLabel(column, String(value), line);
      column.data!.set(this.rows, value);
    }
  }

  /** The cell holds something else. */
  text(c: number, text: string, line: number): void {
    const column = this.columns[c]!;
    if (column.role === 'time') {
      this.expectTimes('dates', column, text, line);
      this.setTime(column, parseIsoTime(text), text, line);
      return;
    }
    if (column.role === 'label') {
      const truth = text.toLowerCase();
      if (truth !== 'true' && truth !== 'false') this.failLabel(column, text, line);
      column.data!.set(this.rows, truth === 'true' ? 1 : 0);
      return;
    }
    if (column.role === 'unused') return;
    if (this.seeksTime && column.kind === 'open' && !column.wanted && !Number.isNaN(parseIsoTime(text))) {
      column.role = 'time';
      this.timeColumn = column;
      this.notes.push(`Column "${column.name}" holds dates and was taken as the time.`);
      this.setTime(column, parseIsoTime(text), text, line);
      return;
    }
    column.present++;
    if (column.kind === 'number' || column.wanted) this.failValue(column, text, line);
    column.kind = 'text';
    column.data = null;
    column.firstText ??= { text, line };
  }

  /** @throws HeedError non-monotonic-time, duplicate-time */
  endRow(): void {
    this.rows++;
  }

  /**
   * The series of all rows.
   * @throws HeedError header-only, no-numeric-column, all-missing, bad-value
   */
  finish(): ReadResult {
    const { options, notes } = this;
    if (this.rows === 0) {
      throw new HeedError(
        'header-only',
        'there are column names but no rows',
        'Give at least one row of data.',
        this.place(),
      );
    }
    const channels: { name: string; unit?: string; values: Float64Array }[] = [];
    const inOrder = this.byName
      ? this.byName.map((name) => this.columns.find((column) => column.name === name)!)
      : this.columns;
    let empty = 0;
    for (const column of inOrder) {
      if (column.role !== 'value') continue;
      if (column.kind === 'text') {
        // A column of numbers whose first cell is broken must not get lost without a word.
        if (2 * column.numbers >= column.present) {
          this.failValue(column, column.firstText!.text, column.firstText!.line);
        }
        notes.push(
          `Column "${column.name}" was left out: it holds text such as "${shorten(column.firstText!.text)}".`,
        );
      } else if (column.kind === 'open') {
        if (column.wanted) {
          throw new HeedError(
            'all-missing',
            'every value is missing',
            'Leave the column out, or check how it is written.',
            this.place(undefined, column.name),
          );
        }
        empty++;
        notes.push(`Column "${column.name}" was left out: every value is missing.`);
      } else {
        const unit = unitOfName(column.name);
        const values = column.data!.values.slice(0, this.rows);
        channels.push({ name: column.name, ...(unit === undefined ? {} : { unit }), values });
      }
      column.data = null;
    }
    if (channels.length === 0) {
      throw new HeedError(
        empty > 0 ? 'all-missing' : 'no-numeric-column',
        empty > 0 ? 'every value is missing' : 'no column holds numbers',
        `There ${this.columns.length === 1 ? 'is the column' : 'are the columns'} ${list(this.columns.map(({ name }) => name))}; give at least one with numbers beside time and label.`,
        this.place(),
      );
    }
    if (this.missingLabels > 0) {
      notes.push(`${this.missingLabels} missing labels were taken as normal.`);
    }
    const labels = this.labelColumn?.data?.values.slice(0, this.rows);
    let time = this.timeColumn?.data?.values.slice(0, this.rows);
    if (time === undefined && options.step !== undefined) {
      const step = parseDuration(options.step);
      time = Float64Array.from({ length: this.rows }, (_, t) => t * step);
    }
    if (this.timeColumn && options.step !== undefined) {
      notes.push(`The step was not used: column "${this.timeColumn.name}" gives the times.`);
    }
    const table = { time, channels, labels };
    const merged = this.timeColumn
      ? mergeRows(table as { time: Float64Array } & typeof table, options)
      : table;
    if (merged !== table) notes.push(...(merged as { notes: string[] }).notes);
    return {
      series: createSeries({ ...(options.name === undefined ? {} : { name: options.name }), ...merged }),
      notes,
    };
  }

  private setTime(column: Column, time: number, text: string, line: number): void {
    if (!Number.isFinite(time)) this.failTime(column, text, line);
    column.data!.set(this.rows, time);
    const last = this.lastTime;
    this.lastTime = time;
    if (
      time > last ||
      (time === last ? (this.options.duplicates ?? 'reject') !== 'reject' : this.options.sort)
    )
      return;
    const shown = new Date(time).getTime() === time ? new Date(time).toISOString() : text;
    throw time === last
      ? new HeedError(
          'duplicate-time',
          `the time ${shown} occurs twice in a row`,
          'Remove one of the rows, or merge them with the option duplicates: mean, first, last, max, min or sum.',
          this.place(line, column.name),
        )
      : new HeedError(
          'non-monotonic-time',
          `the time ${shown} lies before that of the row above`,
          'Sort the rows by time, or have it done with the option sort.',
          this.place(line, column.name),
        );
  }

  /** A column of dates with a number in it, or the other way round, is broken, whatever the number may mean. */
  private expectTimes(form: 'numbers' | 'dates', column: Column, text: string, line: number): void {
    this.timeForm ??= form;
    if (this.timeForm === form) return;
    throw new HeedError(
      'bad-time',
      `"${shorten(text)}" stands where the times above are ${this.timeForm}`,
      'Write every time in the same way.',
      this.place(line, column.name),
    );
  }

  private failTime(column: Column, text: string, line: number): never {
    throw new HeedError(
      'bad-time',
      text === '' ? 'the time is missing' : `"${shorten(text)}" is not a time`,
      'Give ISO 8601 (2024-05-06T07:08:09Z) or a number of seconds or milliseconds since 1970, or name another time column.',
      this.place(line, column.name),
    );
  }

  private failLabel(column: Column, text: string, line: number): never {
    throw new HeedError(
      'bad-label',
      `"${shorten(text)}" is not a label`,
      'Labels are 0 or false (normal) and 1 or true (anomalous); if this is no ground truth, name the label column or give null.',
      this.place(line, column.name),
    );
  }

  private failValue(column: Column, text: string, line: number): never {
    throw new HeedError(
      'bad-value',
      `"${shorten(text)}" is not a number`,
      'Correct the cell, leave it empty where the value is missing, or read other columns.',
      this.place(line, column.name),
    );
  }

  private place(line?: number, column?: string): ErrorPlace {
    return { file: this.options.name, line, column };
  }

  /** Index of the column the user named, or of the first with a known name; −1 for none. */
  private find(
    names: readonly string[],
    wanted: string | undefined,
    option: string,
    known: ReadonlySet<string> | null,
  ): number {
    if (wanted === undefined) return names.findIndex((name) => known!.has(name.toLowerCase()));
    const exact = names.indexOf(wanted);
    const at = exact >= 0 ? exact : names.findIndex((name) => name.toLowerCase() === wanted.toLowerCase());
    if (at < 0) {
      throw new HeedError(
        'unknown-column',
        `there is no column "${wanted}" (option ${option})`,
        `Give one of ${list(names)}.`,
        this.place(this.headerLine),
      );
    }
    return at;
  }
}

/** At most 40 characters of a cell. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}

/** At most ten names, quoted. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => `"${shorten(name)}"`);
  return names.length > 10 ? `${shown.join(', ')} and ${names.length - 10} more` : shown.join(', ');
}
