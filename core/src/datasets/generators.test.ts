import { describe, expect, it } from 'vitest';
import { generateSeries, generators } from './generators.js';
import type { LabeledSeries } from './types.js';

/** All numbers of a series as one array of bytes: quick to compare. */
const bytesOf = ({ time, labels, channels }: LabeledSeries) =>
  Buffer.concat([time, labels, ...channels.map(({ values }) => values)].map((a) => Buffer.from(a.buffer)));

describe.each(generators.map((generator) => [generator.id, generator] as const))(
  'generator %s',
  (_id, generator) => {
    const series = generator.create({ seed: 1 });

    it('has as many points as said, finite values and the same for the same seed', () => {
      expect(series.time.length).toBe(generator.defaultPoints);
      expect(series.channels.length > 1).toBe(generator.multivariate);
      for (const { values } of series.channels) expect(values.every(Number.isFinite)).toBe(true);
      const again = generator.create({ seed: 1 });
      expect(bytesOf(again).equals(bytesOf(series))).toBe(true);
      expect(again.anomalies).toEqual(series.anomalies);
      expect(bytesOf(generator.create({ seed: 2 })).equals(bytesOf(series))).toBe(false);
    });

    it('labels exactly the points of its anomalies, after a clean 30%, and names channels it has', () => {
      for (let seed = 0; seed < 6; seed++) {
        for (const points of [generator.minPoints, generator.defaultPoints]) {
          const { labels, anomalies, channels } = generator.create({ seed, points });
          const expected = new Uint8Array(points);
          for (const { start, end } of anomalies) expected.fill(1, start, end + 1);
          expect(Buffer.compare(labels, expected)).toBe(0);
          expect(labels.length).toBe(points);
          const first = labels.indexOf(1);
          if (generator.group === 'clean') expect(first).toBe(-1);
          else expect(first).toBeGreaterThanOrEqual(0.3 * points);
          expect(labels.at(-1)).toBe(0);
          for (const anomaly of anomalies) {
            expect(anomaly.end).toBeGreaterThanOrEqual(anomaly.start);
            expect(anomaly.channels.length).toBeGreaterThan(0);
            for (const name of anomaly.channels)
              expect(channels.map((channel) => channel.name)).toContain(name);
          }
        }
      }
    });
  },
);

/**
 * What the channel would have been without anomalies: in every generator that uses injections on a finished base,
 * asking for no anomalies leaves the base as it is.
 */
describe('shapes', () => {
  const onBase = [
    'spike',
    'level-shift',
    'dropout',
    'flat-line',
    'variance-burst',
    'changed-period',
    'slow-drift',
  ];
  it.each([...onBase, 'contextual', 'correlation-break', 'some-channels', 'missing-peak'])(
    '%s differs from its clean base inside its labels only, and there in the named channels',
    (id) => {
      for (const channels of [3, 6]) {
        const [dirty, clean] = [
          generateSeries(id, { seed: 5, channels }),
          generateSeries(id, { seed: 5, channels, anomalies: 0 }),
        ];
        dirty.channels.forEach(({ name, values }, c) => {
          const base = clean.channels[c]!.values;
          const owned = new Uint8Array(values.length);
          for (const a of dirty.anomalies) if (a.channels.includes(name)) owned.fill(1, a.start, a.end + 1);
          let changedInside = 0;
          let changedOutside = 0;
          for (let t = 0; t < values.length; t++) {
            const change = Math.abs(values[t]! - base[t]!);
            if (!owned[t]) changedOutside = Math.max(changedOutside, change);
            else if (change > 0) changedInside++;
          }
          // The bump of a missing peak has tails beyond its label, far below the noise.
          expect(changedOutside).toBeLessThan(id === 'missing-peak' ? 0.05 : 1e-12);
          const total = owned.reduce((sum, flag) => sum + flag, 0);
          if (total > 0) expect(changedInside / total).toBeGreaterThan(0.8);
        });
      }
    },
  );

  it('grows with strength', () => {
    const size = (strength: number) => {
      const [dirty, clean] = [
        generateSeries('level-shift', { seed: 3, strength }),
        generateSeries('level-shift', { seed: 3, anomalies: 0 }),
      ];
      const { start } = dirty.anomalies[0]!;
      return Math.abs(dirty.channels[0]!.values[start]! - clean.channels[0]!.values[start]!);
    };
    expect(size(2)).toBeCloseTo(2 * size(1), 6);
  });

  it('a counter grows by day and stalls where labeled', () => {
    const { channels, anomalies } = generateSeries('counter');
    const { values } = channels[0]!;
    for (const { start, end } of anomalies) {
      expect(new Set(values.subarray(start - 1, end + 1)).size).toBe(1);
    }
  });

  it('prices obey high >= open, close >= low', () => {
    const [open, high, low, close] = generateSeries('stock').channels.map((channel) => channel.values);
    expect(high!.every((value, t) => value >= Math.max(open![t]!, close![t]!))).toBe(true);
    expect(low!.every((value, t) => value <= Math.min(open![t]!, close![t]!))).toBe(true);
  });
});

describe('options', () => {
  it.each([
    ['an unknown generator', () => generateSeries('sine')],
    ['too few points', () => generateSeries('spike', { points: 10 })],
    ['a fraction of a point', () => generateSeries('spike', { points: 1000.5 })],
    ['channels a domain does not have', () => generateSeries('stock', { channels: 3 })],
    ['anomalies in clean data', () => generateSeries('white-noise', { anomalies: 1 })],
    ['no strength', () => generateSeries('spike', { strength: 0 })],
    ['a strength that is not a number', () => generateSeries('spike', { strength: Number.NaN })],
    ['a seed that is not a number', () => generateSeries('spike', { seed: Number.NaN })],
  ])('rejects %s', (_what, act) => {
    expect(act).toThrow(expect.objectContaining({ name: 'HeedError', code: 'bad-option' }));
  });
});
