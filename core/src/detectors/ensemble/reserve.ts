import { quantile } from '../../preprocess/statistics.js';
import type { CooperativeScheduler } from '../../yield.js';
import type { MemberScores } from '../base/member.js';
import { scoreByMemory } from '../attention/window-memory.js';
import type { StandardizedChannels } from '../base/standardize.js';
import { scoreBursts, scoreDifferences } from '../statistical/variation-scores.js';

/** Heads that take part only where feedback speaks for them: each is best for some series and poor for most. */
export const RESERVE_MEMBERS: ReadonlySet<string> = new Set(['difference', 'burst', 'memory-8', 'shape']);

/**
 * Scores a series by the spare members: jumps, bursts, memory attention over 8 points, and over one
 * cycle with each window normalized to its own mean and deviation.
 * @param cycles points per cycle of each channel
 * @param budget most pairs of windows × channels compared by each of the two memories
 */
export async function scoreReserveMembers(
  input: StandardizedChannels,
  cycles: readonly number[],
  budget: number,
  scheduler: CooperativeScheduler,
): Promise<MemberScores[]> {
  const scales = [
    { name: 'memory-8', window: 8, normalization: 'none' },
    { name: 'shape', window: Math.max(8, Math.round(quantile(cycles, 0.5))), normalization: 'z' },
  ] as const;
  const members = [scoreDifferences(input, 8), scoreBursts(input, 16)];
  for (const { name, ...scale } of scales) {
    const { contributions } = await scoreByMemory(
      input,
      { ...scale, temperature: 0.1, keys: 4, budget },
      scheduler,
    );
    members.push({ name, kind: 'joint', contributions });
  }
  return members;
}
