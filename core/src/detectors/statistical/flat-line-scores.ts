import type { MemberScores } from '../base/member.js';
import type { StandardizedChannels } from '../base/standardize.js';

/** Shortest run of equal values that may count as a flat line, and the multiple of the usual runs it must reach. */
const SHORTEST = 4;
const MULTIPLE = 4;
/** Channels that stand still more often than this are flat by nature. */
const MOSTLY_MOVING = 0.3;
/** Beyond this a longer run says nothing new. */
const CAP = 3;

/** What runs of equal values a channel has of its own accord. */
export interface UsualRuns {
  /** Length from which on a run is out of the ordinary: the third longest, but at least 4 points. */
  readonly length: number;
  /** Channels that often stand still are left out. */
  readonly counts: boolean;
}

export function usualRuns({ channels, points }: StandardizedChannels): UsualRuns[] {
  return channels.map((values) => {
    const runs = runsOfEqualValues(values);
    const still = runs.reduce((sum, run) => sum + run.length - 1, 0);
    const lengths = runs.map((run) => run.length).sort((a, b) => b - a);
    return { length: Math.max(SHORTEST, lengths[2] ?? 0), counts: still <= MOSTLY_MOVING * points };
  });
}

/** Points after which a run reaches the highest score. */
export function longestRun(usual: readonly UsualRuns[]): number {
  return CAP * MULTIPLE * Math.max(0, ...usual.map(({ length, counts }) => (counts ? length : 0)));
}

/**
 * Runs of equal values that are far longer than the channel's other runs: a stuck sensor, a collector that repeats
 * its last value. 1 where a run is 4 times as long as the third longest (but at least 16 points), growing with
 * its length, 0 outside runs. Channels that often stand still are left out. The score is the highest of the
 * channels.
 */
export function scoreFlatLines(
  input: StandardizedChannels,
  usual: readonly UsualRuns[] = usualRuns(input),
): MemberScores {
  const n = input.points;
  const raw = new Float64Array(n);
  const contributions = input.channels.map(() => new Float64Array(n));
  input.channels.forEach((values, c) => {
    const { length: ordinary, counts } = usual[c]!;
    if (!counts) return;
    for (const { start, length } of runsOfEqualValues(values)) {
      const score = Math.min(CAP, length / (MULTIPLE * ordinary));
      if (score < 1) continue;
      for (let t = start; t < start + length; t++) {
        if (score <= raw[t]!) continue;
        contributions.forEach((own) => (own[t] = 0));
        raw[t] = score;
        contributions[c]![t] = score;
      }
    }
  });
  return { name: 'flat-line', kind: 'rare', contributions };
}

function runsOfEqualValues(values: Float64Array): { start: number; length: number }[] {
  const runs: { start: number; length: number }[] = [];
  let start = 0;
  for (let t = 1; t <= values.length; t++) {
    if (t < values.length && values[t] === values[start]) continue;
    if (t - start > 1) runs.push({ start, length: t - start });
    start = t;
  }
  return runs;
}
