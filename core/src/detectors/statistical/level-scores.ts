import { movingMean } from '../../preprocess/moving.js';
import type { MemberScores } from '../base/member.js';
import type { StandardizedChannels } from '../base/standardize.js';

function squared(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let t = 0; t < out.length; t++) out[t] = values[t]! * values[t]!;
  return out;
}

/**
 * How far the values around a point lie from the usual level: mean squared standardized value over a window. It
 * puts back what normalizing windows takes away, and is what PCA on sub-sequences mostly measures (their norm).
 * @param cycles points to average over, per channel
 */
export function scoreLevel(input: StandardizedChannels, cycles: readonly number[]): MemberScores {
  return {
    name: 'level',
    kind: 'channel',
    contributions: input.channels.map((values, c) =>
      movingMean(squared(values), { window: Math.min(cycles[c]!, input.points) }),
    ),
  };
}
