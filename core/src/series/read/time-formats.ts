import { HeedError } from '../../errors.js';
import { dayMs } from './iso-time.js';

export const numberFormats = [
  'epoch-s',
  'epoch-ms',
  'epoch-us',
  'epoch-ns',
  'excel',
  'yyyymmdd',
  'yyyymmddhh',
  'yyyymm',
  'yyyy',
] as const;
/** What a number in a time column counts. */
export type NumberFormat =
  | (typeof numberFormats)[number]
  | 'yyyymmddhhmm'
  | 'yyyymmddhhmmss'
  | 'yymmdd'
  | 'ddmmyyyy'
  | 'mmddyyyy'
  | 'yyyyddd'
  | 'elapsed'
  | keyof typeof tickCounts
  | keyof typeof dayCounts;

/** Days that are counted from another day than Excel's: the names of such columns, the days since 1970, our days. */
export const dayCounts = {
  matlab: { name: /^(datenum|matlab[_ ]?time)$/i, epoch: 719_529, told: 'MATLAB' },
  julian: { name: /^([bh]?jd|julian[_ ]?dat(e|um))\b/i, epoch: 2_440_587.5, told: 'Julian dates' },
  mjd: { name: /^(mjd|modified[_ ]?julian[_ ]?dat(e|um))\b/i, epoch: 40_587, told: 'modified Julian dates' },
} as const;

/** Tenths of microseconds since another day than 1970: epoch ms at 0, and who counts so. */
export const tickCounts = {
  filetime: { epoch: -11_644_473_600_000, told: 'FILETIME of Windows' },
  ticks: { epoch: -62_135_596_800_000, told: 'ticks of .NET' },
} as const;

/** Which of them numbers between 1990 and 2100 are; undefined for none. */
export function tickCount(low: number, high: number): keyof typeof tickCounts | undefined {
  const found = Object.entries(tickCounts).find(
    ([, { epoch }]) => low / 1e4 + epoch >= earliest * 1000 && high / 1e4 + epoch <= latest * 1000,
  );
  return found?.[0] as keyof typeof tickCounts | undefined;
}

/** How the column of a name counts days, where its numbers lie between 1900 and 2100; undefined for any other. */
export function dayCount(name: string, low: number, high: number): keyof typeof dayCounts | undefined {
  const [from, to] = [-25_567, 47_482];
  const found = Object.entries(dayCounts).find(
    ([, { name: named, epoch }]) => named.test(name.trim()) && low - epoch > from && high - epoch < to,
  );
  return found?.[0] as keyof typeof dayCounts | undefined;
}
export const orders = ['day-first', 'month-first'] as const;

/** 1 January of 1990 and of 2101 in seconds: an epoch time outside is no time that anyone measured. */
export const [earliest, latest] = [631_152_000, 4_133_980_800];

/** Days since 30 December 1899 as epoch ms; what rounding made of whole seconds is mended. */
export function excelToMs(days: number): number {
  const ms = (days - 25_569) * 86_400_000;
  const second = Math.round(ms / 1000) * 1000;
  return Math.abs(ms - second) < 50 ? second : Math.round(ms);
}

/** Epoch ms of 20260302, 202603021530, 202603, 2026; NaN for what is none. */
export function dateOfDigits(value: number, format: string): number {
  const text =
    format === 'yymmdd' && value > 10_000
      ? String(value < 400_000 ? 20_000_000 + value : 19_000_000 + value)
      : String(value);
  if (format === 'ddmmyyyy' || format === 'mmddyyyy') {
    // Numbers lose the 0 in front.
    const [one, other, year] =
      /^(\d\d)(\d\d)(\d{4})$/.exec(text.padStart(8, '0'))?.slice(1).map(Number) ?? [];
    if (!(year! >= 1900 && year! <= 2100)) return NaN;
    return format === 'ddmmyyyy' ? dayMs(year!, other!, one!) : dayMs(year!, one!, other!);
  }
  if (format === 'yyyyddd') {
    const [year, day] = [Math.floor(value / 1000), value % 1000];
    return year >= 1900 && year <= 2100 && day >= 1 && day <= 366
      ? dayMs(year, 1, 1) + (day - 1) * 86_400_000
      : NaN;
  }
  if (format === 'yymmdd') return text.length === 8 ? dateOfDigits(Number(text), 'yyyymmdd') : NaN;
  if (text.length !== format.length || !/^\d+$/.test(text)) return NaN;
  const part = (from: number, to: number, none: number): number =>
    format.length >= to ? Number(text.slice(from, to)) : none;
  const year = part(0, 4, 0);
  if (year < (format.length > 4 ? 1800 : 1000) || year > 2200) return NaN;
  const [hour, minute, second] = [part(8, 10, 0), part(10, 12, 0), part(12, 14, 0)];
  if (hour > 24 || minute > 59 || second > 60) return NaN;
  return dayMs(year, part(4, 6, 1), part(6, 8, 1)) + ((hour * 60 + minute) * 60 + second) * 1000;
}

