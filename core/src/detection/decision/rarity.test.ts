import { describe, expect, test } from 'vitest';
import { createRandom } from '../../random.js';
import { fitRarity, withoutClusters } from './rarity.js';

const sizesOf = (n: number, seed: number): Float64Array => {
  const random = createRandom(seed);
  return Float64Array.from({ length: n }, () => Math.abs(random.normal()));
};

describe('rarityOf', () => {
  test('`least` is the inverse of `of`, for many and few sizes', () => {
    for (const n of [20, 99, 100, 3000]) {
      const rarity = fitRarity(sizesOf(n, n), 0.1);
      for (const decades of [2, 3, 3.5, 5]) {
        expect(rarity.of(rarity.least(decades))).toBeCloseTo(decades, 9);
      }
    }
  });

  test('one in fifty is at 1.7 decades, and larger is rarer', () => {
    const sizes = sizesOf(5000, 7);
    const limit = sizes.slice().sort()[Math.round(0.98 * 4999)]!;
    const rarity = fitRarity(sizes, 0);
    expect(rarity.of(limit)).toBeCloseTo(-Math.log10(0.02), 1);
    for (let size = 0.1; size < 20; size += 0.1)
      expect(rarity.of(size + 0.1)).toBeGreaterThanOrEqual(rarity.of(size));
  });

  test('a floor keeps what is small from being rare', () => {
    const rarity = fitRarity(new Float64Array(1000), 1);
    expect(rarity.of(0.5)).toBeLessThan(3);
    expect(rarity.of(50)).toBeGreaterThan(3.5);
  });
});

describe('withoutClusters', () => {
  test('leaves out what stands far above the rest, and nothing of even noise', () => {
    const sizes = sizesOf(1000, 3).map((size) => Math.min(size, 3));
    expect(withoutClusters(sizes, 4)).toHaveLength(1000);
    for (let t = 400; t < 410; t++) sizes[t] = 40;
    sizes[800] = 90;
    const rest = withoutClusters(sizes, 4);
    expect(rest).toHaveLength(989);
    expect(Math.max(...rest)).toBeLessThanOrEqual(3);
  });

  test('sizes that are all zero stay', () => {
    expect(withoutClusters(new Float64Array(50), 4)).toHaveLength(50);
  });
});
