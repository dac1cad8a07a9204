import { HeedError } from '../../errors.js';
import { formatCount } from '../../format.js';
import type { Column } from './column.js';
import type { Grouping } from './pivot.js';
import type { TableBuilder } from './table.js';
import { abbreviatedOffset, Zone } from './zones.js';

/**
 * Wall times of a zone as instants; without a zone they are UTC, which is said. Where a column tells the zones there is
 * `byZoneColumn`.
 * @throws HeedError bad-time where the file has both the hour that the clock skips in spring and the one after it
 */
export function inZone(
  table: TableBuilder,
  wall: Float64Array,
  grouping: Grouping | null,
  notes: string[],
): Float64Array {
  const timeZone = table.options.timeZone ?? findNamedZone(nameOfTime(table));
  if (timeZone === undefined) return inNamedOffset(table, wall, notes);
  const zone = new Zone(timeZone);
  const n = wall.length;
  const backwards = n > 1 && wall[n - 1]! < wall[0]!;
  const last = new Map<number, number>();
  const lastSkipped = new Map<number, number>();
  const time = new Float64Array(n);
  let skipped = 0;
  let firstSkipped = -1;
  for (let i = 0; i < n; i++) {
    const row = backwards ? n - 1 - i : i;
    const group = grouping?.groupOf[row] ?? 0;
    const read = zone.toUtc(wall[row]!, last.get(group) ?? -Infinity);
    time[row] = read.utc;
    // What a skipped hour would have been is the hour after it, which the file has too.
    const gap = lastSkipped.get(group);
    if (
      gap !== undefined &&
      !read.skipped &&
      read.utc <= last.get(group)! &&
      wall[row]! - wall[gap]! < 10_800_000
    )
      throw noSuchTime(table, zone, wall[gap]!, gap);
    last.set(group, read.utc);
    if (!read.skipped) continue;
    if (gap === undefined || wall[row]! - wall[gap]! > 7_200_000) lastSkipped.set(group, row);
    if (skipped++ === 0) firstSkipped = row;
  }
  const by = table.options.timeZone === undefined ? ', which the name of their column says' : '';
  notes.push(`The times were read as those of ${timeZone}${by}.`);
  if (skipped > 0) {
    notes.push(
      `${formatCount(skipped, 'time')} ${skipped === 1 ? 'does' : 'do'} not exist in ${timeZone}, as the clock skips an hour there (first in line ${table.findLine(firstSkipped)}); read as if it did not.`,
    );
  }
  return time;
}

/** Wall times at the offset from UTC that the name of their column says; UTC where it says none. */
function inNamedOffset(table: TableBuilder, wall: Float64Array, notes: string[]): Float64Array {
  const name = nameOfTime(table);
  // "Date Time, GMT+01:00", as loggers write it.
  const said = /\b(?:GMT|UTC)\s?([+-])(\d{1,2})(?::?(\d{2}))?\b/.exec(name);
  if (said) {
    const minutes = Number(said[2]) * 60 + Number(said[3] ?? 0);
    notes.push(`The times were read as those of ${said[0]}, which the name of their column says.`);
    return wall.map((ms) => ms - (said[1] === '+' ? 1 : -1) * minutes * 60_000);
  }
  // `Zeit (MEZ)`, `time_EST`.
  const letters = /[\s_([,]([A-Z]{3,4})[)\]]?\s*$/.exec(name)?.[1] ?? '';
  const ahead = abbreviatedOffset(letters);
  if (!(letters === 'UTC' || letters === 'GMT') && !Number.isNaN(ahead)) {
    notes.push(
      `The times were read as those of ${letters} (${sayOffset(ahead)}), which the name of their column says.`,
    );
    return wall.map((ms) => ms - 60_000 * ahead);
  }
  if (/(^|[^a-z])(utc|gmt)\W*$/i.test(name.replace(/([a-z])(UTC|GMT)$/, '$1 $2')))
    notes.push('The times were read as UTC, which the name of their column says.');
  else if (table.timeSource?.kind !== 'clock')
    notes.push('The times carry no time zone and were read as UTC (--time-zone-in says otherwise).');
  return wall;
}

