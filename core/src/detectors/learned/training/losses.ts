import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Inference, WindowedNetwork, WindowedPlan } from './network.js';
import type { Objective } from './optimize.js';

/** [b, h, d]: errors of an inference; undefined where the network gives none. */
export function reconstructionError(
  inference: Inference,
  inputs: tf.Tensor3D,
  plan: WindowedPlan,
): tf.Tensor3D | undefined {
  if (inference.error) return inference.error;
  if (!inference.expected) return undefined;
  const [batch, , channels] = inputs.shape;
  const actual = tf.slice(inputs, [0, plan.window - plan.horizon, 0], [batch, plan.horizon, channels]);
  return tf.squaredDifference(inference.expected, actual) as tf.Tensor3D;
}

/** The objectives a network states, or the ones every network has. */
export function listObjectives(network: WindowedNetwork, batch: Batch): readonly Objective[] {
  if (network.objectives) return network.objectives(batch);
  return [
    {
      trains: () => true,
      loss: () => {
        const inference = network.infer(batch.inputs);
        if (inference.logits && batch.labels) {
          return crossEntropy(inference.logits, batch.labels, batch.positiveWeight);
        }
        return tf.mean(tf.squaredDifference(inference.expected!, batch.targets)) as tf.Scalar;
      },
    },
  ];
}

/** Binary cross-entropy of log odds with labels 0…1, anomalous points weighted. */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor2D, positiveWeight: number): tf.Scalar {
  // −y log σ(x) − (1 − y) log(1 − σ(x)) = softplus(x) − y x
  const each = tf.sub(tf.softplus(logits), tf.mul(labels, logits));
  const weights = tf.add(1, tf.mul(labels, positiveWeight - 1));
  return tf.div(tf.sum(tf.mul(each, weights)), tf.sum(weights)) as tf.Scalar;
}
