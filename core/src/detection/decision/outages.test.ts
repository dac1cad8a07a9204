import { expect, test } from 'vitest';
import { generateCalm, generateOutage } from '../../datasets/index.js';
import { createSeries, type Series } from '../../series/series.js';
import { detect } from '../detect.js';

test.each(['absent rows', 'missing values'] as const)(
  'an outage of a heartbeat, %s, is an event',
  async (as) => {
    for (const seed of [1, 2]) {
      const series = generateOutage(as, { seed });
      const { start, end } = series.anomalies[0]!;
      const { events } = await detect(series);
      expect(events.map(({ kind, startIndex, endIndex }) => [kind, startIndex, endIndex])).toEqual([
        ['gap', start, end],
      ]);
      const { reason } = events[0]!;
      const told =
        /^up sent nothing, where it usually comes every 1 min, for (\d+) min from (?:15 Nov )?(\d\d:\d\d) UTC\.$/.exec(
          reason,
        );
      expect(told, reason).not.toBeNull();
      const steps =
        as === 'absent rows' ? (series.time[end]! - series.time[start]!) / 60_000 - 1 : end - start + 1;
      expect(Number(told![1])).toBe(steps);
      const first = series.time[start]! + (as === 'absent rows' ? 60_000 : 0);
      expect(told![2]).toBe(new Date(first).toISOString().slice(11, 16));
    }
  },
);

function without(series: Series, start: number, end: number): Series {
  const keep = Array.from(series.time.keys()).filter((t) => t < start || t > end);
  return createSeries({
    time: Float64Array.from(keep, (t) => series.time[t]!),
    channels: series.channels.map(({ name, values }) => ({
      name,
      values: Float64Array.from(keep, (t) => values[t]!),
    })),
  });
}

test('missing steps of a measurement are noted and never judged', async () => {
  const series = generateCalm('white noise', { seed: 3, points: 1200 });
  const { events, notes } = await detect(without(series, 700, 760));
  expect(events).toEqual([]);
  expect(notes.join()).toContain(
    'No data in 1 gap, the longest of 61 missing steps; nothing was judged there',
  );
});

test('a heartbeat that often stays away as long has no outage', async () => {
  let series: Series = createSeries({
    time: Float64Array.from({ length: 1500 }, (_, t) => 1.7e12 + 60_000 * t),
    channels: [{ name: 'up', values: new Float64Array(1500).fill(1) }],
  });
  for (const at of [1300, 1000, 800, 420, 100]) series = without(series, at, at + 11);
  expect((await detect(series)).events).toEqual([]);
});
