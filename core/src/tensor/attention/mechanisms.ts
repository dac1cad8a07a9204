import * as tf from '@tensorflow/tfjs-core';
import {
  convolution1d,
  dense,
  dotAttentionContext,
  dotAttentionWeights,
  maskBias,
  softmax,
} from '../operations/index.js';

/**
 * The attention mechanisms as functions of tensors. Queries [b, m, q], keys [b, n, k], values [b, n, v] for b
 * independent sequences, m queries and n attended positions; the result is the context [b, m, v] and the weights
 * [b, m, n], every row of which sums to 1.
 */
export interface Attended {
  /** Σ_j a_ij v_j: [b, m, v]. */
  readonly context: tf.Tensor3D;
  /**
   * a_ij = exp(e_ij) / Σ_k exp(e_ik): [b, m, n]. Dot-product attention never holds them all: there they are computed
   * when they are read.
   */
  readonly weights: tf.Tensor3D;
}

/**
 * Weights and context from scores: a_ij = exp(e_ij) / Σ_k exp(e_ik) (“Attention-based anomaly detection” §4.1, “Deep learning in anomaly detection” §3.2.3), context_i =
 * Σ_j a_ij v_j. The code of “Attention mechanisms in anomaly detection” §4 takes the softmax of the input itself, and that of “Attention mechanisms for robust and accurate anomaly detection” §4 weighs the
 * values without summing them: here scores compare queries with keys, and the weighted values are summed.
 * @param mask [m, n], [1, m, n] or [b, m, n], 1 where attention is allowed and 0 where not
 */
export function attend(scores: tf.Tensor3D, values: tf.Tensor3D, mask?: tf.Tensor): Attended {
  const weights = softmax((mask ? tf.add(scores, maskBias(mask)) : scores) as tf.Tensor3D);
  return { weights, context: tf.matMul(weights, values) };
}

/** Dot attention, e_ij = q_i · k_j · scale, by one kernel that forms no weights. Mask as in `attend`. */
export function dotAttention(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  value: tf.Tensor3D,
  mask?: tf.Tensor,
  scale = 1,
): Attended {
  const bias = mask && maskBias(mask);
  return {
    context: dotAttentionContext(query, key, value, scale, bias),
    get weights() {
      return dotAttentionWeights(query, key, scale, bias);
    },
  };
}

/** Scaled dot attention, e_ij = q_i · k_j / √k, as `dotAttention`. */
export function scaledDotAttention(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  value: tf.Tensor3D,
  mask?: tf.Tensor,
): Attended {
  return dotAttention(query, key, value, mask, 1 / Math.sqrt(key.shape[2]));
}

/** Dot attention: e_ij = q_i · k_j (“Attention-based anomaly detection” §3.2). */
export function dotScores(query: tf.Tensor3D, key: tf.Tensor3D): tf.Tensor3D {
  return tf.matMul(query, key, false, true);
}

/**
 * Scaled dot attention: e_ij = q_i · k_j / √k. “Attention-based anomaly detection” §3.2 names the dimension of the keys as divisor and its
 * code divides by the root of d_model, which are the same only with one head; this is the root of the keys'
 * dimension, as in Vaswani et al. 2017 §3.2.1.
 */
export function scaledDotScores(query: tf.Tensor3D, key: tf.Tensor3D): tf.Tensor3D {
  return tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(key.shape[2]));
}

/**
 * Multiplicative ("general") attention: e_ij = q_iᵀ W k_j, W [q, k] (Luong et al. 2015; “Attention-based anomaly detection in spatio-temporal sequences” §2.1 names the kind
 * without a formula).
 */
export function generalScores(query: tf.Tensor3D, key: tf.Tensor3D, weight: tf.Tensor2D): tf.Tensor3D {
  return dotScores(dense(query, weight), key);
}

