import {
  findBareParts,
  findDayParts,
  findLetterParts,
  findYearParts,
  type CalendarParts,
} from './calendar.js';
import { isMissingText } from './numbers.js';
import {
  countsNamedTime,
  countsOn,
  countsSeconds,
  countsTime,
  countsUnnamedTime,
  isEpoch,
} from './counted-times.js';
import { TimeForm } from './iso-time.js';
import { isTimeOfDay, TimeParser } from './times.js';
import { findYearless } from './yearless.js';

/** How the time of a row is put together. */
export interface TimeSource {
  /** Indices of the columns. */
  readonly columns: readonly number[];
  /**
   * `cell`: one cell is the time; `join`: date and time of day in two cells; `parts`: year, month, day … in a cell each;
   * `ordinal`: year, day of the year, hour …; `clock`: a time of day without a date; `calendar`: what `text` makes.
   * The last column of `join` and `clock` may hold AM and PM.
   */
  readonly kind: 'cell' | 'join' | 'parts' | 'ordinal' | 'clock' | 'calendar';
  readonly text?: CalendarParts['text'];
  readonly note?: string;
  /** The column's name did not say so. */
  readonly byContent: boolean;
}

/** Names of time columns whatever they hold, best first; letters and digits only, lower case. */
const timeNames = [
  'time', 'timestamp', 'datetime', 'date', 'ts', 'dateandtime', 'timestamputc', 'timeutc', 'datetimeutc', 'utctime',
  'epoch', 'unixtime', 'unixtimestamp', 'epochms', 'epochtime', 'timestampms', 'timems', 'unix', 'clock', 'eventtime', 'collectiontime',
  'zeit', 'zeitstempel', 'datum', 'datumzeit', 'zeitpunkt', 'fecha', 'fechahora', 'horodatage', 'heure', 'dataora', 'datahora',
  'tijd', 'tid', 'temps', 'tiempo', 'tempo', 'czas', 'время', '时间', '日期', '时间戳', '日時', 'day', 'month', 'year', 'week', 'quarter', 'period', 'monat', 'jahr', 'tag', 'elapsed', 'elapsedtime', 'seconds',
  'datenum', 'juliandate', 'jd', 'bjd', 'hjd', 'mjd',
]; // prettier-ignore
/** Names that are times only where they hold dates. */
const weakNames = new Set(['day', 'month', 'year', 'week', 'quarter', 'period', 'monat', 'jahr', 'tag', 'elapsed', 'elapsedtime', 'seconds', 'tid', 'temps', 'tiempo', 'tempo', 'czas', 'время', 'clock', 'unix', 'heure']); // prettier-ignore

/** Names that say how the digits of a date are written: YYYYMMDD, YYMMDD, YYYYMMDDHH24MI. */
const digitsName = /^(date)?y{2,4}m{2}d{2}(h{2}(24)?(m[mi](s{2})?)?)?$/;

function bareName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\d]/gu, '');
}

/** Rank of a column's name as that of a time, 0 first; −1 where it is none. Units behind it do not count. */
export function timeRank(name: string): number {
  const bare = bareName(name.replace(/[([].*[)\]]\s*$/, ''));
  const rank = timeNames.indexOf(bare);
  if (rank >= 0) return rank;
  if (digitsName.test(bare)) return timeNames.length;
  return /^(time|timestamp|elapsed|datetime)(s|ms|us|ns|sec|min|minutes|hours|days|utc|gmt|cet|local|start|stamp|generated)?$/.test(
    bareName(name),
  )
    ? timeNames.length
    : -1;
}

const daysOfYear = ['dayofyear', 'doy', 'yday', 'yearday', 'julianday', 'julian', 'jday', 'jd'];
const parts = [
  ['year', 'jahr', 'yr'],
  ['month', 'monat', 'mon', 'mo'],
  ['day', 'tag', 'dayofmonth', 'dom', 'dy'],
  ['hour', 'stunde', 'hr'],
  ['minute', 'min', 'mn'],
  ['second', 'sec'],
];

