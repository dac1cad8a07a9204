import * as tf from '@tensorflow/tfjs-core';
import { meanOverHeads } from '../../../tensor/attention/mechanisms.js';
import type { Random } from '../../../random.js';
import { denseLayer, dropout, multiHeadLayer, positionalEncoding } from '../training/layers.js';
import type { WindowedPlan } from '../training/network.js';
import type { Objective } from '../training/optimize.js';
import type { Parameters } from '../training/parameters.js';
import { createPlan } from '../training/plan.js';
import type { TranadOptions } from './options.js';

/** What one pass of the two phases gives: reconstructions of the window's last point. */
interface Phases {
  /** O1 and O2: both decoders with focus score 0. */
  readonly first: tf.Tensor3D;
  readonly second: tf.Tensor3D;
  /** Ô2: the second decoder, focused on the errors of O1. */
  readonly focused: tf.Tensor3D;
  readonly weights: () => tf.Tensor3D;
}

/**
 * TranAD (Tuli, Casale, Jennings: "TranAD: Deep Transformer Networks for Anomaly Detection in Multivariate Time
 * Series Data", PVLDB 2022). Windows scaled to [0, 1] are joined with a focus score F, encoded by a transformer
 * encoder, and the last point is decoded with it as the decoder's query by two decoders that end in a sigmoid.
 * Phase 1: F = 0 gives O1 and O2. Phase 2 (self-conditioning): F = (O1 − W)² gives Ô2. Adversarial training with the
 * evolving weights of eqs. 8–10: L1 = ε^−n ‖O1 − W‖² + (1 − ε^−n) ‖Ô2 − W‖² moves the encoder and the first decoder,
 * L2 = ε^−n ‖O2 − W‖² − (1 − ε^−n) ‖Ô2 − W‖² moves the second decoder. Score (eq. 13): ½ (O1 − W)² + ½ (Ô2 − W)².
 * As in the authors' code the target is the window's last point, d_model is twice the number of channels with one
 * head per channel, and one encoder layer and one layer per decoder have no normalization. Left out: the
 * meta-learning step, which their code leaves out too. Few channels would give a d_model of 2: the joined input is
 * then projected to `modelSize`, with two heads.
 */
export function tranadPlan(options: TranadOptions): WindowedPlan {
  const { window } = options;
  return createPlan('tranad', options, {
    horizon: 1,
    stride: 1,
    scaler: 'min-max',
    isAttention: (name) => name.includes('.attention'),
    build(parameters, channels) {
      const natural = 2 * channels;
      const modelSize = Math.max(natural, options.modelSize + (options.modelSize % 2));
      const heads = modelSize === natural ? channels : 2;
      const shape = { ...options, modelSize, heads };
      const widen =
        modelSize === natural ? undefined : denseLayer(parameters, 'encoder.input', natural, modelSize);
      const encoder = transformerEncoder(parameters, shape);
      const decoders = ['first', 'second'].map((name) =>
        transformerDecoder(parameters, name, shape, channels),
      );

      const run = (inputs: tf.Tensor3D, random?: Random): Phases => {
        const batch = inputs.shape[0];
        const target = tf.slice(inputs, [0, window - 1, 0], [batch, 1, channels]);
        const into = (x: tf.Tensor3D): tf.Tensor3D => (widen ? widen(x) : x);
        const encode = (focus: tf.Tensor3D): tf.Tensor3D => {
          const joined = into(tf.concat([inputs, focus], 2) as tf.Tensor3D);
          const scaled = tf.mul(joined, Math.sqrt(channels));
          return encoder(tf.add(scaled, positionalEncoding(window, modelSize)) as tf.Tensor3D, random);
        };
        const query = into(tf.concat([target, target], 2) as tf.Tensor3D);
        const memory = encode(tf.zerosLike(inputs));
        const first = decoders[0]!(query, memory, random);
        const second = decoders[1]!(query, memory, random);
        const focus = tf.square(tf.sub(first.output, inputs)) as tf.Tensor3D;
        const focused = decoders[1]!(query, encode(focus), random);
        return {
          first: first.output,
          second: second.output,
          focused: focused.output,
          weights: focused.weights,
        };
      };
      const loss = (x: tf.Tensor3D, y: tf.Tensor3D): tf.Tensor => tf.mean(tf.squaredDifference(x, y));
      return {
        infer(inputs) {
          const { first, focused, weights } = run(inputs);
          const target = tf.slice(inputs, [0, window - 1, 0], [inputs.shape[0], 1, channels]);
          const errors = tf.add(tf.squaredDifference(first, target), tf.squaredDifference(focused, target));
          return { expected: focused, error: tf.mul(errors, 0.5) as tf.Tensor3D, weights };
        },
        objectives({ inputs, targets, epoch, random, training }): Objective[] {
          const plain = options.epsilon ** -epoch;
          const draw = training ? random : undefined;
          return [
            {
              trains: (name) => !name.startsWith('second'),
              loss: () => {
                const { first, focused } = run(inputs, draw);
                return tf.add(
                  tf.mul(loss(first, targets), plain),
                  tf.mul(loss(focused, targets), 1 - plain),
                ) as tf.Scalar;
              },
            },
            {
              trains: (name) => name.startsWith('second'),
              loss: () => {
                const { second, focused } = run(inputs, draw);
                return tf.sub(
                  tf.mul(loss(second, targets), plain),
                  tf.mul(loss(focused, targets), 1 - plain),
                ) as tf.Scalar;
              },
            },
          ];
        },
      };
    },
  });
}

