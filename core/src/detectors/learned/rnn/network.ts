import * as tf from '@tensorflow/tfjs-core';
import type { RecurrentCell } from '../../../tensor/operations/index.js';
import { denseLayer, recurrentLayer } from '../training/layers.js';
import type { Inference, WindowedPlan } from '../training/network.js';
import { createPlan } from '../training/plan.js';
import type { RnnOptions } from './options.js';

/**
 * The recurrent network of “Deep learning in anomaly detection” §3.2.2: h_t = f(W x_t + R h_{t−1} + b), y_t = g(V h_t + c) with f = tanh.
 * Supervised, y_t is the log odds that point t is anomalous (g the logistic function); unsupervised, y_t predicts
 * point t + 1 (g the identity, added to x_t, so that no change is the first guess), and the score is the error.
 * The first half of a window warms the state up, the second half is scored.
 *
 * Corrected: the document writes the same W for the input and the output matrix, which have different shapes.
 */
export function rnnPlan(options: RnnOptions): WindowedPlan {
  const { window, hidden, supervised } = options;
  const horizon = window >> 1;
  return createPlan('rnn', options, {
    horizon,
    isAttention: () => false,
    build(parameters, channels) {
      const run = recurrentLayer(parameters, 'recurrent', options.cell as RecurrentCell, channels, hidden);
      const output = denseLayer(parameters, 'output', hidden, supervised ? 1 : channels);
      const infer = (inputs: tf.Tensor3D): Inference => {
        const batch = inputs.shape[0];
        const from = supervised ? window - horizon : window - horizon - 1;
        const states = run(supervised ? inputs : tf.slice(inputs, [0, 0, 0], [batch, window - 1, channels]));
        const result = output(tf.slice(states, [0, from, 0], [batch, horizon, hidden]));
        if (supervised) return { logits: tf.squeeze(result, [2]) as tf.Tensor2D };
        return {
          expected: tf.add(result, tf.slice(inputs, [0, from, 0], [batch, horizon, channels])) as tf.Tensor3D,
        };
      };
      return { infer };
    },
  });
}