/** Where ISO 8601 has the part of a time that a column is named after: `month` is [5, 7]; null for other names. */
export function timePart(name: string): [from: number, to: number] | null {
  const bare = bareName(name);
  const places: [number, number][] = [[0, 4], [5, 7], [8, 10], [11, 13], [14, 16], [17, 19]]; // prettier-ignore
  const at = parts.findIndex((spellings) => spellings.includes(bare));
  return at < 0 ? null : places[at]!;
}

/** What the cells of a column look like, from the first rows. */
interface Look {
  readonly times: number;
  readonly dates: number;
  /** Dates with a clock that stands at midnight. */
  readonly midnights: number;
  readonly clocks: number;
  readonly zoned: boolean;
  readonly numbers: number;
  readonly eightDigits: number;
  readonly present: number;
}

function lookAt(
  column: number,
  sample: readonly (readonly string[])[],
  parser: TimeParser,
  name: string,
): Look {
  const isShort = /^y{2}m{2}d{2}$/.test(bareName(name));
  const isDate = /dat(e|um|a)|fecha|\btag\b|\bday\b/i.test(name);
  let zoned = false;
  let [times, dates, midnights, clocks, numbers, eightDigits, present] = [0, 0, 0, 0, 0, 0, 0];
  for (const row of sample.slice(0, 60)) {
    const cell = row[column] ?? '';
    if (cell === '' || isMissingText(cell)) continue;
    present++;
    // 02.03.26 is a day below the name of one.
    if (isTimeOfDay(cell) && !(isDate && /^\d{1,2}\.\d{2}\.\d{2}$/.test(cell))) {
      clocks++;
      continue;
    }
    const form = parser.parse(cell);
    if (form === TimeForm.number) {
      numbers++;
      if (/^(19|20|21)\d{6}$/.test(cell) || (isShort && /^\d{5,6}$/.test(cell))) eightDigits++;
    } else if (form !== TimeForm.none) {
      times++;
      zoned ||= form === TimeForm.instant;
      if (!parser.clock) dates++;
      else if (parser.ms % 86_400_000 === 0) midnights++;
    }
  }
  return { times, dates, midnights, zoned, clocks, numbers, eightDigits, present };
}

/**
 * The time of a table by names and first rows: a column of dates with the name of a time, else the first column of
 * dates, else a column of numbers with the name of a time; a date and a time of day in two columns belong together.
 * @param taken columns that may not be the time
 * @param startDay the day of the first row, in epoch ms, where a line above the table tells it
 */
