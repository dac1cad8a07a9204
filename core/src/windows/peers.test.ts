import { describe, expect, it } from 'vitest';
import { CooperativeScheduler } from '../yield.js';
import { createRandom } from '../random.js';
import { attendToPeers, blockAt, imputeFromPeers, type PeerAttentionOptions } from './peers.js';
import { naivePeerAttention } from './peers.naive.js';

const options: PeerAttentionOptions = { temperature: 0.1, keys: 4, budget: 1e9 };
const scheduler = (): CooperativeScheduler => new CooperativeScheduler(undefined);

/** d × n values: three groups with waves of their own, and noise. */
function groups(d: number, n: number, seed = 1): Float64Array[] {
  const random = createRandom(seed);
  return Array.from({ length: d }, (_, c) =>
    Float64Array.from({ length: n }, (__, t) => Math.sin(t / (4 + (c % 3))) + random.normal(0, 0.3)),
  );
}

describe('attention to peers', () => {
  it.each([
    [6, 200, 4],
    [9, 333, 3],
    [3, 64, 16],
    [2, 20, 1],
    [1, 20, 4],
  ])('is that of its definition: %i series of %i points, %i keys', async (d, n, keys) => {
    const z = groups(d, n);
    const attention = await attendToPeers(z, { ...options, keys }, scheduler());
    const naive = naivePeerAttention(z, { temperature: options.temperature, keys });
    expect(attention.segments).toBe(naive.weights.length);
    const { k, index, weights } = attention;
    naive.weights.forEach((rows, b) =>
      rows.forEach((row, i) => {
        const dense = new Array<number>(d).fill(0);
        for (let slot = (b * d + i) * k; slot < (b * d + i + 1) * k; slot++) {
          if (index[slot]! >= 0) dense[index[slot]!] = weights[slot]!;
        }
        dense.forEach((weight, j) => expect(weight).toBeCloseTo(row[j]!, 10));
      }),
    );
    z.forEach((_, c) =>
      expect(Array.from(imputeFromPeers(z, attention, c))).toEqual(Array.from(naive.rebuilt[c]!)),
    );
  });

  it('goes to the own group, never to the series itself, and sums to 1', async () => {
    const z = groups(12, 320);
    const { index, weights, k, segments } = await attendToPeers(z, { ...options, keys: 11 }, scheduler());
    for (let b = 0; b < segments; b++) {
      for (let i = 0; i < 12; i++) {
        let own = 0;
        let all = 0;
        for (let slot = (b * 12 + i) * k; slot < (b * 12 + i + 1) * k; slot++) {
          expect(index[slot]).not.toBe(i);
          all += weights[slot]!;
          if (index[slot]! % 3 === i % 3) own += weights[slot]!;
        }
        expect(all).toBeCloseTo(1, 10);
        expect(own).toBeGreaterThan(0.95);
      }
    }
  });

  it('is not decided by the interval that is judged', async () => {
    const z = groups(6, 320);
    const changed = z.map((values) => values.slice());
    const before = await attendToPeers(z, options, scheduler());
    const segment = blockAt(160, before);
    // Two series of different groups do the same in the judged interval.
    for (let t = 160; t < 180; t++) changed[0]![t] = changed[1]![t] = 9;
    const after = await attendToPeers(changed, options, scheduler());
    const part = (array: Int32Array | Float64Array): number[] =>
      Array.from(array.subarray(segment * 6 * before.k, (segment + 1) * 6 * before.k));
    expect(part(after.index)).toEqual(part(before.index));
    expect(part(after.weights)).toEqual(part(before.weights));
  });

  it('keeps to its budget, and still finds the groups', async () => {
    const z = groups(9, 3200);
    const { stride, index, k } = await attendToPeers(
      z,
      { ...options, keys: 2, budget: 81 * 400 },
      scheduler(),
    );
    expect(stride).toBe(8);
    for (let i = 0; i < 9; i++) expect([index[i * k]! % 3, index[i * k + 1]! % 3]).toEqual([i % 3, i % 3]);
  });

  it('names the segment of every point', () => {
    for (const points of [16, 100, 333, 1000]) {
      const segments = Math.min(16, Math.floor(points / 16));
      for (let t = 0; t < points; t++) {
        const b = blockAt(t, { points, segments });
        expect(Math.floor((b * points) / segments)).toBeLessThanOrEqual(t);
        expect(Math.floor(((b + 1) * points) / segments)).toBeGreaterThan(t);
      }
    }
  });
});
