import type { Dialect } from './dialect.js';
import { HeedError } from '../../errors.js';
import { findSpread, type Spread } from './day-rows.js';
import { CellParser, NUMBER, TEXT } from './numbers.js';
import type { ReadOptions, ReadResult } from './options.js';
import { joinPoints, type PointSeries } from './points.js';
import { isIdName, isIndexName, keyRank } from './roles.js';
import { CsvRows } from './rows.js';
import { TimeForm } from './iso-time.js';
import { TimeParser } from './times.js';
import { listNames, shorten } from './words.js';

/** Most cells of a table that is turned; beyond, a table with a row per time is asked for. */
const mostCells = 2e7;

/** The columns whose names are times, where the table runs from left to right; null for a table with a row per time. */
export function timesAcross(names: readonly string[], options: ReadOptions): readonly number[] | null {
  if (names.length < 5) return null;
  if (options.time !== undefined || options.columns !== undefined || options.header === false) return null;
  const parser = new TimeParser();
  const dates = names.map((name) => {
    const form = parser.parse(name);
    return form !== TimeForm.none && form !== TimeForm.number;
  });
  const isYear = (name: string | undefined): boolean => /^(1[6-9]|20|21)\d\d$/.test(name ?? '');
  const years = names.map((name, c) => {
    const next = Number(names[c + 1]) - Number(name) === 1 && isYear(names[c + 1]);
    const last = Number(name) - Number(names[c - 1]) === 1 && isYear(names[c - 1]);
    return isYear(name) && (next || last);
  });
  const found = dates.filter(Boolean).length >= years.filter(Boolean).length ? dates : years;
  const across = names.map((_, c) => c).filter((c) => found[c]);
  // The columns before the times name the series; a few more may stand behind them.
  return across.length >= 4 && across.length >= 0.5 * names.length ? across : null;
}

/**
 * A time among the names of a table that does not run from left to right stands above values of that time, which rows
 * of one time each do not have.
 * @throws HeedError bad-time
 */
export function refuseTimesAsNames({ names, headerLine }: Dialect, options: ReadOptions): void {
  if (headerLine === undefined || options.columns !== undefined || options.header !== undefined) return;
  const parser = new TimeParser();
  const found = names.find((name) => parser.parse(name) > TimeForm.number && parser.clock);
  if (found === undefined) return;
  throw new HeedError(
    'bad-time',
    `"${shorten(found)}" stands where the names of the columns do`,
    'Give a table with names and one row per time, or one series per row below at least four times.',
    { file: options.name, line: headerLine },
  );
}

function joinTurned(series: readonly PointSeries[], options: ReadOptions): ReadResult {
  return joinPoints(series, 'a table with a series per row and a time per column', {
    ...options,
    // 2019 stands for a year here, not for a number.
    ...(/^\d{4}$/.test(String(series[0]?.times[0])) ? { timeFormat: 'yyyy' } : {}),
  });
}

/** Records that hold a series each, under times: `[{ country: 'DE', '2019': 5, '2020': 7 }, …]`; null for others. */
export function readTurnedRecords(records: readonly unknown[], options: ReadOptions): ReadResult | null {
  const first = records[0];
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return null;
  const names = Object.keys(first);
  const across = timesAcross(names, options);
  if (!across) return null;
  const times = across.map((c) => names[c]!);
  const heads = names.filter((_, c) => !across.includes(c));
  const rows = records as readonly Readonly<Record<string, unknown>>[];
  return joinTurned(
    rows.map((row) => ({
      name: [...new Set(heads.map((head) => row?.[head]).filter((cell) => typeof cell === 'string'))].join(
        ' ',
      ),
      times,
      values: times.map((time) => row?.[time] ?? null),
    })),
    options,
  );
}

/** A table of days by times of day, or of years by months; null for others. */
export function spreadAcross({ names, sample, headerLine }: Dialect, options: ReadOptions): Spread | null {
  if (headerLine === undefined || names.length < 9) return null;
  if (options.time !== undefined || options.columns !== undefined) return null;
  const parser = new TimeParser();
  const every = (c: number, isRight: (cell: string) => boolean): boolean =>
    sample.length > 1 && sample.every((row) => isRight(row[c] ?? ''));
  return findSpread(
    names,
    (c) =>
      every(
        c,
        (cell) => (parser.parse(cell) > TimeForm.number && !parser.clock) || /^(19|20)\d{6}$/.test(cell),
      ),
    (c) => every(c, (cell) => /^(1[6-9]|20|21)\d\d$/.test(cell)),
  );
}

