import * as tf from '@tensorflow/tfjs-core';
import { maxPool1d } from '../../../tensor/operations/index.js';
import { convolutionLayer, denseLayer } from '../training/layers.js';
import type { Inference, WindowedPlan } from '../training/network.js';
import { createPlan } from '../training/plan.js';
import type { CnnOptions } from './options.js';

/** Points per filter, as the document's 3 × 3 kernels. */
const WIDTH = 3;

/**
 * The convolutional network of “Deep learning in anomaly detection” §3.2.1 and §4.2 over windows of a series: convolution (32 filters of 3,
 * ReLU), max pooling by 2, convolution (64), max pooling, flattening, dense (64, ReLU), output y = f(Wx + b).
 * Supervised, as the document treats anomaly detection (§2), the outputs are the log odds that each point of the
 * window is anomalous; unsupervised it is the next point given the window before it, and the score is the error. The
 * document's model of 28 × 28 × 1 images is `createImageDetector`.
 *
 * Corrected: the code's last layer is a softmax whose loss then takes it for log odds (`from_logits=True`), and it
 * has the ten classes of a digit data set where normal and anomalous are two.
 */
export function cnnPlan(options: CnnOptions): WindowedPlan {
  const { window, firstFilters, secondFilters, hidden, supervised } = options;
  const seen = supervised ? window : window - 1;
  const pooled = (((seen - WIDTH + 1) >> 1) - WIDTH + 1) >> 1;
  return createPlan('cnn', options, {
    ...(supervised ? {} : { horizon: 1, stride: 1 }),
    isAttention: () => false,
    build(parameters, channels) {
      const first = convolutionLayer(parameters, 'first', WIDTH, channels, firstFilters, 'valid');
      const second = convolutionLayer(parameters, 'second', WIDTH, firstFilters, secondFilters, 'valid');
      const widen = denseLayer(parameters, 'hidden', pooled * secondFilters, hidden);
      const output = denseLayer(parameters, 'output', hidden, supervised ? window : channels);
      const infer = (inputs: tf.Tensor3D): Inference => {
        const batch = inputs.shape[0];
        const x = tf.slice(inputs, [0, 0, 0], [batch, seen, channels]);
        const features = maxPool1d(tf.relu(second(maxPool1d(tf.relu(first(x))))));
        const flat = tf.reshape(features, [batch, pooled * secondFilters]) as tf.Tensor2D;
        const result = output(tf.relu(widen(flat)));
        return supervised
          ? { logits: result }
          : { expected: tf.reshape(result, [batch, 1, channels]) as tf.Tensor3D };
      };
      return { infer };
    },
  });
}
