import type { RecurrentCell } from './recurrent.js';

/** The recurrent cells step by step, as their formulas read. */
export function recurrentNaive(
  cell: RecurrentCell,
  projected: number[][][],
  weight: number[][],
): number[][][] {
  const hidden = weight.length;
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  return projected.map((sequence) => {
    let h = Array<number>(hidden).fill(0);
    let c = Array<number>(hidden).fill(0);
    return sequence.map((x) => {
      const product = weight[0]!.map((_, j) => h.reduce((sum, value, k) => sum + value * weight[k]![j]!, 0));
      const gate = (g: number, k: number): number => x[g * hidden + k]! + product[g * hidden + k]!;
      const units = Array.from({ length: hidden }, (_, k) => k);
      if (cell === 'rnn') h = units.map((k) => Math.tanh(gate(0, k)));
      else if (cell === 'gru') {
        const candidate = units.map((k) =>
          Math.tanh(x[2 * hidden + k]! + sigmoid(gate(1, k)) * product[2 * hidden + k]!),
        );
        h = units.map((k) => (1 - sigmoid(gate(0, k))) * candidate[k]! + sigmoid(gate(0, k)) * h[k]!);
      } else {
        c = units.map((k) => sigmoid(gate(1, k)) * c[k]! + sigmoid(gate(0, k)) * Math.tanh(gate(3, k)));
        h = units.map((k) => sigmoid(gate(2, k)) * Math.tanh(c[k]!));
      }
      return h;
    });
  });
}
