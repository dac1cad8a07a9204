import * as tf from '@tensorflow/tfjs-core';
import { attentionKernel } from '../kernel-names.js';
import { hasKernel } from '../run-kernel.js';

/**
 * x · weight (+ bias) over the last axis: [..., i] · [i, o] + [o] → [..., o].
 *
 * Where our kernels do not run, the gradient transposes its operands instead of asking for a transposed product:
 * TensorFlow.js' WebAssembly engine has a fast path for plain two-dimensional products only (some ten times faster).
 */
export function dense<T extends tf.Tensor>(x: T, weight: tf.Tensor2D, bias?: tf.Tensor1D): T {
  const [inputs, outputs] = weight.shape;
  const rows = x.size / inputs;
  const flat = tf.reshape(x, [rows, inputs]) as tf.Tensor2D;
  const product = multiply(flat, weight);
  const shifted = bias ? tf.add(product, bias) : product;
  return tf.reshape(shifted, [...x.shape.slice(0, -1), outputs]) as T;
}

const multiply = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
  const [x, weight, save] = inputs as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
  save([x, weight]);
  return {
    value: tf.matMul(x, weight),
    gradFunc: (gradient: tf.Tensor, saved: tf.Tensor[]) => {
      const [savedX, savedWeight] = saved as [tf.Tensor2D, tf.Tensor2D];
      if (hasKernel(attentionKernel)) {
        return [tf.matMul(gradient, savedWeight, false, true), tf.matMul(savedX, gradient, true, false)];
      }
      return [
        tf.matMul(gradient as tf.Tensor2D, tf.transpose(savedWeight)),
        tf.matMul(tf.transpose(savedX), gradient as tf.Tensor2D),
      ];
    },
  };
}) as (x: tf.Tensor2D, weight: tf.Tensor2D) => tf.Tensor2D;