function nameOfTime({ time }: TableBuilder): string {
  return (time?.name ?? '').replace(/^\(PDH-CSV .*\((-?\d+)\)$/, toOffset);
}

/** Performance Monitor tells the minutes by which its clock is behind UTC: `(W. Europe Standard Time)(-60)`. */
function toOffset(_: string, behind: string): string {
  return sayOffset(-Number(behind));
}

/** `UTC+01:00` of 60 minutes east of UTC. */
function sayOffset(ahead: number): string {
  const minutes = Math.abs(ahead);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `UTC${ahead < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

/** Wall times as instants, each in the zone of its row. */
export function byZoneColumn(column: Column, wall: Float64Array): Float64Array {
  const zones = new Map([...column.texts.keys()].map((text) => [text, toZone(text)!]));
  return wall.map((ms, row) => ms - zones.get(column.textAt(row)!)!(ms));
}

/** Milliseconds by which a zone's clock is ahead of UTC when it shows a time: `EST`, `+01:00`, `Europe/Berlin`; null for other texts. */
function toZone(text: string): ((wall: number) => number) | null {
  const letters = abbreviatedOffset(text.toUpperCase());
  if (!Number.isNaN(letters)) return () => 60_000 * letters;
  const digits = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/i.exec(text);
  if (digits) {
    const ahead = 60_000 * (60 * Number(digits[2]) + Number(digits[3] ?? 0)) * (digits[1] === '-' ? -1 : 1);
    return () => ahead;
  }
  const named = findNamedZone(text);
  const zone = named === undefined ? null : new Zone(named);
  return zone && ((wall) => wall - zone.toUtc(wall, -Infinity).utc);
}

/**
 * A column `tz_cd`, `timezone`, `utc_offset` that has a zone in every row; null where there is none, or where the user or
 * the name of the times says their zone.
 */
export function findZoneColumn(table: TableBuilder): Column | null {
  const { columns, rows, options } = table;
  if (options.timeZone !== undefined || findNamedZone(nameOfTime(table)) !== undefined) return null;
  const found = columns.find(
    ({ role, cells }) =>
      role === 'value' &&
      /^(tz|tz[ _]?cd|time[ _]?zone([ _]?cd)?|zone|(utc|gmt|tz)[ _]?offset|offset)$/i.test(cells.name) &&
      cells.textCount === rows &&
      !cells.freeText &&
      [...cells.texts.keys()].every((text) => toZone(text) !== null),
  );
  return found?.cells ?? null;
}

/** The zone that a text says: `Time (Europe/Berlin)`, `MTU (CET/CEST)`; undefined where it says none. */
export function findNamedZone(name: string): string | undefined {
  if (/\b(CET\/CEST|MEZ\/MESZ)\b/.test(name)) return 'Europe/Berlin';
  const named =
    /(?:^|[\s([])((?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)\/[\w+/-]+)/.exec(
      name,
    )?.[1];
  try {
    return named === undefined ? undefined : new Zone(named).name;
  } catch {
    return undefined;
  }
}

function noSuchTime(table: TableBuilder, zone: Zone, wall: number, row: number): HeedError {
  const shown = new Date(wall).toISOString().slice(0, 16).replace('T', ' ');
  const hours = zone.offsetAt(wall - 86_400_000) / 3_600_000;
  const fixed =
    Number.isInteger(hours) && hours !== 0
      ? `, or --time-zone-in Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)} for one that stays at UTC${hours > 0 ? '+' : '−'}${Math.abs(hours)} all year`
      : '';
  return new HeedError(
    'bad-time',
    `${shown} does not exist in ${zone.name}: clocks skip an hour that night, and the rows go on evenly`,
    `So these are probably times of another clock: give --time-zone-in UTC${fixed}.`,
    { file: table.options.name, line: table.findLine(row), column: table.time!.name },
  );
}
