import * as tf from '@tensorflow/tfjs-core';
import {
  dotAttention,
  meanOverHeads,
  scaledDotAttention,
  type Attended,
} from '../../../tensor/attention/mechanisms.js';
import { dense } from '../../../tensor/operations/index.js';
import { denseLayer, exclusionMask, multiHeadLayer, positionalEncoding } from '../training/layers.js';
import type { WindowedPlan } from '../training/network.js';
import type { Parameters } from '../training/parameters.js';
import type { AttentionAutoencoderOptions } from './options.js';

/**
 * The model of “Attention-based anomaly detection” §3.1: 1. the encoder maps every point of a window to d_model numbers, 2. attention weighs
 * the points, a_ij = exp(e_ij) / Σ_k exp(e_ik) (§4.1), by dot product, scaled dot product or several heads (§3.2),
 * 3. the decoder rebuilds the window from the attended points, 4. the score is what the reconstruction misses.
 * Mean squared error, Adam (§5).
 *
 * Corrected: the document's code never uses num_heads, divides by the root of d_model whatever the width of a key,
 * hands one tensor to a layer of three inputs, ends in one output per point whatever the number of channels, and
 * fits towards y_train where an autoencoder fits towards its input. Its encoder has no position, so that attention
 * could not tell order; sines are added. And a point that may attend to itself rebuilds itself, anomaly or not:
 * `exclusion` forbids a point its own neighborhood.
 */
export function attentionAutoencoderPlan(options: AttentionAutoencoderOptions): WindowedPlan {
  const { window, modelSize } = options;
  return {
    id: 'attention-autoencoder',
    window,
    horizon: window,
    stride: Math.max(1, window >> 2),
    scaler: 'z-score',
    supervised: false,
    training: options,
    isAttention: (name) => name.startsWith('attention.'),
    build(parameters, channels) {
      const encode = denseLayer(parameters, 'encoder', channels, modelSize);
      const attention = attentionLayer(parameters, options);
      const widen = denseLayer(parameters, 'decoder.hidden', modelSize, 2 * modelSize);
      const decode = denseLayer(parameters, 'decoder.output', 2 * modelSize, channels);
      const forward = (inputs: tf.Tensor3D): { expected: tf.Tensor3D; weights: () => tf.Tensor3D } => {
        const position = positionalEncoding(window, modelSize);
        const encoded = tf.add(encode(inputs), position) as tf.Tensor3D;
        const mask = options.exclusion >= 0 ? exclusionMask(window, options.exclusion) : undefined;
        const attended = attention(encoded, mask);
        // The position goes past the attention, so that the decoder knows which point it rebuilds.
        const expected = decode(tf.relu(widen(tf.add(attended.context, position) as tf.Tensor3D)));
        return { expected, weights: () => attended.weights };
      };
      return { infer: forward, reconstruct: (inputs) => forward(inputs).expected };
    },
  };
}

function attentionLayer(
  parameters: Parameters,
  { attention, modelSize, heads }: AttentionAutoencoderOptions,
): (x: tf.Tensor3D, mask?: tf.Tensor) => Attended {
  if (attention === 'multi-head') {
    const layer = multiHeadLayer(parameters, 'attention', modelSize, modelSize, heads);
    return (x, mask) => {
      const attended = layer(x, x, x, mask);
      return {
        context: attended.context,
        get weights() {
          return meanOverHeads(attended.weights, heads);
        },
      };
    };
  }
  const [query, key, value] = ['query', 'key', 'value'].map(
    (part) =>
      parameters.create(`attention.${part}`, [modelSize, modelSize], 'glorot') as tf.Variable<tf.Rank.R2>,
  );
  const attend = attention === 'dot' ? dotAttention : scaledDotAttention;
  return (x, mask) => attend(dense(x, query!), dense(x, key!), dense(x, value!), mask);
}