export function findTime(
  names: readonly string[],
  sample: readonly (readonly string[])[],
  taken: (column: number) => boolean,
  startDay = 0,
): TimeSource | null {
  const parser = new TimeParser();
  const columns = names.map((_, c) => c).filter((c) => !taken(c));
  const looks = new Map(columns.map((c) => [c, lookAt(c, sample, parser, names[c]!)]));
  const most = (c: number, count: Exclude<keyof Look, 'zoned'>): boolean => {
    const look = looks.get(c)!;
    return look[count] > 0 && look[count] >= 0.8 * look.present;
  };
  const ranked = [...columns]
    .map((c) => ({ c, rank: timeRank(names[c]!) }))
    .sort((a, b) => (a.rank < 0 ? 1e9 : a.rank) - (b.rank < 0 ? 1e9 : b.rank) || a.c - b.c);

  const clock = columns.find((c) => most(c, 'clocks'));
  // Blanks between cells take AM and PM off the time of day.
  const half =
    clock !== undefined && columns.includes(clock + 1) && holdsHalves(clock + 1, sample) ? [clock + 1] : [];
  const dated = ranked.filter(({ c }) => most(c, 'times'));
  // An epoch below the name of a time says more than dates without a zone below no such name.
  const epoch = ranked.find(
    ({ c, rank }) => rank >= 0 && most(c, 'numbers') && isEpoch(sampleNumbers(c, sample)),
  );
  if (epoch && dated.length > 0 && dated.every(({ c, rank }) => rank < 0 && !looks.get(c)!.zoned))
    return { columns: [epoch.c], kind: 'cell', byContent: false };
  if (dated.length > 0) {
    // A column that is a whole time comes before a date alone.
    const best =
      dated.find(({ c, rank }) => rank >= 0 && !most(c, 'dates')) ??
      dated.find(({ rank }) => rank >= 0) ??
      dated[0]!;
    const isOther = clock !== undefined && /sunrise|sunset|start|end/i.test(names[clock]!);
    // Excel writes a date with the midnight of its day.
    if (clock !== undefined && most(best.c, 'midnights') && comesAgain(best.c, sample))
      return { columns: [best.c, clock, ...half], kind: 'join', byContent: false };
    if (clock !== undefined && most(best.c, 'dates') && (!isOther || comesAgain(best.c, sample))) {
      return { columns: [best.c, clock, ...half], kind: 'join', byContent: false };
    }
    const hours = clock === undefined ? findDayParts(best.c, names, columns, sample) : null;
    if (hours) return { ...hours, kind: 'calendar', byContent: false };
    return { columns: [best.c], kind: 'cell', byContent: best.rank < 0 };
  }
  if (clock !== undefined) {
    const digits = columns.find((c) => most(c, 'eightDigits') && timeRank(names[c]!) >= 0);
    if (digits !== undefined) return { columns: [digits, clock], kind: 'join', byContent: false };
  }
  // 20260302 and 093000 in two columns, as archives of prices have them.
  const day = columns.find((c) => most(c, 'eightDigits') && timeRank(names[c]!) >= 0);
  const digits = columns.find(
    (c) => c !== day && bareName(names[c]!) === 'time' && holdsClockDigits(c, sample),
  );
  if (day !== undefined && digits !== undefined) {
    return { columns: [day, digits], kind: 'join', byContent: false };
  }
  const hours = day === undefined ? null : findDayParts(day, names, columns, sample);
  if (hours) return { ...hours, kind: 'calendar', byContent: false };
  const found = parts.map((spellings) =>
    columns.find((c) => spellings.includes(bareName(names[c]!)) && most(c, 'numbers')),
  );
  if (found[0] !== undefined && found[1] !== undefined && found[2] !== undefined) {
    const end = found.indexOf(undefined);
    return { columns: found.slice(0, end < 0 ? 6 : end) as number[], kind: 'parts', byContent: false };
  }
  const ordinal = columns.find((c) => daysOfYear.includes(bareName(names[c]!)) && countsDays(c, sample));
  if (found[0] !== undefined && found[1] === undefined && ordinal !== undefined) {
    const clocks = found.slice(3);
    const end = clocks.indexOf(undefined);
    const own = clocks.slice(0, end < 0 ? 3 : end) as number[];
    return { columns: [found[0], ordinal, ...own], kind: 'ordinal', byContent: false };
  }
  const calendar =
    found[0] !== undefined && ordinal !== undefined
      ? null
      : (findLetterParts(names, columns, sample) ?? findYearParts(names, columns, sample));
  if (calendar) return { ...calendar, kind: 'calendar', byContent: false };
  const yearless = findYearless(
    ranked.map(({ c }) => c),
    sample,
    startDay,
  );
  if (yearless) return { ...yearless, kind: 'calendar', byContent: false };
  const numeric = ranked.find(({ c, rank }) => {
    if (rank < 0) return false;
    if (!most(c, 'numbers'))
      return hasDigits(c, sample) && !weakNames.has(bareName(names[c]!)) && looks.get(c)!.clocks === 0;
    return !weakNames.has(bareName(names[c]!)) || countsUp(c, sample) || holdsYears(names[c]!, c, sample);
  });
  if (numeric) return { columns: [numeric.c], kind: 'cell', byContent: false };
  // `properties.time` of nested records, where it counts from 1970.
  const nested = columns.find(
    (c) =>
      names[c]!.includes('.') &&
      timeRank(names[c]!.split('.').at(-1)!) >= 0 &&
      isEpoch(sampleNumbers(c, sample)),
  );
  if (nested !== undefined) return { columns: [nested], kind: 'cell', byContent: true };
  const unnamed = findBareParts(names, sample);
  if (unnamed) return { ...unnamed, kind: 'calendar', byContent: true };
  const counted = columns.find((c) => most(c, 'numbers') && countsTime(names[c]!, sampleNumbers(c, sample)));
  if (counted !== undefined) return { columns: [counted], kind: 'cell', byContent: true };
  const named = columns.find(
    (c) => most(c, 'numbers') && countsNamedTime(names[c]!, sampleNumbers(c, sample)),
  );
  if (named !== undefined) return { columns: [named], kind: 'cell', byContent: true };
  const [first] = columns;
  if (
    first === 0 &&
    columns.length > 1 &&
    most(first, 'numbers') &&
    (countsOn(names[first]!, sampleNumbers(first, sample)) ||
      countsUnnamedTime(names[first]!, sampleNumbers(first, sample)) ||
      (names[first] === 'column 1' && countsSeconds(sampleNumbers(first, sample))))
  )
    return { columns: [first], kind: 'cell', byContent: true };
  if (clock !== undefined && (timeRank(names[clock]!) >= 0 || clock === 0)) {
    return { columns: [clock, ...half], kind: 'clock', byContent: false };
  }
  return null;
}

