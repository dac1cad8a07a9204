import * as tf from '@tensorflow/tfjs-core';

/**
 * Rows of x by index, [n, c] → [m, c], with a gradient on every engine (TensorFlow.js' own needs
 * UnsortedSegmentSum, which its WebAssembly engine lacks).
 */
export function gatherRows(x: tf.Tensor2D, index: Int32Array): tf.Tensor2D {
  const rows = x.shape[0];
  return tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => ({
    value: tf.tensor2d(takeRows((inputs[0] as tf.Tensor).dataSync<'float32'>(), x.shape[1], index), [
      index.length,
      x.shape[1],
    ]),
    gradFunc: (gradient: tf.Tensor) =>
      tf.tensor2d(addRows(gradient.dataSync<'float32'>(), x.shape[1], index, rows), x.shape),
  }))(x) as tf.Tensor2D;
}

/** Sums the rows of x that share an index: [m, c] → [segments, c]; the transpose of `gatherRows`. */
export function segmentSum(x: tf.Tensor2D, index: Int32Array, segments: number): tf.Tensor2D {
  return tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => ({
    value: tf.tensor2d(addRows((inputs[0] as tf.Tensor).dataSync<'float32'>(), x.shape[1], index, segments), [
      segments,
      x.shape[1],
    ]),
    gradFunc: (gradient: tf.Tensor) =>
      tf.tensor2d(takeRows(gradient.dataSync<'float32'>(), x.shape[1], index), x.shape),
  }))(x) as tf.Tensor2D;
}

/**
 * Softmax over the rows that share an index, column by column: [m, c] → [m, c]. Segments without rows do not
 * occur in the result.
 */
export function segmentSoftmax(x: tf.Tensor2D, index: Int32Array, segments: number): tf.Tensor2D {
  // The shift cancels out in the quotient, so that it needs no gradient.
  const shift = tf.tidy(() => {
    const columns = x.shape[1];
    const values = x.dataSync<'float32'>();
    const highest = new Float32Array(segments * columns).fill(-Infinity);
    for (let row = 0; row < index.length; row++) {
      for (let c = 0; c < columns; c++) {
        const at = index[row]! * columns + c;
        highest[at] = Math.max(highest[at]!, values[row * columns + c]!);
      }
    }
    return tf.tensor2d(takeRows(highest, columns, index), x.shape);
  });
  const exponentials = tf.exp(tf.sub(x, shift)) as tf.Tensor2D;
  const sums = segmentSum(exponentials, index, segments);
  return tf.div(exponentials, gatherRows(sums, index));
}

function takeRows(values: Float32Array, columns: number, index: Int32Array): Float32Array {
  const taken = new Float32Array(index.length * columns);
  for (let row = 0; row < index.length; row++) {
    const from = index[row]! * columns;
    for (let c = 0; c < columns; c++) taken[row * columns + c] = values[from + c]!;
  }
  return taken;
}

function addRows(values: Float32Array, columns: number, index: Int32Array, segments: number): Float32Array {
  const sums = new Float32Array(segments * columns);
  for (let row = 0; row < index.length; row++) {
    const to = index[row]! * columns;
    for (let c = 0; c < columns; c++) sums[to + c] += values[row * columns + c]!;
  }
  return sums;
}
