import { describe, expect, it } from 'vitest';
import { fillAbsent } from './absent.js';
import { readCsv } from './read/csv.js';
import { createSeries } from './series.js';

describe('absent rows of counts', () => {
  const minute = 60_000;

  it('become zero at their own times, and so do missing values', () => {
    const time = [0, 1, 2, 5, 6].map((k) => 1_772_409_600_000 + k * minute);
    const series = createSeries({
      time,
      channels: [{ name: 'errors', values: [3, NaN, 1, 2, 4] }],
      labels: [0, 0, 0, 1, 0],
    });
    const filled = fillAbsent(series);
    expect([...filled.series.time].map((ms) => (ms - time[0]!) / minute)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect([...filled.series.channels[0]!.values]).toEqual([3, 0, 1, 0, 0, 2, 4]);
    expect([...filled.series.labels!]).toEqual([0, 0, 0, 0, 0, 1, 0]);
    expect(filled.notes).toEqual([
      '2 absent rows were read as 0 (--missing zero).',
      '1 missing value was read as 0 (--missing zero).',
    ]);
    expect(Number.isNaN(series.channels[0]!.values[1]!)).toBe(true);
  });

  it('stay as they are where none is absent', () => {
    const series = createSeries({ channels: [{ name: 'a', values: [1, 2, 3] }] });
    expect(fillAbsent(series)).toEqual({ series, notes: [] });
  });

  it('are filled by readers that are told to, and only then', () => {
    const text =
      'time,host,errors\n2026-03-02 00:00,a,1\n2026-03-02 00:00,b,2\n2026-03-02 00:01,a,1\n2026-03-02 00:04,b,5\n2026-03-02 00:05,a,7\n';
    const { series, notes } = readCsv(text, { missing: 'zero' });
    expect(series.channels.map(({ values }) => [...values])).toEqual([
      [1, 1, 0, 0, 0, 7],
      [2, 0, 0, 0, 5, 0],
    ]);
    expect(notes.join(' ')).toMatch(/2 absent rows were read as 0.*3 missing values were read as 0/);
    expect(readCsv(text).series.time).toHaveLength(4);
  });

  it('are refused where there are too many', () => {
    const time = [0, 1, 2, 3, 1e9].map((k) => k * 1000);
    const series = createSeries({ time, channels: [{ name: 'a', values: [1, 2, 3, 4, 5] }] });
    expect(() => fillAbsent(series)).toThrow(/absent rows/);
  });
});
