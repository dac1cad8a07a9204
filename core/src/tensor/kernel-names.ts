/** Names of Heed's own operations, beside TensorFlow.js'. */
export const attentionKernel = 'HeedAttention';
export const attentionGradientKernel = 'HeedAttentionGradient';
export const layerNormKernel = 'HeedLayerNorm';
export const layerNormGradientKernel = 'HeedLayerNormGradient';
export const softmaxGradientKernel = 'HeedSoftmaxGradient';
export const adamKernel = 'HeedAdam';

/** Attributes of `adamKernel`: one step on `count` parameters. */
export interface AdamAttributes {
  readonly count: number;
  /** Largest norm of all gradients together. */
  readonly clip: number;
  /** Learning rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ). */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Names of the i-th parameter, its gradient and its two moments among the inputs of `adamKernel`. */
export function adamInputs(i: number): [string, string, string, string] {
  return [`parameter${i}`, `gradient${i}`, `first${i}`, `second${i}`];
}
