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

Object.assign(quiet, {
  'rare counts in a series that has just begun': {
    most: 0,
    values: (r: Random) => make(600, () => r.poisson(0.03)),
  },
  'a staircase of replicas': {
    most: 1,
    values: (r: Random) => {
      let level = 3;
      let next = 150;
      return make(2500, (t) => {
        if (t >= next) {
          level = Math.max(1, Math.min(8, level + (r.chance(0.5) ? -1 : 1)));
          next = t + r.integer(60, 260);
        }
        return level;
      });
    },
  },
  'bursts of garbage collection': {
    // Two bursts in a row are rare, and told.
    learned: 700,
    most: 2,
    values: (r: Random) => {
      let left = 0;
      return make(2500, () => {
        if (r.chance(0.01)) left = 5;
        return r.normal(10, 1) + (left-- > 0 ? 12 : 0);
      });
    },
  },
} satisfies typeof quiet);

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
  'errors in a series of zeros that has just begun': {
    from: 40,
    to: 44,
    values: () => make(80, (t) => (t >= 40 ? 5 : 0)),
  },
  'a gauge at rest that falls to zero': {
    from: 60,
    to: 63,
    values: () => make(100, (t) => (t >= 60 ? 0 : 60)),
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

it('knows what came a day ago, once the step is known', () => {
  const day = 96;
  const random = createRandom(52);
  const monitor = createMonitor({ step: 15 * 60_000 });
  const opened: number[] = [];
  for (let t = 0; t < 12 * day; t++) {
    // A job that is new on the sixth day, and runs every day from then on.
    const job = t >= 5 * day && t % day >= 40 && t % day < 43 ? 30 : 0;
    const { incidents } = monitor.append(t * 15 * 60_000, 10 + random.normal() + job);
    for (const { change } of incidents) if (change === 'opened') opened.push(t);
  }
  // At other times noise may page, within the budget.
  const atJob = opened.filter((t) => t % day >= 40 && t % day < 44);
  expect(atJob.filter((t) => t >= 5 * day && t < 6 * day)).toHaveLength(1);
  expect(atJob.filter((t) => t >= 6 * day)).toEqual([]);
});

describe('several channels as one', () => {
  /** 12 measured channels and two switches; `change` alters the values of point t. */
  const watch = (change: (values: number[], t: number) => void): { t: number; channel: string }[] => {
    const random = createRandom(53);
    const channels = Array.from({ length: 14 }, (_, c) => ({ name: c < 12 ? `m${c}` : `switch${c}` }));
    const monitor = createMonitor({ indexTime: true, channels });
    const opened: { t: number; channel: string }[] = [];
    for (let t = 0; t < 1800; t++) {
      const values = channels.map((_, c) => (c < 12 ? 50 + random.normal() : Number(t % 200 < 100)));
      change(values, t);
      for (const { change: kind, incident } of monitor.append(t, values).incidents) {
        if (kind === 'opened') opened.push({ t, channel: incident.channels[0]!.name });
      }
    }
    return opened;
  };

  it('notices a fault of one of them within some points, and names it', () => {
    const opened = watch((values, t) => {
      if (t >= 1500 && t < 1510) values[7]! += 12;
    });
    expect(opened.filter(({ t }) => t >= 1500 && t <= 1504)).toEqual([
      { t: expect.any(Number) as number, channel: 'm7' },
    ]);
    expect(opened.length).toBeLessThanOrEqual(2);
  });

  it('does not page for a switch that was thrown at another time', () => {
    const opened = watch((values, t) => {
      if (t >= 1530 && t < 1560) values[12] = 1 - values[12]!;
    });
    expect(opened.filter(({ t }) => t >= 1500)).toEqual([]);
  });
});
