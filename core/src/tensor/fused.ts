import * as tf from '@tensorflow/tfjs-core';
import {
  adamKernel,
  attentionGradientKernel,
  attentionKernel,
  layerNormGradientKernel,
  layerNormKernel,
} from './tfjs-kernels.js';

/** True where the running backend has that kernel of ours. */
function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) != null;
}

/** Calls a kernel outside the gradient tape; the caller gives the gradient. */
function runKernel(
  name: string,
  inputs: Record<string, tf.Tensor>,
  attrs: Record<string, number>,
): tf.Tensor[] {
  return tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs) as unknown as tf.Tensor[];
}

/**
 * Scaled dot-product attention softmax(Q·Kᵀ·scale)·V with its gradient, without ever holding all weights where our
 * kernels run; by TensorFlow.js' own operations elsewhere.
 * @param query [b, m, k]
 * @param key [b, n, k]
 * @param value [b, n, v]
 * @param scale default 1 / √k (Vaswani et al. 2017 §3.2.1)
 * @returns [b, m, v]
 */
export function fusedAttention(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  value: tf.Tensor3D,
  scale: number = 1 / Math.sqrt(query.shape[2]),
): tf.Tensor3D {
  if (!hasKernel(attentionKernel)) {
    const weights = tf.softmax(tf.mul(tf.matMul(query, key, false, true), scale), -1);
    return tf.matMul(weights, value) as tf.Tensor3D;
  }
  const compute = tf.customGrad((...rest) => {
    const [q, k, v, save] = rest as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const [out, logsum] = runKernel(attentionKernel, { q, k, v }, { scale }) as [tf.Tensor, tf.Tensor];
    save([q, k, v, out, logsum]);
    return {
      value: out,
      gradFunc: (dout: tf.Tensor, saved: tf.Tensor[]) => {
        const [q, k, v, out, logsum] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        return runKernel(attentionGradientKernel, { q, k, v, out, logsum, dout }, { scale });
      },
    };
  });
  return compute(query, key, value) as tf.Tensor3D;
}

/**
 * Layer normalization over the last axis (Ba et al. 2016): (x − mean) / √(variance + ε) · gamma + beta.
 * @param x […, n]
 * @param gamma [n]
 * @param beta [n]
 */
export function layerNorm<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon = 1e-6,
): T {
  if (!hasKernel(layerNormKernel)) {
    const { mean, variance } = tf.moments(x, -1, true);
    const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(normal, gamma), beta) as T;
  }
  const compute = tf.customGrad((...rest) => {
    const [x, gamma, beta, save] = rest as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const [y, hat, inverse] = runKernel(layerNormKernel, { x, gamma, beta }, { epsilon });
    save([hat!, inverse!, gamma]);
    return {
      value: y!,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [hat, inverse, gamma] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        return runKernel(layerNormGradientKernel, { dy, hat, inverse, gamma }, {});
      },
    };
  });
  return compute(x, gamma, beta) as T;
}

/**
 * Adam (Kingma & Ba 2015) as a TensorFlow.js optimizer: one kernel per variable where ours run, TensorFlow.js' own
 * Adam, which takes a dozen operations per variable, elsewhere.
 */
export function adam(learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7): tf.Optimizer {
  if (!hasKernel(adamKernel)) return tf.train.adam(learningRate, beta1, beta2, epsilon);
  return new KernelAdam(learningRate, beta1, beta2, epsilon);
}

interface NamedTensor {
  name: string;
  tensor: tf.Tensor;
}

class KernelAdam extends tf.Optimizer {
  static readonly className = 'HeedAdam';
  private readonly moments = new Map<string, { first: tf.Tensor; second: tf.Tensor }>();
  private steps = 0;

  constructor(
    private readonly learningRate: number,
    private readonly beta1: number,
    private readonly beta2: number,
    private readonly epsilon: number,
  ) {
    super();
  }

  applyGradients(gradients: Record<string, tf.Variable> | NamedTensor[] | tf.NamedTensorMap): void {
    const named = Array.isArray(gradients)
      ? gradients.map(({ name, tensor }) => [name, tensor] as const)
      : Object.entries(gradients);
    this.steps++;
    const correction = Math.sqrt(1 - this.beta2 ** this.steps);
    const attrs = {
      rate: (this.learningRate * correction) / (1 - this.beta1 ** this.steps),
      beta1: this.beta1,
      beta2: this.beta2,
      epsilon: this.epsilon * correction,
    };
    for (const [name, gradient] of named) {
      const variable = tf.engine().registeredVariables[name];
      if (!variable || gradient == null) continue;
      let moment = this.moments.get(name);
      if (!moment) {
        moment = { first: tf.keep(tf.zerosLike(variable)), second: tf.keep(tf.zerosLike(variable)) };
        this.moments.set(name, moment);
      }
      // Tensors may share memory (an identity makes no copy): the step writes in place, so it needs its own.
      const parameter = tf.add(variable, 0);
      runKernel(adamKernel, { parameter, gradient, ...moment }, attrs);
      variable.assign(parameter);
      parameter.dispose();
    }
    this.incrementIterations();
  }

  override dispose(): void {
    for (const { first, second } of this.moments.values()) {
      first.dispose();
      second.dispose();
    }
    this.moments.clear();
  }

  override async getWeights(): Promise<NamedTensor[]> {
    const list = [await this.saveIterations()];
    for (const [name, { first, second }] of this.moments) {
      list.push({ name: `${name}/first`, tensor: first }, { name: `${name}/second`, tensor: second });
    }
    return list;
  }

  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const rest = await this.extractIterations(weights);
    this.steps = this.iterations_;
    for (let at = 0; at + 1 < rest.length; at += 2) {
      const name = rest[at]!.name.replace(/\/first$/, '');
      const moment = {
        first: tf.keep(rest[at]!.tensor.clone()),
        second: tf.keep(rest[at + 1]!.tensor.clone()),
      };
      this.moments.set(name, moment);
    }
  }

  getConfig(): ReturnType<tf.Optimizer['getConfig']> {
    return { learningRate: this.learningRate, beta1: this.beta1, beta2: this.beta2, epsilon: this.epsilon };
  }
}
