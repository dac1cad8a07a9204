import * as tf from '@tensorflow/tfjs-core';
import { featureAttention } from '../../../tensor/attention/mechanisms.js';
import { dense, softmax } from '../../../tensor/operations/index.js';
import { convolutionLayer, denseLayer, recurrentLayer } from '../training/layers.js';
import type { Inference, WindowedPlan } from '../training/network.js';
import type { Parameters } from '../training/parameters.js';
import { createPlan } from '../training/plan.js';
import type { FeatureAttentionOptions } from './options.js';

/** Points around a point that a convolutional feature sees. */
const WIDTH = 5;

/**
 * The model of “Attention mechanisms for robust and accurate anomaly detection” §3: features x_i of every point (none, CNN or RNN, step 2), weights a = softmax(W x)
 * (step 3), z = Σ_i a_i x_i (step 4), score s_i = f(z − x_i) (step 5), threshold T (step 6).
 *
 * What the document leaves open or gets wrong, and what is done:
 * - W is called a matrix but gives one weight per element: here it has `weightings` rows, each with its own z, and
 *   a point is compared with the mixture of them that is nearest; one row is the document to the letter.
 * - f takes a vector and must give a number: with r_i the mean squared difference between z (decoded to the units
 *   of x) and x_i, each channel relative to its usual error, s_i = f(log r_i − log T), so that the sigmoid is
 *   r / (r + T) and softplus is log(1 + r / T), neither of which saturates, and the threshold is f(0).
 * - An element takes part in the z it is compared with, so that an outlier pulls z to itself: here it is left out
 *   of its own z (exactly, by subtraction), and W reads tanh(x), so that its size cannot buy weight.
 * - With f a softmax the elements of a window share one unit of score: it says which is oddest, not whether one is.
 * - The code's loss is binary cross-entropy between output and *input*. Supervised, it is binary cross-entropy with
 *   the labels, log odds u·(z − x_i)² − T with u >= 0 and T learned; unsupervised, the decoded z has to rebuild x,
 *   and T is a quantile of the scores of held-out windows.
 * - The code's attention multiplies without summing, and its softmax runs over the wrong axis for a batch.
 *
 * `literal` takes the formulas to the letter: one row, W reads x, and z is the same for all elements of a window.
 */
export function featureAttentionPlan(options: FeatureAttentionOptions): WindowedPlan {
  const supervised = options.supervised;
  return createPlan('feature-attention', options, {
    isAttention: (name) => name.startsWith('attention') || name.startsWith('features'),
    ...(supervised
      ? {}
      : {
          thresholdQuantile: options.thresholdQuantile,
          nonlinearity: options.nonlinearity as WindowedPlan['nonlinearity'],
        }),
    build(parameters, channels) {
      const { features, width } = featureLayer(parameters, options, channels);
      const weight = parameters.create(
        'attention.weight',
        [width, options.literal ? 1 : options.weightings],
        'glorot',
      );
      const decode =
        options.features === 'none' && !supervised
          ? undefined
          : denseLayer(parameters, 'decoder', width, channels);
      const slope = parameters.create('head.slope', [width, 1], { constant: -2 });
      const threshold = parameters.create('head.threshold', [1], { constant: 2 });

      const infer = (inputs: tf.Tensor3D): Inference => {
        const x = features(inputs);
        const { nearest, weights } = options.literal
          ? wholeContext(x, weight as tf.Tensor2D)
          : leaveOneOutContext(x, weight as tf.Tensor2D);
        if (supervised) {
          const distance = tf.squaredDifference(nearest, x);
          const logits = tf.sub(dense(distance, tf.softplus(slope) as tf.Tensor2D), threshold);
          return { logits: tf.squeeze(logits, [2]) as tf.Tensor2D, weights };
        }
        const expected = decode ? decode(nearest) : nearest;
        if (options.nonlinearity !== 'softmax') return { expected, weights };
        const distance = tf.mean(tf.squaredDifference(expected, inputs), 2);
        return { expected, weights, score: softmax(distance) as tf.Tensor2D };
      };
      return { infer, ...(decode ? { reconstruct: (inputs) => decode(features(inputs)) } : {}) };
    },
  });
}

function featureLayer(
  parameters: Parameters,
  { features, hidden }: FeatureAttentionOptions,
  channels: number,
): { features: (x: tf.Tensor3D) => tf.Tensor3D; width: number } {
  if (features === 'cnn') {
    const convolve = convolutionLayer(parameters, 'features.first', WIDTH, channels, hidden, 'same');
    const again = convolutionLayer(parameters, 'features.second', WIDTH, hidden, hidden, 'same');
    return { features: (x) => again(tf.relu(convolve(x))), width: hidden };
  }
  if (features === 'rnn') {
    const run = recurrentLayer(parameters, 'features', 'gru', channels, hidden);
    return { features: run, width: hidden };
  }
  return { features: (x) => x, width: channels };
}

/** z = Σ a_j x_j, a = softmax(W x), for every point of a window the same: [b, n, k], weights [b, n, n]. */
function wholeContext(
  x: tf.Tensor3D,
  weight: tf.Tensor2D,
): { nearest: tf.Tensor3D; weights: () => tf.Tensor3D } {
  const { context, weights } = featureAttention(x, weight);
  const length = x.shape[1];
  return {
    nearest: tf.tile(context, [1, length, 1]) as tf.Tensor3D,
    weights: () => tf.tile(weights, [1, length, 1]) as tf.Tensor3D,
  };
}

/**
 * For every point the mixture, nearest to it, of the attention-weighted sums of all *other* points:
 * z_hi = Σ_{j≠i} a_hj x_j / Σ_{j≠i} a_hj, mixed by softmax(−‖z_hi − x_i‖²) over the weightings h. The weights are
 * those of the mixture, [b, n, n].
 */
function leaveOneOutContext(
  x: tf.Tensor3D,
  weight: tf.Tensor2D,
): { nearest: tf.Tensor3D; weights: () => tf.Tensor3D } {
  const [batch, length, width] = x.shape;
  const rows = weight.shape[1];
  const scores = tf.transpose(dense(tf.tanh(x), weight), [0, 2, 1]);
  const a = softmax(scores) as tf.Tensor3D;
  const sums = tf.reshape(tf.matMul(a, x), [batch, rows, 1, width]);
  const itself = tf.mul(tf.reshape(a, [batch, rows, length, 1]), tf.reshape(x, [batch, 1, length, width]));
  const rest = tf.add(tf.sub(1, tf.reshape(a, [batch, rows, length, 1])), 1e-4);
  const z = tf.div(tf.sub(sums, itself), rest);
  // Not squaredDifference, whose gradient does not know broadcasting.
  const distance = tf.sum(tf.square(tf.sub(z, tf.reshape(x, [batch, 1, length, width]))), 3);
  // Softmax runs over the last axis only: [b, n, h].
  const mixture = softmax(tf.transpose(tf.neg(distance), [0, 2, 1])) as tf.Tensor3D;
  const perRow = tf.reshape(tf.transpose(mixture, [0, 2, 1]), [batch, rows, length, 1]);
  return { nearest: tf.sum(tf.mul(z, perRow), 1) as tf.Tensor3D, weights: () => tf.matMul(mixture, a) };
}
