import { isNumberIn } from '../../check-number.js';
import { tzOffset } from '@date-fns/tz';
import { HeedError, shownValue } from '../../errors.js';
import type { Exclusion } from '../types.js';

const minute = 60_000;
const day = 24 * 60;
/** Offsets of time zones change on quarter hours of UTC. */
const offsetStep = 15 * minute;

/**
 * Marks the points that exclusion calendars cover. Recurring times are wall-clock times of their zone, so that they
 * follow daylight saving time; an interval over midnight belongs to the day on which it starts.
 * @param time n epoch ms
 * @param indexTime true where `time` counts rows: recurring times then have no meaning
 * @returns n values, 1 = excluded; undefined without exclusions
 * @throws HeedError bad-option
 */
export function excludedPoints(
  time: Float64Array,
  exclusions: readonly Exclusion[] | undefined,
  indexTime = false,
): Uint8Array | undefined {
  if (!exclusions) return undefined;
  if (!Array.isArray(exclusions)) {
    throw new HeedError('bad-option', 'exclude is no list', 'Give a list of windows or recurring times.');
  }
  if (exclusions.length === 0) return undefined;
  const excluded = new Uint8Array(time.length);
  for (const exclusion of exclusions as readonly Exclusion[]) {
    const covers = exclusion.kind === 'window' ? windowTest(exclusion) : recurringTest(exclusion, indexTime);
    for (let t = 0; t < time.length; t++) if (covers(time[t]!)) excluded[t] = 1;
  }
  return excluded;
}

function windowTest({ start, end, name }: Extract<Exclusion, { kind: 'window' }>): (time: number) => boolean {
  if (!isNumberIn(start, { infinite: true }) || !isNumberIn(end, { min: start, infinite: true })) {
    throw new HeedError(
      'bad-option',
      `the exclusion${quoteName(name)} runs from ${shownValue(start)} to ${shownValue(end)}`,
      'Give epoch milliseconds with the start before the end.',
    );
  }
  return (time) => time >= start && time <= end;
}

function recurringTest(
  exclusion: Extract<Exclusion, { kind: 'recurring' }>,
  indexTime: boolean,
): (time: number) => boolean {
  const { days, name, timeZone = 'UTC' } = exclusion;
  if (indexTime) {
    throw new HeedError(
      'bad-option',
      `the recurring exclusion${quoteName(name)} needs times of day, but the series counts points`,
      'Give the series a time column, or exclude a window of points.',
    );
  }
  if (
    days !== undefined &&
    !(Array.isArray(days) && days.every((weekday) => isNumberIn(weekday, { min: 0, max: 6, whole: true })))
  ) {
    throw new HeedError(
      'bad-option',
      `the exclusion${quoteName(name)} has days that are none`,
      'Give days from 0 (Sunday) to 6 (Saturday).',
    );
  }
  const from = parseMinutes(exclusion.from, name);
  const to = parseMinutes(exclusion.to, name);
  const onDay = (weekday: number): boolean => !days || days.includes(weekday);
  let bucket = NaN;
  let offset = 0;
  return (time) => {
    if (Math.floor(time / offsetStep) !== bucket) {
      bucket = Math.floor(time / offsetStep);
      offset = tzOffset(timeZone, new Date(time));
      if (Number.isNaN(offset)) {
        throw new HeedError(
          'bad-option',
          `"${timeZone}" of the exclusion${quoteName(name)} is not a time zone`,
          'Give an IANA name such as Europe/Berlin.',
        );
      }
    }
    const wall = new Date(time + offset * minute);
    const at = wall.getUTCHours() * 60 + wall.getUTCMinutes() + wall.getUTCSeconds() / 60;
    const weekday = wall.getUTCDay();
    if (from < to) return at >= from && at < to && onDay(weekday);
    return (at >= from && onDay(weekday)) || (at < to && onDay((weekday + 6) % 7));
  };
}

function parseMinutes(text: string, name: string | undefined): number {
  const match = typeof text === 'string' ? /^(\d{1,2}):(\d{2})$/.exec(text) : null;
  const value = match ? Number(match[1]) * 60 + Number(match[2]) : NaN;
  if (!(value <= day) || Number(match![2]) > 59) {
    throw new HeedError(
      'bad-option',
      `${shownValue(text)} of the exclusion${quoteName(name)} is not a time of day`,
      'Give HH:MM from 00:00 to 24:00.',
    );
  }
  return value;
}

function quoteName(name: string | undefined): string {
  return name === undefined ? '' : ` "${name}"`;
}
