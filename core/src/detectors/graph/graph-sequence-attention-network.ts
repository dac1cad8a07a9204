import * as tf from '@tensorflow/tfjs-core';
import { graphAttention, meanOverHeads, scaledDotAttention } from '../../tensor/attention/mechanisms.js';
import { dense } from '../../tensor/operations/index.js';
import { denseLayer, positionalEncoding } from '../learned/training/layers.js';
import type { Inference, WindowedNetwork, WindowedPlan } from '../learned/training/network.js';
import { createPlan } from '../learned/training/plan.js';
import type { GraphSequenceOptions } from './graph-sequence-options.js';

/** Who may attend to whom among N nodes of F features; absent: every channel is a node and sees all others. */
export interface NodeLayout {
  readonly nodes: number;
  readonly features: number;
  /** N × N, 1 where row attends to column; the diagonal does not count. */
  readonly mask: Float32Array;
}

/** The network with the graph attention's weights at hand: [b, N, N] in the last step. */
export interface GraphSequenceNetwork extends WindowedNetwork {
  nodeWeights(inputs: tf.Tensor3D): tf.Tensor3D;
}

/**
 * Attention on graphs over time (“Attention mechanisms in anomaly detection” §2 names it and gives no formula): in every step of a window multi-head
 * graph attention over the nodes, e_ij = LeakyReLU(aᵀ[W h_i ‖ W h_j]), α_ij = softmax over the neighbors; then every
 * node's state in the last step attends to its states in all steps by scaled dot products; from that the node's
 * features in the last step are told, and the score is the error. A node never sees its own features, only its
 * neighbors' (with a single node: its own past), or it would follow its own anomaly. The graph is the union of the
 * sequence's graphs; how the calls themselves change comes in through each node's sums of edge weights.
 */
export function graphSequencePlan(options: GraphSequenceOptions, layout?: NodeLayout): WindowedPlan {
  const { window, hidden, heads } = options;
  const width = hidden * heads;
  return createPlan('graph-sequence-attention', options, {
    horizon: 1,
    build(parameters, channels): GraphSequenceNetwork {
      const nodes = layout?.nodes ?? channels;
      const features = layout?.features ?? 1;
      const steps = nodes === 1 ? window - 1 : window;
      const matrix = (name: string, rows: number, columns: number): tf.Tensor2D =>
        parameters.create(name, [rows, columns], 'glorot') as tf.Variable<tf.Rank.R2>;
      // What tells nodes apart that measure different things.
      const identity = parameters.create('identity', [nodes, 4], { normal: 0.3 });
      const inputs = features + 4;
      const weights = {
        project: matrix('attention.graph.project', inputs, width),
        target: matrix('attention.graph.target', heads, hidden),
        source: matrix('attention.graph.source', heads, hidden),
      };
      const query = matrix('attention.time.query', width, width);
      const key = matrix('attention.time.key', width, width);
      const widen = denseLayer(parameters, 'output.hidden', 2 * width + 4, 4 * width);
      const output = denseLayer(parameters, 'output', 4 * width, features);

      const mask = (): tf.Tensor2D => {
        const values = layout ? layout.mask.slice() : new Float32Array(nodes * nodes).fill(1);
        for (let i = 0; i < nodes; i++) values[i * nodes + i] = nodes === 1 ? 1 : 0;
        return tf.tensor2d(values, [nodes, nodes]);
      };
      const encode = (seen: tf.Tensor3D): { states: tf.Tensor3D; nodeWeights: tf.Tensor3D } => {
        const graphs = seen.shape[0] * seen.shape[1];
        const who = tf.tile(tf.expandDims(identity, 0), [graphs, 1, 1]);
        const x = tf.concat([tf.reshape(seen, [graphs, nodes, features]), who], 2) as tf.Tensor3D;
        const attended = graphAttention(x, weights, heads, mask());
        return {
          states: attended.context,
          nodeWeights: meanOverHeads(attended.weights, heads),
        };
      };
      const infer = (windows: tf.Tensor3D): Inference => {
        const batch = windows.shape[0];
        const { states } = encode(tf.slice(windows, [0, 0, 0], [batch, steps, channels]));
        // [b·steps, N, h] → one sequence per node [b·N, steps, h].
        const perNode = tf.transpose(tf.reshape(states, [batch, steps, nodes, width]), [0, 2, 1, 3]);
        const sequences = tf.reshape(perNode, [batch * nodes, steps, width]) as tf.Tensor3D;
        const placed = tf.add(sequences, positionalEncoding(steps, width)) as tf.Tensor3D;
        const last = tf.slice(placed, [0, steps - 1, 0], [-1, 1, -1]);
        const time = scaledDotAttention(dense(last, query), dense(placed, key), sequences);
        const state = tf.slice(sequences, [0, steps - 1, 0], [-1, 1, -1]);
        const who = tf.reshape(tf.tile(tf.expandDims(identity, 0), [batch, 1, 1]), [batch * nodes, 1, 4]);
        const told = output(tf.relu(widen(tf.concat([time.context, state, who], 2) as tf.Tensor3D)));
        return {
          expected: tf.reshape(told, [batch, 1, channels]) as tf.Tensor3D,
          weights: () =>
            tf.pad(tf.mean(tf.reshape(time.weights, [batch, nodes, steps]), 1, true) as tf.Tensor3D, [
              [0, 0],
              [0, 0],
              [0, window - steps],
            ]),
        };
      };
      return {
        infer,
        nodeWeights(windows) {
          const last = tf.slice(windows, [0, window - 1, 0], [windows.shape[0], 1, channels]);
          return encode(last).nodeWeights;
        },
      };
    },
  });
}
