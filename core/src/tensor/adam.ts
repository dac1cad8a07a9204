import * as tf from '@tensorflow/tfjs-core';

/**
 * Adam (Kingma & Ba 2015) with the gradients' global norm clipped. The moments live in plain arrays: a model here
 * has some ten thousand values in a few dozen tensors, and a dozen tensor operations per tensor would cost more
 * than the whole update.
 */
export class Adam {
  private readonly moments = new Map<string, { mean: Float32Array; square: Float32Array }>();
  private step = 0;

  constructor(
    private readonly learningRate: number,
    private readonly clip = 1,
    private readonly beta1 = 0.9,
    private readonly beta2 = 0.999,
    private readonly epsilon = 1e-8,
  ) {}

  /** One step; a parameter without a gradient stays. */
  apply(variables: ReadonlyMap<string, tf.Variable>, gradients: ReadonlyMap<string, Float32Array>): void {
    this.step++;
    let norm = 0;
    for (const gradient of gradients.values()) for (const g of gradient) norm += g * g;
    const scale = Math.min(1, this.clip / (Math.sqrt(norm) + 1e-12));
    const rate = (this.learningRate * Math.sqrt(1 - this.beta2 ** this.step)) / (1 - this.beta1 ** this.step);
    for (const [name, gradient] of gradients) {
      const variable = variables.get(name)!;
      let moment = this.moments.get(name);
      if (!moment) {
        moment = { mean: new Float32Array(variable.size), square: new Float32Array(variable.size) };
        this.moments.set(name, moment);
      }
      const { mean, square } = moment;
      const values = variable.dataSync<'float32'>().slice();
      for (let i = 0; i < values.length; i++) {
        const g = gradient[i]! * scale;
        mean[i] = this.beta1 * mean[i]! + (1 - this.beta1) * g;
        square[i] = this.beta2 * square[i]! + (1 - this.beta2) * g * g;
        values[i] -= (rate * mean[i]!) / (Math.sqrt(square[i]!) + this.epsilon);
      }
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
  }
}
