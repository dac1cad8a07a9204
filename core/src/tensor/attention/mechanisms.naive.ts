/** The attention formulas written out with loops: what the tests hold the tensor versions against. */

export type Matrix = number[][];

function softmaxNaive(row: readonly number[]): number[] {
  const highest = Math.max(...row);
  const exponentials = row.map((value) => Math.exp(value - highest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}

export function dotNaive(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** x W for a row x. */
export function projectNaive(x: readonly number[], weight: Matrix): number[] {
  return weight[0]!.map((_, o) => x.reduce((sum, value, i) => sum + value * weight[i]![o]!, 0));
}

/** Weights and context from a score function of query and key index; `allowed` masks. */
export function attendNaive(
  queries: number,
  values: Matrix,
  score: (i: number, j: number) => number,
  allowed: (i: number, j: number) => boolean = () => true,
): { weights: Matrix; context: Matrix } {
  const weights: Matrix = [];
  const context: Matrix = [];
  for (let i = 0; i < queries; i++) {
    const reachable = values.map((_, j) => j).filter((j) => allowed(i, j));
    const soft = softmaxNaive(reachable.map((j) => score(i, j)));
    const row = values.map(() => 0);
    reachable.forEach((j, at) => (row[j] = soft[at]!));
    weights.push(row);
    context.push(values[0]!.map((_, c) => values.reduce((sum, value, j) => sum + row[j]! * value[c]!, 0)));
  }
  return { weights, context };
}

export function additiveScoreNaive(
  q: number[],
  k: number[],
  query: Matrix,
  key: Matrix,
  value: Matrix,
): number {
  const a = projectNaive(q, query);
  const b = projectNaive(k, key);
  return a.reduce((sum, x, h) => sum + Math.tanh(x + b[h]!) * value[h]![0]!, 0);
}

/** Concatenation of the keys around j, zeros outside: what a convolution of that width sees. */
export function neighborhoodNaive(keys: Matrix, j: number, width: number): number[] {
  const half = (width - 1) >> 1;
  const seen: number[] = [];
  for (let r = 0; r < width; r++) seen.push(...(keys[j - half + r] ?? keys[0]!.map(() => 0)));
  return seen;
}

export function graphScoreNaive(
  hi: number[],
  hj: number[],
  target: number[],
  source: number[],
  slope: number,
): number {
  const e = dotNaive(target, hi) + dotNaive(source, hj);
  return e >= 0 ? e : slope * e;
}

export function linearWeightsNaive(queries: Matrix, keys: Matrix): Matrix {
  const phi = (x: number[]): number[] => x.map((value) => (value > 0 ? value + 1 : Math.exp(value)));
  return queries.map((q) => {
    const products = keys.map((k) => dotNaive(phi(q), phi(k)));
    const sum = products.reduce((a, b) => a + b, 0);
    return products.map((value) => value / sum);
  });
}
