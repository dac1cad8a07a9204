import { formatCount } from '../../format.js';

/** Numbers that programs and archives write for "no value". */
const codes = [
  -99, -99.9, -99.99, -200, -999, -999.9, -999.99, -9999, -9999.9, -9999.99, -99999, -999999, -32768, -2147483648,
  -1e20, -1e30, -1e34, 999.9, 999.99, 9999, 9999.9, 9999.99, 99999, 99999.9, 999999, 999999.9, 1e20, 1e30,
  9.969209968386869e36,
]; // prettier-ignore
const known = new Set(codes);
/** The codes next to 0: what lies between is none, which is told faster than by looking it up. */
const [below, above] = [
  Math.max(...codes.filter((code) => code < 0)),
  Math.min(...codes.filter((code) => code > 0)),
];

/**
 * Turns numbers that stand for missing values into such. Those that users name; else the well-known codes, where they
 * come twice or more and no other value is anywhere near: below a column of positive values, or beyond twice its range.
 * @param given numbers of the user; null: none at all
 */
export function markMissingCodes(
  name: string,
  values: Float64Array,
  given: readonly (number | string)[] | null | undefined,
  notes: string[],
): void {
  if (given === null) return;
  const found = given ? new Set(given.filter((one) => typeof one === 'number')) : findCodes(values);
  if (found.size === 0) return;
  const counts = new Map<number, number>();
  values.forEach((value, row) => {
    if (!found.has(value)) return;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    values[row] = NaN;
  });
  for (const [code, count] of counts) {
    const guessed = given ? '' : ', which stands far from all others (--na-values none reads it as a value)';
    notes.push(
      `Column "${name}": ${formatCount(count, 'value')} of ${code} ${count === 1 ? 'was' : 'were'} read as missing${guessed}.`,
    );
  }
}

function findCodes(values: Float64Array): ReadonlySet<number> {
  const counts = new Map<number, number>();
  let [low, high, others] = [Infinity, -Infinity, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if ((value <= below || value >= above) && known.has(value))
      counts.set(value, (counts.get(value) ?? 0) + 1);
    else {
      others++;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  const found = new Set<number>();
  if (others < 5) return found;
  const far = 2 * (high - low);
  for (const [code, count] of counts) {
    const apart = code < 0 ? (low >= 0 ? code < low : low - code > far) : code - high > far;
    if (count > 1 && apart) found.add(code);
  }
  return found;
}
