import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.js';
import { createSeries } from '../series/series.js';
import { backtest, backtestBudgets, neighboringBudgets } from './backtest.js';
import { createMonitor } from './monitor.js';

const minute = 60_000;

/** Two bursts in 3,000 minutes; the second lies where rows are missing before it, and one row came twice as NaN. */
function series(): ReturnType<typeof createSeries> {
  const random = createRandom(21);
  const rows = Array.from({ length: 3000 }, (_, t) => t).filter((t) => t < 2380 || t >= 2390);
  return createSeries({
    time: rows.map((t) => Date.UTC(2026, 0, 5) + t * minute),
    channels: [
      {
        name: 'latency',
        unit: 'ms',
        values: rows.map((t) => {
          const burst = (t >= 1500 && t < 1508) || (t >= 2500 && t < 2510);
          return t === 1200 ? NaN : 100 + 3 * random.normal() + (burst ? 60 : 0);
        }),
      },
    ],
    labels: rows.map((t) => (t >= 1500 && t < 1508) || (t >= 2500 && t < 2510)),
  });
}

describe('backtest', () => {
  it('lists the pages that the past would have brought, beside the labels', () => {
    const result = backtest(series());
    expect(result.history).toBe(747);
    expect(result.incidents.map(({ start }) => (start - Date.UTC(2026, 0, 5)) / minute)).toEqual([
      1500, 2500,
    ]);
    expect(result.truth).toMatchObject({ events: 2, found: 2, falsePages: 0 });
    expect(result.truth!.medianDelay).toBeLessThanOrEqual(2 * minute);
    expect(result.pagesPerWeek).toBeCloseTo((2 * 7) / result.days, 10);
  });

  it('gives every row the score and the band that the monitor gave it then', () => {
    const given = series();
    const { detection } = backtest(given);
    const monitor = createMonitor({ step: minute, channels: [{ name: 'latency', unit: 'ms' }] });
    const { points } = monitor.appendSeries(given);
    const byTime = new Map(points.map((point) => [point.time, point]));
    given.time.forEach((time, t) => {
      const point = byTime.get(time)!;
      expect(detection.score[t]).toBe(Math.fround(point.score));
      expect(detection.expected![0]![t]).toEqual(point.expected[0]);
    });
    expect(points).toHaveLength(3000);
  });

  it('pages no less often with a wider budget, and offers the neighbors', () => {
    const counts = ['1/month', '1/week', '1/day'].map(
      (budget) => backtest(series(), { budget }).incidents.length,
    );
    expect([...counts].sort((a, b) => a - b)).toEqual(counts);
    expect(neighboringBudgets('1/week')).toEqual(['1/month', '2/month', '1/week', '3/week', '1/day']);
    expect(neighboringBudgets('5/day')).toContain('5/day');
  });

  it('says of several budgets in one pass what it says of each alone', () => {
    const given = series();
    const budgets = ['1/month', '1/week', '1/day'];
    for (const options of [{ history: 300, sensitivity: 65 }]) {
      const together = backtestBudgets(given, budgets, options);
      expect(together).toEqual(budgets.map((budget) => backtest(given, { ...options, budget })));
      // The budgets do differ: what reaches the threshold is a smaller share of a higher one.
      expect(new Set(together.map(({ detection }) => detection.score[1400])).size).toBe(budgets.length);
    }
  });

  it('refuses a series of a few points', () => {
    const short = createSeries({ channels: [{ name: 'v', values: [1, 2, 3] }] });
    expect(() => backtest(short)).toThrow(/has 3 points/);
  });
});
