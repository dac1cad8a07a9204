import type { RawScores } from '../../detectors/base/types.js';
import { robustLocation } from '../../preprocess/statistics.js';
import type { Series } from '../../series/series.js';

/** What the values of a series are compared with. */
export interface Reference {
  /** d × n. */
  readonly expected: readonly Float64Array[];
  /** d × n standard deviations, >= 0. */
  readonly spread: readonly Float64Array[];
  /** d values: largest minus smallest value of each channel. */
  readonly range: readonly number[];
  /** False where the detector expected nothing in particular and the channel's median stands in. */
  readonly fromDetector: boolean;
  /** True where anomalous intervals are expected to be as normal ones, so that they stand out in all their points. */
  readonly fromNormal?: boolean;
  /** True where it was decided that there are events: nothing but the user's own options takes one away. */
  readonly decided?: boolean;
  /** d × n: how much each channel adds to the score, where the detector tells. */
  readonly contributions?: readonly Float64Array[];
}

/** How far the values of one channel left what was expected, where they left it furthest. */
export interface Deviation {
  readonly channel: number;
  readonly index: number;
  readonly value: number;
  readonly expected: number;
  /** value − expected. */
  readonly difference: number;
  /** |difference| / spread; Infinity where nothing ever spread. */
  readonly spreads: number;
}

/** Deviations below this many spreads are no rise or fall. */
export const clearDeviation = 3;

/**
 * The detector's expected values and spread; where it gave none, each channel's median and scaled median absolute
 * deviation, or that of the residuals.
 * @param series complete
 */
export function makeReference(series: Series, raw: RawScores): Reference {
  const n = series.time.length;
  const expected =
    raw.expected ??
    series.channels.map(({ values }) => new Float64Array(n).fill(robustLocation(values).median));
  const spread =
    raw.spread ??
    series.channels.map(({ values }, c) => {
      const residuals = values.map((value, t) => value - expected[c]![t]!);
      return new Float64Array(n).fill(robustLocation(residuals).sigma);
    });
  // Where a series repeats itself exactly, its spread is pure rounding; measured in that, the largest deviation
  // would be a rounding error too. A ten-thousandth of the channel's range is the finest spread that counts;
  // exactly none stays none.
  const range = series.channels.map(({ values }) => measureRange(values));
  return {
    expected,
    spread: spread.map((own, c) => notBelow(own, finestSpread * range[c]!)),
    range,
    fromDetector: raw.expected !== undefined,
    ...(raw.contributions ? { contributions: raw.contributions } : {}),
  };
}

const finestSpread = 1e-4;

/** The spreads, those above 0 raised to the finest. */
function notBelow(spread: Float64Array, finest: number): Float64Array {
  const out = new Float64Array(spread.length);
  for (let t = 0; t < out.length; t++) {
    const own = spread[t]!;
    if (own > 0 && own < finest) out[t] = finest;
    else out[t] = own;
  }
  return out;
}

/** Largest minus smallest value. */
function measureRange(values: Float64Array): number {
  let low = Infinity;
  let high = -Infinity;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high - low;
}

/** |value − expected| / spread; 0 for differences of rounding, Infinity where nothing ever spread. */
export function inSpreads(value: number, expected: number, spread: number, range: number): number {
  const size = Math.abs(value - expected);
  return size <= Math.max(1e-12 * Math.abs(expected), 1e-9 * range) ? 0 : size / spread;
}

/**
 * The largest deviation of a channel within start…end (inclusive), measured in spreads.
 * @param missing n values, 1 = no value was observed
 */
export function largestDeviation(
  series: Series,
  reference: Reference,
  channel: number,
  start: number,
  end: number,
  missing?: Uint8Array,
): Deviation {
  const { values } = series.channels[channel]!;
  const expected = reference.expected[channel]!;
  const spread = reference.spread[channel]!;
  const range = reference.range[channel]!;
  let found: Deviation | undefined;
  for (let t = start; t <= end; t++) {
    if (missing?.[t] && found) continue;
    const difference = values[t]! - expected[t]!;
    const size = Math.abs(difference);
    const spreads = inSpreads(values[t]!, expected[t]!, spread[t]!, range);
    if (
      !found ||
      spreads > found.spreads ||
      (spreads === found.spreads && size > Math.abs(found.difference))
    ) {
      found = { channel, index: t, value: values[t]!, expected: expected[t]!, difference, spreads };
    }
  }
  return found!;
}
