import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../random.js';
import { createMonitor, restoreMonitor } from './monitor.js';
import type { LiveIncident } from './types.js';

const step = 5 * 60_000;
const day = 288;
const start = Date.UTC(2026, 2, 2);

/** Requests with a day and a late evening of their own. */
const traffic = (t: number): number => {
  const phase = (t % day) / day;
  return (
    250 + 800 * Math.exp(-(((phase - 0.45) / 0.16) ** 2)) + 500 * Math.exp(-(((phase - 0.85) / 0.09) ** 2))
  );
};

/** Incidents noticed from point `from` on, as they were told last. */
function incidentsOf(n: number, from: number, value: (t: number) => number): LiveIncident[] {
  const monitor = createMonitor({ channels: [{ name: 'requests' }], step });
  const all = new Map<string, LiveIncident>();
  for (let t = 0; t < n; t++) {
    for (const { incident } of monitor.append(start + t * step, value(t)).incidents)
      all.set(incident.id, incident);
  }
  return [...all.values()].filter(({ noticed }) => noticed >= start + from * step);
}

const pointOf = (time: number): number => (time - start) / step;

const faults: Record<string, { at: number; length: number; apply: (value: number, into: number) => number }> =
  {
    'an outage at noon': { at: 7 * day + 144, length: 12, apply: () => 0 },
    'half of the traffic for two hours': { at: 7 * day + 130, length: 24, apply: (value) => 0.5 * value },
    'a level that is too high at night': { at: 7 * day + 10, length: 30, apply: (value) => value + 700 },
    'traffic that runs away': { at: 7 * day + 60, length: 40, apply: (value, into) => value + 40 * into },
  };

describe('an incident in a daily cycle ends where the fault does, and its end is no other one', () => {
  for (const [name, { at, length, apply }] of Object.entries(faults)) {
    it(name, () => {
      for (const seed of [61, 62, 63]) {
        const random = createRandom(seed);
        const found = incidentsOf(8 * day, at - 2, (t) => {
          const value = traffic(t) * (1 + 0.04 * random.normal());
          return t >= at && t < at + length ? apply(value, t - at) : value;
        });
        expect(found, `seed ${seed}`).toHaveLength(1);
        expect(Math.abs(pointOf(found[0]!.end) - (at + length - 1)), `seed ${seed}`).toBeLessThanOrEqual(2);
      }
    });
  }
});

it('tells an outage by what it fell to and for how long', () => {
  const random = createRandom(64);
  const at = 7 * day + 144;
  const [incident] = incidentsOf(8 * day, at, (t) =>
    t >= at && t < at + 12 ? 0 : traffic(t) * (1 + 0.04 * random.normal()),
  );
  expect(incident!.reason).toMatch(
    /^requests fell to zero, below the expected [\d,]+, for 1 h from 12:00 UTC;/,
  );
});

it('expects what would be normal while an incident is open, and goes on to the bit when it is restored', () => {
  const value = (random: Random, t: number): number =>
    t >= 7 * day + 130 ? 0.5 * traffic(t) : traffic(t) * (1 + 0.04 * random.normal());
  const random = createRandom(65);
  let monitor = createMonitor({ channels: [{ name: 'requests' }], step });
  const other = createMonitor({ channels: [{ name: 'requests' }], step });
  for (let t = 0; t < 7 * day + 170; t++) {
    const now = value(random, t);
    const update = monitor.append(start + t * step, now);
    expect(other.append(start + t * step, now)).toEqual(update);
    if (t % 97 === 0 || t >= 7 * day + 128) monitor = restoreMonitor(monitor.snapshot());
    for (const { state, expected, lower, upper } of update.points) {
      if (t < 7 * day + 132) continue;
      expect(state).toBe('anomalous');
      expect(Math.abs(expected[0]! - traffic(t)) / traffic(t)).toBeLessThan(0.15);
      expect(now < lower[0]! || now > upper[0]!).toBe(true);
    }
  }
});

it('takes a level that stays for the new normal, in one incident', () => {
  for (const seed of [66, 67]) {
    const random = createRandom(seed);
    const found = incidentsOf(2600, 2000, (t) => (t < 2000 ? 20 : 15) + 0.3 * random.normal());
    expect(found).toHaveLength(1);
    expect(found[0]!.open).toBe(false);
    const lasted = pointOf(found[0]!.end) - 2000;
    expect(lasted).toBeGreaterThan(100);
    expect(lasted).toBeLessThan(300);
    expect(found[0]!.reason).toContain(' and stayed there, for ');
  }
});
