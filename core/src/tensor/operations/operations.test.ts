import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../random.js';
import { chooseBackend } from '../index.js';
import {
  attentionDecoder,
  convolution1d,
  convolution2d,
  dense,
  gatherRows,
  gateCount,
  layerNorm,
  maxPool1d,
  maxPool2d,
  recurrent,
  segmentSoftmax,
  segmentSum,
  type RecurrentCell,
} from './index.js';
import { attentionDecoderNaive, recurrentNaive, type NaiveDecoder } from './recurrent.naive.js';

const random = createRandom(2);
const draw = (shape: number[]): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );

/** Largest difference between the gradient of Σ c·f(x) and central differences, over all inputs. */
function gradientError(f: (...x: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): number {
  const value = f(...inputs);
  const weights = draw(value.shape);
  const total = (...x: tf.Tensor[]): tf.Scalar => tf.sum(tf.mul(f(...x), weights)) as tf.Scalar;
  const gradients = tf.grads(total)(inputs);
  let worst = 0;
  inputs.forEach((input, at) => {
    const data = input.dataSync<'float32'>();
    const analytic = gradients[at]!.dataSync();
    for (let i = 0; i < data.length; i++) {
      const shifted = (by: number): number => {
        const copy = Float32Array.from(data);
        copy[i] += by;
        const list = [...inputs];
        list[at] = tf.tensor(copy, input.shape);
        return total(...list).dataSync()[0]!;
      };
      const numeric = (shifted(5e-3) - shifted(-5e-3)) / 1e-2;
      worst = Math.max(worst, Math.abs(numeric - analytic[i]!) / (1 + Math.abs(numeric)));
    }
  });
  return worst;
}

beforeAll(async () => {
  await chooseBackend();
});

describe('differentiable operations', () => {
  it('dense equals x W + b on every rank and has its gradient', () => {
    const [x, w, b] = [draw([2, 3, 4]), draw([4, 5]), draw([5])];
    const expected = tf.add(tf.reshape(tf.matMul(tf.reshape(x!, [6, 4]), w as tf.Tensor2D), [2, 3, 5]), b!);
    const actual = dense(x as tf.Tensor3D, w as tf.Tensor2D, b as tf.Tensor1D);
    expect(tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0]).toBeLessThan(1e-5);
    expect(
      gradientError((p, q, r) => dense(p!, q as tf.Tensor2D, r as tf.Tensor1D), [x!, w!, b!]),
    ).toBeLessThan(1e-2);
  });

  it('layer normalization gives mean 0 and variance 1', () => {
    const y = layerNorm(draw([3, 7]), tf.ones([7]), tf.zeros([7]));
    const { mean, variance } = tf.moments(y, -1);
    expect(Math.max(...Array.from(tf.abs(mean).dataSync()))).toBeLessThan(1e-5);
    for (const value of variance.dataSync()) expect(value).toBeCloseTo(1, 3);
    expect(
      gradientError(
        (x, g, s) => layerNorm(x!, g as tf.Tensor1D, s as tf.Tensor1D),
        [draw([2, 5]), draw([5]), draw([5])],
      ),
    ).toBeLessThan(1e-2);
  });

  it('convolutions equal the convolutions of TensorFlow.js', () => {
    const x = draw([2, 7, 3]) as tf.Tensor3D;
    const filter = draw([3, 3, 4]) as tf.Tensor3D;
    const flat = tf.reshape(filter, [9, 4]) as tf.Tensor2D;
    for (const padding of ['same', 'valid'] as const) {
      const difference = tf.sub(
        convolution1d(x, flat, undefined, 3, padding),
        tf.conv1d(x, filter, 1, padding),
      );
      expect(tf.max(tf.abs(difference)).dataSync()[0]).toBeLessThan(1e-4);
    }
    const image = draw([2, 6, 5, 2]) as tf.Tensor4D;
    const kernel = draw([3, 3, 2, 4]) as tf.Tensor4D;
    const difference = tf.sub(
      convolution2d(image, tf.reshape(kernel, [18, 4]), undefined, 3),
      tf.conv2d(image, kernel, 1, 'valid'),
    );
    expect(tf.max(tf.abs(difference)).dataSync()[0]).toBeLessThan(1e-4);
    expect(
      gradientError(
        (p, q) => convolution1d(p as tf.Tensor3D, q as tf.Tensor2D, undefined, 3, 'same'),
        [x, flat],
      ),
    ).toBeLessThan(1e-2);
  });

  it('pooling equals the pooling of TensorFlow.js, odd sizes included', () => {
    const x = draw([2, 7, 3]) as tf.Tensor3D;
    const pooled = tf.pool(
      tf.reshape(x, [2, 7, 1, 3]) as tf.Tensor4D,
      [2, 1],
      'max',
      'valid',
      undefined,
      [2, 1],
    );
    expect(maxPool1d(x).dataSync()).toEqual(pooled.dataSync());
    const image = draw([2, 5, 6, 2]) as tf.Tensor4D;
    expect(maxPool2d(image).dataSync()).toEqual(tf.maxPool(image, 2, 2, 'valid').dataSync());
  });

  it.each(['rnn', 'gru', 'lstm'] as const)(
    '%s equals the cell written out, and its gradient',
    (cell: RecurrentCell) => {
      const [batch, steps, hidden] = [2, 4, 3];
      const width = gateCount[cell] * hidden;
      const x = draw([batch, steps, width]) as tf.Tensor3D;
      const r = draw([hidden, width]) as tf.Tensor2D;
      const expected = recurrentNaive(cell, x.arraySync(), r.arraySync()).flat(2);
      recurrent(cell, x, r)
        .dataSync()
        .forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
      const error = gradientError((p, q) => recurrent(cell, p as tf.Tensor3D, q as tf.Tensor2D), [x, r]);
      expect(error).toBeLessThan(1e-2);
    },
  );

  it.each(['rnn', 'gru', 'lstm'] as const)(
    'a %s decoder with attention equals its steps written out, and has its gradient',
    (cell: RecurrentCell) => {
      const [batch, encoded, steps, hidden] = [2, 4, 3, 3];
      const width = gateCount[cell] * hidden;
      const shapes = [
        [batch, encoded, hidden],
        [batch, encoded, hidden],
        [batch, steps, width],
        [hidden, width],
        [hidden, hidden],
        [hidden, 1],
        [hidden, width],
      ];
      const given = shapes.map((shape) => tf.mul(draw(shape), 0.7));
      const decode = (...x: tf.Tensor[]) => {
        const [states, keys, inputs, context, query, value, recurrent] = x as [
          tf.Tensor3D,
          tf.Tensor3D,
          tf.Tensor3D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
        ];
        return attentionDecoder(cell, { states, keys, inputs, context, query, value, recurrent });
      };
      const { features, weights } = decode(...given);
      const expected = attentionDecoderNaive(
        cell,
        ...(given.map((x) => x.arraySync()) as never as NaiveDecoder),
      );
      features.dataSync().forEach((x, i) => expect(x).toBeCloseTo(expected.features.flat(2)[i]!, 4));
      weights.dataSync().forEach((x, i) => expect(x).toBeCloseTo(expected.weights.flat(2)[i]!, 5));
      expect(gradientError((...x) => decode(...x).features, given)).toBeLessThan(1e-2);
    },
  );

  it('gathers and sums rows by index, each the gradient of the other', () => {
    const x = draw([4, 2]) as tf.Tensor2D;
    const index = Int32Array.of(3, 0, 3, 1, 1);
    expect(gatherRows(x, index).dataSync()).toEqual(tf.gather(x, Array.from(index)).dataSync());
    const rows = draw([5, 2]) as tf.Tensor2D;
    const sums = segmentSum(rows, index, 4).arraySync();
    const r = rows.arraySync();
    expect(sums[1]![0]).toBeCloseTo(r[3]![0]! + r[4]![0]!, 5);
    expect(sums[2]).toEqual([0, 0]);
    expect(gradientError((p) => gatherRows(p as tf.Tensor2D, index), [x])).toBeLessThan(1e-2);
    expect(gradientError((p) => segmentSum(p as tf.Tensor2D, index, 4), [rows])).toBeLessThan(1e-2);
  });

  it('softmax by segment sums to 1 in every segment and has its gradient', () => {
    const rows = draw([5, 2]) as tf.Tensor2D;
    const index = Int32Array.of(0, 0, 2, 2, 2);
    const soft = segmentSoftmax(rows, index, 3).arraySync();
    expect(soft[0]![1]! + soft[1]![1]!).toBeCloseTo(1, 5);
    expect(soft[2]![0]! + soft[3]![0]! + soft[4]![0]!).toBeCloseTo(1, 5);
    expect(gradientError((p) => segmentSoftmax(p as tf.Tensor2D, index, 3), [rows])).toBeLessThan(1e-2);
  });
});
