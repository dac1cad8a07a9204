import { utcParse } from 'd3-time-format';
import { HeedError, type ErrorPlace } from '../../errors.js';
import { settleOrder, type OpenDates } from './date-order.js';
import { epochToMs, type EpochUnit } from './epoch.js';
import { Growing } from './growing.js';
import type { ReadOptions } from './options.js';
import {
  dateOfDigits,
  dateText,
  dayCount,
  dayCounts,
  earliest,
  elapsedUnit,
  excelToMs,
  latest,
  medianStep,
  numberFormats,
  orders,
  strptime,
  tickCount,
  tickCounts,
  type NumberFormat,
} from './time-formats.js';
import { TimeForm } from './iso-time.js';
import { TimeParser } from './times.js';
import { shorten } from './words.js';

function isEvenBy(time: Float64Array, step: number): boolean {
  return time.every((value, row) => row === 0 || Math.abs(value - time[row - 1]!) === step);
}

/** The times of a table as they come in, read as one column: what a cell means may hang on all the others. */
export class TimeColumn {
  readonly times = new Growing(Float64Array);
  private readonly forms = new Growing(Uint8Array);
  private offsets: Growing<Int32Array> | null = null;
  private readonly parser = new TimeParser();
  private readonly first: ({ text: string; line: number } | undefined)[] = [];
  private readonly counts = new Int32Array(8);
  private dotted = 0;
  /** Dates as 14-02-01, in which any part may be the year. */
  private short = 0;
  private clocks = 0;
  /** Rows at 24:00 of a date whose order is open; their times are those of 00:00. */
  private readonly ended: number[] = [];
  private readonly numberFormat: NumberFormat | null;
  private readonly order: (typeof orders)[number] | null;
  private readonly pattern: ((text: string) => Date | null) | null;
  private readonly patternZoned: boolean;
  rows = 0;

  /** @throws HeedError bad-option */
  constructor(
    readonly name: string,
    private readonly options: ReadOptions,
    /** The unit below the name, where a row has the units. */
    private readonly unitBelow?: string,
  ) {
    const format = options.timeFormat;
    const unit = options.timeUnit;
    const named = format?.toLowerCase();
    const found = numberFormats.find((one) => one === named);
    this.numberFormat = found ?? (unit !== undefined && unit !== 'auto' ? `epoch-${unit}` : null);
    this.order = orders.find((one) => one === named) ?? null;
    const custom = format !== undefined && found === undefined && this.order === null;
    this.pattern = custom ? utcParse(strptime(format)) : null;
    this.patternZoned = custom && /%[ZsQ]/.test(strptime(format));
  }

  /** The next cell; false where it is no time. */
  add(text: string, line: number): boolean {
    let form: number;
    let ms: number;
    const { parser } = this;
    if (this.pattern) {
      const date = this.pattern(text);
      if (date === null) return false;
      ms = date.getTime();
      form = this.patternZoned ? TimeForm.instant : TimeForm.local;
      this.clocks++;
    } else {
      form = parser.parse(text);
      if (form === TimeForm.none) return false;
      ms = parser.ms;
      if (parser.clock) this.clocks++;
      if (form >= TimeForm.either && form <= TimeForm.monthFirst) {
        if (parser.mark === '.') this.dotted++;
        if (parser.mark === '-' && parser.shortYear) this.short++;
        if (parser.endOfDay) {
          // The day before is the one whose parts may be swapped.
          this.ended.push(this.rows);
          ms -= 86_400_000;
        }
        if (parser.zoned) {
          this.offsets ??= new Growing(Int32Array);
          this.offsets.set(this.rows, parser.offset);
          this.counts[TimeForm.instant]!++;
        }
      }
    }
    this.addTime(ms, form, text, line);
    return true;
  }

  /** The next cell, a number. */
  addNumber(value: number, line: number): boolean {
    if (!Number.isFinite(value)) return false;
    if (this.pattern) return this.add(String(value), line);
    this.addTime(value, TimeForm.number, '', line);
    return true;
  }

  private addTime(ms: number, form: number, text: string, line: number): void {
    this.times.set(this.rows, ms);
    this.forms.set(this.rows, form);
    this.counts[form]!++;
    this.first[form] ??= { text: text === '' ? String(ms) : text, line };
    this.rows++;
  }

