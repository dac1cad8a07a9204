import * as tf from '@tensorflow/tfjs-core';
import { dense } from './dense.js';

/**
 * One-dimensional convolution as a product with unfolded neighborhoods:
 * [b, n, i] * [width·i, o] + [o] → [b, n (same) or n − width + 1 (valid), o]. TensorFlow.js' WebAssembly engine
 * has no gradient of a convolution towards its filter; a product has one everywhere.
 */
export function convolution1d(
  x: tf.Tensor3D,
  filter: tf.Tensor2D,
  bias: tf.Tensor1D | undefined,
  width: number,
  padding: 'same' | 'valid',
): tf.Tensor3D {
  const before = padding === 'same' ? (width - 1) >> 1 : 0;
  const after = padding === 'same' ? width - 1 - before : 0;
  const padded =
    padding === 'same'
      ? tf.pad(x, [
          [0, 0],
          [before, after],
          [0, 0],
        ])
      : x;
  const [batch, length, channels] = padded.shape;
  const outputs = length - width + 1;
  const shifted = Array.from({ length: width }, (_, r) =>
    tf.slice(padded, [0, r, 0], [batch, outputs, channels]),
  );
  return dense(tf.concat(shifted, 2), filter, bias);
}

/** Two-dimensional convolution without padding: [b, h, w, i] * [size²·i, o] → [b, h − size + 1, w − size + 1, o]. */
export function convolution2d(
  x: tf.Tensor4D,
  filter: tf.Tensor2D,
  bias: tf.Tensor1D | undefined,
  size: number,
): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const rows = height - size + 1;
  const columns = width - size + 1;
  const shifted: tf.Tensor4D[] = [];
  for (let r = 0; r < size; r++) {
    for (let c = 0; c < size; c++) shifted.push(tf.slice(x, [0, r, c, 0], [batch, rows, columns, channels]));
  }
  return dense(tf.concat(shifted, 3), filter, bias);
}

/** Largest of every two neighbors in time, an odd last point left out: [b, n, c] → [b, ⌊n/2⌋, c]. */
export function maxPool1d(x: tf.Tensor3D): tf.Tensor3D {
  const [batch, length, channels] = x.shape;
  const half = length >> 1;
  const even = half * 2 === length ? x : tf.slice(x, [0, 0, 0], [batch, half * 2, channels]);
  const pairs = tf.reshape(even, [batch, half, 2 * channels]);
  const [left, right] = tf.split(pairs, 2, 2);
  return tf.maximum(left!, right!) as tf.Tensor3D;
}

/** Largest of every 2 × 2 block, an odd last row or column left out: [b, h, w, c] → [b, ⌊h/2⌋, ⌊w/2⌋, c]. */
export function maxPool2d(x: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const wide = tf.reshape(x, [batch * height, width, channels]) as tf.Tensor3D;
  const narrow = maxPool1d(wide);
  const halfWidth = narrow.shape[1];
  const tall = tf.reshape(narrow, [batch, height, halfWidth * channels]) as tf.Tensor3D;
  return tf.reshape(maxPool1d(tall), [batch, height >> 1, halfWidth, channels]) as tf.Tensor4D;
}
