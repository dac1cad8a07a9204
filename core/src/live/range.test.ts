import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.js';
import { createSeries, sliceSeries, type Series } from '../series/series.js';
import { backtest } from './backtest.js';
import { RangeMonitor, findHistoryStart, type IncidentEvent } from './range.js';

const step = 5000;
const cell = 1440 * step;
/** Where a cell begins. */
const origin = 240_000 * cell;

/** Noise on a slow wave, with bursts and a collapse; `first` and `last` in points from `origin`. */
function recorded(first: number, last: number, faults: readonly (readonly [number, number])[]): Series {
  const random = createRandom(5);
  const rows = Array.from({ length: last - first }, (_, t) => first + t);
  return createSeries({
    time: rows.map((t) => origin + t * step),
    channels: [
      {
        name: 'latency',
        unit: 'ms',
        values: rows.map((t) => {
          const fault = faults.find(([from, to]) => t >= from && t < to);
          return 100 + 10 * Math.sin(t / 40) + 2 * random.normal() + (fault ? 60 : 0);
        }),
      },
    ],
  });
}

/** The points from `first` to before `last`. */
const part = (series: Series, first: number, last: number) => {
  const begin = Math.round((series.time[0]! - origin) / step);
  return sliceSeries(series, Math.max(0, first - begin), last - begin);
};

const key = ({ id, start, noticed, path }: IncidentEvent) => ({ id, start, noticed, path });