  /**
   * Epoch ms of every row; of the wall clock where `zoneless`.
   * @throws HeedError bad-time where cells contradict each other, or leave open what they mean
   */
  resolve(findLine: (row: number) => number): {
    time: Float64Array;
    zoneless: boolean;
    elapsed: boolean;
    notes: string[];
  } {
    const time = this.times.values.slice(0, this.rows);
    const notes: string[] = [];
    const { counts } = this;
    const texts = this.rows - counts[TimeForm.number]!;
    if (counts[TimeForm.number]! > 0 && texts > 0) this.failMixed();
    if (texts === 0) {
      this.refuseRounded(time);
      const format = this.numberFormat ?? this.guessFormat(time, findLine);
      this.fromNumbers(time, format, findLine, notes);
      return {
        time,
        zoneless: !format.startsWith('epoch') && !['elapsed', 'filetime'].includes(format),
        elapsed: format === 'elapsed',
        notes,
      };
    }
    const open = counts[TimeForm.either]! + counts[TimeForm.dayFirst]! + counts[TimeForm.monthFirst]!;
    if (open > 0) {
      settleOrder(this.openDates, time, notes);
      this.takeOffsets(time);
    }
    for (const row of this.ended) time[row]! += 86_400_000;
    const zoned = counts[TimeForm.instant]!;
    if (zoned > 0 && zoned < this.rows && this.clocks > zoned) {
      const bare = this.first[TimeForm.local] ?? this.first[TimeForm.either] ?? this.first[TimeForm.dayFirst];
      notes.push(
        `${zoned} of ${this.rows} times carry a time zone, the others do not (first in line ${bare?.line}); those were read as UTC.`,
      );
    }
    return {
      time,
      zoneless: zoned === 0 && (this.clocks > 0 || this.options.timeZone !== undefined),
      elapsed: false,
      notes,
    };
  }

  get hasClock(): boolean {
    return this.clocks > 0 && this.counts[TimeForm.number] === 0;
  }

  /** True where every time carries its zone. */
  get isZoned(): boolean {
    return this.rows > 0 && this.counts[TimeForm.instant] === this.rows;
  }

  /** True where dates are written as in languages with a decimal comma: `02.03.2026`. */
  get isDotted(): boolean {
    return this.dotted > 0;
  }

  private get openDates(): OpenDates {
    const { name, rows, order, counts, first, dotted, short } = this;
    const fail = (what: string, remedy: string, line: number): HeedError => this.error(what, remedy, line);
    return { name, rows, order, counts, first, dotted, short, forms: this.forms.values, fail };
  }

  /** Takes off the zones of dates whose order was open. */
  private takeOffsets(time: Float64Array): void {
    if (this.offsets) {
      for (let row = 0; row < this.rows; row++) {
        const form = this.forms.values[row]!;
        if (form >= TimeForm.either && form <= TimeForm.monthFirst)
          time[row]! -= this.offsets.values[row] ?? 0;
      }
    }
  }

  /** @throws HeedError bad-time where a spreadsheet wrote numbers such as 1.77241E+12, which most rows then share */
  private refuseRounded(time: Float64Array): void {
    const seen = this.first[TimeForm.number]!;
    if (time.length < 3 || !/^\d(?:[.,]\d{1,6})?E\+?\d{1,2}$/i.test(seen.text)) return;
    let same = 0;
    for (let row = 1; row < time.length; row++) if (time[row] === time[row - 1]) same++;
    if (2 * same < time.length - 1) return;
    throw this.error(
      `"${shorten(seen.text)}" has lost its last digits, and so most rows have the time of the row above: a spreadsheet rounds long numbers so`,
      'Export the file again with whole numbers: show the cells of the time without decimals first.',
      seen.line,
    );
  }

  private failMixed(): never {
    const numbers = this.first[TimeForm.number]!;
    const dates = this.first.find((one, form) => form !== TimeForm.number && one !== undefined)!;
    const [late, form] = numbers.line > dates.line ? [numbers, 'dates'] : [dates, 'numbers'];
    throw this.error(
      `"${shorten(late.text)}" stands where the times above are ${form}`,
      'Write every time in the same way.',
      late.line,
    );
  }

