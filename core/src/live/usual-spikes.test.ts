import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../random.js';
import { createMonitor } from './monitor.js';
import { UsualSpikes } from './usual-spikes.js';

const WEEK = 10_080;

/** Points at which incidents were noticed in a week of minutes. */
function noticed(value: (t: number) => number, n = WEEK): number[] {
  const monitor = createMonitor({ indexTime: true });
  const out: number[] = [];
  for (let t = 0; t < n; t++) {
    for (const { change } of monitor.append(t, value(t)).incidents) if (change === 'opened') out.push(t);
  }
  return out;
}

const spiky: Record<string, (random: Random) => number> = {
  'errors among zeros': (random) => (random.chance(0.004) ? 1 + random.poisson(2) : 0),
  'slow requests': (random) =>
    20 + 2 * random.normal() + (random.chance(0.003) ? 60 * (0.5 + random.uniform()) : 0),
};

describe('a series with some forty spikes a week', () => {
  for (const [name, value] of Object.entries(spiky)) {
    it(`is told of while it is learned, and left alone after: ${name}`, () => {
      const counts = [71, 72, 73].map((seed) => {
        const random = createRandom(seed);
        return noticed(() => value(random)).filter((t) => t >= WEEK / 3).length;
      });
      // Each of the some 27 spikes would be an incident.
      expect(counts.reduce((a, b) => a + b) / counts.length, counts.join()).toBeLessThanOrEqual(4);
    });

    it(`is told of where spikes come at once, or one far larger: ${name}`, () => {
      for (const seed of [74, 75]) {
        for (const [length, size] of [
          [12, 80],
          [1, 2000],
        ] as const) {
          const random = createRandom(seed);
          const alerts = noticed((t) => {
            const usual = value(random);
            return t >= 8000 && t < 8000 + length ? size : usual;
          }, 8100);
          const isTold = alerts.some((t) => t >= 8000 && t < 8000 + length);
          expect(isTold, `seed ${seed}, ${length} of ${size}: ${alerts.join()}`).toBe(true);
        }
      }
    });
  }
});

describe('what lasts is told of among spikes, though less than they are', () => {
  const lasting: Record<string, { value: (random: Random, t: number) => number; lift: number }> = {
    'slow requests': { value: spiky['slow requests']!, lift: 14 },
    'a collection every 97 points': {
      value: (r, t) => 30 + 2 * r.normal() + (t % 97 < 2 ? 50 : 0),
      lift: 25,
    },
    'errors in one of thirty points': { value: (r) => (r.chance(0.03) ? 1 + r.poisson(2) : 0), lift: 3 },
    'spikes on a daily cycle': {
      value: (r, t) =>
        100 + 40 * Math.sin((2 * Math.PI * t) / 1440) + 4 * r.normal() + (r.chance(0.004) ? 150 : 0),
      lift: 30,
    },
  };
  for (const [name, { value, lift }] of Object.entries(lasting)) {
    it(name, () => {
      const delays = [81, 82, 83].map((seed) => {
        const random = createRandom(seed);
        const from = 4000 + Math.floor(1000 * random.uniform());
        const alerts = noticed((t) => value(random, t) + (t >= from ? lift : 0), from + 60);
        return (alerts.find((t) => t >= from) ?? Infinity) - from;
      });
      expect(Math.max(...delays), delays.join()).toBeLessThanOrEqual(12);
    });
  }
});

it('says nothing of a series without spikes', () => {
  const spikes = new UsualSpikes();
  for (let t = 0; t < 1000; t++)
    expect(spikes.temper(1.5 * (t % 7 === 0 ? 1 : 0.2), 1, 1)).toBeLessThanOrEqual(1.5);
  expect(spikes.temper(3.2, 50, 1)).toBe(3.2);
});

it('gives decades, and raises them for a size that the spikes before never had alone', () => {
  const random = createRandom(76);
  const spikes = new UsualSpikes();
  const size = (): number => Math.exp(3 + 0.5 * random.normal());
  let raised = 0;
  for (let t = 0; t < 5000; t++) {
    const isSpike = random.chance(0.005);
    const tempered = spikes.temper(isSpike ? 3 : random.uniform(), isSpike ? size() : 0.1, 1);
    expect(tempered).toBeGreaterThanOrEqual(0);
    expect(tempered).toBeLessThanOrEqual(6);
    if (tempered > 3) raised++;
  }
  expect(raised).toBeLessThanOrEqual(1);
  expect(spikes.temper(3, Math.exp(7), 1)).toBeGreaterThan(4);
});
