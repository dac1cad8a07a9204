import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../random.js';
import { Departure } from './departure.js';
import { createMonitor } from './monitor.js';

const kinds: Record<string, (random: Random) => (t: number) => number> = {
  'a cycle seen three times': (r) => (t) => 40 + 10 * Math.sin((2 * Math.PI * t) / 60) + r.uniform(),
  'a short cycle': (r) => (t) => 40 + 10 * Math.sin((2 * Math.PI * t) / 20) + r.uniform(),
  'a sawtooth': (r) => (t) => 100 + 2 * (t % 30) + r.uniform(),
  noise: (r) => () => r.normal(40, 2),
  counts: (r) => () => r.poisson(5),
  latencies: (r) => () => r.logNormal(100, 0.3),
};

/** Whether an incident opens within so many points of a jump by three times the range so far. */
function isTold(value: (t: number) => number, learned: number, step: number, side: number): boolean {
  const monitor = createMonitor({ step, lateness: 0 });
  let [least, most] = [Infinity, -Infinity];
  for (let t = 0; t < learned + 20; t++) {
    const usual = value(t);
    if (t < learned) [least, most] = [Math.min(least, usual), Math.max(most, usual)];
    const { incidents } = monitor.append(t * step, usual + (t < learned ? 0 : 3 * side * (most - least)));
    if (t >= learned && incidents.some(({ change }) => change === 'opened')) return true;
  }
  return false;
}

describe('a young series that leaves everything it has shown', () => {
  for (const [name, make] of Object.entries(kinds)) {
    it(`is told of: ${name}`, () => {
      const missed: string[] = [];
      // At seconds a week is so many points that nothing a young series shows is rare enough by itself.
      for (const step of [1000, 60_000]) {
        for (const learned of [40, 70, 100, 180]) {
          for (const side of [-1, 1]) {
            for (let seed = 0; seed < 3; seed++) {
              const random = createRandom(100 * learned + seed);
              const phase = Math.floor(60 * random.uniform());
              const value = make(random);
              if (!isTold((t) => value(t + phase), learned, step, side))
                missed.push(`${learned} points ${step} ms apart, side ${side}, seed ${seed}`);
            }
          }
        }
      }
      expect(missed).toEqual([]);
    });
  }
});

describe('Departure', () => {
  const decades = (values: readonly number[]): number[] => {
    const departure = new Departure(5);
    return values.map((value) => departure.push(value));
  };
  const waves = Array.from({ length: 40 }, (_, t) => 50 + 10 * Math.sin(t));

  it('counts points in a row that are off by a whole range, and forgets them when the series comes back', () => {
    const found = decades([...waves, 80.5, 80.5, 55, 80.5]);
    const each = 0.5 * Math.log10(41);
    expect(found.slice(40, 43)).toEqual([each, 2 * each, 0].map((value) => expect.closeTo(value, 10)));
    // It has been there before.
    expect(found[43]).toBe(0);
  });

  it('takes what lasts for what is usual', () => {
    const found = decades([...waves, ...Array<number>(8).fill(100)]);
    expect(found.slice(40).map((value) => value > 0)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('asks for a share of the value where a series has seldom moved', () => {
    const still = Array<number>(30).fill(100).concat(100.1, 100);
    expect(Math.max(...decades([...still, 100.4, 100.4, 100.4]))).toBe(0);
    expect(Math.max(...decades([...still, 160, 160, 160]))).toBeGreaterThan(2);
  });
});
