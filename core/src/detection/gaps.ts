import { extent } from 'simple-statistics';
import { HeedError } from '../errors.js';
import { fillMissing, type FillMethod } from '../preprocess/fill.js';
import { findPeriods } from '../preprocess/period/index.js';
import type { Channel, Series } from '../series/series.js';

/** A series without missing values, and where they were. */
export interface FilledSeries {
  readonly series: Series;
  /** n values, 1 where every channel is missing; absent where no point is. */
  readonly missing?: Uint8Array;
  /** d × n values, 1 where the channel's value was missing; undefined for a complete one, absent where all are. */
  readonly missingIn?: readonly (Uint8Array | undefined)[];
  readonly notes: readonly string[];
}

/** Runs of missing points up to here look alike whichever way they are filled. */
const SHORT_GAP = 2;
/** Weakest period to fill by: half of what changes must repeat. */
const FILLING_STRENGTH = 0.5;

/**
 * Fills missing values: where a channel repeats itself, by what it usually is at that phase, at the level around the gap;
 * else by straight lines between the neighbors, at the ends by the nearest value. A straight line through the peak of a
 * cycle would be an anomaly of our own making, and stand out beside the gap.
 * @param method fills everything in one way instead
 * @throws HeedError all-missing, bad-option where a channel to be filled by its season has none
 */
export function fillGaps(series: Series, method?: FillMethod): FilledSeries {
  const n = series.time.length;
  const present = new Uint8Array(n);
  const missingIn: (Uint8Array | undefined)[] = [];
  let [filled, seasonal] = [0, 0];
  const channels = series.channels.map((channel): Channel => {
    let [absent, run, longest] = [0, 0, 0];
    let absentAt: Uint8Array | undefined;
    for (let t = 0; t < n; t++) {
      if (Number.isNaN(channel.values[t]!)) {
        absent++;
        longest = Math.max(longest, ++run);
        (absentAt ??= new Uint8Array(n))[t] = 1;
      } else {
        run = 0;
        present[t] = 1;
      }
    }
    missingIn.push(absentAt);
    if (absent === 0) return channel;
    filled += absent;
    if (method !== undefined) return { ...channel, values: fillBy(method, channel) };
    const period = longest > SHORT_GAP && absent < n ? fillingPeriod(channel.values) : undefined;
    if (period !== undefined) seasonal += absent;
    return { ...channel, values: fillUsual(channel.values, period) };
  });
  if (filled === 0) return { series, notes: [] };
  const missing = present.map((seen) => 1 - seen);
  const points = missing.reduce((sum, absent) => sum + absent, 0);
  const how =
    method !== undefined
      ? `as asked for (${method})`
      : seasonal === filled
        ? 'by the usual value of that phase'
        : seasonal === 0
          ? 'by straight lines'
          : `by the usual value of that phase (${seasonal}) and by straight lines (${filled - seasonal})`;
  const what = `${filled} missing value${filled === 1 ? ' was' : 's were'} filled ${how}`;
  return {
    series: { ...series, channels },
    ...(points > 0 ? { missing } : {}),
    missingIn,
    notes: [
      points > 0
        ? `${what}; ${points === 1 ? 'the point' : `the ${points} points`} without any value ${points === 1 ? 'scores' : 'score'} 0.`
        : `${what}.`,
    ],
  };
}

function fillBy(method: FillMethod, { name, values }: Channel): Float64Array {
  if (method !== 'seasonal') return fillMissing(values, { method });
  const period = fillingPeriod(values);
  if (period !== undefined) return fillUsual(values, period);
  throw new HeedError(
    'bad-option',
    `the missing values of "${name}" cannot be filled by its season: none was found`,
    'Fill them by linear, nearest, mean or median.',
  );
}

/** The period that the missing values of a channel are filled by; undefined where straight lines will do. */
export function fillingPeriod(values: Float64Array): number | undefined {
  const [strongest] = findPeriods(values, { minStrength: FILLING_STRENGTH });
  return strongest?.period;
}

/**
 * Missing values by the usual value of their phase, or by straight lines where there is no period. Never beyond what was
 * measured: a level that a neighbor of the gap tells wrongly must not become an extreme.
 */
export function fillUsual(values: Float64Array, period: number | undefined): Float64Array {
  if (period === undefined) return fillMissing(values, { method: 'linear' });
  const [low, high] = extent(Array.from(values.filter((value) => !Number.isNaN(value))));
  return fillMissing(values, { method: 'seasonal', period }).map((value) =>
    Math.min(high, Math.max(low, value)),
  );
}