/** Weights of additive attention: W [q, h], U [k, h], v [h, 1]. */
export interface AdditiveWeights {
  readonly query: tf.Tensor2D;
  readonly key: tf.Tensor2D;
  readonly value: tf.Tensor2D;
}

/**
 * Additive attention: e_ij = vᵀ tanh(W q_i + U k_j) (Bahdanau et al. 2015). “Attention-based anomaly detection in spatio-temporal sequences” §2.1 names the kind and “Attention mechanisms in anomaly detection”
 * §3 writes Attention(S, E(x)) with state S as query and E(x) as keys; neither gives the formula.
 */
export function additiveScores(query: tf.Tensor3D, key: tf.Tensor3D, weights: AdditiveWeights): tf.Tensor3D {
  return additiveScoresFromProjected(dense(query, weights.query), dense(key, weights.key), weights.value);
}

/** The same with the keys projected once for many queries: U k_j [b, n, h]. */
export function additiveScoresFromProjected(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  value: tf.Tensor2D,
): tf.Tensor3D {
  const [batch, queries, hidden] = query.shape;
  const keys = key.shape[1];
  const sum = tf.add(
    tf.reshape(query, [batch, queries, 1, hidden]),
    tf.reshape(key, [batch, 1, keys, hidden]),
  );
  return tf.reshape(dense(tf.tanh(sum), value), [batch, queries, keys]);
}

/**
 * Convolutional attention: e_ij = vᵀ tanh(W q_i + Σ_r U_r k_{j+r}), the score of a position from the keys around
 * it (“Attention-based anomaly detection in spatio-temporal sequences” §2.1 names the kind without a formula). `key` is [width·k, h].
 */
export function convolutionalScores(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  weights: AdditiveWeights,
  width: number,
): tf.Tensor3D {
  const neighborhoods = convolution1d(key, weights.key, undefined, width, 'same');
  return additiveScoresFromProjected(dense(query, weights.query), neighborhoods, weights.value);
}

/** Weights of multi-head attention, each [d_model, d_model] (inputs may be of other width). */
export interface MultiHeadWeights {
  readonly query: tf.Tensor2D;
  readonly key: tf.Tensor2D;
  readonly value: tf.Tensor2D;
  readonly output: tf.Tensor2D;
}

/** [b, n, h·c] → [b·h, n, c]. */
export function splitHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  if (heads === 1) return x;
  const [batch, length, width] = x.shape;
  const split = tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  return tf.reshape(split, [batch * heads, length, width / heads]);
}

/** [b·h, n, c] → [b, n, h·c]. */
export function joinHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  if (heads === 1) return x;
  const [all, length, width] = x.shape;
  const batch = all / heads;
  return tf.reshape(tf.transpose(tf.reshape(x, [batch, heads, length, width]), [0, 2, 1, 3]), [
    batch,
    length,
    heads * width,
  ]);
}

/** Mean over the heads: [b·h, m, n] → [b, m, n]. */
export function meanOverHeads(weights: tf.Tensor3D, heads: number): tf.Tensor3D {
  if (heads === 1) return weights;
  const [all, queries, keys] = weights.shape;
  return tf.mean(tf.reshape(weights, [all / heads, heads, queries, keys]), 1);
}

/**
 * Multi-head attention: head_h = attention(Q W_h^Q, K W_h^K, V W_h^V) by scaled dot products, the heads
 * concatenated and passed through W^O (“Attention-based anomaly detection” §3.2 and §4.2, whose code takes num_heads and never uses it).
 * The weights come per head: [b·heads, m, n], heads of one sequence next to each other.
 */
export function multiHeadAttention(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  value: tf.Tensor3D,
  weights: MultiHeadWeights,
  heads: number,
  mask?: tf.Tensor,
): Attended {
  const q = splitHeads(dense(query, weights.query), heads);
  const k = splitHeads(dense(key, weights.key), heads);
  const v = splitHeads(dense(value, weights.value), heads);
  const attended = scaledDotAttention(q, k, v, mask);
  return {
    context: dense(joinHeads(attended.context, heads), weights.output),
    get weights() {
      return attended.weights;
    },
  };
}