/** True where a cell of the first rows may be a damaged time: words such as "Dinner" are none. */
function hasDigits(column: number, sample: readonly (readonly string[])[]): boolean {
  return sample.some((row) => /\d/.test(row[column] ?? ''));
}

/** Most rows have the cell of the row above. */
function comesAgain(column: number, sample: readonly (readonly string[])[]): boolean {
  const again = sample.filter((row, i) => i > 0 && row[column] === sample[i - 1]![column]).length;
  return again > 0 && 2 * again >= sample.length - 1;
}

/** AM and PM, and nothing else but what closes a table. */
function holdsHalves(column: number, sample: readonly (readonly string[])[]): boolean {
  const halves = sample.filter((row) => /^[ap]\.?m\.?$/i.test(row[column] ?? '')).length;
  return halves > 0 && halves >= 0.9 * sample.length;
}

/** `0930`, `093000`: every cell of the first rows. */
function holdsClockDigits(column: number, sample: readonly (readonly string[])[]): boolean {
  return sample.every((row) => /^([01]\d|2[0-4])[0-5]\d([0-5]\d)?$/.test(row[column] ?? ''));
}

function sampleNumbers(column: number, sample: readonly (readonly string[])[]): number[] {
  return sample
    .map((row) => row[column] ?? '')
    .filter((cell) => cell !== '' && !isMissingText(cell))
    .map((cell) => Number(cell.replace(/:$/, '').replace(',', '.')));
}

/** Days of a year, 1 to 366. */
function countsDays(column: number, sample: readonly (readonly string[])[]): boolean {
  return sampleNumbers(column, sample).every((day) => Number.isInteger(day) && day >= 1 && day <= 366);
}

/** Numbers that never go back in the first rows. */
function countsUp(column: number, sample: readonly (readonly string[])[]): boolean {
  const values = sampleNumbers(column, sample).filter((value) => !Number.isNaN(value));
  return values.length > 2 && values.every((value, i) => i === 0 || value > values[i - 1]!);
}

/** Years that go on one by one, as often as the table has series. */
function holdsYears(name: string, column: number, sample: readonly (readonly string[])[]): boolean {
  const years = sampleNumbers(column, sample);
  if (
    !/year|jahr/i.test(name) ||
    !years.every((year) => Number.isInteger(year) && year >= 1000 && year < 2200)
  )
    return false;
  const steps = years.slice(1).map((year, i) => Math.abs(year - years[i]!));
  const moving = steps.filter((step) => step !== 0).sort((a, b) => a - b);
  const usual = moving[moving.length >> 1];
  if (usual === undefined || usual > 50) return false;
  return steps.filter((step) => step === 0 || step === usual).length >= 0.8 * steps.length;
}

