import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, runKernel } from '../run-kernel.js';
import { softmaxGradientKernel } from '../kernel-names.js';

/** Softmax over the last axis; its gradient is one kernel of ours where that runs, five operations elsewhere. */
export function softmax<T extends tf.Tensor>(x: T): T {
  if (!hasKernel(softmaxGradientKernel)) return tf.softmax(x, -1);
  return tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [logits, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    const y = tf.softmax(logits, -1);
    save([y]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, [y]: tf.Tensor[]) => runKernel(softmaxGradientKernel, { y: y!, dy })[0]!,
    };
  })(x) as T;
}
