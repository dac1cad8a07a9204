import * as tf from '@tensorflow/tfjs-core';
import { loadAttention } from '@heed/core/attention';
import { createRandom } from '@heed/core/datasets';
import { beforeAll, describe, expect, it } from 'vitest';
import { attend } from './attention.js';

const apart = (a: tf.Tensor, b: tf.Tensor) => Number(tf.max(tf.abs(tf.sub(a, b))).arraySync());

describe('attention from scratch', () => {
  const random = createRandom(1);
  const rows = Array.from({ length: 6 }, () => Array.from({ length: 12 }, () => random.normal()));
  let library: Awaited<ReturnType<typeof loadAttention>>;
  beforeAll(async () => {
    library = await loadAttention();
  });

  it.each([1, 2, 3])(
    'is the multi-head attention of the library, with %i heads that project nothing',
    (heads) => {
      const x = tf.tensor3d([rows]);
      const one = tf.eye(12) as tf.Tensor2D;
      const expected = library.multiHeadAttention(
        x,
        x,
        x,
        { query: one, key: one, value: one, output: one },
        heads,
      );
      const { weights, context } = attend(rows, { temperature: 1, scaled: true, heads, exclude: false });
      expect(apart(tf.tensor3d(weights), expected.weights)).toBeLessThan(1e-5);
      expect(apart(tf.tensor3d([context]), expected.context)).toBeLessThan(1e-5);
    },
  );

  it('divides by the temperature, and leaves out what it is told to', () => {
    const x = tf.tensor3d([rows]);
    const mask = tf.sub(tf.ones([6, 6]), tf.eye(6));
    const expected = library.attend(tf.div(library.dotScores(x, x), 4) as tf.Tensor3D, x, mask);
    const { weights, context } = attend(rows, { temperature: 4, scaled: false, heads: 1, exclude: true });
    expect(apart(tf.tensor3d(weights), expected.weights)).toBeLessThan(1e-5);
    expect(apart(tf.tensor3d([context]), expected.context)).toBeLessThan(1e-5);
    weights[0]!.forEach((row, i) => {
      expect(row[i]).toBe(0);
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 10);
    });
  });
});
