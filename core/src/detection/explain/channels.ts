import type { RawScores } from '../../detectors/base/types.js';
import type { Reference } from '../events/deviation.js';
import type { Series } from '../../series/series.js';

/** How much of an event one channel made. */
export interface ChannelShare {
  readonly channel: number;
  readonly name: string;
  /** 0…1. */
  readonly share: number;
}

/**
 * Shares of the channels in start…end (inclusive), largest first; they sum to 1. From the detector's contributions
 * where it gives them, else from how many spreads each channel's values lay from what was expected.
 */
export function channelShares(
  series: Series,
  raw: RawScores,
  reference: Reference,
  start: number,
  end: number,
): ChannelShare[] {
  const totals = series.channels.map(({ values }, c) => {
    const contribution = raw.contributions?.[c];
    const expected = reference.expected[c]!;
    const spread = reference.spread[c]!;
    let sum = 0;
    for (let t = start; t <= end; t++) {
      if (contribution) sum += Math.max(0, contribution[t]!);
      else {
        const size = Math.abs(values[t]! - expected[t]!);
        // A channel that never spread and now moves must not drown the others in infinity.
        sum += size === 0 ? 0 : Math.min(size / spread[t]!, 1e6);
      }
    }
    return sum;
  });
  const total = totals.reduce((a, b) => a + b, 0);
  return series.channels
    .map(({ name }, channel) => ({
      channel,
      name,
      share: total > 0 ? totals[channel]! / total : 1 / totals.length,
    }))
    .sort((a, b) => b.share - a.share);
}
