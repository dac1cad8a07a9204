import * as tf from '@tensorflow/tfjs-core';
import { HeedError } from '../../../errors.js';
import type { Random } from '../../../random.js';
import type { StateTensor } from '../../base/types.js';
import { dequantized } from '../../base/quantize.js';

/** How a parameter starts: Glorot's uniform distribution, a constant, or a normal distribution. */
export type Initializer =
  'glorot' | 'zeros' | 'ones' | { readonly normal: number } | { readonly constant: number };

/** The trainable parameters of a network by name, drawn from one seed, savable and restorable. */
export class Parameters {
  private readonly variables = new Map<string, tf.Variable>();

  constructor(private readonly random: Random) {}

  /** Makes a parameter; names are unique and their first part (up to the first dot) is the part of the network. */
  create(name: string, shape: number[], initializer: Initializer): tf.Variable {
    if (this.variables.has(name)) throw new Error(`parameter ${name} exists`);
    const size = shape.reduce((a, b) => a * b, 1);
    const values = new Float32Array(size);
    const random = this.random.fork();
    if (initializer === 'glorot') {
      const limit = Math.sqrt(6 / (shape[0]! + shape[shape.length - 1]!));
      for (let i = 0; i < size; i++) values[i] = random.uniform(-limit, limit);
    } else if (initializer === 'ones') values.fill(1);
    else if (typeof initializer === 'object' && 'constant' in initializer) values.fill(initializer.constant);
    else if (typeof initializer === 'object') {
      for (let i = 0; i < size; i++) values[i] = random.normal(0, initializer.normal);
    }
    // The engine wants names unique over all models alive, so it gets none of ours.
    const variable = tf.tidy(() => tf.variable(tf.tensor(values, shape)));
    this.variables.set(name, variable);
    return variable;
  }

  /** Parameters in the parts of the network that `trained` accepts. */
  select(trained: (name: string) => boolean): Map<string, tf.Variable> {
    return new Map([...this.variables].filter(([name]) => trained(name)));
  }

  /** Number of trainable values. */
  get count(): number {
    let count = 0;
    for (const variable of this.variables.values()) count += variable.size;
    return count;
  }

  /** Copies of all values. */
  snapshot(): Map<string, Float32Array> {
    return new Map(
      [...this.variables].map(([name, variable]) => [name, variable.dataSync<'float32'>().slice()]),
    );
  }

  restore(snapshot: ReadonlyMap<string, Float32Array>): void {
    for (const [name, variable] of this.variables) {
      tf.tidy(() => variable.assign(tf.tensor(snapshot.get(name)!, variable.shape)));
    }
  }

  toTensors(): Record<string, StateTensor> {
    const tensors: Record<string, StateTensor> = {};
    for (const [name, variable] of this.variables) {
      tensors[name] = { shape: variable.shape, values: variable.dataSync<'float32'>().slice() };
    }
    return tensors;
  }

  /** @throws HeedError model-corrupt when a tensor is missing, of another shape, or holds NaN or Infinity */
  fromTensors(tensors: Readonly<Record<string, StateTensor>>): void {
    const snapshot = new Map<string, Float32Array>();
    for (const [name, variable] of this.variables) {
      const tensor = tensors[name];
      if (!tensor) throw corrupt(`the weights "${name}" are missing`);
      if (tensor.shape.join() !== variable.shape.join() || tensor.values.length !== variable.size) {
        throw corrupt(
          `the weights "${name}" are ${tensor.shape.join('×')} where ${variable.shape.join('×')} fit`,
        );
      }
      const values = dequantized(name, tensors);
      if (!values.every(Number.isFinite))
        throw corrupt(`the weights "${name}" hold values that are not finite`);
      snapshot.set(name, values);
    }
    this.restore(snapshot);
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose();
    this.variables.clear();
  }
}

function corrupt(what: string): HeedError {
  return new HeedError('model-corrupt', what, 'Fit the detector again and save it anew.');
}
