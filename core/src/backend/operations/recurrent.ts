import * as tf from '@tensorflow/tfjs-core';

/** Recurrent cells: plain (tanh), gated recurrent unit, long short-term memory. */
export type RecurrentCell = 'rnn' | 'gru' | 'lstm';

/** Pre-activations per hidden unit. */
export const gatesOf: Readonly<Record<RecurrentCell, number>> = { rnn: 1, gru: 3, lstm: 4 };

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
    const run = new RecurrentRun(
      cell,
      batch,
      steps,
      hidden,
      x.dataSync<'float32'>(),
      weight.dataSync<'float32'>(),
    );
    const value = tf.tensor3d(run.forward(), [batch, steps, hidden]);
    return {
      value,
      gradFunc: (gradient: tf.Tensor) => {
        const { projected: dx, weight: dw } = run.backward(gradient.dataSync<'float32'>());
        return [tf.tensor3d(dx, x.shape), tf.tensor2d(dw, weight.shape)];
      },
    };
  });
  return operation(projected, recurrentWeight) as tf.Tensor3D;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** One pass over a batch; keeps the gate activations that the way back needs. */
class RecurrentRun {
  private readonly gates: number;
  private readonly states: Float32Array;
  /** Activated gates, and for the GRU the recurrent part of its candidate / for the LSTM its cell state. */
  private readonly activations: Float32Array;
  private readonly memory: Float32Array;

  constructor(
    private readonly cell: RecurrentCell,
    private readonly batch: number,
    private readonly steps: number,
    private readonly hidden: number,
    private readonly projected: Float32Array,
    private readonly weight: Float32Array,
  ) {
    this.gates = gatesOf[cell];
    this.states = new Float32Array(batch * steps * hidden);
    this.activations = new Float32Array(batch * steps * this.gates * hidden);
    this.memory = new Float32Array(cell === 'rnn' ? 0 : batch * steps * hidden);
  }

  forward(): Float32Array {
    const { batch, steps, hidden, gates, weight, projected, states, activations, memory } = this;
    const width = gates * hidden;
    const product = new Float32Array(width);
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < steps; t++) {
        const at = b * steps + t;
        product.fill(0);
        if (t > 0) {
          const previous = (at - 1) * hidden;
          for (let k = 0; k < hidden; k++) {
            const h = states[previous + k]!;
            const row = k * width;
            for (let j = 0; j < width; j++) product[j] += h * weight[row + j]!;
          }
        }
        const x = at * width;
        const s = at * hidden;
        for (let k = 0; k < hidden; k++) {
          const before = t > 0 ? states[s - hidden + k]! : 0;
          if (this.cell === 'rnn') {
            const h = Math.tanh(projected[x + k]! + product[k]!);
            activations[x + k] = h;
            states[s + k] = h;
          } else if (this.cell === 'gru') {
            const z = sigmoid(projected[x + k]! + product[k]!);
            const r = sigmoid(projected[x + hidden + k]! + product[hidden + k]!);
            const inner = product[2 * hidden + k]!;
            const c = Math.tanh(projected[x + 2 * hidden + k]! + r * inner);
            activations[x + k] = z;
            activations[x + hidden + k] = r;
            activations[x + 2 * hidden + k] = c;
            memory[s + k] = inner;
            states[s + k] = (1 - z) * c + z * before;
          } else {
            const i = sigmoid(projected[x + k]! + product[k]!);
            const f = sigmoid(projected[x + hidden + k]! + product[hidden + k]!);
            const o = sigmoid(projected[x + 2 * hidden + k]! + product[2 * hidden + k]!);
            const g = Math.tanh(projected[x + 3 * hidden + k]! + product[3 * hidden + k]!);
            const c = (t > 0 ? f * memory[s - hidden + k]! : 0) + i * g;
            activations[x + k] = i;
            activations[x + hidden + k] = f;
            activations[x + 2 * hidden + k] = o;
            activations[x + 3 * hidden + k] = g;
            memory[s + k] = c;
            states[s + k] = o * Math.tanh(c);
          }
        }
      }
    }
    return states;
  }

  backward(gradient: Float32Array): { projected: Float32Array; weight: Float32Array } {
    const { batch, steps, hidden, gates, weight, states, activations, memory } = this;
    const width = gates * hidden;
    const dx = new Float32Array(this.projected.length);
    const dWeight = new Float32Array(weight.length);
    /** Gradient of h_{t−1} R for this step; differs from dx only in the GRU's candidate. */
    const dProduct = new Float32Array(width);
    const dState = new Float32Array(hidden);
    const dMemory = new Float32Array(hidden);
    for (let b = 0; b < batch; b++) {
      dState.fill(0);
      dMemory.fill(0);
      for (let t = steps - 1; t >= 0; t--) {
        const at = b * steps + t;
        const x = at * width;
        const s = at * hidden;
        for (let k = 0; k < hidden; k++) {
          const dh = gradient[s + k]! + dState[k]!;
          const before = t > 0 ? states[s - hidden + k]! : 0;
          if (this.cell === 'rnn') {
            const h = activations[x + k]!;
            dProduct[k] = dx[x + k] = dh * (1 - h * h);
            dState[k] = 0;
          } else if (this.cell === 'gru') {
            const z = activations[x + k]!;
            const r = activations[x + hidden + k]!;
            const c = activations[x + 2 * hidden + k]!;
            const dc = dh * (1 - z) * (1 - c * c);
            dProduct[k] = dx[x + k] = dh * (before - c) * z * (1 - z);
            dProduct[hidden + k] = dx[x + hidden + k] = dc * memory[s + k]! * r * (1 - r);
            dx[x + 2 * hidden + k] = dc;
            dProduct[2 * hidden + k] = dc * r;
            dState[k] = dh * z;
          } else {
            const i = activations[x + k]!;
            const f = activations[x + hidden + k]!;
            const o = activations[x + 2 * hidden + k]!;
            const g = activations[x + 3 * hidden + k]!;
            const squashed = Math.tanh(memory[s + k]!);
            const dc = dMemory[k]! + dh * o * (1 - squashed * squashed);
            const cellBefore = t > 0 ? memory[s - hidden + k]! : 0;
            dProduct[k] = dx[x + k] = dc * g * i * (1 - i);
            dProduct[hidden + k] = dx[x + hidden + k] = dc * cellBefore * f * (1 - f);
            dProduct[2 * hidden + k] = dx[x + 2 * hidden + k] = dh * squashed * o * (1 - o);
            dProduct[3 * hidden + k] = dx[x + 3 * hidden + k] = dc * i * (1 - g * g);
            dMemory[k] = dc * f;
            dState[k] = 0;
          }
        }
        if (t === 0) continue;
        const previous = s - hidden;
        for (let k = 0; k < hidden; k++) {
          const h = states[previous + k]!;
          const row = k * width;
          let sum = 0;
          for (let j = 0; j < width; j++) {
            const d = dProduct[j]!;
            sum += d * weight[row + j]!;
            dWeight[row + j] += d * h;
          }
          dState[k] += sum;
        }
      }
    }
    return { projected: dx, weight: dWeight };
  }
}