/**
 * Feature attention: a = softmax(W x) over the elements, z = Σ_i a_i x_i (“Attention mechanisms for robust and accurate anomaly detection” §3). x [b, n, d], W [d, m]
 * for m independent weightings, a single one being m = 1 (its code takes the softmax over the samples of
 * a batch, and its "W x_i" is one number per element, so that the softmax must run over the elements i); the weights come as [b, m, n], the context z as [b, m, d].
 */
export function featureAttention(x: tf.Tensor3D, weight: tf.Tensor2D): Attended {
  return attend(tf.transpose(dense(x, weight), [0, 2, 1]), x);
}

/** Weights of one graph attention layer: W [f, heads·h], and a split in the halves for target and source. */
export interface GraphAttentionWeights {
  readonly project: tf.Tensor2D;
  /** [heads, h] each. */
  readonly target: tf.Tensor2D;
  readonly source: tf.Tensor2D;
}

/**
 * Graph attention over a dense mask: e_ij = LeakyReLU(aᵀ[W h_i ‖ W h_j]), α_ij = softmax over the neighbors j of
 * i, h'_i = Σ_j α_ij W h_j for every head (Veličković et al. 2018; “Attention mechanisms in anomaly detection” §2 asks for attention on graphs
 * without a formula). Nodes [b, n, f], mask [n, n] or [b, n, n] with 1 where i attends to j; a node without
 * neighbors gets 0. The heads lie side by side in the context [b, n, heads·h]; weights [b·heads, n, n].
 */
export function graphAttention(
  nodes: tf.Tensor3D,
  weights: GraphAttentionWeights,
  heads: number,
  mask: tf.Tensor,
  slope = 0.2,
): Attended {
  const [batch, count] = nodes.shape;
  const projected = dense(nodes, weights.project);
  const hidden = projected.shape[2] / heads;
  const perHead = tf.reshape(projected, [batch, count, heads, hidden]);
  const half = (vector: tf.Tensor2D): tf.Tensor3D =>
    tf.transpose(
      tf.sum(tf.mul(perHead, tf.reshape(vector, [1, 1, heads, hidden])), 3),
      [0, 2, 1],
    ) as tf.Tensor3D;
  const scores = tf.leakyRelu(
    tf.add(
      tf.reshape(half(weights.target), [batch * heads, count, 1]),
      tf.reshape(half(weights.source), [batch * heads, 1, count]),
    ),
    slope,
  ) as tf.Tensor3D;
  const perHeadMask =
    mask.rank === 3 && mask.shape[0] !== 1
      ? tf.reshape(tf.tile(tf.reshape(mask, [batch, 1, count, count]), [1, heads, 1, 1]), [
          batch * heads,
          count,
          count,
        ])
      : mask;
  const values = splitHeads(projected, heads);
  const attended = attend(scores, values, perHeadMask);
  // Where every score is forbidden softmax spreads evenly over all nodes; such a node attends to nothing.
  const neighborWeights = tf.mul(attended.weights, perHeadMask) as tf.Tensor3D;
  return { weights: neighborWeights, context: joinHeads(tf.matMul(neighborWeights, values), heads) };
}

/**
 * Windowed (local, sparse) scaled dot attention: query i attends to |i − j| <= radius only. Works on blocks of
 * `radius` queries with the three blocks of keys they can reach, so that time and memory grow with n · radius and
 * not with n² (the efficiency “Attention mechanisms in anomaly detection” §5 and “Attention mechanisms for robust and accurate anomaly detection” §5 ask for). All inputs [b, n, ·].
 * The weights are [b, n, 3·radius]: column c of query i belongs to key ⌊i/radius⌋·radius − radius + c, 0 outside its
 * reach.
 */