  /** What the numbers of the column count, by their size. */
  private guessFormat(time: Float64Array, findLine: (row: number) => number): NumberFormat {
    let [low, high] = [Infinity, -Infinity];
    let whole = true;
    for (const value of time) {
      if (value < low) low = value;
      if (value > high) high = value;
      if (!Number.isInteger(value)) whole = false;
    }
    const counted = dayCount(this.name, low, high);
    if (counted) return counted;
    if (/^yymmdd$/i.test(this.name.replace(/[^a-z]/gi, ''))) return 'yymmdd';
    // Before epoch seconds: as those these numbers lie beyond 2030.
    if (
      whole &&
      low >= 1_900_010_100 &&
      time.every((value) => !Number.isNaN(dateOfDigits(value, 'yyyymmddhh')))
    )
      return 'yyyymmddhh';
    // As nanoseconds these numbers lie in 1973 to 1974, and in 1988 to 1992.
    const ticks = tickCount(low, high);
    if (ticks) return ticks;
    for (const unit of ['s', 'ms', 'us', 'ns'] as const) {
      const perSecond = unit === 's' ? 1 : unit === 'ms' ? 1e3 : unit === 'us' ? 1e6 : 1e9;
      if (low >= earliest * perSecond && high <= latest * perSecond) return `epoch-${unit}`;
    }
    if (whole) {
      for (const format of ['yyyymmdd', 'yyyymmddhhmm', 'yyyymmddhhmmss', 'yyyymm'] as const) {
        if (time.every((value) => !Number.isNaN(dateOfDigits(value, format)))) return format;
      }
      const digits = /dat(e|um|a)|fecha|day|tag|日期/i.test(this.name)
        ? this.guessDigits(time, findLine)
        : null;
      if (digits) return digits;
      if (low >= 1000 && high <= 2200 && /year|jahr|ann[eé]e|año|ano|^jaar|年/i.test(this.name))
        return 'yyyy';
      // A date that goes on by one from year to year: 1990, 1991 …
      const yearly = low >= 1700 && high <= 2100 && time.length > 2 && isEvenBy(time, 1);
      if (yearly && /dat(e|um)|fecha|period|日期/i.test(this.name)) return 'yyyy';
    }
    const name = this.name;
    const dayNumbers = low >= 20_000 && high <= 80_000;
    if (dayNumbers) {
      const step = medianStep(time);
      if (step > 0 && step <= 7 && (!whole || step === 1 || step === 7)) return 'excel';
      if (/date|datum|day|serial|fecha|日期/i.test(name)) return 'excel';
      throw this.error(
        `"${time[0]}" is the day ${new Date((time[0]! - 25_569) * 86_400_000).toISOString().slice(0, 10)} as Excel counts days, or ${time[0]} seconds since a start: the numbers do not tell which`,
        'Say it with --time-format excel or --time-format epoch-s (option timeFormat).',
        findLine(0),
      );
    }
    // Counted from the start of the recording, as laboratory devices do.
    if (low > -1e9 && high < earliest && (low < 1e7 || /elapsed|relative|since start/i.test(name)))
      return 'elapsed';
    throw this.error(
      `"${time[0]}" is not a plausible time: in seconds it is ${dateText(time[0]! * 1000)}, in milliseconds ${dateText(time[0]!)}`,
      `Say what it counts with --time-format ${numberFormats.slice(0, 6).join(', ')} (option timeFormat), or name another time column.`,
      findLine(
        Math.max(
          0,
          time.findIndex((value) => !(value >= earliest)),
        ),
      ),
    );
  }

  /** Dates of 7 and 8 digits with the day or month first, or of a year and its day, below the name of a date. */
  private guessDigits(time: Float64Array, findLine: (row: number) => number): NumberFormat | null {
    const fits = (['ddmmyyyy', 'mmddyyyy', 'yyyyddd'] as const).filter((format) =>
      time.every((value) => !Number.isNaN(dateOfDigits(value, format))),
    );
    if (fits.length > 1) {
      throw this.error(
        `"${time[0]}" is the day ${fits.map((format) => dateText(dateOfDigits(time[0]!, format)).slice(0, 10)).join(' or ')}: no row tells how its digits are to be read`,
        'Say it with --time-format %d%m%Y or --time-format %m%d%Y (option timeFormat).',
        findLine(0),
      );
    }
    return fits[0] ?? null;
  }

  private fromNumbers(
    time: Float64Array,
    format: NumberFormat,
    findLine: (row: number) => number,
    notes: string[],
  ): void {
    const column = `Column "${shorten(this.name)}"`;
    switch (format) {
      case 'epoch-s':
      case 'epoch-ms':
      case 'epoch-us':
      case 'epoch-ns':
        time.forEach((value, row) => (time[row] = epochToMs(value, format.slice(6) as EpochUnit)));
        return;
      case 'excel':
        time.forEach((value, row) => (time[row] = excelToMs(value)));
        notes.push(`${column} holds day numbers as Excel counts them; the first is ${dateText(time[0]!)}.`);
        return;
      case 'matlab':
      case 'julian':
      case 'mjd': {
        const { epoch, told } = dayCounts[format];
        time.forEach((value, row) => (time[row] = excelToMs(value - epoch + 25_569)));
        notes.push(`${column} holds day numbers (${told}); the first is ${dateText(time[0]!)}.`);
        return;
      }
      case 'filetime':
      case 'ticks': {
        const { epoch, told } = tickCounts[format];
        time.forEach((value, row) => (time[row] = Math.round(value / 1e4) + epoch));
        notes.push(`${column} holds ${told}; the first is ${dateText(time[0]!)}.`);
        return;
      }
      case 'elapsed': {
        const unit = elapsedUnit(
          this.unitBelow === undefined ? this.name : `${this.name} (${this.unitBelow})`,
        );
        time.forEach((value, row) => (time[row] = Number((value * unit.ms).toPrecision(15))));
        notes.push(
          `${column} does not hold dates; it was read as ${unit.name} since a start that is not known (--time-format says otherwise).`,
        );
        return;
      }
      default:
        time.forEach((value, row) => {
          const ms = dateOfDigits(value, format);
          if (Number.isNaN(ms)) {
            throw this.error(
              `"${value}" is no date of the form ${format}`,
              'Correct it, or give another --time-format.',
              findLine(row),
            );
          }
          time[row] = ms;
        });
        notes.push(`${column} was read as ${format.toUpperCase()}; the first is ${dateText(time[0]!)}.`);
    }
  }

  private error(what: string, remedy: string, line: number): HeedError {
    const place: ErrorPlace = { file: this.options.name, line, column: this.name };
    return new HeedError('bad-time', what, remedy, place);
  }
}
