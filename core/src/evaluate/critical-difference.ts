import { checkRecord } from '../check-argument.js';
import { checkNumber, readLength } from '../check-number.js';
import { errorFunction } from 'simple-statistics';
import { HeedError, shownValue } from '../errors.js';

/** Algorithms compared over the same cases by their ranks. */
export interface RankComparison {
  /** Best first. */
  readonly ranks: readonly { readonly name: string; readonly meanRank: number }[];
  /**
   * Longest runs of algorithms, neighbors in rank, of which no two differ significantly: indices of the first and last,
   * two at least.
   */
  readonly cliques: readonly { readonly first: number; readonly last: number }[];
  readonly cases: number;
  readonly alpha: number;
}

/**
 * Two-sided signed-rank test of Wilcoxon (1945) by the normal approximation; cases without a difference are left out,
 * tied differences share their ranks.
 * @returns the probability of a difference as large by chance; 1 where no case differs
 */
export function signedRankTest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkCases('the first list', a, readLength(a));
  checkCases('the second list', b, a.length);
  const differences: number[] = [];
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) differences.push(a[i]! - b[i]!);
  const n = differences.length;
  if (n === 0) return 1;
  const { ranks, ties } = rank(differences.map((value) => -Math.abs(value)));
  let positive = 0;
  differences.forEach((value, i) => (positive += value > 0 ? ranks[i]! : 0));
  const mean = (n * (n + 1)) / 4;
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48;
  if (variance <= 0) return 1;
  const z = Math.abs(positive - mean) / Math.sqrt(variance);
  return Math.min(1, Math.max(0, 1 - errorFunction(z / Math.SQRT2)));
}

/** What is no number has no rank: it would be the first of all, in silence. */
function checkCases(name: string, values: ArrayLike<number>, cases: number): void {
  if (readLength(values) !== cases) {
    throw new HeedError(
      'length-mismatch',
      `${name} has ${values.length} values, the first one has ${cases}`,
      'Give one value per case for every algorithm.',
    );
  }
  for (let i = 0; i < cases; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new HeedError(
      'not-finite',
      `${name} has ${shownValue(values[i])} for case ${i}`,
      'Give finite values; a run that failed counts as 0.',
    );
  }
}

/** Ranks from the largest value, 1, on; equal ones share theirs. `ties`: Σ t³ − t over groups of t equal ones. */
function rank(values: readonly number[]): { readonly ranks: number[]; readonly ties: number } {
  const order = values.map((_, i) => i).sort((i, j) => values[j]! - values[i]!);
  const ranks = new Array<number>(values.length).fill(0);
  let ties = 0;
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to++;
    for (let i = from; i <= to; i++) ranks[order[i]!] = (from + to) / 2 + 1;
    const count = to - from + 1;
    ties += count ** 3 - count;
    from = to + 1;
  }
  return { ranks, ties };
}

/**
 * Mean ranks over all cases (larger values are better), and which algorithms cannot be told apart: pairwise signed-rank
 * tests at the level `alpha`, corrected for their number as Holm (1979) says (Benavoli, Corani & Mangili 2016; the
 * diagram is that of Demšar 2006).
 * @param values one list per algorithm, over the same cases
 * @throws HeedError empty-input, length-mismatch, bad-option
 */
export function compareByRank(values: ReadonlyMap<string, ArrayLike<number>>, alpha = 0.05): RankComparison {
  checkRecord('values', values, 'keys', 'get');
  const names = [...values.keys()];
  const cases = names.length > 0 ? values.get(names[0]!)!.length : 0;
  if (names.length < 2 || cases === 0) {
    throw new HeedError(
      'empty-input',
      `${names.length} algorithms on ${cases} cases cannot be compared`,
      'Give at least two algorithms and one case.',
    );
  }
  for (const [name, own] of values) checkCases(`"${name}"`, own, cases);
  checkNumber('the level', alpha, { above: 0, below: 1 });
  const sums = new Float64Array(names.length);
  for (let i = 0; i < cases; i++) {
    const { ranks } = rank(names.map((name) => values.get(name)![i]!));
    ranks.forEach((own, a) => (sums[a] = sums[a]! + own));
  }
  const ranks = names
    .map((name, a) => ({ name, meanRank: sums[a]! / cases }))
    .sort((a, b) => a.meanRank - b.meanRank || (a.name < b.name ? -1 : 1));

  const pairs = ranks.flatMap((a, i) =>
    ranks.slice(i + 1).map((b, j) => ({
      first: i,
      last: i + 1 + j,
      p: signedRankTest(values.get(a.name)!, values.get(b.name)!),
    })),
  );
  const differs = new Set<string>();
  for (const [i, { first, last, p }] of [...pairs].sort((a, b) => a.p - b.p).entries()) {
    if (p > alpha / (pairs.length - i)) break;
    differs.add(`${first}-${last}`);
  }
  const cliques: { first: number; last: number }[] = [];
  for (let first = 0; first < ranks.length - 1; first++) {
    let last = first;
    const isAlike = (next: number): boolean => {
      for (let i = first; i < next; i++) if (differs.has(`${i}-${next}`)) return false;
      return true;
    };
    while (last + 1 < ranks.length && isAlike(last + 1)) last++;
    const within = cliques.some((other) => other.first <= first && other.last >= last);
    if (last > first && !within) cliques.push({ first, last });
  }
  return { ranks, cliques, cases, alpha };
}
