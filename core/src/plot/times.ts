import { tzOffset } from '@date-fns/tz';
import { utcFormat } from 'd3-time-format';
import { HeedError } from '../errors.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * Epoch ms moved so that its UTC fields read as the wall clock of `timeZone` (IANA name).
 * @throws HeedError bad-option for an unknown zone
 */
function wallClock(time: number, timeZone: string): number {
  return time + zoneOffset(time, timeZone);
}

/** ms that the wall clock of `timeZone` is ahead of UTC at `time`. */
export function zoneOffset(time: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const offset = tzOffset(timeZone, new Date(time));
  if (Number.isNaN(offset)) {
    throw new HeedError(
      'bad-option',
      `"${timeZone}" is not a time zone`,
      'Use an IANA name such as UTC or Europe/Berlin.',
    );
  }
  return offset * minute;
}

const formats = {
  millisecond: utcFormat('%H:%M:%S.%L'),
  second: utcFormat('%H:%M:%S'),
  minute: utcFormat('%H:%M'),
  day: utcFormat('%-d %b'),
  month: utcFormat('%b %Y'),
  year: utcFormat('%Y'),
};

/** Label of an axis tick at a wall-clock time: only what changes from tick to tick. */
export function formatTick(wall: number, tickStep: number): string {
  const date = new Date(wall);
  if (tickStep >= 360 * day) return formats.year(date);
  if (tickStep >= 27 * day) return formats.month(date);
  if (wall % day === 0) return formats.day(date);
  if (wall % second !== 0) return formats.millisecond(date);
  return wall % minute === 0 ? formats.minute(date) : formats.second(date);
}

const fullDay = utcFormat('%-d %b %Y');
const stamp = utcFormat('%Y-%m-%d %H:%M:%S');
const stampMs = utcFormat('%Y-%m-%d %H:%M:%S.%L');

/** `22 Nov 2026`. */
export function formatDay(time: number, timeZone = 'UTC'): string {
  return fullDay(new Date(wallClock(time, timeZone)));
}

/** `2026-11-22 14:05:10`, with milliseconds only where there are any. */
export function formatTimestamp(time: number, timeZone = 'UTC'): string {
  const date = new Date(wallClock(time, timeZone));
  return date.getTime() % second === 0 ? stamp(date) : stampMs(date);
}
