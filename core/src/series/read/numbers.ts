import { cellUnit, secondsOfText, type CellUnit } from './cell-units.js';

/** 10^0…10^22: the powers of ten that a double holds exactly. */
const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

const missing = new Set([
  '',
  'nan',
  'na',
  'n/a',
  '<na>',
  'null',
  'none',
  'nil',
  '\\n',
  '-nan',
  '+nan',
  'nat',
  '(null)',
  '[null]',
]);

/** Infinity and no number, as C programs on Windows print them: `1.#INF`, `-1.#IND00`, `1.#QNAN`. */
const windowsNan = /^[+-]?1[.,]#(?:inf|ind|[qs]?nan|j)0*$/i;

/** True for the ways tables write a missing value: empty, NaN, NA, N/A, null, None, 1.#QNAN (any case). */
export function isMissingText(text: string): boolean {
  if (text.length <= 6 && missing.has(text.toLowerCase())) return true;
  return text.length < 12 && windowsNan.test(text);
}

/** What a cell holds. */
export const MISSING = 0;
export const NUMBER = 1;
export const TEXT = 2;
export type CellKind = typeof MISSING | typeof NUMBER | typeof TEXT;

/** How a number is written; what `1.005` means is decided by the shapes of all cells of a column. */
export const Shape = {
  none: 0,
  /** At most three digits. */
  short: 1,
  /** Four digits and more, without groups. */
  long: 2,
  /** A point that can only be a decimal point: `1.5`, `0.005`, `1e-3`. */
  point: 3,
  /** `1.005`: a decimal point or groups of thousands. */
  point3: 4,
  /** As `point3`, ending in 0, as no program writes a decimal fraction that it does not pad. */
  point30: 5,
  /** A comma that can only be a decimal comma. */
  comma: 6,
  comma3: 7,
  comma30: 8,
  /** Groups by commas, perhaps a decimal point: `1,234,567`, `1,234.5`. */
  commaGroups: 9,
  /** Groups by points, perhaps a decimal comma. */
  pointGroups: 10,
  /** Groups by blanks or apostrophes and no decimals. */
  otherGroups: 11,
} as const;
export const shapeCount = 12;

