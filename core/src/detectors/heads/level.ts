import { movingMean } from '../../preprocess/moving.js';
import type { HeadScores } from './head.js';
import type { StandardizedChannels } from './standardize.js';

/**
 * How far the values around a point lie from the usual level: mean squared standardised value over a window. It
 * puts back what normalising windows takes away, and is what PCA on sub-sequences mostly measures (their norm).
 * @param cycles points to average over, per channel
 */
export function scoreLevel(input: StandardizedChannels, cycles: readonly number[]): HeadScores {
  return {
    name: 'level',
    kind: 'channel',
    contributions: input.channels.map((values, c) =>
      movingMean(
        values.map((value) => value * value),
        { window: Math.min(cycles[c]!, input.points) },
      ),
    ),
  };
}
