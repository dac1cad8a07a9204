import * as tf from '@tensorflow/tfjs-core';
import { additiveScoresOfProjected } from '../attention/mechanisms.js';
import { dense, gatesOf, type RecurrentCell } from '../backend/operations/index.js';
import type { EncoderDecoderOptions } from './encoder-decoder-attention.js';
import { denseLayer, recurrentLayer } from './training/layers.js';
import type { Inference, WindowedPlan } from './training/model.js';
import type { Parameters } from './training/parameters.js';
import { planOf } from './training/plan.js';

/**
 * The six steps of 000_f8b1 §3: the input sequence x (1); the encoder's states E(x) and the decoder D(E(x)) (2);
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
  return planOf('encoder-decoder-attention', options, {
    judged: horizon,
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
      const step = cellStep(parameters, 'decoder', cell, channels + hidden, hidden);
      const widen = denseLayer(parameters, 'output.hidden', 2 * hidden, hidden);
      const output = denseLayer(parameters, 'output.mean', hidden, channels);

      const infer = (inputs: tf.Tensor3D): Inference => {
        const batch = inputs.shape[0];
        const states = encode(tf.slice(inputs, [0, 0, 0], [batch, encoded, channels]));
        const keys = dense(states, keyWeight);
        let state: CellState = {
          h: tf.reshape(tf.slice(states, [0, encoded - 1, 0], [batch, 1, hidden]), [batch, hidden]),
        };
        const features: tf.Tensor2D[] = [];
        const allWeights: tf.Tensor3D[] = [];
        for (let t = 0; t < horizon; t++) {
          const query = tf.reshape(dense(state.h, queryWeight), [batch, 1, hidden]) as tf.Tensor3D;
          const weights = tf.softmax(additiveScoresOfProjected(query, keys, valueWeight), -1) as tf.Tensor3D;
          const context = tf.reshape(tf.matMul(weights, states), [batch, hidden]) as tf.Tensor2D;
          const before = tf.reshape(tf.slice(inputs, [0, encoded + t - 1, 0], [batch, 1, channels]), [
            batch,
            channels,
          ]);
          state = step(tf.concat([before, context], 1) as tf.Tensor2D, state);
          features.push(tf.concat([state.h, context], 1) as tf.Tensor2D);
          allWeights.push(weights);
        }
        const change = output(tf.tanh(widen(tf.stack(features, 1) as tf.Tensor3D)));
        const before = tf.slice(inputs, [0, encoded - 1, 0], [batch, horizon, channels]);
        return {
          expected: tf.add(before, change) as tf.Tensor3D,
          weights: tf.pad(tf.concat(allWeights, 1), [
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

interface CellState {
  readonly h: tf.Tensor2D;
  /** The LSTM's memory; it starts at 0. */
  readonly c?: tf.Tensor2D;
}

/** One step of a recurrent cell, as `recurrent` computes it for a whole sequence. */
function cellStep(
  parameters: Parameters,
  name: string,
  cell: RecurrentCell,
  inputs: number,
  hidden: number,
): (x: tf.Tensor2D, state: CellState) => CellState {
  const gates = gatesOf[cell];
  const input = parameters.create(
    `${name}.input`,
    [inputs, gates * hidden],
    'glorot',
  ) as tf.Variable<tf.Rank.R2>;
  const recurrentWeight = parameters.create(`${name}.state`, [hidden, gates * hidden], {
    normal: 1 / Math.sqrt(hidden),
  }) as tf.Variable<tf.Rank.R2>;
  const bias = parameters.create(`${name}.bias`, [gates * hidden], 'zeros') as tf.Variable<tf.Rank.R1>;
  return (x, { h, c }) => {
    const projected = dense(x, input, bias);
    const product = dense(h, recurrentWeight);
    if (cell === 'rnn') return { h: tf.tanh(tf.add(projected, product)) as tf.Tensor2D };
    if (cell === 'gru') {
      const [pz, pr, pc] = tf.split(projected, 3, 1) as tf.Tensor2D[];
      const [qz, qr, qc] = tf.split(product, 3, 1) as tf.Tensor2D[];
      const z = tf.sigmoid(tf.add(pz!, qz!));
      const candidate = tf.tanh(tf.add(pc!, tf.mul(tf.sigmoid(tf.add(pr!, qr!)), qc!)));
      return { h: tf.add(candidate, tf.mul(z, tf.sub(h, candidate))) as tf.Tensor2D };
    }
    const [i, f, o, g] = tf.split(tf.add(projected, product), 4, 1) as tf.Tensor2D[];
    const fresh = tf.mul(tf.sigmoid(i!), tf.tanh(g!)) as tf.Tensor2D;
    const memory = c ? (tf.add(tf.mul(tf.sigmoid(f!), c), fresh) as tf.Tensor2D) : fresh;
    return { h: tf.mul(tf.sigmoid(o!), tf.tanh(memory)) as tf.Tensor2D, c: memory };
  };
}
