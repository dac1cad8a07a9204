import { quantile } from '../../preprocess/statistics.js';
import type { Breather } from '../../yield.js';

import type { HeadScores } from '../base/member.js';
import { scoreByMemory } from '../attention/window-memory.js';
import type { StandardizedChannels } from '../base/standardize.js';
import { scoreBursts, scoreDifferences } from '../statistical/variation-scores.js';

/** Heads that take part only where feedback speaks for them: each is best for some series and poor for most. */
export const SPARE_HEADS: ReadonlySet<string> = new Set([
  'difference',
  'burst',
  'memory-quarter',
  'memory-8',
  'shape',
]);

/**
 * Scores a series by the spare heads: jumps, bursts, memory attention over a quarter of the usual window and over 8
 * points, and over one cycle with each window normalised to its own mean and deviation.
 * @param cycles points per cycle of each channel
 * @param budget most pairs of windows × channels compared by each of the three memories
 */
export async function scoreSpareHeads(
  input: StandardizedChannels,
  cycles: readonly number[],
  budget: number,
  breather: Breather,
): Promise<HeadScores[]> {
  const window = defaultMemoryWindow(input.points);
  const scales = [
    { name: 'memory-quarter', window: Math.max(4, window >> 2), normalization: 'none' },
    { name: 'memory-8', window: 8, normalization: 'none' },
    { name: 'shape', window: Math.max(8, Math.round(quantile(cycles, 0.5))), normalization: 'z' },
  ] as const;
  const heads = [scoreDifferences(input, 8), scoreBursts(input, 16)];
  for (const { name, ...scale } of scales) {
    const { contributions } = await scoreByMemory(
      input,
      { ...scale, temperature: 0.1, keys: 4, budget },
      breather,
    );
    heads.push({ name, kind: 'joint', contributions });
  }
  return heads;
}