/** Reads a table with a series per row and a time per column, as spreadsheets and statistical offices write them. */
export class TransposedCsv {
  readonly rows: CsvRows;
  private readonly parser = new CellParser();
  private readonly series: PointSeries[] = [];
  private readonly heads: number[];
  private readonly times: string[];
  private cells = 0;
  private readonly hasFlags: boolean;

  constructor(
    private readonly options: ReadOptions,
    private readonly dialect: Dialect,
    private readonly across: readonly number[],
    /** Where every row has times of its own. */
    private readonly spread: Spread | null = null,
  ) {
    const { names, delimiter, line, blanks, sample } = dialect;
    const parser = new CellParser();
    const isNumeric = (c: number): boolean => {
      const kinds = sample.map((row) => parser.parse(row[c] ?? '', 0, (row[c] ?? '').length));
      return 2 * kinds.filter((kind) => kind === TEXT).length < sample.length;
    };
    this.heads = names
      .map((_, c) => c)
      .filter((c) => !across.includes(c) && c !== spread?.start)
      // Sums and means of a day name no series.
      .filter((c) => spread === null || !isNumeric(c) || isIdName(names[c]!) || keyRank(names[c]!) >= 0);
    this.times = across.map((c) => names[c]!);
    this.hasFlags = /\\time(_period)?$/i.test(names[0]!);
    this.rows = new CsvRows(delimiter.charCodeAt(0), options.name, () => this.row(), blanks);
    this.rows.line = line;
  }

  finish(decoding: readonly string[]): ReadResult {
    this.rows.finish();
    const { spread, options, dialect } = this;
    if (!spread) {
      const { series, notes } = joinTurned(this.series, options);
      return { series, notes: [...decoding, ...dialect.notes, ...notes] };
    }
    // The rows of one series follow each other in time.
    const joined = new Map<string, { name: string; times: unknown[]; values: unknown[] }>();
    for (const { name, times, values } of this.series) {
      const own = joined.get(name) ?? { name, times: [], values: [] };
      joined.set(name, own);
      for (const [i, time] of times.entries()) {
        own.times.push(time);
        own.values.push(values[i]);
      }
    }
    const only = joined.size === 1 ? [...joined.values()].map((one) => ({ ...one, name: 'value' })) : null;
    const { series, notes } = joinPoints(only ?? [...joined.values()], spread.layout, {
      duplicates: 'reject',
      ...options,
    });
    const left = dialect.names.filter(
      (_, c) => c !== spread.start && !spread.across.includes(c) && !this.heads.includes(c),
    );
    const told = left.length > 0 ? [`Left out: ${listNames(left)}, which ${left.length === 1 ? 'is' : 'are'} no time of the day or year.`] : []; // prettier-ignore
    return { series, notes: [...decoding, ...dialect.notes, ...notes, ...told] };
  }

  private row(): void {
    const { rows, heads, across, parser } = this;
    const text = heads
      .filter((c) => !isIndexName(this.dialect.names[c]!) || heads.length === 1)
      .map((c) => (c < rows.count ? rows.cell(c) : ''))
      .filter((cell) => cell !== '');
    const values = across.map((c): unknown => {
      if (c >= rows.count) return null;
      // Eurostat writes flags behind numbers: `24.9 p` is provisional.
      const cell = this.hasFlags ? rows.cell(c).replace(/\s+[a-z]{1,4}$/, '') : rows.cell(c);
      return parser.parse(cell, 0, cell.length) === NUMBER ? cell : null;
    });
    if (values.every((value) => value === null)) return;
    this.cells += values.length;
    if (this.cells > mostCells) {
      throw new HeedError(
        'memory-limit',
        `a table that runs from left to right has more than ${mostCells.toLocaleString('en-US')} cells`,
        'Transpose it, so that every time has a row, or give a part.',
        { file: this.options.name, line: rows.line },
      );
    }
    const { spread } = this;
    const times = spread ? across.map((_, i) => spread.text(rows.cell(spread.start), i)) : this.times;
    this.series.push({ name: [...new Set(text)].join(' '), times, values });
  }
}