const number =
  /^([+\-−–]?)\s*(\d[\d.,'’_\u00a0\u202f\u2009 ]*\d|\d[.,]?|[.,]\d+)(e[+-]?\d+)?(\s*)(\D.*)?$/isu;
const currency = /^([+\-−]?)\s*(US\$|R\$|[$€£¥₹]|EUR|USD|GBP|CHF|BRL)\s*(?=[\d.,+\-−])/u;
const infinite = /^[+-]?(inf(inity)?|∞)$/i;

/** Reads numbers out of a text without making a string or an object for each. */
export class CellParser {
  /** The number last read; where its shape is open (`point3`, `comma3`) with the mark as a decimal mark. */
  value = NaN;
  /** How it is written: one of `Shape`. */
  shape: number = 0;
  /** Its unit, where it has one. */
  unit: CellUnit | null = null;

  /**
   * Reads text[from…to), without blanks around it.
   *
   * Where the digits make an integer below 2^53 and the exponent lies within ±22, integer and power of ten are
   * exact doubles and one operation rounds once, so that the result is the correctly rounded one (Clinger 1990);
   * everything else goes through `Number`.
   */
  parse(text: string, from: number, to: number): CellKind {
    while (from < to && isBlank(text.charCodeAt(from))) from++;
    while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
    if (from === to) return MISSING;

    let at = from;
    const sign = text.charCodeAt(at);
    if (sign === 45 || sign === 43) at++;
    const first = text.charCodeAt(at);
    let mantissa = 0;
    let digit: number;
    const start = at;
    for (; at < to && (digit = text.charCodeAt(at) - 48) >= 0 && digit <= 9; at++) {
      mantissa = mantissa * 10 + digit;
    }
    const whole = at - start;
    let decimals = 0;
    if (at < to && text.charCodeAt(at) === 46) {
      const point = ++at;
      for (; at < to && (digit = text.charCodeAt(at) - 48) >= 0 && digit <= 9; at++) {
        mantissa = mantissa * 10 + digit;
      }
      decimals = at - point;
      this.shape =
        decimals === 3 && whole > 0 && whole < 4 && first !== 48
          ? text.charCodeAt(at - 1) === 48
            ? Shape.point30
            : Shape.point3
          : Shape.point;
    } else this.shape = whole < 4 ? Shape.short : Shape.long;
    if (at === to && whole + decimals > 0 && decimals <= 22 && mantissa <= 9007199254740991) {
      const size = decimals === 0 ? mantissa : mantissa / powers[decimals]!;
      this.value = sign === 45 ? -size : size;
      this.unit = null;
      return NUMBER;
    }
    return this.parseSlowly(text.slice(from, to));
  }

  private parseSlowly(text: string): CellKind {
    this.unit = null;
    if (isMissingText(text)) return MISSING;
    const code = text.charCodeAt(0);
    // Words are the most frequent cells that are no numbers.
    if (code > 64 && code < 123 && !/^(us\$|r\$|eur|usd|gbp|chf|brl|p[t\d]|inf)/i.test(text)) return TEXT;
    if (infinite.test(text)) return TEXT;
    let body = text;
    let negative = false;
    if (/^\(.*\d.*\)$/.test(body)) {
      body = body.slice(1, -1).trim();
      negative = true;
    }
    const money = currency.exec(body);
    if (money) body = money[1]! + body.slice(money[0].length);
    const match = number.exec(body);
    if (!match) return this.parseDuration(body);
    const [, sign = '', digits, exponent, gap, rest] = match;
    let suffix = (rest ?? '').trim();
    if (suffix === '-' || suffix === '−') {
      if (gap !== '' || sign !== '') return TEXT;
      negative = true;
      suffix = '';
    }
    const shape = this.parseDigits(digits!, exponent);
    if (shape === Shape.none) return this.parseDuration(text);
    if (suffix !== '') {
      const unit = cellUnit(suffix.replace(/^\[(.+)\]$/, '$1'));
      // An unknown word sticks to the number only in names: `5xx`, `2nd`.
      if (!unit || (!unit.known && gap === '' && /^[a-z]/i.test(suffix))) return this.parseDuration(body);
      if (money) return TEXT;
      this.unit = unit;
    } else if (money) this.unit = cellUnit(money[2]!.replace('US$', '$'));
    this.shape = shape;
    if (negative !== (sign === '-' || sign === '−' || sign === '–')) this.value = -this.value;
    return NUMBER;
  }

  /** The shape of digits with marks; the number lies in `value`. */
  private parseDigits(digits: string, exponent: string | undefined): number {
    let text = digits;
    const otherGroups = /[^\d.,]/.test(text);
    if (otherGroups) {
      if (!/^\d{1,3}(?:([\u00a0\u202f\u2009 ]|['’]|_)\d{3})(?:\1\d{3})*(?:[.,]\d+)?$/u.test(text))
        return Shape.none;
      text = text.replace(/[^\d.,]/g, '');
    }
    const points = text.split('.').length - 1;
    const commas = text.split(',').length - 1;
    let shape: number;
    if (points === 0 && commas === 0)
      shape = otherGroups ? Shape.otherGroups : text.length < 4 ? Shape.short : Shape.long;
    else if (commas === 0 && points === 1) shape = openShape(text, '.', otherGroups, exponent);
    else if (points === 0 && commas === 1) {
      shape = openShape(text, ',', otherGroups, exponent);
      text = text.replace(',', '.');
    } else if (otherGroups || exponent) return Shape.none;
    else if (/^\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?$/.test(text)) {
      shape = Shape.commaGroups;
      text = text.replaceAll(',', '');
    } else if (/^\d{1,3}(?:\.\d{3})+(?:,\d*)?$/.test(text) && !isAddress(text)) {
      shape = Shape.pointGroups;
      text = text.replaceAll('.', '').replace(',', '.');
    } else return Shape.none;
    this.value = Number(text + (exponent ?? ''));
    if (!Number.isFinite(this.value)) return Shape.none;
    return shape;
  }

  private parseDuration(text: string): CellKind {
    const seconds = secondsOfText(text);
    if (Number.isNaN(seconds)) return TEXT;
    this.value = seconds;
    this.shape = Shape.short;
    this.unit = cellUnit('s');
    return NUMBER;
  }
}

/** `1.005` may be groups of thousands; `0.005`, `1000.005`, `1.5` and what has an exponent or other groups may not. */
function openShape(text: string, mark: string, certain: boolean, exponent: string | undefined): number {
  const point = mark === '.';
  const at = text.indexOf(mark);
  if (certain || exponent || text.length - at !== 4 || at < 1 || at > 3 || text.startsWith('0'))
    return point ? Shape.point : Shape.comma;
  const padded = text.endsWith('0');
  return point ? (padded ? Shape.point30 : Shape.point3) : padded ? Shape.comma30 : Shape.comma3;
}

/** `192.168.100.200` is no number. */
function isAddress(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => Number(part) < 256);
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x202f;
}

/** True for text that begins as a number does: a broken number rather than a word for "no value". */
export function beginsLikeNumber(text: string): boolean {
  return /^[+-]?[.,]?\d/.test(text);
}
