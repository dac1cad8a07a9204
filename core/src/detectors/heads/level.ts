import { movingMean } from '../../preprocess/moving.js';
import { headOfChannels, type HeadScores } from './head.js';
import type { StandardizedChannels } from './standardize.js';

/**
 * How far the values around a point lie from the usual level: mean squared standardised value over a window. It
 * puts back what normalising windows takes away, and is what PCA on sub-sequences mostly measures (their norm).
 * @param smoothing points to average over
 */
export function scoreLevel(input: StandardizedChannels, smoothing: number): HeadScores {
  const d = input.channels.length;
  return headOfChannels(
    'level',
    input.channels.map((values) =>
      movingMean(
        values.map((value) => (value * value) / d),
        { window: Math.min(smoothing, input.points) },
      ),
    ),
  );
}
