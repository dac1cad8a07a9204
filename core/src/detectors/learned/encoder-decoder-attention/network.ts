import * as tf from '@tensorflow/tfjs-core';
import { attentionDecoder, dense, gateCount, type RecurrentCell } from '../../../tensor/operations/index.js';
import { denseLayer, recurrentLayer } from '../training/layers.js';
import type { Inference, WindowedPlan } from '../training/network.js';
import type { Parameters } from '../training/parameters.js';
import { createPlan } from '../training/plan.js';
import type { EncoderDecoderOptions } from './options.js';

/**
 * The six steps of “Attention mechanisms in anomaly detection” §3: the input sequence x (1); the encoder's states E(x) and the decoder D(E(x)) (2);
 * in every decoder step attention of its state S over E(x) (3) with weights w by softmax (4); the new state
 * S' = f(S, w, E(x)), which joins the current input, the attended states Σ_j w_j E(x)_j and S (5); the prediction
 * P(x|S') (6), here normal with mean μ(S') and a variance per channel. The score is −log P up to a constant: the
 * squared error of the one-step prediction over that variance (whose maximum-likelihood value is the usual error).
 * Attention is additive. In training and scoring alike the decoder is fed the true previous point (teacher
 * forcing), so that one anomaly does not spoil the predictions after it.
 *
 * Corrected: the document's code has no encoder; its attention takes the softmax of the input itself (with `np`
 * never imported) and multiplies it into a matrix of the wrong shape; its recurrent layer is declared with half
 * the width it is given; and it is never trained.
 */
export function encoderDecoderPlan(options: EncoderDecoderOptions): WindowedPlan {
  const { window, horizon, hidden } = options;
  const cell = options.cell as RecurrentCell;
  const encoded = window - horizon;
  return createPlan('encoder-decoder-attention', options, {
    horizon,
    build(parameters, channels) {
      const encode = recurrentLayer(parameters, 'encoder', cell, channels, hidden);
      const keyWeight = parameters.create(
        'attention.key',
        [hidden, hidden],
        'glorot',
      ) as tf.Variable<tf.Rank.R2>;
      const queryWeight = parameters.create(
        'attention.query',
        [hidden, hidden],
        'glorot',
      ) as tf.Variable<tf.Rank.R2>;
      const valueWeight = parameters.create(
        'attention.value',
        [hidden, 1],
        'glorot',
      ) as tf.Variable<tf.Rank.R2>;
      const decoder = cellParameters(parameters, 'decoder', cell, channels + hidden, hidden);
      const widen = denseLayer(parameters, 'output.hidden', 2 * hidden, hidden);
      const output = denseLayer(parameters, 'output.mean', hidden, channels);

      const infer = (inputs: tf.Tensor3D): Inference => {
        const batch = inputs.shape[0];
        const states = encode(tf.slice(inputs, [0, 0, 0], [batch, encoded, channels]));
        // The decoder is fed the true point before the one it predicts, beside what it attended to.
        const before = tf.slice(inputs, [0, encoded - 1, 0], [batch, horizon, channels]);
        const width = decoder.input.shape[1];
        const { features, weights } = attentionDecoder(cell, {
          states,
          keys: dense(states, keyWeight),
          inputs: dense(before, tf.slice(decoder.input, [0, 0], [channels, width]), decoder.bias),
          context: tf.slice(decoder.input, [channels, 0], [hidden, width]),
          query: queryWeight,
          value: valueWeight,
          recurrent: decoder.state,
        });
        const change = output(tf.tanh(widen(features)));
        return {
          expected: tf.add(before, change) as tf.Tensor3D,
          weights: () =>
            tf.pad(weights, [
              [0, 0],
              [0, 0],
              [0, horizon],
            ]),
        };
      };
      return { infer };
    },
  });
}

/** The parameters of a recurrent cell: of its inputs, its state, and the bias. */
function cellParameters(
  parameters: Parameters,
  name: string,
  cell: RecurrentCell,
  inputs: number,
  hidden: number,
): { input: tf.Tensor2D; state: tf.Tensor2D; bias: tf.Tensor1D } {
  const width = gateCount[cell] * hidden;
  return {
    input: parameters.create(`${name}.input`, [inputs, width], 'glorot') as tf.Variable<tf.Rank.R2>,
    state: parameters.create(`${name}.state`, [hidden, width], {
      normal: 1 / Math.sqrt(hidden),
    }) as tf.Variable<tf.Rank.R2>,
    bias: parameters.create(`${name}.bias`, [width], 'zeros') as tf.Variable<tf.Rank.R1>,
  };
}
