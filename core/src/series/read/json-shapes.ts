import type { ReadOptions, ReadResult } from './options.js';
import type { SeriesLabels } from './series-names.js';
import { epochToMs, guessEpochUnit } from './epoch.js';

export type Json = Readonly<Record<string, unknown>>;

/** What to give where JSON is none that is read. */
export const jsonShape =
  'Give [{"time": …, "cpu": …}, …] or {"time": […], "channels": [{"name": "cpu", "values": […]}]} or one record per line; docs/formats.md lists what else is read.';

/** Reads a JSON value of one layout; null where it is another. */
export type JsonLayout = (value: unknown, options: ReadOptions) => ReadResult | null;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isPairs(value: unknown): value is readonly (readonly unknown[])[] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length >= 2);
}

/** Epoch ms of epoch seconds; what is no number stays, for the error that names it. */
export const seconds = (time: unknown): unknown => {
  const number = typeof time === 'string' && time.trim() === '' ? NaN : Number(time);
  return Number.isNaN(number) ? time : number * 1000;
};
export const byEpoch = (time: unknown): unknown =>
  typeof time === 'number' ? epochToMs(time, guessEpochUnit(time)) : time;

export function readLabels(value: unknown): SeriesLabels {
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one)]))
    : {};
}

/** Units of CloudWatch and Datadog by the names that this project has for them. */
const unitNames: Readonly<Record<string, string>> = {
  seconds: 's',
  second: 's',
  milliseconds: 'ms',
  millisecond: 'ms',
  microseconds: 'µs',
  bytes: 'bytes',
  byte: 'bytes',
  percent: 'percent',
  'bytes/second': 'bytes/s',
  'byte/second': 'bytes/s',
};

export function unitNamed(unit: unknown): { unit?: string } {
  if (typeof unit !== 'string' || unit === '' || /^(none|count)$/i.test(unit)) return {};
  return { unit: unitNames[unit.toLowerCase()] ?? unit };
}
