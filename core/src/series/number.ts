/** 10^0…10^22: the powers of ten that a double holds exactly. */
const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const infinite = /^[+-]?inf(?:inity)?$/i;
const missing = new Set(['', 'nan', 'na', 'n/a', '<na>', 'null', 'none', 'nil', '\\n', '-nan', '+nan']);

/** True for the ways tables write a missing value: empty, NaN, NA, N/A, null, None (any case). */
export function isMissingText(text: string): boolean {
  return text.length <= 4 && missing.has(text.toLowerCase());
}

/** What a cell holds. */
export const MISSING = 0;
export const NUMBER = 1;
export const TEXT = 2;
export type CellKind = typeof MISSING | typeof NUMBER | typeof TEXT;

/** Reads numbers out of a text without making a string or an object for each. */
export class CellParser {
  /** The number last read. */
  value = NaN;

  /** @param decimalComma accept `1,5` (tables whose delimiter is not the comma) */
  constructor(private readonly decimalComma: boolean) {}

  /**
   * Reads text[from…to), without blanks around it, as a number; the number lies in `value`.
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
    let mantissa = 0;
    let count = 0;
    let exponent = 0;
    let digit: number;
    for (; at < to && (digit = text.charCodeAt(at) - 48) >= 0 && digit <= 9; at++, count++) {
      mantissa = mantissa * 10 + digit;
    }
    if (at < to && text.charCodeAt(at) === 46) {
      for (
        at++;
        at < to && (digit = text.charCodeAt(at) - 48) >= 0 && digit <= 9;
        at++, count++, exponent--
      ) {
        mantissa = mantissa * 10 + digit;
      }
    }
    if (at === to && count > 0 && exponent >= -22 && mantissa <= 9007199254740991) {
      const size = exponent === 0 ? mantissa : mantissa / powers[-exponent]!;
      this.value = sign === 45 ? -size : size;
      return NUMBER;
    }
    return this.parseSlowly(text.slice(from, to));
  }

  private parseSlowly(text: string): CellKind {
    const plain = this.decimalComma && !text.includes('.') ? text.replace(',', '.') : text;
    if (decimal.test(plain)) {
      this.value = Number(plain);
      return NUMBER;
    }
    if (isMissingText(text)) return MISSING;
    if (infinite.test(text)) {
      this.value = text.startsWith('-') ? -Infinity : Infinity;
      return NUMBER;
    }
    return TEXT;
  }
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
}
