import { describe, expect, it } from 'vitest';
import { isHeedError } from '../errors.js';
import { createRandom } from '../random.js';
import { createMonitor, restoreMonitor, type Monitor } from './monitor.js';
import type { IncidentChange, MonitorPoint } from './types.js';

const step = 60_000;
const begin = Date.UTC(2026, 0, 5);

interface Run {
  readonly points: MonitorPoint[];
  readonly changes: IncidentChange[];
  readonly notes: string[];
}

function feed(monitor: Monitor, values: readonly number[], from = 0): Run {
  const run: Run = { points: [], changes: [], notes: [] };
  values.forEach((value, i) => collect(run, monitor.append(begin + (from + i) * step, value)));
  return run;
}

function collect(run: Run, update: ReturnType<Monitor['append']>): void {
  run.points.push(...update.points);
  run.changes.push(...update.incidents);
  run.notes.push(...update.notes);
}

function noise(n: number, seed: number, level = 50, spread = 2): number[] {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => level + spread * random.normal());
}

const opened = ({ changes }: Run): IncidentChange[] => changes.filter(({ change }) => change === 'opened');
const closed = ({ changes }: Run): IncidentChange[] => changes.filter(({ change }) => change === 'closed');

describe('a monitor', () => {
  it('opens one incident for a burst, with its start, and closes it when calm', () => {
    const values = noise(2000, 1);
    for (let k = 0; k < 8; k++) values[1500 + k]! += 30;
    const run = feed(createMonitor({ step }), values);
    expect(opened(run)).toHaveLength(1);
    expect(closed(run)).toHaveLength(1);
    const { incident } = closed(run)[0]!;
    expect(incident.id).toBe(opened(run)[0]!.incident.id);
    expect(incident.start).toBe(begin + 1500 * step);
    expect(incident.noticed - incident.start).toBeLessThanOrEqual(2 * step);
    expect(incident.end - incident.start).toBeGreaterThanOrEqual(7 * step);
    // The shortest window still holds the burst for a while.
    expect(incident.end - incident.start).toBeLessThanOrEqual(32 * step);
    expect(incident.direction).toBe('above');
    expect(incident.reason).toMatch(/rose/);
    expect(run.changes.every(({ incident: { id } }) => id === incident.id)).toBe(true);
  });

  it('closes an incident within 20 points of the last value that stood out, and opens none for what windows still hold', () => {
    for (const height of [16, 60, 400]) {
      for (const seed of [1, 2, 3]) {
        const values = noise(1800, seed);
        for (let k = 0; k < 12; k++) values[1500 + k]! += height;
        const run = feed(createMonitor({ step }), values);
        const at = (time: number): number => (time - begin) / step;
        expect(opened(run).map(({ time }) => at(time))).toEqual([1500]);
        expect(at(closed(run)[0]!.time)).toBeLessThanOrEqual(1531);
        expect(at(closed(run)[0]!.incident.end)).toBe(1511);
      }
    }
  });

  it('tells a second burst from what windows hold of the first', () => {
    const values = noise(1800, 4);
    for (let k = 0; k < 8; k++) {
      values[1500 + k]! += 40;
      values[1560 + k]! += 40;
    }
    const starts = opened(feed(createMonitor({ step }), values)).map(({ incident }) => incident.start);
    expect(starts.map((start) => (start - begin) / step)).toEqual([1500, 1560]);
  });

  it('finds a 12-sigma fault three hours after a 50-fold spike', () => {
    const values = noise(3000, 2);
    values[2500] = 2500;
    for (let k = 0; k < 5; k++) values[2680 + k]! += 24;
    const run = feed(createMonitor({ step }), values);
    const starts = opened(run).map(({ incident }) => (incident.start - begin) / step);
    expect(starts).toContain(2500);
    expect(starts.filter((start) => start < 2500).length).toBeLessThanOrEqual(1);
    expect(starts.some((start) => start >= 2680 && start <= 2684)).toBe(true);
  });

  it('learns a nightly job within a few nights and notices that the peak of a day is missing', () => {
    const random = createRandom(3);
    const day = 288;
    const job = Array.from(
      { length: day * 12 },
      (_, t) => 10 + random.normal() + (t % day >= 24 && t % day < 28 ? 30 : 0),
    );
    const nightly: number[] = [];
    const monitor = createMonitor({ step: 5 * step });
    job.forEach((value, t) => {
      for (const { change } of monitor.append(begin + t * 5 * step, value).incidents) {
        if (change === 'opened') nightly.push(t);
      }
    });
    expect(nightly.filter((t) => t > 3 * day)).toEqual([]);

    const peaks = Array.from({ length: day * 12 }, (_, t) => {
      const height = Math.floor(t / day) === 10 ? 0 : 60;
      return 20 + random.normal() + height * Math.max(0, Math.sin((2 * Math.PI * t) / day));
    });
    const missed = opened(feed(createMonitor({ step }), peaks)).map(
      ({ incident }) => (incident.noticed - begin) / step,
    );
    expect(missed.some((t) => t >= 10 * day && t <= 10 * day + day / 2)).toBe(true);
  });

  it('takes a level that stays for the new normal, once', () => {
    const values = noise(4000, 4).map((value, t) => value + (t >= 2500 ? 30 : 0));
    const run = feed(createMonitor({ step }), values);
    const about = opened(run).filter(({ incident }) => incident.noticed >= begin + 2490 * step);
    expect(about).toHaveLength(1);
    const end = closed(run).find(({ incident }) => incident.id === about[0]!.incident.id)!;
    expect((end.incident.end - begin) / step).toBeLessThan(2500 + 256);
    expect(run.points.at(-1)!.state).toBe('normal');
  });

  it('goes on to the bit after a restart, with a compact snapshot, wherever it was stopped', () => {
    const values = noise(1700, 5);
    for (let k = 0; k < 30; k++) values[1480 + k]! += 25;
    values[700] = NaN;
    const whole = feed(createMonitor({ step }), values);
    for (const stop of [3, 100, 1440, 1490]) {
      const first = createMonitor({ step });
      feed(first, values.slice(0, stop));
      const bytes = first.snapshot();
      if (stop === 1440) expect(bytes.length).toBeLessThanOrEqual(48 * 1024);
      const second = restoreMonitor(bytes);
      const rest = feed(second, values.slice(stop), stop);
      expect(rest.points).toEqual(whole.points.slice(stop));
      expect(rest.changes).toEqual(whole.changes.filter(({ time }) => time >= begin + stop * step));
      expect(second.snapshot()).toEqual(restoreMonitor(second.snapshot()).snapshot());
    }
  });

  it('does not grow', () => {
    const monitor = createMonitor({ step });
    const values = noise(6000, 6);
    feed(monitor, values.slice(0, 5000));
    const before = monitor.snapshot().length;
    feed(monitor, values.slice(5000), 5000);
    expect(monitor.snapshot().length).toBeLessThanOrEqual(before * 1.15);
    expect(monitor.snapshot().length).toBeLessThanOrEqual(52 * 1024);
  });

  it('refuses a damaged snapshot, and one of another version', () => {
    const bytes = createMonitor({ step }).snapshot();
    expect(() => restoreMonitor(bytes.slice(0, 60))).toThrow(/damaged or cut short/);
    expect(() => restoreMonitor(new Uint8Array(64))).toThrow(/no snapshot/);
    const other = bytes.slice();
    new DataView(other.buffer).setFloat64(8, 99, true);
    expect(() => restoreMonitor(other)).toThrow(/version 99/);
  });

  it('refuses a snapshot of which any one byte was altered', () => {
    const monitor = createMonitor({ step });
    const values = noise(300, 31);
    for (let k = 0; k < 5; k++) values[290 + k]! += 40;
    feed(monitor, values);
    const bytes = monitor.snapshot();
    expect(restoreMonitor(bytes).snapshot()).toEqual(bytes);
    const random = createRandom(32);
    const survivors: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const intact = bytes[at]!;
      bytes[at] = intact ^ random.integer(1, 255);
      try {
        restoreMonitor(bytes);
        survivors.push(at);
      } catch (error) {
        if (!isHeedError(error)) throw error;
      }
      bytes[at] = intact;
    }
    expect(survivors).toEqual([]);
    expect(() => restoreMonitor(bytes.slice(0, -1))).toThrow(/damaged or cut short/);
  });

  it('is restored from any view of its bytes', () => {
    const monitor = createMonitor({ step });
    feed(monitor, noise(200, 33));
    const bytes = monitor.snapshot();
    for (const offset of [0, 1, 3, 8]) {
      const memory = Buffer.alloc(bytes.length + 16, 0xff);
      memory.set(bytes, offset);
      const asBuffer = memory.subarray(offset, offset + bytes.length);
      const asArray = new Uint8Array(memory.buffer, memory.byteOffset + offset, bytes.length);
      for (const view of [asBuffer, asArray]) expect(restoreMonitor(view).snapshot()).toEqual(bytes);
    }
  });

  it('judges several channels as one and blames the one that broke', () => {
    const a = noise(2000, 7);
    const b = noise(2000, 8, 200, 10);
    for (let k = 0; k < 6; k++) b[1600 + k]! -= 120;
    const monitor = createMonitor({ step, channels: [{ name: 'a' }, { name: 'b', unit: 'ms' }] });
    const run: Run = { points: [], changes: [], notes: [] };
    a.forEach((value, t) => collect(run, monitor.append(begin + t * step, [value, b[t]!])));
    const found = opened(run).filter(({ incident }) => incident.start === begin + 1600 * step);
    expect(found).toHaveLength(1);
    expect(found[0]!.incident.channels[0]!.name).toBe('b');
    expect(found[0]!.incident.direction).toBe('below');
    expect(opened(run).length).toBeLessThanOrEqual(2);
  });

  it('names a wrong option and a wrong point', () => {
    expect(() => createMonitor({ budget: 'seldom' })).toThrow(/alert budget is "seldom"/);
    expect(() => createMonitor({ sensitivity: 101 })).toThrow(/sensitivity is 101/);
    expect(() => createMonitor({ lateness: -1 })).toThrow(/lateness is -1/);
    const monitor = createMonitor({ step });
    expect(() => monitor.append(begin, [1, 2])).toThrow(/2 values where the monitor has 1/);
    expect(() => monitor.append(NaN, 1)).toThrow(/time of a point is NaN/);
    expect(() => monitor.append(begin, Infinity)).toThrow(/is Infinity/);
  });
});

