import { checkNumber, readLength } from '../check-number.js';
import { HeedError } from '../errors.js';

/**
 * Differences x_t − x_{t−lag}, `order` times over. n values: the first lag · order are NaN, having nothing before
 * them, so that indices stay those of the series. Missing where either value is.
 * @param lag points; 1 takes out a level, a period takes out the season
 */
export function difference(values: ArrayLike<number>, lag = 1, order = 1): Float64Array {
  for (const [name, value] of Object.entries({ lag, order }))
    checkNumber(`the ${name} of the difference`, value, { min: 1, whole: true });
  readLength(values);
  const out = Float64Array.from(values);
  // Beyond that there is nothing left.
  const rounds = Math.min(order, Math.ceil(out.length / lag));
  for (let round = 0; round < rounds; round++) {
    for (let t = out.length - 1; t >= 0; t--) out[t] = t >= lag ? out[t]! - out[t - lag]! : NaN;
  }
  return out;
}

/**
 * Undoes `difference` of order 1: x_t = x_{t−lag} + Δ_t from the first `lag` values.
 * @param differences n values as `difference` returns them (the first `lag` are not read)
 * @param first the first `lag` values of the series
 */
export function undoDifference(differences: ArrayLike<number>, first: ArrayLike<number>): Float64Array {
  readLength(differences);
  const lag = readLength(first);
  if (lag < 1 || lag > differences.length) {
    throw new HeedError(
      'length-mismatch',
      `there are ${lag} first values for ${differences.length} differences`,
      'Give as many first values as the lag.',
    );
  }
  const out = new Float64Array(differences.length);
  for (let t = 0; t < out.length; t++) out[t] = t < lag ? first[t]! : out[t - lag]! + differences[t]!;
  return out;
}
