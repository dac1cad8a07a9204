import * as tf from '@tensorflow/tfjs-core';
import { multiHeadAttention, type Attended } from '../../../tensor/attention/mechanisms.js';
import {
  convolution1d,
  dense,
  gateCount,
  layerNorm,
  recurrent,
  type RecurrentCell,
} from '../../../tensor/operations/index.js';
import type { Parameters } from './parameters.js';

/** x W + b over the last axis. */
export function denseLayer(
  parameters: Parameters,
  name: string,
  inputs: number,
  outputs: number,
): <T extends tf.Tensor>(x: T) => T {
  const weight = parameters.create(`${name}.weight`, [inputs, outputs], 'glorot') as tf.Variable<tf.Rank.R2>;
  const bias = parameters.create(`${name}.bias`, [outputs], 'zeros') as tf.Variable<tf.Rank.R1>;
  return (x) => dense(x, weight, bias);
}

/** A recurrent layer over [b, n, inputs] → all states [b, n, hidden]. */
export function recurrentLayer(
  parameters: Parameters,
  name: string,
  cell: RecurrentCell,
  inputs: number,
  hidden: number,
): (x: tf.Tensor3D) => tf.Tensor3D {
  const width = gateCount[cell] * hidden;
  const input = parameters.create(`${name}.input`, [inputs, width], 'glorot') as tf.Variable<tf.Rank.R2>;
  const state = parameters.create(`${name}.state`, [hidden, width], {
    normal: 1 / Math.sqrt(hidden),
  }) as tf.Variable<tf.Rank.R2>;
  const bias = parameters.create(`${name}.bias`, [width], 'zeros') as tf.Variable<tf.Rank.R1>;
  return (x) => recurrent(cell, dense(x, input, bias), state);
}

/** A convolution over time, [b, n, inputs] → [b, n or n − width + 1, outputs]. */
export function convolutionLayer(
  parameters: Parameters,
  name: string,
  width: number,
  inputs: number,
  outputs: number,
  padding: 'same' | 'valid',
): (x: tf.Tensor3D) => tf.Tensor3D {
  const filter = parameters.create(
    `${name}.filter`,
    [width * inputs, outputs],
    'glorot',
  ) as tf.Variable<tf.Rank.R2>;
  const bias = parameters.create(`${name}.bias`, [outputs], 'zeros') as tf.Variable<tf.Rank.R1>;
  return (x) => convolution1d(x, filter, bias, width, padding);
}

/** Layer normalization of the last axis with a learned gain and shift. */
export function normLayer(
  parameters: Parameters,
  name: string,
  width: number,
): <T extends tf.Tensor>(x: T) => T {
  const gain = parameters.create(`${name}.gain`, [width], 'ones') as tf.Variable<tf.Rank.R1>;
  const shift = parameters.create(`${name}.shift`, [width], 'zeros') as tf.Variable<tf.Rank.R1>;
  return (x) => layerNorm(x, gain, shift);
}

/** Multi-head attention with d_model = `units`; inputs may be of another width. */
export function multiHeadLayer(
  parameters: Parameters,
  name: string,
  inputs: number,
  units: number,
  heads: number,
): (query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D, mask?: tf.Tensor) => Attended {
  const make = (part: string, width: number): tf.Tensor2D =>
    parameters.create(`${name}.${part}`, [width, units], 'glorot') as tf.Variable<tf.Rank.R2>;
  const weights = {
    query: make('query', inputs),
    key: make('key', inputs),
    value: make('value', inputs),
    output: make('output', units),
  };
  return (query, key, value, mask) => multiHeadAttention(query, key, value, weights, heads, mask);
}

/** Sine and cosine of the position at wavelengths from 2π to 10,000·2π (Vaswani et al. 2017 §3.5): [1, n, width]. */
export function positionalEncoding(length: number, width: number): tf.Tensor3D {
  const values = new Float32Array(length * width);
  for (let t = 0; t < length; t++) {
    for (let c = 0; c < width; c++) {
      const angle = t / Math.pow(10_000, (2 * (c >> 1)) / width);
      values[t * width + c] = c % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return tf.tensor3d(values, [1, length, width]);
}

/** [n, n] with 0 where |i − j| <= radius and 1 elsewhere: keeps a point from explaining itself. */
export function exclusionMask(length: number, radius: number): tf.Tensor2D {
  const mask = new Float32Array(length * length).fill(1);
  for (let i = 0; i < length; i++) {
    for (let j = Math.max(0, i - radius); j <= Math.min(length - 1, i + radius); j++)
      mask[i * length + j] = 0;
  }
  return tf.tensor2d(mask, [length, length]);
}

/** x on the way forth, no gradient on the way back. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => ({
    value: tf.clone(inputs[0] as tf.Tensor),
    gradFunc: (gradient: tf.Tensor) => tf.zerosLike(gradient),
  }))(x) as T;
}

/** Sets values at random to 0 and scales the rest up; a fixed mask per call from the given draw. */
export function dropout<T extends tf.Tensor>(x: T, rate: number, uniform: () => number): T {
  if (rate <= 0) return x;
  const mask = new Float32Array(x.size);
  for (let i = 0; i < mask.length; i++) mask[i] = uniform() < rate ? 0 : 1 / (1 - rate);
  return tf.mul(x, tf.tensor(mask, x.shape)) as T;
}
