import type { DecidedInterval } from './types.js';
import { fitRarity, withoutClusters } from './rarity.js';
import { findRegular, type Regularity } from './regular.js';

/** Decades of rarity from which a pattern is an event, the least score that counts, and one that is clear. */
const RARE_PATTERN = 3.3;
const LEAST_SCORE = 0.1;
const CLEAR_SCORE = 1.4;
/** Points between two scores above the threshold that are one run. */
const APART = 5;
/** Points around a point that a score looks at where the series has no period, and the most it looks at. */
const WINDOW = 12;
const MOST_WINDOW = 256;
/** Share of the points around that may be filled in. */
const MOST_FILLED = 0.2;

/**
 * Where the detector's own score stands out and no point of it does: an unusual pattern. It is no event where scores
 * as high come at the same phase of other cycles or often.
 * @param scores n scores, 1 = the detector's threshold
 * @param missing n values, 1 = filled: where much of what a score looked at was invented, it says nothing
 * @param told what other signs tell: a score looks at about a period, and so echoes what lies that near
 */
export function findPatterns(
  scores: ArrayLike<number>,
  known: Regularity,
  strictness: number,
  told: readonly DecidedInterval[],
  missing?: Uint8Array,
): DecidedInterval[] {
  const sizes = Float64Array.from(scores);
  const { isRegular, unexplained } = findRegular(sizes, known);
  const rarity = fitRarity(withoutClusters(unexplained(), known.most + 1), LEAST_SCORE);
  const out: DecidedInterval[] = [];
  const window = Math.min(MOST_WINDOW, Math.max(WINDOW, ...known.periods.slice(0, 1)));
  const isEcho = (start: number, end: number): boolean => {
    const beside = Math.max(window, end - start + 1);
    return told.some((other) => start <= other.end + beside && end >= other.start - beside);
  };
  const isObserved = (start: number, end: number): boolean => {
    if (!missing) return true;
    const [from, to] = [Math.max(0, start - window), Math.min(sizes.length - 1, end + window)];
    let filled = 0;
    for (let i = from; i <= to; i++) filled += missing[i]!;
    return filled <= MOST_FILLED * (to - from + 1);
  };
  for (let t = 0; t < sizes.length; t++) {
    if (!(sizes[t]! > 1)) continue;
    let end = t;
    let peak = t;
    for (let i = t; i < sizes.length && i - end <= APART; i++) {
      if (!(sizes[i]! > 1)) continue;
      end = i;
      if (sizes[i]! > sizes[peak]!) peak = i;
    }
    const rare = rarity.of(sizes[peak]!) / strictness;
    if (
      sizes[peak]! >= CLEAR_SCORE * strictness &&
      rare >= RARE_PATTERN &&
      !isRegular(peak) &&
      !isEcho(t, end) &&
      isObserved(t, end)
    ) {
      out.push({
        start: t,
        end,
        peak,
        sign: 'pattern',
        way: 0,
        score: 10 ** Math.min(1, (rare - RARE_PATTERN) / 3),
      });
    }
    t = end;
  }
  return out;
}
