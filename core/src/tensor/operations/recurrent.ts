import * as tf from '@tensorflow/tfjs-core';
import { addProduct, addProductGradient, CellSteps, gateCount, type RecurrentCell } from './cell.js';

/**
 * Runs a recurrent cell over time: projected inputs [b, n, g·h] (W x_t + b, all gates side by side) and the
 * recurrent matrix R [h, g·h] give the states [b, n, h]; the first state is 0.
 *
 * - `rnn`:  h_t = tanh(W x_t + R h_{t−1} + b)
 * - `gru`:  z, r = σ(·); c = tanh(W_c x_t + r ⊙ R_c h_{t−1}); h_t = (1 − z) ⊙ c + z ⊙ h_{t−1}; gates z, r, c
 * - `lstm`: i, f, o = σ(·); g = tanh(·); c_t = f ⊙ c_{t−1} + i ⊙ g; h_t = o ⊙ tanh(c_t); gates i, f, o, g
 *
 * One operation for the whole sequence with a gradient of its own (back-propagation through time): a graph of
 * small tensor operations per step spends nearly all its time on their overhead.
 */
export function recurrent(
  cell: RecurrentCell,
  projected: tf.Tensor3D,
  recurrentWeight: tf.Tensor2D,
): tf.Tensor3D {
  const operation = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, weight] = inputs as [tf.Tensor3D, tf.Tensor2D];
    const [batch, steps] = x.shape;
    const hidden = weight.shape[0];
    const shape = { batch, steps, hidden };
    const run = new RecurrentRun(cell, shape, x.dataSync<'float32'>(), weight.dataSync<'float32'>());
    return {
      value: tf.tensor3d(run.forward(), [batch, steps, hidden]),
      gradFunc: (gradient: tf.Tensor) => {
        const { projected: dx, weight: dw } = run.backward(gradient.dataSync<'float32'>());
        return [tf.tensor3d(dx, x.shape), tf.tensor2d(dw, weight.shape)];
      },
    };
  });
  return operation(projected, recurrentWeight) as tf.Tensor3D;
}

/** One pass over a batch. */
class RecurrentRun {
  private readonly width: number;
  private readonly steps: CellSteps;

  constructor(
    cell: RecurrentCell,
    private readonly shape: { readonly batch: number; readonly steps: number; readonly hidden: number },
    private readonly projected: Float32Array,
    private readonly weight: Float32Array,
  ) {
    this.width = gateCount[cell] * shape.hidden;
    this.steps = new CellSteps(cell, shape.hidden, shape.batch * shape.steps);
  }

  forward(): Float32Array {
    const { width, weight, projected } = this;
    const { batch, steps, hidden } = this.shape;
    const { states } = this.steps;
    const product = new Float32Array(width);
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < steps; t++) {
        const slot = b * steps + t;
        product.fill(0);
        if (t > 0) addProduct(product, states, (slot - 1) * hidden, weight, hidden);
        this.steps.forward(slot, t > 0 ? slot - 1 : -1, projected, slot * width, product);
      }
    }
    return states;
  }

  backward(gradient: Float32Array): { projected: Float32Array; weight: Float32Array } {
    const { width, weight } = this;
    const { batch, steps, hidden } = this.shape;
    const { states } = this.steps;
    const dx = new Float32Array(this.projected.length);
    const dWeight = new Float32Array(weight.length);
    const dProduct = new Float32Array(width);
    const dState = new Float32Array(hidden);
    const dMemory = new Float32Array(hidden);
    for (let b = 0; b < batch; b++) {
      dState.fill(0);
      dMemory.fill(0);
      for (let t = steps - 1; t >= 0; t--) {
        const slot = b * steps + t;
        for (let k = 0; k < hidden; k++) dState[k] += gradient[slot * hidden + k]!;
        this.steps.backward(slot, t > 0 ? slot - 1 : -1, dState, dMemory, dx, slot * width, dProduct);
        if (t === 0) continue;
        addProductGradient(dProduct, states, (slot - 1) * hidden, weight, hidden, dState, dWeight);
      }
    }
    return { projected: dx, weight: dWeight };
  }
}
