import { describe, expect, it } from 'vitest';
import { generateSeries } from '../../datasets/index.js';
import { createRandom } from '../../random.js';
import { decide } from './decide.js';

const QUARTER_HOUR = 900_000;

function decideOn(kind: string, seed: number) {
  const series = generateSeries(kind, { points: 900, seed });
  const { intervals } = decide({ values: series.channels[0]!.values, step: QUARTER_HOUR, periods: [96] });
  return { series, intervals };
}

describe('values that are held', () => {
  it('are told from the first to the last of them, twice in one series', () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { series, intervals } = decideOn('flat-line', seed);
      const stuck = intervals.filter(({ sign }) => sign === 'stuck').map(({ start, end }) => [start, end]);
      expect(stuck).toEqual(series.anomalies.map(({ start, end }) => [start, end]));
    }
  });

  it('are no event where the series is often at that value, or hardly moves', () => {
    const random = createRandom(1);
    // Idle at 0 again and again.
    const idle = Float64Array.from({ length: 600 }, (_, t) => (t % 200 < 40 ? 0 : 5 + random.normal()));
    const steps = Float64Array.from({ length: 600 }, (_, t) => (t < 250 ? 3 : t < 420 ? 4 : 2));
    for (const values of [idle, steps]) {
      expect(decide({ values }).intervals.filter(({ sign }) => sign === 'stuck')).toEqual([]);
    }
  });

  it('are a fall where they fell before they were held', () => {
    const random = createRandom(2);
    const values = Float64Array.from({ length: 800 }, (_, t) =>
      t >= 500 && t < 540 ? 0 : 20 + random.normal(),
    );
    const { intervals } = decide({ values });
    expect(intervals).toHaveLength(1);
    expect(intervals[0]).toMatchObject({ start: 500, end: 539, sign: 'off', way: -1 });
  });
});

describe('bursts', () => {
  it('are one event where they are, nearly always', () => {
    let [bursts, whole, events] = [0, 0, 0];
    for (let seed = 1; seed <= 12; seed++) {
      const { series, intervals } = decideOn('variance-burst', seed);
      events += intervals.length;
      for (const { start, end } of series.anomalies) {
        bursts++;
        const inside = intervals.filter((other) => other.start <= end && other.end >= start);
        const [first] = inside;
        if (inside.length === 1 && Math.abs(first!.start - start) <= 4 && Math.abs(first!.end - end) <= 10)
          whole++;
      }
    }
    expect(bursts).toBe(24);
    expect(whole).toBeGreaterThanOrEqual(20);
    expect(events).toBeLessThanOrEqual(30);
  });

  it('are found in minutes of a quarter of an hour: four points are no cycle of the calendar', () => {
    const random = createRandom(3);
    const values = Float64Array.from(
      { length: 900 },
      (_, t) => (t >= 600 && t < 640 ? 6 : 1) * random.normal(),
    );
    const { intervals } = decide({ values, step: QUARTER_HOUR });
    expect(intervals).toHaveLength(1);
    expect(intervals[0]).toMatchObject({ sign: 'rough' });
    expect(Math.abs(intervals[0]!.start - 600)).toBeLessThanOrEqual(4);
    expect(Math.abs(intervals[0]!.end - 639)).toBeLessThanOrEqual(8);
  });

  it('are not seen in a short fall, whose two edges move', () => {
    const random = createRandom(4);
    const values = Float64Array.from({ length: 2000 }, (_, t) =>
      t >= 1500 && t < 1510 ? 0.93 : 1 - 0.0005 * random.uniform(),
    );
    const { intervals } = decide({ values });
    expect(intervals).toHaveLength(1);
    expect(intervals[0]).toMatchObject({ start: 1500, end: 1509, sign: 'off', way: -1 });
  });
});
