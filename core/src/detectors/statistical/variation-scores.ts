import { movingMean, movingStd } from '../../preprocess/moving.js';
import type { MemberScores } from '../base/member.js';
import type { StandardizedChannels } from '../base/standardize.js';

/** Squared differences of neighboring points, averaged over `smoothing` points: jumps and jitter. */
export function scoreDifferences(input: StandardizedChannels, smoothing: number): MemberScores {
  return {
    name: 'difference',
    kind: 'channel',
    contributions: input.channels.map((values) =>
      movingMean(
        values.map((value, t) => (t === 0 ? 0 : (value - values[t - 1]!) ** 2)),
        { window: Math.min(smoothing, input.points) },
      ),
    ),
  };
}

/** Variance of the values over `window` points: bursts. */
export function scoreBursts(input: StandardizedChannels, window: number): MemberScores {
  return {
    name: 'burst',
    kind: 'channel',
    contributions: input.channels.map((values) =>
      movingStd(values, { window: Math.min(window, input.points) }).map((std) => std * std),
    ),
  };
}
