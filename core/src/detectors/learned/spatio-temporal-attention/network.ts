import * as tf from '@tensorflow/tfjs-core';
import { additiveScores, convolutionalScores, generalScores } from '../../../tensor/attention/mechanisms.js';
import { softmax, type RecurrentCell } from '../../../tensor/operations/index.js';
import { denseLayer, recurrentLayer } from '../training/layers.js';
import type { Inference, WindowedPlan } from '../training/network.js';
import type { Parameters } from '../training/parameters.js';
import { createPlan } from '../training/plan.js';
import type { SpatioTemporalOptions } from './options.js';

/** Keys around a step that make its score in convolutional attention. */
const WIDTH = 3;

/**
 * The model of “Attention-based anomaly detection in spatio-temporal sequences” §4: X (n, d) → E = Embedding(X) (n, e) → H = RNN(E) (n, h) → A = Attention(H) (n, 1) →
 * O = FC(H ⊙ A), on values scaled to [0, 1] (§3.2). The attention compares every state with the last one by the
 * additive, multiplicative or convolutional score of §2.1; "space" (§2.2) is attention over the channels:
 * β = softmax_c(vᵀ tanh(V x_c)), x̃_c = d β_c x_c, x_c the channel's window.
 *
 * Supervised, O is the log odds that the last point is anomalous (binary cross-entropy, §5.2). Unsupervised, O
 * predicts the last point from those before it, and the score is the error.
 *
 * Corrected: the code embeds real numbers by a table of `embedding_dim` rows meant for words (here a projection);
 * it has no attention layer at all, and gives an output per step where §4.1 has O of shape (1, 1); §9.3 calls
 * recall "accuracy" (found anomalies over all anomalies).
 */
export function spatioTemporalPlan(options: SpatioTemporalOptions): WindowedPlan {
  const { window, embedding, hidden, supervised } = options;
  const steps = supervised ? window : window - 1;
  return createPlan('spatio-temporal-attention', options, {
    horizon: 1,
    scaler: 'min-max',
    build(parameters, channels) {
      const spatial = options.spatial && channels > 1 ? spatialLayer(parameters, steps, channels) : undefined;
      const embed = denseLayer(parameters, 'embedding', channels, embedding);
      const run = recurrentLayer(parameters, 'recurrent', options.cell as RecurrentCell, embedding, hidden);
      const scores = temporalScores(parameters, options);
      const output = denseLayer(parameters, 'output', steps * hidden, supervised ? 1 : channels);

      const infer = (inputs: tf.Tensor3D): Inference => {
        const batch = inputs.shape[0];
        const seen = tf.slice(inputs, [0, 0, 0], [batch, steps, channels]);
        const states = run(embed(spatial ? spatial(seen) : seen));
        const last = tf.slice(states, [0, steps - 1, 0], [batch, 1, hidden]);
        const weights = softmax(scores(last, states));
        const weighted = tf.mul(states, tf.mul(tf.transpose(weights, [0, 2, 1]), steps));
        const result = output(tf.reshape(weighted, [batch, steps * hidden]) as tf.Tensor2D);
        if (supervised) return { logits: result, weights: () => weights };
        // What changes since the last point is learned; the point itself need not be.
        const before = tf.slice(inputs, [0, steps - 1, 0], [batch, 1, channels]);
        const expected = tf.add(before, tf.reshape(result, [batch, 1, channels])) as tf.Tensor3D;
        return {
          expected,
          weights: () =>
            tf.pad(weights, [
              [0, 0],
              [0, 0],
              [0, 1],
            ]),
        };
      };
      return { infer };
    },
  });
}

function spatialLayer(
  parameters: Parameters,
  steps: number,
  channels: number,
): (x: tf.Tensor3D) => tf.Tensor3D {
  const compress = denseLayer(parameters, 'attention.space.hidden', steps, 8);
  const score = denseLayer(parameters, 'attention.space.score', 8, 1);
  return (x) => {
    const perChannel = tf.transpose(x, [0, 2, 1]);
    const scores = tf.squeeze(score(tf.tanh(compress(perChannel))), [2]);
    const weights = tf.mul(softmax(scores), channels);
    return tf.mul(x, tf.expandDims(weights, 1)) as tf.Tensor3D;
  };
}

function temporalScores(
  parameters: Parameters,
  { attention, hidden }: SpatioTemporalOptions,
): (query: tf.Tensor3D, keys: tf.Tensor3D) => tf.Tensor3D {
  const make = (name: string, rows: number, columns: number): tf.Tensor2D =>
    parameters.create(`attention.time.${name}`, [rows, columns], 'glorot') as tf.Variable<tf.Rank.R2>;
  if (attention === 'multiplicative') {
    const matrix = make('matrix', hidden, hidden);
    return (query, keys) => generalScores(query, keys, matrix);
  }
  const query = make('query', hidden, hidden);
  const key = make('key', attention === 'convolutional' ? WIDTH * hidden : hidden, hidden);
  const weights = { query, key, value: make('value', hidden, 1) };
  return attention === 'convolutional'
    ? (q, keys) => convolutionalScores(q, keys, weights, WIDTH)
    : (q, keys) => additiveScores(q, keys, weights);
}
