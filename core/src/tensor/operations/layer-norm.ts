import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, runKernel } from '../run-kernel.js';
import { layerNormGradientKernel, layerNormKernel } from '../kernel-names.js';

/**
 * Layer normalization over the last axis (Ba et al. 2016): (x − mean) / √(variance + ε) · gain + shift.
 * @param x […, n]
 * @param gain [n]
 * @param shift [n]
 */
export function layerNorm<T extends tf.Tensor>(
  x: T,
  gain: tf.Tensor1D,
  shift: tf.Tensor1D,
  epsilon = 1e-5,
): T {
  if (!hasKernel(layerNormKernel)) {
    const centered = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centered), -1, true);
    return tf.add(tf.mul(tf.mul(centered, tf.rsqrt(tf.add(variance, epsilon))), gain), shift) as T;
  }
  const compute = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, gamma, beta, save] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const [y, hat, inverse] = runKernel(layerNormKernel, { x, gamma, beta }, { epsilon });
    save([hat!, inverse!, gamma]);
    return {
      value: y!,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [hat, inverse, gamma] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        return runKernel(layerNormGradientKernel, { dy, hat, inverse, gamma });
      },
    };
  });
  return compute(x, gain, shift) as T;
}
