import * as tf from '@tensorflow/tfjs-core';

/** True where the running backend has that kernel of ours. */
export function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) != null;
}

/** Calls a kernel outside the gradient tape; the caller gives the gradient. */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: object = {},
): tf.Tensor[] {
  const result: unknown = tf
    .engine()
    .runKernel(name, inputs as tf.NamedTensorMap, attributes as tf.NamedAttrMap);
  return (Array.isArray(result) ? result : [result]) as tf.Tensor[];
}
