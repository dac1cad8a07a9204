import { HeedError } from '../errors.js';

/** Units of numeric times since 1970-01-01T00:00:00Z. */
export type EpochUnit = 's' | 'ms' | 'us' | 'ns';

/** Milliseconds per unit. */
const unitMs: Readonly<Record<EpochUnit, number>> = { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 };

/**
 * The unit of an epoch time by its size: below 1e11 seconds (until the year 5138), below 1e14 milliseconds, below
 * 1e17 microseconds, else nanoseconds. Each limit lies before 1973 in the finer unit.
 */
export function guessEpochUnit(time: number): EpochUnit {
  const size = Math.abs(time);
  return size < 1e11 ? 's' : size < 1e14 ? 'ms' : size < 1e17 ? 'us' : 'ns';
}

/** Epoch milliseconds of a number in `unit`. */
export function epochToMs(time: number, unit: EpochUnit): number {
  // Whole milliseconds stay whole: dividing is exact where multiplying by 0.001 is not.
  return unit === 's' ? time * 1000 : unit === 'ms' ? time : time / Math.round(1 / unitMs[unit]);
}

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

/** Days from 1970-01-01 to a day of the proleptic Gregorian calendar; NaN where there is no such day. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > 31) return NaN;
  const ms = Date.UTC(year, month - 1, day);
  // Date.UTC carries 30 February over into March, and reads years below 100 as 19xx.
  const date = new Date(ms);
  return year < 100 || date.getUTCDate() !== day ? NaN : ms / 86_400_000;
}

// Consecutive rows mostly share their day.
let lastDay = '';
let lastDayMs = 0;

/**
 * Epoch milliseconds of an ISO 8601 date or date and time: `2024-05-06`, `2024-05-06T07:08`, `…:09.123456`, with a
 * blank for the T, with `/` in the date, and with zone `Z`, `+02`, `+0200` or `+02:00`. Without a zone the time is
 * UTC. NaN for anything else.
 */
export function parseIsoTime(text: string): number {
  const day = text.slice(0, 10);
  let ms: number;
  if (day === lastDay) ms = lastDayMs;
  else {
    const separator = text.charCodeAt(4);
    if ((separator !== 45 && separator !== 47) || text.charCodeAt(7) !== separator) return NaN;
    ms = 86_400_000 * daysSinceEpoch(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
    if (Number.isNaN(ms)) return NaN;
    lastDay = day;
    lastDayMs = ms;
  }
  const end = text.length;
  if (end === 10) return ms;

  const join = text.charCodeAt(10);
  if (join !== 84 && join !== 116 && join !== 32) return NaN;
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text.charCodeAt(13) !== 58) return NaN;
  ms += hour * 3_600_000 + minute * 60_000;
  let at = 16;
  if (text.charCodeAt(at) === 58) {
    const second = digits(text, 17, 19);
    if (second < 0 || second > 60) return NaN; // 60: a leap second
    ms += second * 1000;
    at = 19;
    const point = text.charCodeAt(at);
    if (point === 46 || point === 44) {
      const from = ++at;
      while (at < end && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
      if (at === from) return NaN;
      ms += at - from === 3 ? digits(text, from, at) : Number(`0.${text.slice(from, at)}`) * 1000;
    }
  }
  if (at === end) return ms;

  if (text.charCodeAt(at) === 32) at++;
  const zone = text.charCodeAt(at);
  if (zone === 90 || zone === 122) return at + 1 === end ? ms : NaN;
  if (text.slice(at) === 'UTC' || text.slice(at) === 'GMT') return ms;
  if (zone !== 43 && zone !== 45) return NaN;
  const zoneHour = digits(text, at + 1, at + 3);
  const minuteAt = text.charCodeAt(at + 3) === 58 ? at + 4 : at + 3;
  const zoneMinute = at + 3 === end ? 0 : digits(text, minuteAt, minuteAt + 2);
  if (zoneHour < 0 || zoneHour > 14 || zoneMinute < 0 || zoneMinute > 59) return NaN;
  if (at + 3 !== end && minuteAt + 2 !== end) return NaN;
  const offset = zoneHour * 3_600_000 + zoneMinute * 60_000;
  return zone === 43 ? ms - offset : ms + offset;
}

const durationMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Milliseconds of a duration: `500ms`, `60s`, `5m`, `1h`, `1d`, `1w`, also joined as in `1h30m`; a number is
 * milliseconds.
 * @throws HeedError bad-option
 */
export function parseDuration(duration: string | number): number {
  const text = typeof duration === 'number' ? `${duration}ms` : duration.trim();
  const part = /(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d|w)\s*/y;
  let total = 0;
  let end = 0;
  for (let match = part.exec(text); match; match = part.exec(text)) {
    total += Number(match[1]) * durationMs[match[2]!]!;
    end = part.lastIndex;
  }
  if (end !== text.length || !(total > 0) || !Number.isFinite(total)) {
    throw new HeedError(
      'bad-option',
      `"${duration}" is not a duration`,
      'Give a number above 0 with a unit: 500ms, 60s, 5m, 1h, 1d, 1w.',
    );
  }
  return total;
}

/** A duration in milliseconds as text that `parseDuration` reads: 90000 → `1m30s`. */
export function formatDuration(ms: number): string {
  if (!(ms > 0) || !Number.isFinite(ms)) return `${ms}ms`;
  let rest = ms;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(rest / durationMs[unit]!);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * durationMs[unit]!;
  }
  return rest > 0 ? `${text}${Number(rest.toPrecision(12))}ms` : text;
}
