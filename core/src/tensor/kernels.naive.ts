/** The kernels' oracles: the definitions, in double precision, with nothing clever. */

/** Element (i, j) lies at i·row + j·column. */
export interface NaiveMatrix {
  readonly values: ArrayLike<number>;
  readonly row: number;
  readonly column: number;
}

/** A·B, m × n row by row. */
export function gemmNaive(a: NaiveMatrix, b: NaiveMatrix, m: number, n: number, k: number): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        sum += a.values[i * a.row + p * a.column]! * b.values[p * b.row + j * b.column]!;
      }
      c[i * n + j] = sum;
    }
  }
  return c;
}

/** Softmax of each of `rows` rows of n values. */
export function softmaxNaive(x: ArrayLike<number>, rows: number, n: number): Float64Array {
  const y = new Float64Array(rows * n);
  for (let i = 0; i < rows; i++) {
    let largest = -Infinity;
    for (let j = 0; j < n; j++) largest = Math.max(largest, x[i * n + j]!);
    let sum = 0;
    for (let j = 0; j < n; j++) sum += Math.exp(x[i * n + j]! - largest);
    for (let j = 0; j < n; j++) y[i * n + j] = Math.exp(x[i * n + j]! - largest) / sum;
  }
  return y;
}

/** softmax(Q·Kᵀ·scale + bias)·V for `batch` heads; a bias of one head holds for all. */
export function attentionNaive(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  shape: { batch: number; queries: number; keys: number; depth: number; valueDepth: number },
  scale: number,
  bias?: Float32Array,
): Float64Array {
  const { batch, queries, keys, depth, valueDepth } = shape;
  const out = new Float64Array(batch * queries * valueDepth);
  for (let s = 0; s < batch; s++) {
    const scores = gemmNaive(
      { values: q.subarray(s * queries * depth), row: depth, column: 1 },
      { values: k.subarray(s * keys * depth), row: 1, column: depth },
      queries,
      keys,
      depth,
    ).map((score, i) => score * scale + (bias ? bias[(s * queries * keys + i) % bias.length]! : 0));
    const weights = { values: softmaxNaive(scores, queries, keys), row: keys, column: 1 };
    const values = { values: v.subarray(s * keys * valueDepth), row: valueDepth, column: 1 };
    out.set(gemmNaive(weights, values, queries, valueDepth, keys), s * queries * valueDepth);
  }
  return out;
}

/** (x − mean) / √(variance + ε) · gamma + beta over each row. */
export function layerNormNaive(
  x: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  rows: number,
  n: number,
  epsilon: number,
): Float64Array {
  const y = new Float64Array(rows * n);
  for (let i = 0; i < rows; i++) {
    let mean = 0;
    for (let j = 0; j < n; j++) mean += x[i * n + j]! / n;
    let variance = 0;
    for (let j = 0; j < n; j++) variance += (x[i * n + j]! - mean) ** 2 / n;
    for (let j = 0; j < n; j++) {
      y[i * n + j] = ((x[i * n + j]! - mean) / Math.sqrt(variance + epsilon)) * gamma[j]! + beta[j]!;
    }
  }
  return y;
}
