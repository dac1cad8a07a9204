import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { readSeriesFile } from '../node/files.js';
import { createRandom } from '../random.js';
import { sliceSeries, type Series } from '../series/series.js';
import { Forecast } from './forecast.js';
import { createMonitor, restoreMonitor, type Monitor } from './monitor.js';
import { nearestShape } from './nearest.js';
import { History } from './history.js';
import type { IncidentChange, LiveIncident } from './types.js';

const recording = await readSeriesFile(
  fileURLToPath(new URL('../../data/incident.csv', import.meta.url)),
).then(({ series }) => series);
/** First and last row of the faults that a channel shows by itself, when one does. */
const shown: Record<string, [number, number]> = {
  http_request_duration_p95_seconds: [151, 180],
  http_request_errors_ratio: [321, 345],
  process_cpu_cores: [396, 425],
  batch_cpu_cores: [631, 660],
};

const channelOf = (name: string): Series => ({
  time: recording.time,
  channels: recording.channels.filter((channel) => channel.name === name),
});
const start = (series: Series): Monitor =>
  createMonitor({ step: 2000, channels: series.channels.map(({ name }) => ({ name })) });

/** Feeds a series in pieces of so many rows; where asked, every piece to a monitor restored from a snapshot. */
function replay(series: Series, size: number, isRestored = false): IncidentChange[] {
  let monitor = start(series);
  const changes: IncidentChange[] = [];
  for (let at = 0; at < series.time.length; at += size) {
    if (isRestored) monitor = restoreMonitor(monitor.snapshot());
    changes.push(...monitor.appendSeries(sliceSeries(series, at, at + size)).incidents);
  }
  return changes;
}

describe('the recorded incident, as it happened', () => {
  it.each(Object.keys(shown))('%s: every incident opens once, keeps its start and closes once', (name) => {
    const changes = replay(channelOf(name), 1);
    const byId = new Map<string, IncidentChange[]>();
    for (const change of changes)
      byId.set(change.incident.id, [...(byId.get(change.incident.id) ?? []), change]);
    for (const own of byId.values()) {
      expect(own.map(({ change }) => change)).toEqual([
        'opened',
        ...own.slice(2).map(() => 'updated'),
        'closed',
      ]);
      expect(new Set(own.map(({ incident }) => `${incident.start} ${incident.noticed}`)).size).toBe(1);
    }
    const [from, to] = shown[name]!.map((row) => recording.time[row]!) as [number, number];
    const about = [...byId.values()].filter(
      ([opened]) => opened!.incident.noticed >= from && opened!.incident.noticed <= to,
    );
    expect(about).toHaveLength(1);
    const { incident } = about[0]!.at(-1)!;
    expect(Math.abs(incident.start - from)).toBeLessThanOrEqual(3 * 2000);
    expect(incident.channels[0]!.name).toBe(name);
  });

  it('is the same one row at a time, in pieces, and by monitors restored from snapshots', () => {
    for (const series of [channelOf('http_request_errors_ratio'), { ...recording }]) {
      const one = replay(series, 1);
      expect(one.length).toBeGreaterThan(0);
      expect(replay(series, 37)).toEqual(one);
      expect(replay(series, 101, true)).toEqual(one);
    }
  });
});

describe('what an incident says', () => {
  it('covers the values that stand out, not the windows that still hold them', () => {
    const random = createRandom(61);
    const monitor = createMonitor({ step: 60_000 });
    let last: LiveIncident | undefined;
    for (let t = 0; t < 900; t++) {
      const burst = t >= 600 && t < 620 ? 60 : 0;
      for (const { incident } of monitor.append(t * 60_000, 5 + random.normal() / 2 + burst).incidents) {
        if (incident.noticed >= 600 * 60_000) last = incident;
      }
    }
    expect(last).toMatchObject({ open: false, start: 600 * 60_000, end: 619 * 60_000, direction: 'above' });
    expect(last!.reason).toMatch(/rose to 6\d/);
  });
});

describe('the work of a monitor', () => {
  it('is as much per point, and as many bytes, after 20,000 points as when its memory is full', () => {
    const random = createRandom(62);
    const fit = vi.spyOn(Forecast.prototype, 'fit');
    const monitor = createMonitor({ indexTime: true });
    const counts: number[] = [];
    const bytes: number[] = [];
    for (let t = 0; t < 20_000; t++) {
      monitor.append(t, 100 + 20 * Math.sin(t / 50) + random.normal());
      if ((t + 1) % 4000 !== 0) continue;
      counts.push(fit.mock.calls.length);
      bytes.push(monitor.snapshot().length);
    }
    fit.mockRestore();
    const perPiece = counts.map((count, i) => count - (counts[i - 1] ?? 0)).slice(1);
    // Every 144 points; what a fit looks at is bounded.
    for (const count of perPiece) expect(count).toBeLessThanOrEqual(4000 / 144 + 1);
    // The memory of means is full after 10,240 points; up to 128 values more wait to be let go.
    expect(bytes[4]).toBeLessThanOrEqual(bytes[2]! * 1.05);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(48 * 1024);
  });
});

describe('the nearest shape', () => {
  it('is the least mean squared distance of the last points from earlier ones, by hand', () => {
    const history = new History(64, Float64Array);
    expect(nearestShape(history, 2)).toBe(-1);
    for (const value of [1, 2, 9, 4, 1, 4]) history.push(value);
    // [1, 4] from [1, 2], [2, 9] and [9, 4]: 4/2, 26/2, 64/2.
    expect(nearestShape(history, 2)).toBe(2);
  });
});
