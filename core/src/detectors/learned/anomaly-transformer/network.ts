import * as tf from '@tensorflow/tfjs-core';
import {
  joinHeads,
  meanOverHeads,
  scaledDotScores,
  splitHeads,
} from '../../../tensor/attention/mechanisms.js';
import { convolution1d, softmax } from '../../../tensor/operations/index.js';
import { denseLayer, normLayer, positionalEncoding, stopGradient } from '../training/layers.js';
import type { WindowedPlan } from '../training/network.js';
import type { Objective } from '../training/optimize.js';
import type { Parameters } from '../training/parameters.js';
import { createPlan } from '../training/plan.js';
import type { AnomalyTransformerOptions } from './options.js';

/** Keeps logarithms of associations finite, as in the authors' code. */
const EPSILON = 1e-4;

interface Associations {
  /** P: Gaussian in the distance of two points, with a learned width per point; rows sum to 1. [b·h, n, n] */
  readonly prior: tf.Tensor3D;
  /** S: self-attention. [b·h, n, n] */
  readonly series: tf.Tensor3D;
}

/**
 * Anomaly Transformer (Xu, Wu, Wang, Long: "Anomaly Transformer: Time Series Anomaly Detection with Association
 * Discrepancy", ICLR 2022). Every layer has two associations (§3.1): the series association S = softmax(QKᵀ/√d)
 * and the prior association P, a Gaussian kernel of |i − j| with a learned σ_i. AssDis = mean over the layers of
 * KL(P‖S) + KL(S‖P) (eq. 2). Minimax (§3.2, eq. 4): the reconstruction loss is joined by +λ AssDis(P, S detached)
 * for P and −λ AssDis(P detached, S) for S, so that normal points have to attend far away. Score (eq. 6):
 * softmax(−AssDis) over the window ⊙ squared reconstruction error, with the temperature of the authors' code.
 * Token embedding by a convolution of width 3 around a ring, sines for position, GELU, post-normalization, and
 * σ = 3^(sigmoid(5s) + 1e−5) − 1 as in the code; layers are smaller than the paper's 3 × 512 by default.
 */
export function anomalyTransformerPlan(options: AnomalyTransformerOptions): WindowedPlan {
  const { window, modelSize, heads, lambda, temperature } = options;
  return createPlan('anomaly-transformer', options, {
    stride: window >> 1,
    build(parameters, channels) {
      const filter = parameters.create(
        'embedding',
        [3 * channels, modelSize],
        'glorot',
      ) as tf.Variable<tf.Rank.R2>;
      const layers = Array.from({ length: options.layers }, (_, l) => encoderLayer(parameters, l, options));
      const normalize = normLayer(parameters, 'norm', modelSize);
      const project = denseLayer(parameters, 'output', modelSize, channels);

      const forward = (inputs: tf.Tensor3D): { expected: tf.Tensor3D; associations: Associations[] } => {
        const around = tf.concat(
          [
            tf.slice(inputs, [0, window - 1, 0], [-1, 1, -1]),
            inputs,
            tf.slice(inputs, [0, 0, 0], [-1, 1, -1]),
          ],
          1,
        ) as tf.Tensor3D;
        let x = tf.add(
          convolution1d(around, filter, undefined, 3, 'valid'),
          positionalEncoding(window, modelSize),
        ) as tf.Tensor3D;
        const associations: Associations[] = [];
        for (const layer of layers) {
          const result = layer(x);
          x = result.x;
          associations.push(result.associations);
        }
        return { expected: project(normalize(x)), associations };
      };
      return {
        infer(inputs) {
          const { expected, associations } = forward(inputs);
          const error = tf.squaredDifference(expected, inputs) as tf.Tensor3D;
          const discrepancy = tf.addN(
            associations.map(({ prior, series }) =>
              averageHeads(tf.add(divergence(series, prior), divergence(prior, series)), heads),
            ),
          );
          const focus = softmax(tf.mul(discrepancy, -temperature / options.layers));
          return {
            expected,
            error,
            score: tf.mul(focus, tf.mul(tf.mean(error, 2), window)) as tf.Tensor2D,
            weights: () => {
              const series = associations.map((each) => meanOverHeads(each.series, heads));
              return tf.div(tf.addN(series), options.layers) as tf.Tensor3D;
            },
          };
        },
        objectives({ inputs, targets }): Objective[] {
          const loss = (): tf.Scalar => {
            const { expected, associations } = forward(inputs);
            const reconstruction = tf.mean(tf.squaredDifference(expected, targets));
            const each = associations.map(({ prior, series }) => {
              const [fixedPrior, fixedSeries] = [stopGradient(prior), stopGradient(series)];
              const forSeries = tf.mean(
                tf.add(divergence(series, fixedPrior), divergence(fixedPrior, series)),
              );
              const forPrior = tf.mean(
                tf.add(divergence(prior, fixedSeries), divergence(fixedSeries, prior)),
              );
              return tf.sub(forPrior, forSeries);
            });
            const association = tf.div(tf.addN(each), options.layers);
            return tf.add(reconstruction, tf.mul(association, lambda / 2)) as tf.Scalar;
          };
          return [{ trains: () => true, loss }];
        },
      };
    },
  });
}

