import * as tf from '@tensorflow/tfjs-core';
import { attend, dotScores, scaledDotScores } from '../../../tensor/attention/mechanisms.js';
import type { SelfAttentionOptions } from './options.js';
import { denseLayer, exclusionMask, positionalEncoding } from '../training/layers.js';
import type { Inference, WindowedPlan } from '../training/network.js';
import { planOf } from '../training/plan.js';

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
  return planOf('self-attention', options, {
    build(parameters, channels) {
      const embed = denseLayer(parameters, 'embedding', channels, hidden);
      const between = Array.from({ length: layers }, (_, l) =>
        denseLayer(parameters, `attention.${l}`, hidden, hidden),
      );
      const widen = denseLayer(parameters, 'output.hidden', 2 * hidden, 2 * hidden);
      const output = denseLayer(parameters, 'output', 2 * hidden, supervised ? 1 : channels);
      const restore = supervised ? denseLayer(parameters, 'pretraining', 2 * hidden, channels) : output;

      const encode = (inputs: tf.Tensor3D): { features: tf.Tensor3D; weights: tf.Tensor3D } => {
        const batch = inputs.shape[0];
        const position = tf.tile(positionalEncoding(window, hidden), [batch, 1, 1]);
        const mask = supervised ? undefined : exclusionMask(window, exclusion);
        const s = tf.add(embed(inputs), position) as tf.Tensor3D;
        let query = supervised ? s : position;
        let weights!: tf.Tensor3D;
        for (const layer of between) {
          const scores = options.score === 'scaled' ? scaledDotScores(query, s) : dotScores(query, s);
          const attended = attend(
            options.score === 'tanh' ? (tf.tanh(scores) as tf.Tensor3D) : scores,
            s,
            mask,
          );
          weights = attended.weights;
          query = tf.add(query, tf.tanh(layer(attended.context))) as tf.Tensor3D;
        }
        const features = tf.relu(widen(tf.concat([query, supervised ? s : position], 2) as tf.Tensor3D));
        return { features, weights };
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