/** Columns that InfluxDB and Splunk add to their tables: no measurements. */
export function isBookkeeping(name: string, names: readonly string[]): boolean {
  if (names.includes('_time') && names.includes('table'))
    return ['column 1', 'result', 'table', '_start', '_stop'].includes(name);
  // Nanoseconds within the second that Zabbix has in `clock`.
  if (name === 'ns' && names.includes('clock')) return true;
  // What sysstat says of a moment beside its date and time.
  const said = /^(.+)\.(utc|interval)$/.exec(name);
  if (said && ['date', 'time'].every((part) => names.includes(`${said[1]}.${part}`))) return true;
  return /(^|\.)_span(days)?$/.test(name);
}

/** What WinCC writes below `VarName` where it began or ended to archive: `$RT_OFF$` is no name of a variable. */
export function isArchiveMark(cell: string): boolean {
  return /^\$RT_[A-Z_]+\$$/.test(cell);
}

/** Names of numbers that count rows. */
export function isIndexName(name: string): boolean {
  return /^(|#|column 1|unnamed(: ?\d+)?(_level_\d+)?|index|idx|row|row[ ._]?(ids?|num(ber)?|nr|names?)|_id|x1?|rownum|level_0|no\.?|nr\.?|number|id|seq|sequence|record( ?(no|number))?|nth (hour|day|week|month|minute)|lfd\.? ?nr\.?|obs|n|udi|offset|序号)$/i.test(
    name.trim(),
  );
}

/** Names of columns of frames that lost rows: their numbers still rise. */
export function isUnnamed(name: string): boolean {
  return /^(|column 1|unnamed(: ?\d+)?|index)$/i.test(name.trim());
}

/** Names of numbers that are ids whatever they do: `entry_id`, `userId`. */
export function isIdOnly(name: string): boolean {
  return /(^|[^a-z])(id|ids|uid|gid|pid|ppid)$/i.test(name.replace(/([a-z])([A-Z])/g, '$1_$2').trim());
}

/** Names of numbers that may be codes of answers; `Staus` is that of a much used log. */
export function isCodeName(name: string): boolean {
  return /sta?t?us|code|http|response|result/i.test(name);
}

/** Names of numbers that identify something: a constant one is no measurement. */
export function isIdName(name: string): boolean {
  return /(^|[^a-z])(id|ids|port|pid|ppid|uid|gid|status|code|zip|version|stn|asn|vlan|shard|partition|channel|node|rank|lat|lon|latitude|longitude|instance|host|sensor|device|itemid|serial|station|site|machine|interval|quality|validity|nmi|mpan)$|_n[or]$/i.test(
    name.replace(/([a-z])([A-Z])/g, '$1_$2').trim(),
  );
}

/** Names of columns that say what measures or what is measured: rows of different ones are never one series. */
export function tellsSeries(name: string): boolean {
  return /^(series|metric(name)?|measurement|variable|parameter|quantity|field|host(name)?|instance|server|node|pod|container|device(id|name)?|sensor(id|name)?|entityid|machine(id)?|station|meter(id)?|mote(id)?|topic|tag(name)?|varname|pointname|item)$/.test(
    bareName(name),
  );
}

/** Names of columns that say which series a row belongs to, best first. */
export function keyRank(name: string): number {
  const keys = [
    'series', 'metric', 'field', 'measurement', 'name', 'variable', 'host', 'hostname', 'instance', 'server', 'node', 'pod', 'container', 'job', 'service', 'device', 'sensor', 'sensorid', 'id', 'item', 'symbol', 'ticker', 'uniqueid', 'key', 'tag', 'target', 'label', 'labels', 'group', 'category', 'type', 'region', 'country', 'station', 'site', 'location', 'machine', 'unit', 'cpu', 'core', 'interface', 'disk', 'mount', 'parameter', 'quantity', 'channel', 'moteid', 'meter', 'household', 'store', 'product',
  ]; // prettier-ignore
  const bare = bareName(name);
  const rank = keys.indexOf(bare);
  if (rank >= 0) return rank;
  return /(id|name|key|host|node|sensor|device|instance)$/.test(bare) ? keys.length : -1;
}
