import { dayMs, IsoTimeParser, TimeForm } from './iso-time.js';
import { abbreviatedOffset } from './zones.js';

const DAY = 86_400_000;
const zoneText = String.raw`(Z|[A-Z]{2,5}|(?:(?:UTC|GMT)\s?)?[+\-−]\d{1,2}(?::?\d{2})?)?(?:\s[A-Z]{3,5}|\s?[[(][^\])]{1,40}[\])])?`;
const clockText = String.raw`(\d{1,2})(?:(?:[:.]|\s?h\s?)(\d{2})(?:[:.m](\d{2})(?:[.,:](\d+))?s?)?)?(?:\s?Uhr)?\s*([ap](?:\.?\s?m\.?(?!\p{L})|(?!\p{L})))?\s*${zoneText}`;
const joint = String.raw`(?:[TD\s,@_:]|\sat\s|\sum\s)*`;
const withClock = (date: string): RegExp => new RegExp(`^${date}(?:${joint}(?:${clockText}))?$`, 'iu');

const yearFirst = withClock(String.raw`(\d{4})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})\.?`);
const cjk = withClock(String.raw`(\d{4})\s?([年년])\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]`);
const dayMonthYear = withClock(String.raw`(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d{2})`);
const weekday = String.raw`(?:\p{L}{2,10}\.?,?\s+)?`;
const dayName = withClock(
  weekday +
    String.raw`(\d{1,2})(?:st|nd|rd|th|\.)?[-\s/](?:de\s)?(\p{L}{3,10})\.?,?[-\s/:](?:de\s)?(\d{4}|\d{2})`,
);
const nameDay = withClock(
  weekday + String.raw`(\p{L}{3,10})\.?[-\s/](\d{1,2})(?:st|nd|rd|th)?,?[-\s/](\d{4})`,
);
/** ctime: `Mon Mar  2 00:00:00 2026`. */
const ctime = /^\p{L}{3}\s+(\p{L}{3})\s+(\d{1,2})\s+(\d{2}):(\d{2}):(\d{2})\s+(?:([A-Z]{3,4})\s+)?(\d{4})$/iu;
const compact =
  /^(\d{4})(\d{2})(\d{2})[T _:-](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;
const yearMonth = /^(\d{4})(?:[-/.]|M|-M)(\d{1,2})$/i;
const monthYear = /^(\d{1,2})[-/.](\d{4})$/;
const nameYear = /^(\p{L}{3,10})\.?[-\s](\d{4}|\d{2})$/iu;
const yearName = /^(\d{4})[-\s](\p{L}{3,10})\.?$/iu;
const quarter = /^(?:(\d{4})[-\s_]?Q([1-4])|(?:Q([1-4])|([1-4])Q)[-\s/_]?'?(\d{4}|\d{2}))$/i;
const week = /^(\d{4})-?W(\d{2})(?:-?([1-7]))?$/i;
const ordinal = withClock(String.raw`(\d{4})-(\d{3})`);
/** ASP.NET: `/Date(1772409600000+0100)/`, in which the offset changes nothing. */
const dotNet = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;
/** `KW 05/2026`, `2026 KW5`. */
const namedWeek =
  /^(?:(?:KW|W|Week|Woche)\s?(\d{1,2})[\s/.-]+(\d{4})|(\d{4})[\s/.-]*(?:KW|Week|Woche)\s?(\d{1,2}))$/i;
/** rrdtool has a colon behind its epoch seconds. */
const plainNumber = /^[-+]?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?$|^\d{9,10}:$/i;
/** A period: its beginning counts. */
const period = /^(.{8,40}?)(?:\s+(?:-|–|—|to|bis|\/)\s+|\/|\s*–\s*)(\d.*)$/u;

/** Two digits of a year: 40 … 99 are of the last century, as measurements lie behind us. */
function fullYear(text: string): number {
  const year = Number(text);
  return text.length > 2 ? year : year < 40 ? 2000 + year : 1900 + year;
}

/** Names of months in languages whose exports write them, whole and by their first three letters or more. */
const monthNames = [
  'january jan janvier janv januar jänner enero ene janeiro gennaio gen januari 1',
  'february feb février fevrier févr fevr februar febrero fevereiro fev febbraio februari',
  'march mar mars märz maerz mär mrz marzo março marco maart mrt',
  'april apr avril avr abril abr aprile',
  'may mai mayo maio maggio mag mei maj',
  'june jun juin juni junio junho giugno giu',
  'july jul juillet juil juli julio julho luglio lug',
  'august aug août aout agosto ago augustus augusti',
  'september sep sept septembre septiembre setembro set settembre',
  'october oct octobre oktober okt octubre outubro out ottobre ott',
  'november nov novembre noviembre novembro',
  'december dec décembre decembre déc dezember dez diciembre dic dezembro dicembre',
];
const monthOfName = new Map(
  monthNames.flatMap((names, month) => names.split(' ').map((name) => [name, month + 1] as const)),
);

/** 1 to 12 of a month's name; NaN for what is none. */
export function parseMonth(name: string): number {
  return monthOfName.get(name.toLowerCase()) ?? NaN;
}

/** Reads the times in cells; `ms` and what else is known of the last one are fields. */
export class TimeParser extends IsoTimeParser {
  /** The mark between day, month and year of the forms in which their order is open. */
  mark = '';
  /** True where the year of such a form has two digits. */
  shortYear = false;
  /** Milliseconds east of UTC of the zone in the cell; 0 where there is none. */
  offset = 0;
  /** True where the cell has a zone. */
  zoned = false;
  /** True where the time is 24:00, the end of the day in the cell. */
  endOfDay = false;

  /** The form of the time in a cell: one of `TimeForm`. */
  parse(text: string): number {
    const form = this.parseIso(text);
    return form !== TimeForm.none ? form : this.parseSlowly(text);
  }

  private parseSlowly(text: string): number {
    if (text.length < 4 || text.length > 80 || !/\d/.test(text)) {
      if (!plainNumber.test(text)) return TimeForm.none;
    }
    if (plainNumber.test(text)) {
      this.ms = Number(text.replace(',', '.').replace(':', ''));
      this.clock = true;
      return TimeForm.number;
    }
    const cell = text
      // Logs of web servers open a bracket, which another column may close.
      .replace(/^\[([^\]]*)\]?$/, '$1')
      .replace(/^['"]|['"]$/g, '')
      .replace(/[\u00a0\u202f\u2009]/g, ' ')
      // Chinese, Japanese and Korean have the half of the day in front of its hours, Greek behind them.
      .replace(
        /(上午|午前|오전|下午|午後|오후)\s?(\d{1,2}(?::\d{2}){1,2})/,
        (_, half: string, clock: string) => (/上午|午前|오전/.test(half) ? `${clock} AM` : `${clock} PM`),
      )
      .replace(/\s?(π|μ)\.?μ\.?$/u, (_, half: string) => (half === 'π' ? ' AM' : ' PM'));
    const hour = /^(\d{4}-\d{2}-\d{2})[T ](\d{2})(Z|[+-]\d{2}(?::?\d{2})?)?$/i.exec(cell);
    if (hour) return this.parse(`${hour[1]}T${hour[2]}:00${hour[3] ?? ''}`);
    for (const pattern of [yearFirst, cjk]) {
      const match = pattern.exec(cell);
      if (match) return this.complete(dayMs(Number(match[1]), Number(match[3]), Number(match[4])), match, 5);
    }
    const open = dayMonthYear.exec(cell);
    if (open) return this.parseOpen(open);
    const named = dayName.exec(cell);
    if (named) {
      const day = dayMs(fullYear(named[3]!), parseMonth(named[2]!), Number(named[1]));
      if (!Number.isNaN(day)) return this.complete(day, named, 4);
    }
    const american = nameDay.exec(cell);
    if (american) {
      const day = dayMs(Number(american[3]), parseMonth(american[1]!), Number(american[2]));
      if (!Number.isNaN(day)) return this.complete(day, american, 4);
    }
    const tight = compact.exec(cell);
    if (tight) {
      const [, year, month, day, ...clock] = tight;
      return this.finish(dayMs(Number(year), Number(month), Number(day)), [
        clock[0], clock[1], clock[2], clock[3], undefined, clock[4],
      ]); // prettier-ignore
    }
    const unix = ctime.exec(cell);
    if (unix) {
      const [, month, day, hour, minute, second, zone, year] = unix;
      const start = dayMs(Number(year), parseMonth(month!), Number(day));
      return this.finish(start, [hour, minute, second, undefined, undefined, zone]);
    }
    const net = dotNet.exec(cell);
    if (net) {
      this.clock = true;
      this.ms = Number(net[1]);
      return TimeForm.instant;
    }
    const dayOfYear = ordinal.exec(cell);
    if (dayOfYear) {
      const day = Number(dayOfYear[2]);
      const start = day < 1 || day > 366 ? NaN : dayMs(Number(dayOfYear[1]), 1, 1) + (day - 1) * DAY;
      return this.complete(start, dayOfYear, 3);
    }
    const span = this.parseSpan(cell);
    if (span !== TimeForm.none) return span;
    const range = period.exec(cell);
    if (range && !period.test(range[1]!) && this.startsPeriod(range[2]!)) return this.parse(range[1]!.trim());
    return TimeForm.none;
  }

  /** The second half of a period is a time, a time of day, or at least a date. */
  private startsPeriod(text: string): boolean {
    return /^\d{1,2}:\d{2}/.test(text) || new TimeParser().parse(text.trim()) > TimeForm.number;
  }

  /** Months, quarters, weeks, days of the year. */
  private parseSpan(text: string): number {
    let match: RegExpExecArray | null;
    let ms = NaN;
    if ((match = yearMonth.exec(text))) ms = dayMs(Number(match[1]), Number(match[2]), 1);
    else if ((match = monthYear.exec(text))) ms = dayMs(Number(match[2]), Number(match[1]), 1);
    else if ((match = nameYear.exec(text))) ms = dayMs(fullYear(match[2]!), parseMonth(match[1]!), 1);
    else if ((match = yearName.exec(text))) ms = dayMs(Number(match[1]), parseMonth(match[2]!), 1);
    else if ((match = quarter.exec(text))) {
      const part = Number(match[2] ?? match[3] ?? match[4]);
      ms = dayMs(fullYear((match[1] ?? match[5])!), 3 * part - 2, 1);
    } else if ((match = week.exec(text)))
      ms = findMonday(Number(match[1]), Number(match[2])) + (Number(match[3] ?? 1) - 1) * DAY;
    else if ((match = namedWeek.exec(text)))
      ms = findMonday(Number(match[2] ?? match[3]), Number(match[1] ?? match[4]));
    if (Number.isNaN(ms)) return TimeForm.none;
    this.ms = ms;
    this.clock = false;
    return TimeForm.date;
  }

  /** Day and month in an order that the column decides. */
  private parseOpen(match: RegExpExecArray): number {
    const first = Number(match[1]);
    const second = Number(match[3]);
    const year = fullYear(match[4]!);
    const dayFirst = dayMs(year, second, first);
    const start = Number.isNaN(dayFirst) ? dayMs(year, first, second) : dayFirst;
    const form = this.complete(start, match, 5);
    if (form === TimeForm.none) return form;
    // Kept as a wall time until the order is known; the zone is taken off then.
    this.ms += this.offset;
    this.mark = match[2]!;
    this.shortYear = match[4]!.length === 2;
    return first > 12 ? TimeForm.dayFirst : second > 12 ? TimeForm.monthFirst : TimeForm.either;
  }

  private complete(day: number, match: RegExpExecArray, at: number): number {
    return this.finish(day, match.slice(at));
  }

  /** Adds [hour, minute, second, fraction, AM or PM, zone] to a day. */
  private finish(day: number, clock: readonly (string | undefined)[]): number {
    const [hours, minutes, seconds, fraction, half, zone] = clock;
    this.offset = 0;
    this.zoned = false;
    this.endOfDay = false;
    if (Number.isNaN(day)) return TimeForm.none;
    this.clock = hours !== undefined;
    this.ms = day;
    if (hours === undefined) return TimeForm.date;
    if (minutes === undefined && half === undefined) return TimeForm.none;
    let hour = Number(hours);
    const minute = Number(minutes ?? 0);
    const second = Number(seconds ?? 0);
    if (half !== undefined) {
      if (hour < 1 || hour > 12) return TimeForm.none;
      hour = (hour % 12) + (/^p/i.test(half) ? 12 : 0);
    }
    // 24:00 ends a day.
    if (hour > 24 || (hour === 24 && minute + second > 0) || minute > 59 || second > 60) return TimeForm.none;
    this.endOfDay = hour === 24;
    this.ms += hour * 3_600_000 + minute * 60_000 + second * 1000;
    if (fraction !== undefined)
      this.ms += fraction.length === 3 ? Number(fraction) : Number(`0.${fraction}`) * 1000;
    if (zone === undefined) return TimeForm.local;
    this.offset = offsetMinutes(zone) * 60_000;
    if (Number.isNaN(this.offset)) return TimeForm.none;
    this.ms -= this.offset;
    this.zoned = true;
    return TimeForm.instant;
  }
}

/** The Monday of a week; week 1 holds 4 January (ISO 8601). NaN for what is no week. */
function findMonday(year: number, number: number): number {
  if (!(number >= 1 && number <= 53)) return NaN;
  const fourth = dayMs(year, 1, 4);
  return fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY + 7 * (number - 1) * DAY;
}

/** Minutes east of UTC of `Z`, `CET`, `+02`, `-0530`, `GMT+1`. */
function offsetMinutes(zone: string): number {
  const numeric = /^(?:UTC|GMT)?\s?([+\-−])(\d{1,2}):?(\d{2})?$/i.exec(zone);
  if (!numeric) return abbreviatedOffset(zone.toUpperCase());
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0);
  if (Number(numeric[2]) > 14 || Number(numeric[3] ?? 0) > 59) return NaN;
  return numeric[1] === '+' ? minutes : -minutes;
}

const clockOnly =
  /^\d{1,2}(?::[0-5]\d){1,2}(?:[.,]\d+)?(?:\s?[ap](?:\.?\s?m\.?)?|\s?Uhr)?$|^(?:[01]?\d|2[0-4])\.[0-5]\d\.[0-5]\d$/i;

/** True for a time of day alone: `17:24:00`, `18.00.00`, `5:30 PM`. */
export function isTimeOfDay(text: string): boolean {
  return clockOnly.test(text);
}
