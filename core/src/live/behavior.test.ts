import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../random.js';
import { createMonitor } from './monitor.js';

/** Index of the point at which each incident was noticed. */
function noticed(values: readonly number[]): number[] {
  const monitor = createMonitor({ indexTime: true });
  const out: number[] = [];
  values.forEach((value, t) => {
    for (const { change } of monitor.append(t, value).incidents) if (change === 'opened') out.push(t);
  });
  return out;
}

const make = (n: number, value: (t: number) => number): number[] =>
  Array.from({ length: n }, (_, t) => value(t));

/** What people have that is not an anomaly: incidents after point `learned` (0: from the first), most of 2 seeds. */
const quiet: Record<string, { learned?: number; most: number; values: (random: Random) => number[] }> = {
  'a pod that starts': {
    most: 0,
    values: (r) => make(900, (t) => 0.3 + 1.2 * Math.exp(-t / 15) + 0.03 * r.normal()),
  },
  'a ratio at 1 with tiny dips': {
    most: 0,
    values: (r) => make(2500, () => (r.chance(0.02) ? 1 - 0.0008 * r.uniform() : 1)),
  },
  'skewed latencies': { learned: 200, most: 1, values: (r) => make(2500, () => r.logNormal(20, 0.5)) },
  'a rate of counts': { most: 1, values: (r) => make(2500, () => r.poisson(12)) },
  'an idle CPU': { most: 0, values: () => make(1500, () => 0) },
  'a slow drift': { most: 1, values: (r) => make(2500, (t) => 50 + t / 200 + 2 * r.normal()) },
  'a random walk': {
    most: 1,
    values: (r) => {
      let at = 0;
      return make(2500, () => (at += r.normal()));
    },
  },
  'a counter and its resets': {
    // The first three.
    learned: 3 * 777 + 60,
    most: 0,
    values: () => make(4000, (t) => t % 777),
  },
  'missing points in a daily season': {
    most: 1,
    values: (r) =>
      make(2500, (t) =>
        r.chance(0.05) || (t > 2000 && t < 2040)
          ? NaN
          : 100 + 40 * Math.sin((2 * Math.PI * t) / 288) + 4 * r.normal(),
      ),
  },
  'working hours': {
    learned: 96 * 15,
    most: 1,
    values: (r) =>
      make(96 * 21, (t) => {
        const open = Math.floor(t / 96) % 7 < 5 && t % 96 >= 32 && t % 96 < 72;
        return (open ? 200 : 20) * (1 + 0.05 * r.normal());
      }),
  },
};

/** What is: points from … to within which an incident has to be noticed. */
const found: Record<string, { from: number; to: number; values: (random: Random) => number[] }> = {
  'a dip of a ratio that rests at 1': {
    from: 2000,
    to: 2006,
    values: (r) =>
      make(2100, (t) => (t >= 2000 && t < 2006 ? 0.93 : r.chance(0.02) ? 1 - 0.0008 * r.uniform() : 1)),
  },
  'a burst among sparse counts': {
    from: 2000,
    to: 2012,
    values: (r) => make(2100, (t) => r.poisson(0.05) + (t >= 2000 && t < 2010 ? 5 : 0)),
  },
  'a heartbeat that stalls': {
    from: 2000,
    to: 2004,
    values: () => make(2100, (t) => (t >= 2000 && t < 2020 ? 0 : 60)),
  },
  'errors among zeros': {
    from: 2000,
    to: 2006,
    values: (r) =>
      make(2100, (t) => (t >= 2000 && t < 2015 ? 0.08 : r.chance(0.01) ? 0.001 * r.uniform() : 0)),
  },
  'a fault of 20 sigmas in a young series': {
    from: 60,
    to: 64,
    values: (r) => make(120, (t) => 50 + 2 * r.normal() + (t >= 60 && t < 64 ? 40 : 0)),
  },
  'a fall that stays': {
    from: 2000,
    to: 2016,
    values: (r) => make(2100, (t) => (t < 2000 ? 20 : 15) + 0.3 * r.normal()),
  },
};

describe('a monitor keeps quiet about', () => {
  for (const [name, { learned = 0, most, values }] of Object.entries(quiet)) {
    it(name, () => {
      for (const seed of [31, 32]) {
        const alerts = noticed(values(createRandom(seed))).filter((t) => t >= learned);
        expect(alerts.length, alerts.join()).toBeLessThanOrEqual(most);
      }
    });
  }
});

describe('a monitor finds', () => {
  for (const [name, { from, to, values }] of Object.entries(found)) {
    it(name, () => {
      for (const seed of [41, 42]) {
        const alerts = noticed(values(createRandom(seed)));
        expect(
          alerts.some((t) => t >= from && t <= to),
          alerts.join(),
        ).toBe(true);
      }
    });
  }
});

it('keeps to the order of budgets', () => {
  const incidents = ['1/month', '1/week', '1/day'].map((budget) => {
    const random = createRandom(51);
    const monitor = createMonitor({ indexTime: true, budget });
    let opened = 0;
    for (let t = 0; t < 6000; t++) {
      for (const { change } of monitor.append(t, random.logNormal(20, 0.5)).incidents) {
        if (change === 'opened') opened++;
      }
    }
    return opened;
  });
  expect([...incidents].sort((a, b) => a - b)).toEqual(incidents);
});
