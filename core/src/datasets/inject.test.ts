import { describe, expect, it } from 'vitest';
import { createSeries } from '../series/series.js';
import { generateSeries } from './generators.js';
import { injectAnomalies } from './inject.js';
import { anomalyKinds } from './injections.js';

const base = generateSeries('seasonal-trend', { points: 3000, channels: 3, seed: 4 });

describe('injectAnomalies', () => {
  it.each(anomalyKinds.map(({ kind }) => kind))('%s changes labeled points and nothing else', (kind) => {
    const injected = injectAnomalies(base, { kinds: [kind], count: 5, seed: 2 });
    expect(injected.anomalies.length).toBeGreaterThanOrEqual(3);
    for (const anomaly of injected.anomalies) expect(anomaly.kind).toBe(kind);
    injected.channels.forEach(({ name, values }, c) => {
      const owned = new Uint8Array(values.length);
      for (const a of injected.anomalies) if (a.channels.includes(name)) owned.fill(1, a.start, a.end + 1);
      const original = base.channels[c]!.values;
      expect(values.some((value, t) => !owned[t] && value !== original[t])).toBe(false);
      for (const a of injected.anomalies.filter((anomaly) => anomaly.channels.includes(name))) {
        let square = 0;
        for (let t = a.start; t <= a.end; t++) square += (values[t]! - base.channels[c]!.values[t]!) ** 2;
        expect(square).toBeGreaterThan(0);
      }
    });
    expect(injected.labels.reduce((sum, flag) => sum + flag, 0)).toBe(
      injected.anomalies.reduce((sum, { start, end }) => sum + end - start + 1, 0),
    );
  });

  it('is deterministic and leaves its input alone', () => {
    const before = base.channels.map(({ values }) => values.slice());
    const [a, b] = [injectAnomalies(base, { seed: 9 }), injectAnomalies(base, { seed: 9 })];
    expect(a.anomalies).toEqual(b.anomalies);
    a.channels.forEach(({ values }, c) =>
      expect(values.every((v, t) => v === b.channels[c]!.values[t])).toBe(true),
    );
    expect(Buffer.compare(injectAnomalies(base, { seed: 10 }).labels, a.labels)).not.toBe(0);
    base.channels.forEach(({ values }, c) => expect(values.every((v, t) => v === before[c]![t])).toBe(true));
    expect(base.labels.includes(1)).toBe(false);
  });

  it('keeps to the share, the prefix, the lengths and the number of channels', () => {
    for (let seed = 0; seed < 10; seed++) {
      const injected = injectAnomalies(base, {
        seed,
        count: 50,
        maxShare: 0.05,
        from: 1000,
        length: [20, 40],
        channels: 2,
      });
      const marked = injected.labels.reduce((sum, flag) => sum + flag, 0);
      expect(marked).toBeLessThanOrEqual(0.05 * 2000);
      expect(marked).toBeGreaterThan(0);
      expect(injected.labels.subarray(0, 1000).includes(1)).toBe(false);
      for (const { kind, start, end, channels } of injected.anomalies) {
        expect(end - start + 1).toBeLessThanOrEqual(40);
        if (kind !== 'spike') expect(end - start + 1).toBeGreaterThanOrEqual(20);
        expect(channels.length).toBeLessThanOrEqual(2);
      }
    }
  });

  it('leaves missing values missing and unlabeled, and keeps labels that were there', () => {
    const values = base.channels[0]!.values.slice(0, 600);
    values.fill(Number.NaN, 100, 200);
    const labels = new Uint8Array(600).fill(1, 500, 520);
    const gappy = createSeries({ channels: [{ name: 'a', values }], labels });
    for (let seed = 0; seed < 20; seed++) {
      const injected = injectAnomalies(gappy, { seed, count: 4, length: [10, 30] });
      expect(injected.labels.subarray(500, 520).every((flag) => flag === 1)).toBe(true);
      expect(injected.labels.subarray(100, 200).includes(1)).toBe(false);
      injected.channels[0]!.values.forEach((value, t) =>
        expect(Number.isNaN(value)).toBe(t >= 100 && t < 200),
      );
    }
  });

  it('injects nothing that cannot be seen: a flat line in a constant series', () => {
    const constant = createSeries({ channels: [{ name: 'a', values: new Float64Array(500).fill(7) }] });
    expect(
      injectAnomalies(constant, { kinds: ['flat-line', 'horizontal-mirror'], count: 3 }).anomalies,
    ).toEqual([]);
  });

  it.each([
    ['an unknown kind', { kinds: ['wobble' as 'spike'] }, 'bad-option'],
    ['no kind', { kinds: [] }, 'bad-option'],
    ['a negative count', { count: -1 }, 'bad-option'],
    ['lengths in the wrong order', { length: [20, 10] as const }, 'bad-option'],
    ['a share above 1', { maxShare: 2 }, 'bad-option'],
    ['more channels than there are', { channels: 4 }, 'bad-option'],
    ['a prefix that leaves nothing', { from: 2995 }, 'too-few-points'],
    ['a prefix beyond the end', { from: 3000 }, 'bad-option'],
  ])('rejects %s', (_what, options, code) => {
    expect(() => injectAnomalies(base, options)).toThrow(
      expect.objectContaining({ name: 'HeedError', code }),
    );
  });
});
