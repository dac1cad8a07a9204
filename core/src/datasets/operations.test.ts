import { expect, test } from 'vitest';
import { calmKinds, faultKinds, generateCalm, generateFault } from './operations.js';

test('a fault changes what lies between its begin and its end', () => {
  for (const kind of faultKinds) {
    for (let seed = 1; seed <= 5; seed++) {
      const series = generateFault(kind, { seed, points: 1200 });
      const { start, end } = series.anomalies[0]!;
      expect(start, kind).toBeGreaterThanOrEqual(360);
      expect(end, kind).toBeLessThan(1200 - 30);
      expect(series.labels.reduce((a, b) => a + b, 0)).toBe(end - start + 1);
      expect(series.channels[0]!.values.every(Number.isFinite)).toBe(true);
      expect(generateFault(kind, { seed, points: 1200 })).toEqual(series);
    }
  }
  const values = generateFault('stuck', { seed: 3 }).channels[0]!.values;
  const { start, end } = generateFault('stuck', { seed: 3 }).anomalies[0]!;
  expect(new Set(values.subarray(start, end + 1)).size).toBe(1);
});

test('calm series have no anomaly and as many points as asked for', () => {
  for (const kind of calmKinds) {
    const series = generateCalm(kind, { seed: 1, points: 300 });
    expect(series.time).toHaveLength(300);
    expect(series.anomalies).toEqual([]);
    expect(series.labels.includes(1)).toBe(false);
  }
});