type Shape = TranadOptions & { readonly modelSize: number; readonly heads: number };

function transformerEncoder(
  parameters: Parameters,
  { modelSize, heads, feedForward, dropout: rate }: Shape,
): (x: tf.Tensor3D, random?: Random) => tf.Tensor3D {
  const attention = multiHeadLayer(parameters, 'encoder.attention', modelSize, modelSize, heads);
  const widen = denseLayer(parameters, 'encoder.feed.first', modelSize, feedForward);
  const narrow = denseLayer(parameters, 'encoder.feed.second', feedForward, modelSize);
  return (x, random) => {
    const drop = (y: tf.Tensor3D): tf.Tensor3D => (random ? dropout(y, rate, () => random.uniform()) : y);
    const attended = tf.add(x, drop(attention(x, x, x).context)) as tf.Tensor3D;
    return tf.add(attended, drop(narrow(tf.leakyRelu(widen(attended), 0.01)))) as tf.Tensor3D;
  };
}

function transformerDecoder(
  parameters: Parameters,
  name: string,
  { modelSize, heads, feedForward, dropout: rate }: Shape,
  channels: number,
): (
  query: tf.Tensor3D,
  memory: tf.Tensor3D,
  random?: Random,
) => { output: tf.Tensor3D; weights: () => tf.Tensor3D } {
  const self = multiHeadLayer(parameters, `${name}.attention.self`, modelSize, modelSize, heads);
  const cross = multiHeadLayer(parameters, `${name}.attention.memory`, modelSize, modelSize, heads);
  const widen = denseLayer(parameters, `${name}.feed.first`, modelSize, feedForward);
  const narrow = denseLayer(parameters, `${name}.feed.second`, feedForward, modelSize);
  const output = denseLayer(parameters, `${name}.output`, modelSize, channels);
  return (query, memory, random) => {
    const drop = (y: tf.Tensor3D): tf.Tensor3D => (random ? dropout(y, rate, () => random.uniform()) : y);
    const target = tf.add(query, drop(self(query, query, query).context)) as tf.Tensor3D;
    const attended = cross(target, memory, memory);
    const joined = tf.add(target, drop(attended.context)) as tf.Tensor3D;
    const fed = tf.add(joined, drop(narrow(tf.leakyRelu(widen(joined), 0.01)))) as tf.Tensor3D;
    return { output: tf.sigmoid(output(fed)), weights: () => meanOverHeads(attended.weights, heads) };
  };
}
