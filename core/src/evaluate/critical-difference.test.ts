import { describe, expect, it } from 'vitest';
import { compareByRank, signedRankTest } from './critical-difference.js';

describe('signed-rank test', () => {
  it('gives the probability of worked examples', () => {
    // scipy.stats.wilcoxon(a, b, correction=False, mode='approx'): differences −1 … 10 but for one, no ties.
    const a = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    // All ten differences are positive: T = 0, mean 27.5, variance 96.25.
    expect(signedRankTest(a, new Array(10).fill(0))).toBeCloseTo(0.00506, 4);
    // The smallest is negative: T = 1, z = 26.5 / 9.8107.
    expect(signedRankTest([-1, ...a.slice(1)], new Array(10).fill(0))).toBeCloseTo(0.00691, 4);
  });

  it('shares the ranks of equal differences, and leaves out cases without one', () => {
    // Ranks 1.5, 1.5, 3, 4: T = 1.5, mean 5, variance 7.5 − 6/48.
    const wanted = 0.1974;
    expect(signedRankTest([1, -1, 2, 3], [0, 0, 0, 0])).toBeCloseTo(wanted, 3);
    expect(signedRankTest([1, -1, 2, 3, 7], [0, 0, 0, 0, 7])).toBeCloseTo(wanted, 3);
    expect(signedRankTest([4, 4], [4, 4])).toBe(1);
  });
});

describe('comparison by rank', () => {
  it('orders by mean rank, ties shared', () => {
    const { ranks, cases } = compareByRank(
      new Map([
        ['low', [0.1, 0.2, 0.1]],
        ['high', [0.9, 0.8, 0.7]],
        ['even', [0.9, 0.2, 0.5]],
      ]),
    );
    expect(ranks).toEqual([
      { name: 'high', meanRank: (1.5 + 1 + 1) / 3 },
      { name: 'even', meanRank: (1.5 + 2.5 + 2) / 3 },
      { name: 'low', meanRank: (3 + 2.5 + 3) / 3 },
    ]);
    expect(cases).toBe(3);
  });

  it('joins neighbors that do not differ, and parts those that do', () => {
    const cases = 40;
    const base = Array.from({ length: cases }, (_, i) => 0.5 + 0.3 * Math.sin(i));
    // As often better as worse, by the same amounts.
    const near = base.map((value, i) => value + (i % 2 ? 0.01 : -0.01) * (1 + (i >> 1)));
    const worse = base.map((value) => value - 0.2);
    const { ranks, cliques } = compareByRank(
      new Map([
        ['worse', worse],
        ['near', near],
        ['base', base],
      ]),
    );
    expect(ranks.map(({ name }) => name)[2]).toBe('worse');
    expect(cliques).toEqual([{ first: 0, last: 1 }]);
  });

  it('refuses lists of different lengths and a single algorithm', () => {
    expect(() => compareByRank(new Map([['a', [1]]]))).toThrow(/at least two/);
    expect(() =>
      compareByRank(
        new Map([
          ['a', [1, 2]],
          ['b', [1]],
        ]),
      ),
    ).toThrow(/one value per case/);
  });
});
