import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, runKernel } from './run-kernel.js';
import { adamInputs, adamKernel, type AdamAttributes } from './kernel-names.js';

interface Moments {
  readonly first: tf.Tensor;
  readonly second: tf.Tensor;
}

/**
 * Adam (Kingma & Ba 2015) with the gradients' global norm clipped: one call of our kernel for all parameters, or plain
 * arrays where it does not run. (TensorFlow.js' own Adam takes a dozen operations per parameter and does not clip.)
 */
export class Adam {
  private readonly moments = new Map<string, Moments>();
  private steps = 0;

  constructor(
    private readonly learningRate: number,
    private readonly clip = 1,
    private readonly beta1 = 0.9,
    private readonly beta2 = 0.999,
    private readonly epsilon = 1e-8,
  ) {}

  /**
   * One step; a parameter without a gradient stays. The values are changed in place, which tensors that share a
   * parameter's memory would see: give it variables whose values nothing else holds.
   */
  apply(parameters: ReadonlyMap<string, tf.Variable>, gradients: ReadonlyMap<string, tf.Tensor>): void {
    this.steps++;
    const attributes: AdamAttributes = {
      count: gradients.size,
      clip: this.clip,
      rate: (this.learningRate * Math.sqrt(1 - this.beta2 ** this.steps)) / (1 - this.beta1 ** this.steps),
      beta1: this.beta1,
      beta2: this.beta2,
      epsilon: this.epsilon,
    };
    if (hasKernel(adamKernel)) {
      const inputs: Record<string, tf.Tensor> = {};
      let at = 0;
      for (const [name, gradient] of gradients) {
        const parameter = parameters.get(name)!;
        const { first, second } = this.momentsFor(name, parameter);
        const tensors = [parameter, gradient, first, second];
        adamInputs(at++).forEach((input, i) => (inputs[input] = tensors[i]!));
      }
      runKernel(adamKernel, inputs, attributes);
    } else this.applyArrays(parameters, gradients, attributes);
  }

  /** Frees the moments; the next step starts anew. */
  dispose(): void {
    for (const { first, second } of this.moments.values()) tf.dispose([first, second]);
    this.moments.clear();
    this.steps = 0;
  }

  private momentsFor(name: string, parameter: tf.Variable): Moments {
    let moments = this.moments.get(name);
    if (!moments) {
      moments = { first: tf.keep(tf.zerosLike(parameter)), second: tf.keep(tf.zerosLike(parameter)) };
      this.moments.set(name, moments);
    }
    return moments;
  }

  private applyArrays(
    parameters: ReadonlyMap<string, tf.Variable>,
    gradients: ReadonlyMap<string, tf.Tensor>,
    { clip, rate, beta1, beta2, epsilon }: AdamAttributes,
  ): void {
    const arrays = [...gradients].map(([name, tensor]) => [name, tensor.dataSync<'float32'>()] as const);
    let squares = 0;
    for (const [, values] of arrays) for (const g of values) squares += g * g;
    const share = Math.min(1, clip / (Math.sqrt(squares) + 1e-12));
    for (const [name, gradient] of arrays) {
      const parameter = parameters.get(name)!;
      const moments = this.momentsFor(name, parameter);
      const [values, mean, square] = [parameter, moments.first, moments.second].map((tensor) =>
        tensor.dataSync<'float32'>().slice(),
      ) as [Float32Array, Float32Array, Float32Array];
      for (let i = 0; i < values.length; i++) {
        const g = gradient[i]! * share;
        mean[i] = beta1 * mean[i]! + (1 - beta1) * g;
        square[i] = beta2 * square[i]! + (1 - beta2) * g * g;
        values[i] -= (rate * mean[i]!) / (Math.sqrt(square[i]!) + epsilon);
      }
      tf.tidy(() => parameter.assign(tf.tensor(values, parameter.shape)));
      tf.dispose([moments.first, moments.second]);
      this.moments.set(name, {
        first: tf.keep(tf.tensor(mean, parameter.shape)),
        second: tf.keep(tf.tensor(square, parameter.shape)),
      });
    }
  }
}