/** KL(p‖q) of every row: [b·h, n]. */
function divergence(p: tf.Tensor3D, q: tf.Tensor3D): tf.Tensor2D {
  return tf.sum(tf.mul(p, tf.sub(tf.log(tf.add(p, EPSILON)), tf.log(tf.add(q, EPSILON)))), -1);
}

/** [b·h, n] → [b, n]. */
function averageHeads(x: tf.Tensor, heads: number): tf.Tensor2D {
  const [all, length] = x.shape as [number, number];
  return tf.mean(tf.reshape(x, [all / heads, heads, length]), 1) as tf.Tensor2D;
}

function encoderLayer(
  parameters: Parameters,
  index: number,
  { modelSize, heads, feedForward, window }: AnomalyTransformerOptions,
): (x: tf.Tensor3D) => { x: tf.Tensor3D; associations: Associations } {
  const name = `attention.${index}`;
  const query = denseLayer(parameters, `${name}.query`, modelSize, modelSize);
  const key = denseLayer(parameters, `${name}.key`, modelSize, modelSize);
  const value = denseLayer(parameters, `${name}.value`, modelSize, modelSize);
  const sigma = denseLayer(parameters, `${name}.sigma`, modelSize, heads);
  const join = denseLayer(parameters, `${name}.output`, modelSize, modelSize);
  const firstNorm = normLayer(parameters, `norm.${index}.first`, modelSize);
  const secondNorm = normLayer(parameters, `norm.${index}.second`, modelSize);
  const widen = denseLayer(parameters, `feed.${index}.first`, modelSize, feedForward);
  const narrow = denseLayer(parameters, `feed.${index}.second`, feedForward, modelSize);
  return (x) => {
    // The loss compares these weights with the prior, so that they have to be formed.
    const series = softmax(scaledDotScores(splitHeads(query(x), heads), splitHeads(key(x), heads)));
    const context = joinHeads(tf.matMul(series, splitHeads(value(x), heads)) as tf.Tensor3D, heads);
    const prior = priorAssociation(splitHeads(sigma(x), heads), window);
    const attended = firstNorm(tf.add(x, join(context)) as tf.Tensor3D);
    return {
      x: secondNorm(tf.add(attended, narrow(gelu(widen(attended)))) as tf.Tensor3D),
      associations: { prior, series },
    };
  };
}

/** The Gaussian of |i − j| with width σ_i, every row rescaled to sum 1: s [b·h, n, 1] → [b·h, n, n]. */
function priorAssociation(s: tf.Tensor3D, length: number): tf.Tensor3D {
  const width = tf.sub(tf.exp(tf.mul(tf.add(tf.sigmoid(tf.mul(s, 5)), 1e-5), Math.log(3))), 1);
  const squares = new Float32Array(length * length);
  for (let i = 0; i < length; i++) for (let j = 0; j < length; j++) squares[i * length + j] = (i - j) ** 2;
  const distance = tf.tensor3d(squares, [1, length, length]);
  // The factor 1 / (√(2π) σ) cancels out when rows are rescaled.
  const kernel = tf.exp(tf.div(tf.neg(distance), tf.mul(tf.square(width), 2)));
  return tf.div(kernel, tf.sum(kernel, -1, true));
}

/** GELU by its usual tanh form. */
function gelu(x: tf.Tensor3D): tf.Tensor3D {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(1, tf.tanh(inner)));
}
