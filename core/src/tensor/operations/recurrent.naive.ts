import type { RecurrentCell } from './cell.js';

type Matrix = number[][];

interface NaiveState {
  readonly h: number[];
  readonly c: number[];
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const times = (x: number[], matrix: Matrix): number[] =>
  matrix[0]!.map((_, j) => x.reduce((sum, value, k) => sum + value * matrix[k]![j]!, 0));

/** One step of a cell from its projected input, as the formulas read. */
function stepNaive(cell: RecurrentCell, x: number[], { h, c }: NaiveState, weight: Matrix): NaiveState {
  const hidden = weight.length;
  const product = times(h, weight);
  const gate = (g: number, k: number): number => x[g * hidden + k]! + product[g * hidden + k]!;
  const units = Array.from({ length: hidden }, (_, k) => k);
  if (cell === 'rnn') return { h: units.map((k) => Math.tanh(gate(0, k))), c };
  if (cell === 'gru') {
    const candidate = units.map((k) =>
      Math.tanh(x[2 * hidden + k]! + sigmoid(gate(1, k)) * product[2 * hidden + k]!),
    );
    return {
      h: units.map((k) => (1 - sigmoid(gate(0, k))) * candidate[k]! + sigmoid(gate(0, k)) * h[k]!),
      c,
    };
  }
  const memory = units.map((k) => sigmoid(gate(1, k)) * c[k]! + sigmoid(gate(0, k)) * Math.tanh(gate(3, k)));
  return { h: units.map((k) => sigmoid(gate(2, k)) * Math.tanh(memory[k]!)), c: memory };
}

/** A recurrent cell over sequences of projected inputs. */
export function recurrentNaive(cell: RecurrentCell, projected: Matrix[], weight: Matrix): Matrix[] {
  return projected.map((sequence) => {
    let state: NaiveState = { h: weight.map(() => 0), c: weight.map(() => 0) };
    return sequence.map((x) => (state = stepNaive(cell, x, state, weight)).h);
  });
}

/** states, keys, inputs, context, query, value, recurrent. */
export type NaiveDecoder = [Matrix[], Matrix[], Matrix[], Matrix, Matrix, Matrix, Matrix];

/** A decoder that attends to encoded states by additive scores, step by step. */
export function attentionDecoderNaive(
  cell: RecurrentCell,
  ...[states, keys, inputs, context, query, value, recurrent]: NaiveDecoder
): { features: Matrix[]; weights: Matrix[] } {
  const weights: Matrix[] = [];
  const features = inputs.map((sequence, b) => {
    let state: NaiveState = { h: states[b]!.at(-1)!, c: recurrent.map(() => 0) };
    const rows: Matrix = [];
    const result = sequence.map((x) => {
      const q = times(state.h, query);
      const scores = keys[b]!.map((key) =>
        key.reduce((sum, k, i) => sum + value[i]![0]! * Math.tanh(q[i]! + k), 0),
      );
      const exponentials = scores.map((score) => Math.exp(score));
      const total = exponentials.reduce((sum, e) => sum + e, 0);
      const w = exponentials.map((e) => e / total);
      const attended = times(w, states[b]!);
      const projected = times(attended, context).map((y, j) => y + x[j]!);
      state = stepNaive(cell, projected, state, recurrent);
      rows.push(w);
      return [...state.h, ...attended];
    });
    weights.push(rows);
    return result;
  });
  return { features, weights };
}
