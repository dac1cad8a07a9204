import type { Channel, Series } from '../series/series.js';

/** A series without missing values, and where they were. */
export interface FilledSeries {
  readonly series: Series;
  /** n values, 1 where every channel is missing; absent where nothing is missing. */
  readonly missing?: Uint8Array;
  readonly notes: readonly string[];
}

/** Fills missing values by straight lines between their neighbours, at the ends by the nearest value. */
export function fillGaps(series: Series): FilledSeries {
  const n = series.time.length;
  const present = new Uint8Array(n);
  let filled = 0;
  const channels = series.channels.map((channel): Channel => {
    let absent = 0;
    for (let t = 0; t < n; t++) {
      if (Number.isNaN(channel.values[t]!)) absent++;
      else present[t] = 1;
    }
    filled += absent;
    return absent === 0 ? channel : { ...channel, values: interpolate(channel.values) };
  });
  if (filled === 0) return { series, notes: [] };
  const missing = present.map((seen) => 1 - seen);
  return {
    series: { ...series, channels },
    missing,
    notes: [
      `${filled} missing value${filled === 1 ? ' was' : 's were'} filled by straight lines between neighbours; points without any value score 0.`,
    ],
  };
}

function interpolate(values: Float64Array): Float64Array {
  const out = Float64Array.from(values);
  let last = -1;
  for (let t = 0; t <= out.length; t++) {
    if (t < out.length && Number.isNaN(values[t]!)) continue;
    for (let i = last + 1; i < t; i++) {
      if (last < 0) out[i] = values[t]!;
      else if (t === out.length) out[i] = values[last]!;
      else out[i] = values[last]! + ((values[t]! - values[last]!) * (i - last)) / (t - last);
    }
    last = t;
  }
  return out;
}
