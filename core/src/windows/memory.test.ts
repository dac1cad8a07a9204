import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naiveMemoryAttention } from './memory.naive.js';
import {
  attendedWindows,
  attentionWeights,
  createNearestWindows,
  createReconstruction,
  createWindowMemory,
  reconstructWindows,
  scanWindowOffsets,
} from './memory.js';
import type { WindowNormalization } from './memory-types.js';

/** Channels without ties, so that the nearest keys are the same whatever the order of comparison. */
const shapes = fc
  .record({
    n: fc.integer({ min: 12, max: 40 }),
    d: fc.integer({ min: 1, max: 3 }),
    // z-normalized windows of 2 points are all alike
    window: fc.integer({ min: 4, max: 6 }),
    k: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 4 }),
    level: fc.constantFrom(0, 3, -40),
    temperature: fc.constantFrom(0.01, 0.1, 3),
    normalization: fc.constantFrom<WindowNormalization[]>('none', 'center', 'z'),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .map((shape) => {
    let state = shape.seed;
    const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    const channels = Array.from({ length: shape.d }, () =>
      Float64Array.from({ length: shape.n }, (_, t) => shape.level + Math.sin(t / 2) + random()),
    );
    return { ...shape, channels };
  });

describe('memory attention kernels', () => {
  it('agree with the definition for all shapes, normalizations and strides over all phases', () => {
    fc.assert(
      fc.property(shapes, ({ channels, window, k, stride, temperature, normalization, n, d }) => {
        const floor = 0.05;
        const naive = naiveMemoryAttention(channels, {
          window,
          normalization,
          floor,
          exclusion: window,
          k,
          temperature,
        });
        const memory = createWindowMemory(
          channels,
          window,
          normalization,
          channels.map(() => floor),
        );
        const nearest = createNearestWindows(memory.count, k, 1);
        for (let phase = 0; phase < stride; phase++) {
          scanWindowOffsets(memory, nearest, [{ first: window + phase, last: memory.count, stride }]);
        }
        const weights = attentionWeights(nearest, temperature);
        const rebuilt = createReconstruction(memory);
        const middle = memory.count >> 1;
        const halves = [
          { first: 0, last: middle, stride: 1 },
          { first: middle, last: memory.count, stride: 1 },
        ];
        reconstructWindows(memory, nearest, weights, halves, rebuilt);

        const keys = Array.from({ length: memory.count }, (_, i) =>
          Array.from(nearest.index.subarray(i * k, i * k + k)).filter((j) => j >= 0),
        );
        expect(keys).toEqual(naive.keys);
        const expected = new Float64Array(n * d);
        let worst = 0;
        const compare = (actual: number | undefined, wanted: number): void => {
          worst = Math.max(worst, Math.abs(actual! - wanted) / (1 + Math.abs(wanted)));
        };
        for (let i = 0; i < memory.count; i++) {
          naive.keys[i]!.forEach((j, slot) => {
            compare(nearest.distance[i * k + slot], naive.distance[i]![j]!);
            compare(weights[i * k + slot], naive.weights[i]![slot]!);
          });
          for (let c = 0; c < d && keys[i]!.length > 0; c++) {
            compare(rebuilt.residual[i * d + c], naive.residual[i]![c]!);
            for (let t = 0; t < window; t++) {
              expected[(i + t) * d + c] = expected[(i + t) * d + c]! + naive.rebuilt[i]![c]![t]!;
            }
          }
        }
        expected.forEach((value, at) => compare(rebuilt.expected[at], value));
        expect(worst).toBeLessThan(1e-6);
      }),
      { numRuns: 60 },
    );
  });

  it('keep keys of one query apart by the separation, and still the nearest of all', () => {
    const values = Float64Array.from({ length: 300 }, (_, t) => Math.sin(t / 5) + 0.1 * Math.sin(t * t));
    const memory = createWindowMemory([values], 20);
    const nearest = createNearestWindows(memory.count, 4, 10);
    scanWindowOffsets(memory, nearest, [{ first: 20, last: memory.count, stride: 1 }]);
    const { distance } = naiveMemoryAttention([values], {
      window: 20,
      normalization: 'none',
      floor: 0,
      exclusion: 20,
      k: 1,
      temperature: 1,
    });
    for (let i = 0; i < memory.count; i++) {
      const keys = Array.from(nearest.index.subarray(i * 4, i * 4 + 4)).filter((j) => j >= 0);
      expect(nearest.distance[i * 4]).toBeCloseTo(Math.min(...distance[i]!), 9);
      expect(new Set(keys).size).toBe(keys.length);
      const distances = Array.from(nearest.distance.subarray(i * 4, i * 4 + keys.length));
      expect(distances).toEqual([...distances].sort((a, b) => a - b));
    }
  });

  it('stays accurate far from zero and over long runs of the recurrence', () => {
    const values = Float64Array.from({ length: 1200 }, (_, t) => 1e6 + Math.sin(t / 7) + Math.sin(t * 1.7));
    for (const normalization of ['none', 'center', 'z'] as const) {
      const memory = createWindowMemory([values], 32, normalization, [0.01]);
      const nearest = createNearestWindows(memory.count, 1, 1);
      scanWindowOffsets(memory, nearest, [{ first: 700, last: 701, stride: 1 }]);
      const { distance } = naiveMemoryAttention([values.subarray(400)], {
        window: 32,
        normalization,
        floor: 0.01,
        exclusion: 32,
        k: 1,
        temperature: 1,
      });
      expect(nearest.distance[420]).toBeCloseTo(distance[20]![720]!, 6);
    }
  });

  it('lists the attended windows heaviest first and rejects a series without two windows', () => {
    const nearest = createNearestWindows(1, 3, 1);
    nearest.index.set([7, 9, -1]);
    nearest.distance.set([0.1, 0.3, Infinity]);
    const weights = attentionWeights(nearest, 0.1);
    const attended = attendedWindows(nearest, weights, 0);
    expect(attended.map(({ start }) => start)).toEqual([7, 9]);
    expect(attended[0]!.weight).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
    expect(() => createWindowMemory([new Float64Array(5)], 5)).toThrow(/no two windows/);
  });
});
