import { movingMean, movingStd } from '../../preprocess/moving.js';
import type { HeadScores } from '../base/member.js';
import type { StandardizedChannels } from '../base/standardize.js';

/** Squared differences of neighbouring points, averaged over `smoothing` points: jumps and jitter. */
export function scoreDifferences(input: StandardizedChannels, smoothing: number): HeadScores {
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
export function scoreBursts(input: StandardizedChannels, window: number): HeadScores {
  return {
    name: 'burst',
    kind: 'channel',
    contributions: input.channels.map((values) =>
      movingStd(values, { window: Math.min(window, input.points) }).map((std) => std * std),
    ),
  };
}
