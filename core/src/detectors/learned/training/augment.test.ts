import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../random.js';
import { augmentWindows, parseAugmentations, type Augmentation } from './augment.js';

const shape = { batch: 40, window: 24, channels: 2 };
const size = shape.window * shape.channels;
const wave = Float32Array.from({ length: shape.batch * size }, (_, i) => Math.sin(i / 5) + (i % 2));

function augmented(kind: Augmentation, labels?: Float32Array, seed = 1): Float32Array {
  const values = wave.slice();
  augmentWindows(values, shape, [kind], createRandom(seed), labels);
  return values;
}
const difference = (values: Float32Array, i: number): number => Math.abs(values[i]! - wave[i]!);

describe('augmentation', () => {
  it.each(['jitter', 'scale', 'warp'] as const)(
    'by %s varies windows a little, the same for a seed',
    (kind) => {
      const values = augmented(kind);
      expect(augmented(kind)).toEqual(values);
      expect(augmented(kind, undefined, 2)).not.toEqual(values);
      const mean = values.reduce((sum, _, i) => sum + difference(values, i), 0) / values.length;
      expect(mean).toBeGreaterThan(0.01);
      expect(mean).toBeLessThan(0.4);
    },
  );

  it('by jitter adds noise of 0.03, by scale a factor per window and channel', () => {
    const jittered = augmented('jitter');
    const variance = jittered.reduce((sum, x, i) => sum + (x - wave[i]!) ** 2, 0) / jittered.length;
    expect(Math.sqrt(variance)).toBeCloseTo(0.03, 2);
    const scaled = augmented('scale');
    for (const b of [0, 7]) {
      for (const c of [0, 1]) {
        const factors = Array.from({ length: 20 }, (_, t) => b * size + t * 2 + c)
          .filter((i) => Math.abs(wave[i]!) > 0.1)
          .map((i) => scaled[i]! / wave[i]!);
        for (const factor of factors) expect(factor).toBeCloseTo(factors[0]!, 4);
      }
    }
  });

  it('by injection plants labeled anomalies in about a quarter of the windows, and only where there are labels', () => {
    expect(augmented('inject')).toEqual(wave);
    const labels = new Float32Array(shape.batch * shape.window);
    const values = augmented('inject', labels);
    let hit = 0;
    for (let b = 0; b < shape.batch; b++) {
      const marks = labels.subarray(b * shape.window, (b + 1) * shape.window);
      if (marks.includes(1)) hit++;
      // What was changed is labeled.
      for (let i = 0; i < size; i++) {
        if (difference(values, b * size + i) > 0) expect(marks[i >> 1]).toBe(1);
      }
    }
    expect(hit).toBeGreaterThan(3);
    expect(hit).toBeLessThan(20);
  });

  it('by warp moves labels with the values', () => {
    const labels = new Float32Array(shape.batch * shape.window);
    for (let b = 0; b < shape.batch; b++) labels.fill(1, b * shape.window + 10, b * shape.window + 14);
    augmented('warp', labels);
    for (let b = 0; b < shape.batch; b++) {
      const count = labels.subarray(b * shape.window, (b + 1) * shape.window).reduce((a, x) => a + x, 0);
      expect(count).toBeGreaterThanOrEqual(2);
      expect(count).toBeLessThanOrEqual(8);
    }
  });

  it('reads its names', () => {
    expect(parseAugmentations('none')).toEqual([]);
    expect(parseAugmentations('jitter, warp')).toEqual(['jitter', 'warp']);
    expect(() => parseAugmentations('mirror')).toThrow(expect.objectContaining({ code: 'bad-option' }));
  });
});
