import * as tf from '@tensorflow/tfjs-core';
import {
  attend,
  dotAttention,
  dotScores,
  scaledDotAttention,
  type Attended,
} from '../../../tensor/attention/mechanisms.js';
import { denseLayer, exclusionMask, positionalEncoding } from '../training/layers.js';
import type { Inference, WindowedPlan } from '../training/network.js';
import { createPlan } from '../training/plan.js';
import type { SelfAttentionOptions } from './options.js';

/**
 * The self-attention of “Deep learning in anomaly detection” §3.2.3: e_ij = a(s_iᵀ s_j), α_ij = exp(e_ij) / Σ_k exp(e_ik), h_i = Σ_j α_ij s_j,
 * several such operations in a row, then an output layer. Supervised, the output is the log odds that point i is
 * anomalous, from h_i beside s_i; unsupervised, it rebuilds x_i, and the score is the error. A point that sees
 * itself rebuilds itself, so that unsupervised the first operation takes only the position of point i as query and
 * leaves its neighborhood out; later operations would let it in again and do the same.
 *
 * Corrected: the document's sum in the denominator runs over j, which is taken; s_i is "the input sequence" there,
 * here a projection of it with its position, without which attention cannot tell order.
 */
export function selfAttentionPlan(options: SelfAttentionOptions): WindowedPlan {
  const { window, hidden, layers, supervised, exclusion } = options;
  return createPlan('self-attention', options, {
    build(parameters, channels) {
      const attention = makeAttention(options.score);
      const embed = denseLayer(parameters, 'embedding', channels, hidden);
      const between = Array.from({ length: layers }, (_, l) =>
        denseLayer(parameters, `attention.${l}`, hidden, hidden),
      );
      const widen = denseLayer(parameters, 'output.hidden', 2 * hidden, 2 * hidden);
      const output = denseLayer(parameters, 'output', 2 * hidden, supervised ? 1 : channels);
      const restore = supervised ? denseLayer(parameters, 'pretraining', 2 * hidden, channels) : output;

      const encode = (inputs: tf.Tensor3D): { features: tf.Tensor3D; weights: () => tf.Tensor3D } => {
        const batch = inputs.shape[0];
        const position = tf.tile(positionalEncoding(window, hidden), [batch, 1, 1]);
        const mask = supervised ? undefined : exclusionMask(window, exclusion);
        const s = tf.add(embed(inputs), position) as tf.Tensor3D;
        let query = supervised ? s : position;
        let attended!: Attended;
        for (const layer of between) {
          attended = attention(query, s, mask);
          query = tf.add(query, tf.tanh(layer(attended.context))) as tf.Tensor3D;
        }
        const features = tf.relu(widen(tf.concat([query, supervised ? s : position], 2) as tf.Tensor3D));
        return { features, weights: () => attended.weights };
      };
      const infer = (inputs: tf.Tensor3D): Inference => {
        const { features, weights } = encode(inputs);
        const result = output(features);
        return supervised
          ? { logits: tf.squeeze(result, [2]) as tf.Tensor2D, weights }
          : { expected: result, weights };
      };
      return { infer, reconstruct: (inputs) => restore(encode(inputs).features) };
    },
  });
}

/** One attention over the window, keys being values too; only `tanh` has to form the weights. */
function makeAttention(score: string): (query: tf.Tensor3D, s: tf.Tensor3D, mask?: tf.Tensor) => Attended {
  if (score === 'tanh') return (query, s, mask) => attend(tf.tanh(dotScores(query, s)), s, mask);
  const attention = score === 'scaled' ? scaledDotAttention : dotAttention;
  return (query, s, mask) => attention(query, s, s, mask);
}
