import { checkText } from '../check-argument.js';
const unitsOfSuffix: Readonly<Record<string, string>> = {
  seconds: 's',
  milliseconds: 'ms',
  bytes: 'bytes',
  ratio: 'ratio',
  percent: 'percent',
  celsius: '°C',
  volts: 'V',
  amperes: 'A',
  joules: 'J',
  watts: 'W',
  grams: 'g',
  meters: 'm',
  hertz: 'Hz',
};

/**
 * The unit that the naming rules of Prometheus put at the end of a metric's name: `s` for
 * `http_request_duration_seconds`, `bytes/s` for `written_bytes_per_second`
 * (https://prometheus.io/docs/practices/naming). Undefined where the name says none.
 */
export function unitOfName(name: string): string | undefined {
  checkText('name', name);
  const perSecond = /_per_second$/.test(name);
  const suffix = name
    .replace(/_per_second$/, '')
    .replace(/_(total|sum)$/, '')
    .split('_');
  // A lone word is no suffix: a column "bytes" may hold anything.
  const unit = suffix.length > 1 ? unitsOfSuffix[suffix.at(-1)!.toLowerCase()] : undefined;
  if (unit === undefined) return perSecond ? '/s' : undefined;
  return perSecond ? `${unit}/s` : unit;
}
