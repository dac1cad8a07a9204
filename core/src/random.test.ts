import { describe, expect, it } from 'vitest';
import { createRandom } from './random.js';

/** Mean and standard deviation of 20,000 draws. */
function moments(draw: () => number): { mean: number; deviation: number } {
  const values = Array.from({ length: 20_000 }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

describe('createRandom', () => {
  it('repeats itself for a seed and differs between neighboring seeds', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 5 }, () => random.uniform());
    };
    expect(draw(7)).toEqual(draw(7));
    const firsts = Array.from({ length: 200 }, (_, seed) => draw(seed)[0]!);
    expect(new Set(firsts).size).toBe(200);
    // First draws of seeds 0…199 must look uniform themselves: mean 1/2 ± 5 standard errors.
    const mean = firsts.reduce((sum, value) => sum + value, 0) / 200;
    expect(Math.abs(mean - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(200));
  });

  it('is MT19937: the first words of seed 5489 are those of the reference implementation', () => {
    // Matsumoto & Nishimura's mt19937ar with init_genrand(5489) starts 3499211612, 581869302 (unsigned).
    const random = createRandom(5489);
    expect(random.integer(-0x80000000, 0x7fffffff) >>> 0).toBe(3499211612);
    expect(random.integer(-0x80000000, 0x7fffffff) >>> 0).toBe(581869302);
  });

  it.each([
    ['uniform', (r: ReturnType<typeof createRandom>) => r.uniform(2, 4), 3, 2 / Math.sqrt(12)],
    ['normal', (r: ReturnType<typeof createRandom>) => r.normal(5, 2), 5, 2],
    ['exponential', (r: ReturnType<typeof createRandom>) => r.exponential(3), 3, 3],
    ['poisson', (r: ReturnType<typeof createRandom>) => r.poisson(4), 4, 2],
    ['gamma', (r: ReturnType<typeof createRandom>) => r.gamma(4, 0.5), 2, 1],
    ['beta', (r: ReturnType<typeof createRandom>) => r.beta(2, 2), 0.5, Math.sqrt(0.05)],
    ['integer', (r: ReturnType<typeof createRandom>) => r.integer(0, 9), 4.5, Math.sqrt(99 / 12)],
  ] as const)('%s has its mean and deviation', (_name, draw, mean, deviation) => {
    const random = createRandom(11);
    const found = moments(() => draw(random));
    expect(Math.abs(found.mean - mean)).toBeLessThan((5 * deviation) / Math.sqrt(20_000));
    expect(found.deviation / deviation).toBeCloseTo(1, 1);
  });

  it('shuffles into a new array that holds the same items', () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8];
    const shuffled = createRandom(3).shuffle(items);
    expect(items).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...shuffled].sort()).toEqual(items);
    expect(shuffled).not.toEqual(items);
  });

  it('forks streams that do not disturb each other', () => {
    const [a, b] = [createRandom(1), createRandom(1)];
    const fork = a.fork();
    b.fork();
    fork.uniform();
    fork.normal();
    expect(a.uniform()).toBe(b.uniform());
  });

  it('rejects a seed that is not a whole number', () => {
    expect(() => createRandom(Number.NaN)).toThrow(expect.objectContaining({ code: 'bad-option' }));
    expect(() => createRandom(0.5)).toThrow(expect.objectContaining({ code: 'bad-option' }));
  });
});