describe('a range that is monitored', () => {
  const faults = [
    [1700, 1712],
    [1900, 1904],
    [2100, 2130],
  ] as const;
  const whole = recorded(-1440, 2300, faults);
  const from = (t: number) => origin + t * step;

  it('opens every incident once in 200 refreshes, keeps its start, closes it once, with the ids of a backtest', async () => {
    const monitor = new RangeMonitor({ step });
    const seen = new Map<string, { starts: Set<number>; opened: number; closed: number; wasOpen: boolean }>();
    const paths = new Map<string, IncidentEvent['path']>();
    let shown = new Set<string>();
    for (let refresh = 0; refresh < 200; refresh++) {
      const end = 2095 + refresh;
      const visibleFrom = from(end - 600);
      const series = part(whole, Math.round((findHistoryStart(visibleFrom, step) - origin) / step), end);
      const { detection, scoredPoints } = await monitor.update(series, visibleFrom);
      if (refresh > 0) expect(scoredPoints).toBe(1);
      const now = new Set<string>();
      for (const event of detection.events) {
        now.add(event.id);
        const known = seen.get(event.id) ?? { starts: new Set(), opened: 0, closed: 0, wasOpen: false };
        known.starts.add(event.start);
        if (!shown.has(event.id)) known.opened++;
        if (known.wasOpen && !event.open) known.closed++;
        if (!known.wasOpen && event.open && known.closed > 0) known.opened++;
        known.wasOpen = event.open;
        seen.set(event.id, known);
        // What has been told of its severity is not taken back.
        const path = paths.get(event.id) ?? [];
        expect(event.path.slice(0, path.length)).toEqual(path);
        paths.set(event.id, event.path);
      }
      // Only what has left the range is gone.
      for (const id of shown) if (!now.has(id)) expect(refresh).toBeGreaterThan(0);
      shown = now;
    }
    expect(seen.size).toBe(3);
    for (const { starts, opened } of seen.values()) {
      expect(starts.size).toBe(1);
      expect(opened).toBe(1);
    }
    const late = [...seen.values()].filter(({ closed }) => closed > 0);
    expect(late).toHaveLength(1);
    // The monitor of this cell has seen the points from one cell before on.
    const expected = backtest(part(whole, 0, 2295), { history: 0 });
    const ids = expected.incidents.filter(({ noticed }) => noticed >= from(1495)).map(({ id }) => id);
    expect([...seen.keys()].sort()).toEqual(ids.sort());
  });

  it('tells the same of a moment in every range, after a reload and for a neighbor', async () => {
    const full = await new RangeMonitor({ step }).update(part(whole, -1440, 2300), from(1440));
    for (const [first, last] of [
      [1600, 2300],
      [1690, 1760],
      [1895, 2295],
      [2110, 2140],
    ] as const) {
      const history = Math.round((findHistoryStart(from(first), step) - origin) / step);
      const series = part(whole, history, last);
      const { detection } = await new RangeMonitor({ step }).update(series, from(first));
      const at = series.time.indexOf(from(first));
      const same = full.detection.score.subarray(first + 1440, last + 1440 - 3);
      expect(Array.from(detection.score.subarray(at, at + same.length))).toEqual(Array.from(same));
      const within = full.detection.events.filter(
        (event) => event.end >= from(first) && event.noticed < from(last),
      );
      expect(detection.events.map(({ id, start }) => ({ id, start }))).toEqual(
        within.map(({ id, start }) => ({ id, start })),
      );
    }
  });

  it('keeps an incident whole where it goes on into the next cell', async () => {
    const crossing = recorded(-1440, 3000, [[2870, 2900]]);
    const visible = [2800, 2885];
    const all = await new RangeMonitor({ step }).update(part(crossing, -1440, 3000), from(visible[0]!));
    expect(all.detection.events).toHaveLength(1);
    expect(all.detection.events[0]!.open).toBe(false);
    const late = await new RangeMonitor({ step }).update(part(crossing, 0, 3000), from(visible[1]!));
    expect(late.detection.events.map(key)).toEqual(all.detection.events.map(key));
    // As it went on, the same one.
    const live = new RangeMonitor({ step });
    const ids = new Set<string>();
    for (let end = 2860; end < 2990; end++) {
      const { detection } = await live.update(part(crossing, -1440, end), from(2500));
      for (const { id } of detection.events) ids.add(id);
    }
    expect([...ids]).toEqual([all.detection.events[0]!.id]);
  });

  it('says what the state is, and since when', async () => {
    const at = async (end: number, now?: number) => {
      const series = part(whole, -1440, end);
      const { state, since } = await new RangeMonitor({ step }).update(series, from(1600), {
        ...(now === undefined ? {} : { now }),
      });
      return { state, since: (since - origin) / step };
    };
    expect(await at(1690)).toMatchObject({ state: 'normal' });
    const during = await at(1710);
    expect(during.state).toBe('anomalous');
    expect(during.since).toBeGreaterThanOrEqual(1700);
    expect(during.since).toBeLessThan(1706);
    const after = await Promise.all([1718, 1722, 1726, 1730].map((end) => at(end)));
    expect(after.map(({ state }) => state)).toContain('recovering');
    expect(await at(1800, from(1900))).toEqual({ state: 'no data', since: 1800 });
    const young = await new RangeMonitor({ step }).update(part(whole, 0, 30), from(0));
    expect(young.state).toBe('learning');
  });

  it('goes on without cells as the range moves on, and begins anew where the past was corrected', async () => {
    const monitor = new RangeMonitor({ step, cell: Infinity });
    await monitor.update(part(whole, 1500, 2000), from(1500));
    const next = await monitor.update(part(whole, 1520, 2020), from(1520));
    expect(next.scoredPoints).toBe(20);
    const zoomed = await monitor.update(part(whole, 1700, 1800), from(1700));
    expect(zoomed.scoredPoints).toBe(0);
    expect(zoomed.detection.events.map(({ id }) => id)).toEqual(
      next.detection.events.filter((e) => e.start < from(1800) && e.end >= from(1700)).map(({ id }) => id),
    );
    const corrected = part(whole, 1520, 2021);
    const values = Float64Array.from(corrected.channels[0]!.values);
    values[10] = 7;
    const series = createSeries({ time: corrected.time, channels: [{ name: 'latency', values }] });
    expect((await monitor.update(series, from(1520))).scoredPoints).toBe(501);
  });

  it('refuses an empty series and a step that is none', async () => {
    expect(() => new RangeMonitor({ step: 0 })).toThrow(/step/);
    expect(() => new RangeMonitor({ step, budget: 'often' })).not.toThrow();
    await expect(
      new RangeMonitor({ step, budget: 'often' }).update(part(whole, 0, 30), from(0)),
    ).rejects.toThrow(/budget/);
  });
});
