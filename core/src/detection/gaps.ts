import { fillMissing } from '../preprocess/fill.js';
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

/**
 * Fills missing values by straight lines between their neighbors, at the ends by the nearest value.
 * @throws HeedError all-missing
 */
export function fillGaps(series: Series): FilledSeries {
  const n = series.time.length;
  const present = new Uint8Array(n);
  const missingIn: (Uint8Array | undefined)[] = [];
  let filled = 0;
  const channels = series.channels.map((channel): Channel => {
    let absent = 0;
    let own: Uint8Array | undefined;
    for (let t = 0; t < n; t++) {
      if (Number.isNaN(channel.values[t]!)) {
        absent++;
        (own ??= new Uint8Array(n))[t] = 1;
      } else present[t] = 1;
    }
    missingIn.push(own);
    filled += absent;
    return absent === 0 ? channel : { ...channel, values: fillMissing(channel.values, { method: 'linear' }) };
  });
  if (filled === 0) return { series, notes: [] };
  const missing = present.map((seen) => 1 - seen);
  const points = missing.reduce((sum, absent) => sum + absent, 0);
  const what = `${filled} missing value${filled === 1 ? ' was' : 's were'} filled by straight lines`;
  return {
    series: { ...series, channels },
    ...(points > 0 ? { missing } : {}),
    missingIn,
    notes: [points > 0 ? `${what}; the ${points} points without any value score 0.` : `${what}.`],
  };
}
