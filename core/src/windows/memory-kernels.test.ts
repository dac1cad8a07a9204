import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowKernels } from './kernels.js';
import { createRandom } from '../random.js';
import { contextDistancesPlain } from './context.js';
import { reconstructPlain, scanPlain } from './memory-plain.js';
import {
  attentionWeights,
  createNearestWindows,
  createReconstruction,
  createWindowMemory,
} from './memory.js';
import type { WindowNormalization } from './memory-types.js';

const kernels = windowKernels()!;

/** Any shape; values rounded to some grid now and then, so that distances tie. */
const shapes = fc
  .record({
    n: fc.integer({ min: 6, max: 257 }),
    d: fc.integer({ min: 1, max: 5 }),
    window: fc.integer({ min: 1, max: 40 }),
    k: fc.integer({ min: 1, max: 9 }),
    stride: fc.integer({ min: 1, max: 9 }),
    separation: fc.integer({ min: 1, max: 20 }),
    grid: fc.constantFrom(0, 0.5),
    normalization: fc.constantFrom<WindowNormalization[]>('none', 'center', 'z'),
    seed: fc.nat(1e6),
  })
  .filter(({ n, window }) => n - window >= 2)
  .map((shape) => {
    const random = createRandom(shape.seed);
    const channels = Array.from({ length: shape.d }, () =>
      Float64Array.from({ length: shape.n }, (_, t) => {
        const value = Math.sin(t / 3) + random.normal();
        return shape.grid > 0 ? Math.round(value / shape.grid) * shape.grid : value;
      }),
    );
    return { ...shape, channels };
  });

/** Bits, so that 0 and −0 or two NaN would count as what they are. */
const sameBits = (a: Float64Array, b: Float64Array) =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

describe('the WebAssembly of memory attention', () => {
  it('finds the same nearest windows as the JavaScript, bit by bit, offset by offset', () => {
    fc.assert(
      fc.property(shapes, ({ channels, window, k, stride, separation }) => {
        const memory = createWindowMemory(channels, window);
        const nearest = [1, 2].map(() => createNearestWindows(memory.count, k, separation));
        const middle = Math.ceil((1 + memory.count) / 2);
        for (const [first, last] of [
          [1, middle],
          [middle, memory.count],
        ] as const) {
          scanPlain(memory, nearest[0]!, first, last, stride);
          expect(kernels.scan(memory.values, memory, nearest[1]!, [{ first, last, stride }])).toBe(true);
          expect(Array.from(nearest[1]!.index)).toEqual(Array.from(nearest[0]!.index));
          expect(sameBits(nearest[1]!.distance, nearest[0]!.distance)).toBe(true);
        }
        expect(nearest[0]!.index.some((key) => key >= 0)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('rebuilds the same windows as the JavaScript, bit by bit, for every normalization', () => {
    fc.assert(
      fc.property(shapes, ({ channels, window, k, stride, normalization, d }) => {
        const memory = createWindowMemory(
          channels,
          window,
          normalization,
          channels.map(() => 0.05),
        );
        const nearest = createNearestWindows(memory.count, k, 1);
        scanPlain(createWindowMemory(channels, window), nearest, 1, memory.count, 2);
        const weights = attentionWeights(nearest, 0.3);
        const [plain, compiled] = [createReconstruction(memory), createReconstruction(memory)];
        const middle = memory.count >> 1;
        for (const [first, last] of [
          [0, middle],
          [middle, memory.count],
        ] as const) {
          reconstructPlain(memory, nearest, weights, first, last, stride, plain);
          const { mean, scale } = memory;
          const done = kernels.reconstruct(
            memory.values,
            memory,
            normalization === 'none' ? undefined : { mean, scale },
            { weights, index: nearest.index, k },
            [{ first, last, stride }],
            compiled,
          );
          expect(done).toBe(true);
        }
        for (const part of ['residual', 'expected', 'squares', 'covered'] as const) {
          expect(sameBits(compiled[part], plain[part]), part).toBe(true);
        }
        expect(plain.residual.length).toBe(memory.count * d);
      }),
      { numRuns: 150 },
    );
  });

  it('compares surroundings with the same bits as the JavaScript, beyond the ends and over hidden points too', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.array(fc.tuple(fc.nat(256), fc.nat(40)), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: -256, max: 256 }),
        ({ channels, n, seed }, intervals, first) => {
          const random = createRandom(seed);
          const observed = Float64Array.from({ length: n }, () => (random.uniform() < 0.8 ? 1 : 0));
          const runs = intervals.map(([from, length]) => ({
            from: from % n,
            to: Math.min(n - 1, (from % n) + length),
          }));
          const [plain, compiled] = [1, 2].map(() => new Float64Array(n).fill(0.25)) as [
            Float64Array,
            Float64Array,
          ];
          contextDistancesPlain(channels, observed, runs, first, plain);
          expect(kernels.contextDistances(channels, observed, runs, first, compiled)).toBe(true);
          expect(sameBits(compiled, plain)).toBe(true);
          // From the definition, for one shift.
          const shift = first + (n >> 1);
          let sum = 0.25;
          for (const { from, to } of runs) {
            for (const values of channels) {
              for (let t = from; t <= to; t++) {
                if (t + shift < 0 || t + shift >= n) continue;
                sum += (values[t]! - values[t + shift]!) ** 2 * observed[t + shift]!;
              }
            }
          }
          expect(plain[n >> 1]!).toBeCloseTo(sum, 8);
        },
      ),
      { numRuns: 150 },
    );
  });
});
