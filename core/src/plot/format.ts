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
export function wallClock(time: number, timeZone: string): number {
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

/** `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: two units at most. */
export function humanDuration(milliseconds: number): string {
  if (milliseconds < second) return `${formatNumber(milliseconds)} ms`;
  const units: readonly (readonly [number, string])[] = [
    [day, 'd'],
    [hour, 'h'],
    [minute, 'min'],
    [second, 's'],
  ];
  const at = units.findIndex(([size]) => milliseconds >= size);
  const [size, name] = units[at]!;
  const smaller = units[at + 1];
  if (!smaller) return `${formatNumber(milliseconds / size)} ${name}`;
  // Rounded in the smaller unit first, so that 59.9 s never reads as 60 s beside a minute.
  const parts = Math.round(milliseconds / smaller[0]);
  const perUnit = size / smaller[0];
  const rest = parts % perUnit;
  return `${Math.floor(parts / perUnit)} ${name}${rest === 0 ? '' : ` ${rest} ${smaller[1]}`}`;
}

const prefixes: readonly (readonly [number, string])[] = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** A number in at most `digits` significant digits, with a prefix from 10,000 on. */
export function formatNumber(value: number, digits = 3): string {
  const size = Math.abs(value);
  if (size >= 1e18 || (size > 0 && size < 1e-4)) return value.toExponential(Math.max(0, digits - 2));
  const prefix = size >= 1e4 ? prefixes.find(([factor]) => size >= factor) : undefined;
  if (prefix) return `${trim(value / prefix[0], digits)}${prefix[1]}`;
  return size >= 1000 ? String(Math.round(value)) : trim(value, digits);
}

function trim(value: number, digits: number): string {
  return String(Number(value.toPrecision(Math.max(digits, 1))));
}

/** Labels for evenly spaced ticks: as many digits as tell neighbours apart, one prefix for all. */
export function formatTicks(ticks: readonly number[]): string[] {
  const largest = Math.max(...ticks.map(Math.abs), 0);
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : largest || 1;
  if (largest >= 1e18 || (largest > 0 && largest < 1e-4)) {
    return ticks.map((tick) => (tick === 0 ? '0' : tick.toExponential(1)));
  }
  const prefix = largest >= 1e4 ? prefixes.find(([factor]) => largest >= factor) : undefined;
  const unit = prefix?.[0] ?? 1;
  const decimals = Math.min(8, Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9)));
  return ticks.map((tick) =>
    tick === 0 ? '0' : `${(tick / unit).toFixed(decimals).replace('-', '−')}${prefix?.[1] ?? ''}`,
  );
}