export function windowedAttention(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  value: tf.Tensor3D,
  radius: number,
): Attended {
  const [batch, length] = query.shape;
  const blocks = Math.ceil(length / radius);
  const padded = blocks * radius;
  const intoBlocks = (x: tf.Tensor3D): tf.Tensor3D =>
    tf.reshape(
      tf.pad(x, [
        [0, 0],
        [0, padded - length],
        [0, 0],
      ]),
      [batch * blocks, radius, x.shape[2]],
    );
  const reach = (x: tf.Tensor3D): tf.Tensor3D => {
    const width = x.shape[2];
    const around = tf.pad(x, [
      [0, 0],
      [radius, padded - length + radius],
      [0, 0],
    ]);
    const shifted = [0, 1, 2].map((shift) =>
      tf.reshape(tf.slice(around, [0, shift * radius, 0], [batch, padded, width]), [
        batch,
        blocks,
        radius,
        width,
      ]),
    );
    return tf.reshape(tf.concat(shifted, 2), [batch * blocks, 3 * radius, width]);
  };
  const mask = tf.tile(windowMask(length, radius), [batch, 1, 1]);
  const attended = scaledDotAttention(intoBlocks(query), reach(key), reach(value), mask);
  const back = (x: tf.Tensor3D): tf.Tensor3D =>
    tf.slice(
      tf.reshape(x, [batch, padded, x.shape[2]]) as tf.Tensor3D,
      [0, 0, 0],
      [batch, length, x.shape[2]],
    );
  return {
    context: back(attended.context),
    get weights() {
      return back(attended.weights);
    },
  };
}

/** 1 where the key exists and lies within the radius: [blocks, radius, 3·radius]. */
function windowMask(length: number, radius: number): tf.Tensor3D {
  const blocks = Math.ceil(length / radius);
  const mask = new Float32Array(blocks * radius * 3 * radius);
  for (let i = 0; i < blocks * radius; i++) {
    const first = Math.floor(i / radius) * radius - radius;
    for (let c = 0; c < 3 * radius; c++) {
      const j = first + c;
      if (j >= 0 && j < length && Math.abs(i - j) <= radius) mask[i * 3 * radius + c] = 1;
    }
  }
  return tf.tensor3d(mask, [blocks, radius, 3 * radius]);
}

/**
 * Linear attention: context_i = φ(q_i) (Σ_j φ(k_j)ᵀ v_j) / (φ(q_i) · Σ_j φ(k_j)) with φ(x) = elu(x) + 1
 * (Katharopoulos et al. 2020), for the long sequences of which “Attention mechanisms in anomaly detection” §5 and “Attention mechanisms for robust and accurate anomaly detection” §5 ask for more efficiency and
 * give no formula. Never forms the n × n weights, so that time grows with n; `linearWeights` forms
 * them on request.
 */
export function linearAttention(query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D): tf.Tensor3D {
  const q = positiveFeatures(query);
  const k = positiveFeatures(key);
  const summary = tf.matMul(k, value, true, false);
  const normalizer = tf.sum(tf.mul(q, tf.sum(k, 1, true)), 2, true);
  return tf.div(tf.matMul(q, summary), normalizer);
}

/** The weights linear attention implies: a_ij = φ(q_i) · φ(k_j) / Σ_k φ(q_i) · φ(k_k), [b, m, n]. */
export function linearWeights(query: tf.Tensor3D, key: tf.Tensor3D): tf.Tensor3D {
  const products = tf.matMul(positiveFeatures(query), positiveFeatures(key), false, true);
  return tf.div(products, tf.sum(products, 2, true));
}

/** φ(x) = elu(x) + 1 = max(x, 0) + exp(min(x, 0)). */
function positiveFeatures(x: tf.Tensor3D): tf.Tensor3D {
  return tf.add(tf.relu(x), tf.exp(tf.neg(tf.relu(tf.neg(x)))));
}
