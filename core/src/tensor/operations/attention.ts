import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, runKernel } from '../run-kernel.js';
import { attentionGradientKernel, attentionKernel } from '../kernel-names.js';
import { softmax } from './softmax.js';

type FiveTensors = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

/** Score of a position that must not be attended to, beside its own; far below any score, yet finite. */
const FORBIDDEN = -1e9;

/** What is added to scores so that softmax leaves forbidden positions out: 0 where the mask is 1, −10⁹ where 0. */
export function maskBias(mask: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sub(1, mask), FORBIDDEN);
}

/**
 * softmax(Q·Kᵀ·scale + bias)·V with its gradient: by our kernel without ever holding all weights, by TensorFlow.js'
 * own operations where that kernel does not run.
 * @param query [b, m, k]
 * @param key [b, n, k]
 * @param value [b, n, v]
 * @param bias [m, n], [1, m, n] or [b, m, n]; constant, so no gradient flows to it
 * @returns [b, m, v]
 */
export function dotAttentionContext(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  value: tf.Tensor3D,
  scale: number,
  bias?: tf.Tensor,
): tf.Tensor3D {
  if (!hasKernel(attentionKernel)) {
    return tf.matMul(dotAttentionWeights(query, key, scale, bias), value);
  }
  const withBias = (bias: tf.Tensor | undefined): { bias?: tf.Tensor } => (bias ? { bias } : {});
  const compute = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [q, k, v, save] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const [out, norms] = runKernel(attentionKernel, { q, k, v, ...withBias(bias) }, { scale });
    // The bias too: it may have been made beside the query, and is freed with it before the way back.
    save([q, k, v, out!, norms!, ...(bias ? [bias] : [])]);
    return {
      value: out!,
      gradFunc: (dout: tf.Tensor, saved: tf.Tensor[]) => {
        const [q, k, v, out, norms, kept] = saved as [...FiveTensors, tf.Tensor?];
        return runKernel(
          attentionGradientKernel,
          { q, k, v, out, norms, dout, ...withBias(kept) },
          { scale },
        );
      },
    };
  });
  return compute(query, key, value) as tf.Tensor3D;
}

/** The weights of `dotAttentionContext`: softmax(Q·Kᵀ·scale + bias), [b, m, n]. */
export function dotAttentionWeights(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  scale: number,
  bias?: tf.Tensor,
): tf.Tensor3D {
  const products = tf.matMul(query, key, false, true);
  const scores = scale === 1 ? products : tf.mul(products, scale);
  return softmax((bias ? tf.add(scores, bias) : scores) as tf.Tensor3D);
}
