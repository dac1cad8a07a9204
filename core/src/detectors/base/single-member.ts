import type { MemberScores } from './member.js';

/** The scores of a member that stands alone as a detector: the mean over its channels. */
export function averageChannels(member: MemberScores): {
  readonly raw: Float64Array;
  readonly contributions: readonly Float64Array[];
} {
  const d = member.contributions.length;
  const contributions = member.contributions.map((own) => own.map((value) => value / d));
  const raw = new Float64Array(contributions[0]!.length);
  for (const own of contributions) for (let t = 0; t < raw.length; t++) raw[t] = raw[t]! + own[t]!;
  return { raw, contributions };
}