describe('the time axis of a monitor', () => {
  it('waits for a point that is skipped, puts it in its place, and takes it for missing after two steps', () => {
    const values = noise(300, 9);
    const inOrder = feed(createMonitor({ step }), values);
    const monitor = createMonitor({ step });
    const run = feed(monitor, values.slice(0, 200));
    for (const t of [201, 200, 203, 202]) collect(run, monitor.append(begin + t * step, values[t]!));
    collect(run, feedResult(feed(monitor, values.slice(204), 204)));
    expect(run.points).toEqual(inOrder.points);
    expect(monitor.late).toBe(0);

    const gap = createMonitor({ step });
    feed(gap, values.slice(0, 200));
    const held = feed(gap, values.slice(201, 203), 201);
    expect(held.points).toHaveLength(0);
    const after = feed(gap, values.slice(203, 204), 203);
    expect(after.points.map(({ missing }) => missing)).toEqual([true, false, false, false]);
    feed(gap, [1], 200);
    expect(gap.late).toBe(1);
  });

  it('leaves out what comes twice', () => {
    const values = noise(300, 10);
    const monitor = createMonitor({ step });
    const points = values.flatMap((value, t) => [
      ...monitor.append(begin + t * step, value).points,
      ...monitor.append(begin + t * step, 1e6).points,
    ]);
    expect(points).toEqual(feed(createMonitor({ step }), values).points);
    expect(monitor.duplicates).toBe(300);
  });

  it('reads the step from the first points, jitter included', () => {
    const random = createRandom(11);
    const monitor = createMonitor();
    const run: Run = { points: [], changes: [], notes: [] };
    noise(500, 12).forEach((value, t) =>
      collect(run, monitor.append(begin + t * step + 4000 * (random.uniform() - 0.5), value)),
    );
    expect(run.points).toHaveLength(500);
    expect(run.points.every(({ missing }) => !missing)).toBe(true);
  });

  it('notices another step, a clock that was set back, and a long silence', () => {
    const monitor = createMonitor({ step });
    const run = feed(monitor, noise(300, 13));
    for (let k = 1; k <= 30; k++) collect(run, monitor.append(begin + 300 * step + k * 15_000, 50));
    expect(run.notes.join()).toMatch(/step changed from 60000 to 15000/);

    const back = createMonitor({ step });
    const before = feed(back, noise(300, 14));
    const set = feed(back, noise(100, 15), 100);
    expect(set.notes.join()).toMatch(/clock was set back/);
    expect(before.points.length + set.points.length).toBeGreaterThan(390);

    const silent = createMonitor({ step });
    feed(silent, noise(300, 16));
    const later = feed(silent, noise(10, 17), 5000);
    expect(later.notes.join()).toMatch(/Nothing came for 4700 steps/);
    expect(later.points).toHaveLength(10);
  });

  it('says that there is no data, and goes on when there is', () => {
    const monitor = createMonitor({ step });
    feed(monitor, noise(300, 18));
    const quiet = monitor.advance(begin + 310 * step);
    expect(quiet.points.length).toBeGreaterThan(4);
    expect(quiet.points.at(-1)!.state).toBe('no data');
    expect(feed(monitor, noise(20, 19), 310).points.at(-1)!.state).toBe('normal');
  });
});

function feedResult({ points, changes, notes }: Run): ReturnType<Monitor['append']> {
  return { points, incidents: changes, notes };
}
