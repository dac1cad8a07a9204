/** Times of ISO 8601. */
import { checkText } from '../../check-argument.js';

/** How the time in a cell is written. */
export const TimeForm = {
  none: 0,
  /** A bare number: epoch, `YYYYMMDD`, day number … by the whole column. */
  number: 1,
  /** With a zone: `ms` is the instant. */
  instant: 2,
  /** Without a zone, in an order that can be but one. */
  local: 3,
  /** Day and month both below 13: `ms` reads the day first. */
  either: 4,
  /** `13/02/2026`. */
  dayFirst: 5,
  /** `02/13/2026`. */
  monthFirst: 6,
  /** A date of the kind `2026-03-02`, `2026-03` or `2026Q1`, without a time of day. */
  date: 7,
} as const;

/** The decimal number of the digits text[from…to), or −1. */
function digits(text: string, from: number, to: number): number {
  if (to > text.length) return -1;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Epoch ms at which a day of the proleptic Gregorian calendar begins; NaN where there is no such day. */
export function dayMs(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31 && year >= 100)) return NaN;
  const ms = Date.UTC(year, month - 1, day);
  // Date.UTC carries 30 February over into March.
  return new Date(ms).getUTCDate() === day ? ms : NaN;
}

/** Reads times of ISO 8601; `ms` and `clock` are those of the last one. */
export class IsoTimeParser {
  /** Epoch ms, of the wall clock where `form` says that there is no zone; the number itself for `number`. */
  ms = NaN;
  /** True where the cell has a time of day. */
  clock = false;

  // Consecutive rows mostly share their day.
  private lastDay = '';
  private lastDayMs = 0;

  /** `2024-05-06`, `2024-05-06T07:08`, `…:09.123456`, with a blank for the T and `/` in the date, perhaps a zone. */
  parseIso(text: string): number {
    const day = text.slice(0, 10);
    let ms: number;
    if (day === this.lastDay) ms = this.lastDayMs;
    else {
      const separator = text.charCodeAt(4);
      if ((separator !== 45 && separator !== 47) || text.charCodeAt(7) !== separator) return TimeForm.none;
      ms = dayMs(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
      if (Number.isNaN(ms)) return TimeForm.none;
      this.lastDay = day;
      this.lastDayMs = ms;
    }
    const end = text.length;
    this.clock = end > 10;
    this.ms = ms;
    if (end === 10) return TimeForm.date;

    const join = text.charCodeAt(10);
    if (join !== 84 && join !== 116 && join !== 32) return TimeForm.none;
    const hour = digits(text, 11, 13);
    const minute = digits(text, 14, 16);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text.charCodeAt(13) !== 58)
      return TimeForm.none;
    ms += hour * 3_600_000 + minute * 60_000;
    let at = 16;
    if (text.charCodeAt(at) === 58) {
      const second = digits(text, 17, 19);
      if (second < 0 || second > 60) return TimeForm.none; // 60: a leap second
      ms += second * 1000;
      at = 19;
      const point = text.charCodeAt(at);
      if (point === 46 || point === 44) {
        const from = ++at;
        while (at < end && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
        if (at === from) return TimeForm.none;
        ms += at - from === 3 ? digits(text, from, at) : Number(`0.${text.slice(from, at)}`) * 1000;
      }
    }
    this.ms = ms;
    if (at === end) return TimeForm.local;

    if (text.charCodeAt(at) === 32) at++;
    const zone = text.charCodeAt(at);
    if (zone === 90 || zone === 122) return at + 1 === end ? TimeForm.instant : TimeForm.none;
    if (zone !== 43 && zone !== 45) return TimeForm.none;
    const zoneHour = digits(text, at + 1, at + 3);
    const minuteAt = text.charCodeAt(at + 3) === 58 ? at + 4 : at + 3;
    const zoneMinute = at + 3 === end ? 0 : digits(text, minuteAt, minuteAt + 2);
    if (zoneHour < 0 || zoneHour > 14 || zoneMinute < 0 || zoneMinute > 59) return TimeForm.none;
    if (at + 3 !== end && minuteAt + 2 !== end) return TimeForm.none;
    const offset = zoneHour * 3_600_000 + zoneMinute * 60_000;
    this.ms = zone === 43 ? ms - offset : ms + offset;
    return TimeForm.instant;
  }
}

const isoParser = new IsoTimeParser();

/**
 * Epoch milliseconds of an ISO 8601 date or date and time: `2024-05-06`, `2024-05-06T07:08`, `…:09.123456`, with a
 * blank for the T, with `/` in the date, and with zone `Z`, `+02`, `+0200` or `+02:00`. Without a zone the time is
 * UTC. NaN for anything else.
 */
export function parseIsoTime(text: string): number {
  checkText('time', text);
  if (/ (?:UTC|GMT)$/.test(text)) text = text.slice(0, -4);
  const form = isoParser.parseIso(text);
  return form === TimeForm.none ? NaN : isoParser.ms;
}
