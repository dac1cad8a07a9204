/** Values with units, and times, as people say them, in English. */
import { checkAnyNumber, checkText } from '../../check-argument.js';
import { checkNumber } from '../../check-number.js';
import { formatNumber } from '../../format.js';
import { checkTimeZone } from '../time-zone.js';

const seconds: readonly (readonly [number, string])[] = [
  [86400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
  [1e-9, 'ns'],
];
const bytes: readonly (readonly [number, string])[] = [
  [2 ** 50, 'PiB'],
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
  [1, 'B'],
];

/** Units that read better in another size, as Prometheus names and Grafana ids have them: factor to the base unit. */
const scaled: Readonly<
  Record<string, { readonly factor: number; readonly steps: typeof seconds; readonly suffix?: string }>
> = {
  s: { factor: 1, steps: seconds },
  seconds: { factor: 1, steps: seconds },
  ms: { factor: 1e-3, steps: seconds },
  milliseconds: { factor: 1e-3, steps: seconds },
  µs: { factor: 1e-6, steps: seconds },
  us: { factor: 1e-6, steps: seconds },
  ns: { factor: 1e-9, steps: seconds },
  bytes: { factor: 1, steps: bytes },
  byte: { factor: 1, steps: bytes },
  B: { factor: 1, steps: bytes },
  decbytes: { factor: 1, steps: bytes },
  Bps: { factor: 1, steps: bytes, suffix: '/s' },
  binBps: { factor: 1, steps: bytes, suffix: '/s' },
  'bytes/s': { factor: 1, steps: bytes, suffix: '/s' },
};
const named: Readonly<Record<string, string>> = {
  reqps: ' req/s',
  ops: ' ops/s',
  celsius: ' °C',
  short: '',
  none: '',
  '': '',
};

/** A value with its unit: `2.4 s` for 2.4 `s`, `310 ms` for 0.31 `seconds`, `1.5 GiB`, `83%`, `12 req/s`. */
export function describeQuantity(value: number, unit = '', digits = 3): string {
  checkAnyNumber('value', value);
  checkText('unit', unit);
  const scale = Object.hasOwn(scaled, unit) ? scaled[unit] : undefined;
  if (scale) {
    const base = value * scale.factor;
    const { steps, suffix = '' } = scale;
    const step = base === 0 ? undefined : steps.find(([size]) => Math.abs(base) >= size * 0.9995);
    const [size, name] = step ?? (base === 0 ? steps.find(([one]) => one === 1)! : steps[steps.length - 1]!);
    return `${formatNumber(base / size, digits)} ${name}${suffix}`;
  }
  if (unit === 'percentunit' || unit === 'ratio') return `${formatNumber(100 * value, digits)}%`;
  if (unit === 'percent' || unit === '%') return `${formatNumber(value, digits)}%`;
  return `${formatNumber(value, digits)}${Object.hasOwn(named, unit) ? named[unit] : ` ${unit}`}`;
}

/**
 * `14:02–14:06 UTC`, `14:02:05–14:02:40 UTC`, `21 Nov 14:02 – 22 Nov 01:10 UTC`; the day only where it is not that
 * of `near`.
 * @param timeZone IANA name; without one UTC, and the text says so
 * @throws HeedError bad-option
 */
export function describeTimeRange(start: number, end: number, near: number, timeZone?: string): string {
  for (const time of [start, end, near]) checkNumber('the time', time, { min: -8.64e15, max: 8.64e15 });
  const zone = timeZone ?? 'UTC';
  const day = formatter({ day: 'numeric', month: 'short', timeZone: zone });
  const brief = end - start < 120_000;
  const clock = formatter({
    hour: '2-digit',
    minute: '2-digit',
    ...(brief ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
    timeZone: zone,
  });
  const startDay = day.format(start);
  const endDay = day.format(end);
  const suffix = timeZone === undefined ? ' UTC' : '';
  const from = clock.format(start);
  const to = clock.format(end);
  if (startDay !== endDay) return `${startDay} ${from} – ${endDay} ${to}${suffix}`;
  const range = from === to ? from : `${from}–${to}`;
  return `${startDay === day.format(near) ? '' : `${startDay} `}${range}${suffix}`;
}

/**
 * `14:02 UTC`, `21 Nov 14:02:05 UTC`: the day only where it is not that of `near`, seconds where steps are shorter than a
 * minute.
 * @param timeZone IANA name; without one UTC, and the text says so
 */
export function describeMoment(time: number, near: number, step: number, timeZone?: string): string {
  const zone = timeZone ?? 'UTC';
  const day = formatter({ day: 'numeric', month: 'short', timeZone: zone });
  const clock = formatter({
    hour: '2-digit',
    minute: '2-digit',
    ...(step % 60_000 === 0 ? {} : { second: '2-digit' }),
    hourCycle: 'h23',
    timeZone: zone,
  });
  const date = day.format(time);
  const before = date === day.format(near) ? '' : `${date} `;
  return `${before}${clock.format(time)}${timeZone === undefined ? ' UTC' : ''}`;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Formatters are costly to make. */
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  const known = formatters.get(key);
  if (known) return known;
  checkTimeZone(options.timeZone);
  const made = new Intl.DateTimeFormat('en-GB', options);
  formatters.set(key, made);
  return made;
}