export function swapDayAndMonth(ms: number): number {
  const date = new Date(ms);
  const start = dayMs(date.getUTCFullYear(), date.getUTCDate(), date.getUTCMonth() + 1);
  return start + (ms - Math.floor(ms / 86_400_000) * 86_400_000);
}

/** `14-02-01` with the year first, of a time that was read with the day first; NaN where there is no such day. */
export function yearFirst(ms: number): number {
  const date = new Date(ms);
  const [day, month, year] = [date.getUTCDate(), date.getUTCMonth() + 1, date.getUTCFullYear()];
  return dayMs(2000 + day, month, year % 100) + (ms - Math.floor(ms / 86_400_000) * 86_400_000);
}

/** Steps that go back, or are more than twenty times as long as usual. */
export function irregularSteps(time: Float64Array): number {
  const usual = Math.abs(medianStep(time));
  let count = 0;
  let direction = 0;
  for (let row = 1; row < time.length; row++) direction += Math.sign(time[row]! - time[row - 1]!);
  for (let row = 1; row < time.length; row++) {
    const step = (time[row]! - time[row - 1]!) * (direction < 0 ? -1 : 1);
    if (step < 0 || step > 20 * usual) count++;
  }
  return count;
}

/** Median of the steps that are not 0; 0 where there is none. */
export function medianStep(time: ArrayLike<number>): number {
  const steps: number[] = [];
  const stride = Math.max(1, Math.floor(time.length / 20_000));
  for (let row = 1; row < time.length; row += stride) {
    const step = time[row]! - time[row - 1]!;
    if (step !== 0) steps.push(step);
  }
  steps.sort((a, b) => a - b);
  return steps.length === 0 ? 0 : steps[steps.length >> 1]!;
}

export function dateText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'no date at all' : date.toISOString().slice(0, 19).replace('T', ' ');
}

/** The unit that the name of an elapsed time says; seconds where it says none. */
export function elapsedUnit(name: string): { readonly ms: number; readonly name: string } {
  const unit = /(?:[_\s([])(ns|us|µs|ms|s|sec|min|h|hours?|d|days?|minutes?|seconds?|milliseconds?)\W?$/i
    .exec(name)?.[1]
    ?.toLowerCase();
  switch (unit) {
    case 'ns': return { ms: 1e-6, name: 'nanoseconds' }; // prettier-ignore
    case 'us':
    case 'µs': return { ms: 1e-3, name: 'microseconds' }; // prettier-ignore
    case 'ms':
    case 'millisecond':
    case 'milliseconds': return { ms: 1, name: 'milliseconds' }; // prettier-ignore
    case 'min':
    case 'minute':
    case 'minutes': return { ms: 60_000, name: 'minutes' }; // prettier-ignore
    case 'h':
    case 'hour':
    case 'hours': return { ms: 3_600_000, name: 'hours' }; // prettier-ignore
    case 'd':
    case 'day':
    case 'days': return { ms: 86_400_000, name: 'days' }; // prettier-ignore
    default: return { ms: 1000, name: 'seconds' }; // prettier-ignore
  }
}

/** A pattern as `strftime` has it, from one like `dd.MM.yyyy HH:mm`. */
export function strptime(format: string): string {
  if (format.includes('%')) return format;
  const letters: Readonly<Record<string, string>> = {
    yyyy: '%Y', yy: '%y', MMMM: '%B', MMM: '%b', MM: '%m', M: '%m', dd: '%d', d: '%d',
    HH: '%H', H: '%H', hh: '%I', h: '%I', mm: '%M', m: '%M', ss: '%S', s: '%S',
    SSS: '%L', a: '%p', XXX: '%Z', xxx: '%Z', Z: '%Z',
  }; // prettier-ignore
  const pattern = format.replace(
    /'([^']*)'|([A-Za-z])\2*/g,
    (all, literal: string | undefined) => literal ?? letters[all] ?? all,
  );
  if (!/%[YyBbms]/.test(pattern)) {
    throw new HeedError(
      'bad-option',
      `"${format}" is no format of times`,
      `Give ${[...orders, ...numberFormats].join(', ')}, or a pattern such as %d/%m/%Y %H:%M or dd.MM.yyyy HH:mm.`,
    );
  }
  return pattern;
}
