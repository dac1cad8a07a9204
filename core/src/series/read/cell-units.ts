/** What cells write behind a number: `ms`, `GiB`, `%`, `k`. */
export interface CellUnit {
  /** Units of one family can be turned into each other. */
  readonly family: string;
  /** Size in the family's base unit. */
  readonly factor: number;
  /** What the channel's unit becomes where all cells have this one. */
  readonly name: string;
  /** False for a word that is in no list: a unit only where the whole column has it. */
  readonly known: boolean;
}

const decimalPrefixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  µ: 1e-6,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
};
const binaryPrefixes: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** Base units with prefixes: spelling → [name of the channel's unit, prefixes from, prefixes to]. */
const prefixed: readonly (readonly [base: string, name: string, prefixes: string])[] = [
  ['B', 'bytes', 'kKMGTP'],
  ['Byte', 'bytes', 'kKMGTP'],
  ['bytes', 'bytes', 'kKMGTP'],
  ['b', 'bits', 'kKMGTP'],
  ['bit', 'bits', 'kKMGTP'],
  ['bits', 'bits', 'kKMGTP'],
  ['B/s', 'bytes/s', 'kKMGTP'],
  ['Bps', 'bytes/s', 'kKMGTP'],
  ['Bs', 'bytes/s', 'kKMGTP'],
  ['b/s', 'bits/s', 'kKMGTP'],
  ['bps', 'bits/s', 'kKMGTP'],
  ['bit/s', 'bits/s', 'kKMGTP'],
  ['Hz', 'Hz', 'mkKMGT'],
  ['W', 'W', 'mkKMGT'],
  ['Wh', 'Wh', 'mkKMGT'],
  ['V', 'V', 'µumkM'],
  ['A', 'A', 'nµumk'],
  ['VA', 'VA', 'kM'],
  ['Pa', 'Pa', 'mkKMG'],
  ['J', 'J', 'mkKMGT'],
  ['g', 'g', 'µumk'],
  ['Ohm', 'Ohm', 'mkM'],
  ['Ω', 'Ohm', 'mkM'],
  ['F', 'F', 'nµum'],
  ['bar', 'bar', 'm'],
  ['cps', 'counts/s', 'kKM'],
  ['iops', 'io/s', 'kKM'],
  ['rps', 'req/s', 'kKM'],
  ['wps', 'writes/s', 'kKM'],
  ['ops', 'ops/s', 'kKM'],
];

const timeUnits: readonly (readonly [factor: number, name: string, spellings: string])[] = [
  [1e-9, 'ns', 'ns nsec nanosecond nanoseconds'],
  [1e-6, 'µs', 'µs μs us usec microsecond microseconds'],
  [1e-3, 'ms', 'ms msec msecs millisecond milliseconds'],
  [1, 's', 's sec secs second seconds'],
  [60, 'min', 'min mins minute minutes'],
  [3600, 'h', 'h hr hrs hour hours'],
  [86_400, 'd', 'd day days'],
  [604_800, 'w', 'w week weeks'],
  [31_557_600, 'a', 'year years'],
];

/** Numbers without a unit, shortened: `1.5k`, `2 Mil`, `3 Bil`, as Grafana's "short" writes them. */
const short: readonly (readonly [number, string])[] = [
  [1e3, 'k K thousand'],
  [1e6, 'M Mil million'],
  [1e9, 'G Bil billion'],
  [1e12, 'T Tri trillion'],
  [1e15, 'P Quadr'],
  [2 ** 10, 'Ki'],
  [2 ** 20, 'Mi'],
  [2 ** 30, 'Gi'],
  [2 ** 40, 'Ti'],
];

/** Units that stand for themselves. */
const plain: Readonly<Record<string, string>> = {
  '%': 'percent',
  percent: 'percent',
  pct: 'percent',
  '‰': '‰',
  '°': '°',
  '°C': '°C',
  ºC: '°C',
  degC: '°C',
  C: '°C',
  '°F': '°F',
  ºF: '°F',
  degF: '°F',
  rpm: 'rpm',
  ppm: 'ppm',
  ppb: 'ppb',
  dB: 'dB',
  dBm: 'dBm',
  pH: 'pH',
  'm/s': 'm/s',
  'km/h': 'km/h',
  mph: 'mph',
  knots: 'kn',
  kn: 'kn',
  mm: 'mm',
  cm: 'cm',
  m: 'm',
  km: 'km',
  'm³': 'm³',
  m3: 'm³',
  'm²': 'm²',
  l: 'l',
  L: 'l',
  'l/s': 'l/s',
  'l/min': 'l/min',
  'W/m²': 'W/m²',
  'W/m2': 'W/m²',
  'µg/m³': 'µg/m³',
  'ug/m3': 'µg/m³',
  'mg/m³': 'mg/m³',
  'mg/m3': 'mg/m³',
  psi: 'psi',
  lux: 'lux',
  lx: 'lux',
  cores: 'cores',
  vCPU: 'cores',
  'req/s': 'req/s',
  reqps: 'req/s',
  'requests/s': 'req/s',
  'ops/s': 'ops/s',
  'io/s': 'io/s',
  'errors/s': 'errors/s',
  'msg/s': 'msg/s',
  'rows/s': 'rows/s',
  'p/s': 'packets/s',
  pps: 'packets/s',
  'c/s': 'counts/s',
  'rd/s': 'reads/s',
  'wr/s': 'writes/s',
  'req/min': 'req/min',
  'reqs/sec': 'req/s',
  '/s': '/s',
  '/min': '/min',
  x: 'x',
  $: '$',
  '€': '€',
  '£': '£',
  '¥': '¥',
  '₹': '₹',
  EUR: '€',
  USD: '$',
  GBP: '£',
  CHF: 'CHF',
  R$: 'R$',
  BRL: 'R$',
  JPY: '¥',
};

const units = new Map<string, CellUnit>();
const add = (spelling: string, family: string, factor: number, name: string): void => {
  units.set(spelling, { family, factor, name, known: true });
};
for (const [spelling, name] of Object.entries(plain)) add(spelling, name, 1, name);
for (const [factor, spellings] of short) for (const one of spellings.split(' ')) add(one, '', factor, one);
for (const [base, name, allowed] of prefixed) {
  const binary = /^[Bb]/.test(base) && base !== 'bar';
  for (const prefix of allowed) {
    const spelling = prefix + base;
    if (!units.has(spelling) || prefix !== 'm') add(spelling, name, decimalPrefixes[prefix]!, spelling);
  }
  if (binary)
    for (const [prefix, factor] of Object.entries(binaryPrefixes))
      add(prefix + base, name, factor, prefix + base);
  add(base, name, 1, name);
}
for (const [factor, name, spellings] of timeUnits) {
  for (const one of spellings.split(' ')) add(one, 's', factor, name);
}

/** `K req/s`, `Mil rows/s`, `Kmsg/s`: a rate of anything behind a shortened number; null for anything else. */
function shortenedRate(text: string): CellUnit | null {
  const apart = /^(k|K|M|Mil|G|B|Bil|T|Tri)\s+([\p{L}µμ]*\/\p{L}{1,6}|\p{L}+ps|[iI]?ops|rpm)$/u.exec(text);
  const joined = apart ?? /^([kKMGT])(\p{L}+\/\p{L}{1,6}|reqps)$/u.exec(text);
  if (!joined) return null;
  const [, prefix, rest] = joined;
  const base = units.get(rest!);
  if (!apart && !base) return null;
  const factor = prefix === 'B' ? 1e9 : units.get(prefix!)!.factor;
  const family = base?.family ?? `?${rest!}`;
  return { family, factor: factor * (base?.factor ?? 1), name: text, known: true };
}

/** The unit that cells call `text`; null where it cannot be one. */
export function cellUnit(text: string): CellUnit | null {
  const found = units.get(text) ?? shortenedRate(text);
  if (found) return found;
  // A word of letters and signs; what holds digits, or goes on for long, is text.
  return /^[\p{L}°%/²³·*^µμ$€£¥]{1,16}$/u.test(text)
    ? { family: `?${text}`, factor: 1, name: text, known: false }
    : null;
}

/** True for what a row of units below the names has: `ms`, `[°C]`, `(kW)`. */
export function looksLikeUnit(text: string): boolean {
  const bare = text.trim();
  return /^[[(].{0,20}[\])]$/.test(bare) || units.has(bare) || bare === '-' || bare === '';
}

/** Seconds of `1h2m`, `1 d 3 h`, `2h 5min 3.5s`, `PT1H2M`, `01:02:03.5`, `0 days 00:01:00`; NaN for anything else. */
export function secondsOfText(text: string): number {
  const clock = /^(-)?(?:(\d+) days?,? )?(\d{1,3}):([0-5]\d):([0-5]\d(?:[.,]\d+)?)$/.exec(text);
  if (clock) {
    const [, minus, days = '0', hours, minutes, seconds] = clock;
    const sum =
      Number(days) * 86_400 +
      Number(hours) * 3600 +
      Number(minutes) * 60 +
      Number(seconds!.replace(',', '.'));
    return minus ? -sum : sum;
  }
  const iso = /^PT?(?=\d)/i.exec(text);
  const body = iso ? text.slice(iso[0].length).toLowerCase() : text;
  const part = /(\d+(?:\.\d+)?)\s*([a-zµμ]+)\s*/gy;
  let total = 0;
  let end = 0;
  let last = Infinity;
  let parts = 0;
  for (let match = part.exec(body); match; match = part.exec(body)) {
    const unit = match[2] === 'm' ? units.get('min')! : units.get(match[2]!);
    if (unit?.family !== 's' || unit.factor >= last) return NaN;
    last = unit.factor;
    total += Number(match[1]) * unit.factor;
    end = part.lastIndex;
    parts++;
  }
  return end === body.length && (parts > 1 || (iso !== null && parts > 0)) ? total : NaN;
}
