/** Recurrent cells: plain (tanh), gated recurrent unit, long short-term memory. */
export type RecurrentCell = 'rnn' | 'gru' | 'lstm';

/** Pre-activations per hidden unit. */
export const gateCount: Readonly<Record<RecurrentCell, number>> = { rnn: 1, gru: 3, lstm: 4 };

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * A recurrent cell with its gradient, step by step; formulas in `recurrent`. A step has a slot, which keeps its state
 * and what the way back needs.
 */
export class CellSteps {
  /** slots × hidden. */
  readonly states: Float32Array;
  private readonly gates: number;
  /** Activated gates. */
  private readonly activations: Float32Array;
  /** Of the GRU the recurrent part of its candidate, of the LSTM its memory. */
  private readonly memory: Float32Array;

  constructor(
    private readonly cell: RecurrentCell,
    private readonly hidden: number,
    slots: number,
  ) {
    this.gates = gateCount[cell];
    this.states = new Float32Array(slots * hidden);
    this.activations = new Float32Array(slots * this.gates * hidden);
    this.memory = new Float32Array(cell === 'rnn' ? 0 : slots * hidden);
  }

  /**
   * Fills a slot.
   * @param previous slot of the step before; −1 for a state and memory of 0
   * @param input W x_t + b at `input[from…]`, all gates side by side
   * @param product R h_{t−1}
   */
  forward(slot: number, previous: number, input: Float32Array, from: number, product: Float32Array): void {
    const { cell, hidden, states, activations, memory } = this;
    const x = slot * this.gates * hidden;
    const s = slot * hidden;
    const p = previous * hidden;
    for (let k = 0; k < hidden; k++) {
      if (cell === 'rnn') {
        states[s + k] = activations[x + k] = Math.tanh(input[from + k]! + product[k]!);
      } else if (cell === 'gru') {
        const z = sigmoid(input[from + k]! + product[k]!);
        const r = sigmoid(input[from + hidden + k]! + product[hidden + k]!);
        const inner = product[2 * hidden + k]!;
        const c = Math.tanh(input[from + 2 * hidden + k]! + r * inner);
        activations[x + k] = z;
        activations[x + hidden + k] = r;
        activations[x + 2 * hidden + k] = c;
        memory[s + k] = inner;
        states[s + k] = (1 - z) * c + z * (previous < 0 ? 0 : states[p + k]!);
      } else {
        const i = sigmoid(input[from + k]! + product[k]!);
        const f = sigmoid(input[from + hidden + k]! + product[hidden + k]!);
        const o = sigmoid(input[from + 2 * hidden + k]! + product[2 * hidden + k]!);
        const g = Math.tanh(input[from + 3 * hidden + k]! + product[3 * hidden + k]!);
        const c = (previous < 0 ? 0 : f * memory[p + k]!) + i * g;
        activations[x + k] = i;
        activations[x + hidden + k] = f;
        activations[x + 2 * hidden + k] = o;
        activations[x + 3 * hidden + k] = g;
        memory[s + k] = c;
        states[s + k] = o * Math.tanh(c);
      }
    }
  }

  /**
   * The way back through a slot.
   * @param dState gradient of the slot's state; becomes what reaches h_{t−1} past the product with R
   * @param dMemory gradient of the LSTM's memory; becomes that of the step before
   * @param dInput receives the gradient of the input at `dInput[from…]`
   * @param dProduct receives the gradient of the product
   */
  backward(
    slot: number,
    previous: number,
    dState: Float32Array,
    dMemory: Float32Array,
    dInput: Float32Array,
    from: number,
    dProduct: Float32Array,
  ): void {
    const { cell, hidden, states, activations, memory } = this;
    const x = slot * this.gates * hidden;
    const s = slot * hidden;
    const p = previous * hidden;
    for (let k = 0; k < hidden; k++) {
      const dh = dState[k]!;
      if (cell === 'rnn') {
        const h = activations[x + k]!;
        dProduct[k] = dInput[from + k] = dh * (1 - h * h);
        dState[k] = 0;
      } else if (cell === 'gru') {
        const z = activations[x + k]!;
        const r = activations[x + hidden + k]!;
        const c = activations[x + 2 * hidden + k]!;
        const before = previous < 0 ? 0 : states[p + k]!;
        const dc = dh * (1 - z) * (1 - c * c);
        dProduct[k] = dInput[from + k] = dh * (before - c) * z * (1 - z);
        dProduct[hidden + k] = dInput[from + hidden + k] = dc * memory[s + k]! * r * (1 - r);
        dInput[from + 2 * hidden + k] = dc;
        dProduct[2 * hidden + k] = dc * r;
        dState[k] = dh * z;
      } else {
        const i = activations[x + k]!;
        const f = activations[x + hidden + k]!;
        const o = activations[x + 2 * hidden + k]!;
        const g = activations[x + 3 * hidden + k]!;
        const squashed = Math.tanh(memory[s + k]!);
        const dc = dMemory[k]! + dh * o * (1 - squashed * squashed);
        const memoryBefore = previous < 0 ? 0 : memory[p + k]!;
        dProduct[k] = dInput[from + k] = dc * g * i * (1 - i);
        dProduct[hidden + k] = dInput[from + hidden + k] = dc * memoryBefore * f * (1 - f);
        dProduct[2 * hidden + k] = dInput[from + 2 * hidden + k] = dh * squashed * o * (1 - o);
        dProduct[3 * hidden + k] = dInput[from + 3 * hidden + k] = dc * i * (1 - g * g);
        dMemory[k] = dc * f;
        dState[k] = 0;
      }
    }
  }
}

/** out[j] += Σ_k x[at + k] · matrix[k, j] for k < rows. */
export function addProduct(
  out: Float32Array,
  x: Float32Array,
  at: number,
  matrix: Float32Array,
  rows: number,
): void {
  const width = out.length;
  for (let k = 0; k < rows; k++) {
    const value = x[at + k]!;
    const row = k * width;
    for (let j = 0; j < width; j++) out[j] += value * matrix[row + j]!;
  }
}

/** Gradients of `addProduct`: dX[k] += Σ_j d[j] matrix[k, j], dMatrix[k, j] += d[j] x[at + k]. */
export function addProductGradient(
  d: Float32Array,
  x: Float32Array,
  at: number,
  matrix: Float32Array,
  rows: number,
  dX: Float32Array,
  dMatrix: Float32Array,
): void {
  const width = d.length;
  for (let k = 0; k < rows; k++) {
    const value = x[at + k]!;
    const row = k * width;
    let sum = 0;
    for (let j = 0; j < width; j++) {
      const dj = d[j]!;
      sum += dj * matrix[row + j]!;
      dMatrix[row + j] += dj * value;
    }
    dX[k] += sum;
  }
}
