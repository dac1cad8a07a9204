/**
 * Scaled dot-product attention, softmax(Q·Kᵀ·scale)·V, forward and backward, a block of queries at a time: no more
 * than ROWS × n weights exist at once (Dao et al. 2022 block both ways; the rows fit our caches whole).
 */
import { exp1, exp4 } from './exponential';
import { gemm, gemmScratchBytes } from './gemm';
import { addRow, exponentialsOfRow, maxOfRow, scaleRow } from './rows';

const ROWS: i32 = 64;

function largestGemm(queries: i32, keys: i32, depth: i32, valueDepth: i32): i32 {
  const rows = min(ROWS, queries);
  const wide = max(depth, valueDepth);
  return max(
    max(gemmScratchBytes(rows, keys, wide), gemmScratchBytes(rows, wide, keys)),
    gemmScratchBytes(keys, wide, rows),
  );
}

/** Bytes of scratch for attentionForward. */
export function attentionForwardScratchBytes(queries: i32, keys: i32, depth: i32, valueDepth: i32): i32 {
  return min(ROWS, queries) * keys * 4 + largestGemm(queries, keys, depth, valueDepth) + 64;
}

/** Bytes of scratch for attentionBackward. */
export function attentionBackwardScratchBytes(queries: i32, keys: i32, depth: i32, valueDepth: i32): i32 {
  return 2 * min(ROWS, queries) * keys * 4 + largestGemm(queries, keys, depth, valueDepth) + 64;
}

/**
 * `batch` heads: q (queries × depth), k (keys × depth), v (keys × valueDepth) → out (queries × valueDepth) and
 * norms (queries × 2), the largest score of each row and 1 / its softmax denominator. The two stay apart because the
 * logarithm of the sum is lost beside the large negative bias of a row that may attend to nothing.
 * `bias` (queries × keys, 0 = none) is added to the scaled scores; the next head's lies `biasStep` elements further on.
 */
export function attentionForward(
  batch: i32,
  q: usize,
  k: usize,
  v: usize,
  bias: usize,
  biasStep: i32,
  out: usize,
  norms: usize,
  queries: i32,
  keys: i32,
  depth: i32,
  valueDepth: i32,
  scale: f32,
  scratch: usize,
): void {
  const weights = (scratch + 15) & ~15;
  const inner = weights + <usize>(min(ROWS, queries) * keys) * 4;
  const rowBytes = <usize>keys * 4;
  for (let s: i32 = 0; s < batch; s++) {
    for (let i: i32 = 0; i < queries; i += ROWS) {
      const rows = min(ROWS, queries - i);
      gemm(
        q + <usize>(i * depth) * 4,
        depth,
        1,
        k,
        1,
        depth,
        weights,
        keys,
        rows,
        keys,
        depth,
        scale,
        false,
        inner,
      );
      for (let r: i32 = 0; r < rows; r++) {
        const row = weights + <usize>r * rowBytes;
        if (bias) addRow(row, bias + <usize>(i + r) * rowBytes, keys);
        const largest = maxOfRow(row, keys);
        const sum = exponentialsOfRow(row, row, keys, largest);
        store<f32>(norms + <usize>(i + r) * 8, largest);
        store<f32>(norms + <usize>(i + r) * 8, 1 / sum, 4);
      }
      const target = out + <usize>(i * valueDepth) * 4;
      gemm(weights, keys, 1, v, valueDepth, 1, target, valueDepth, rows, valueDepth, keys, 1, false, inner);
      // The results are fewer than the weights: it is they that are divided by the sums.
      for (let r: i32 = 0; r < rows; r++) {
        scaleRow(target + <usize>(r * valueDepth) * 4, valueDepth, load<f32>(norms + <usize>(i + r) * 8, 4));
      }
    }
    q += <usize>(queries * depth) * 4;
    k += <usize>(keys * depth) * 4;
    v += <usize>(keys * valueDepth) * 4;
    out += <usize>(queries * valueDepth) * 4;
    norms += <usize>queries * 8;
    bias += <usize>biasStep * 4;
  }
}

/**
 * Gradients of attentionForward. The weights of a block are computed again from q, k and norms rather than kept:
 *   P = exp(q·kᵀ·scale + bias − largest) / sum; dv = Pᵀ·dout; dP = dout·vᵀ; dS = P ∘ (dP − Σ dout ∘ out);
 *   dq = dS·k·scale; dk = dSᵀ·q·scale.
 */
export function attentionBackward(
  batch: i32,
  q: usize,
  k: usize,
  v: usize,
  bias: usize,
  biasStep: i32,
  out: usize,
  norms: usize,
  dout: usize,
  dq: usize,
  dk: usize,
  dv: usize,
  queries: i32,
  keys: i32,
  depth: i32,
  valueDepth: i32,
  scale: f32,
  scratch: usize,
): void {
  const rowsMost = min(ROWS, queries);
  const weights = (scratch + 15) & ~15;
  const change = weights + <usize>(rowsMost * keys) * 4;
  const inner = change + <usize>(rowsMost * keys) * 4;
  const rowBytes = <usize>keys * 4;
  const body = ((<usize>keys) & ~3) * 4;
  for (let s: i32 = 0; s < batch; s++) {
    for (let i: i32 = 0; i < queries; i += ROWS) {
      const rows = min(ROWS, queries - i);
      const more = i > 0;
      const qBlock = q + <usize>(i * depth) * 4;
      const outBlock = out + <usize>(i * valueDepth) * 4;
      const doutBlock = dout + <usize>(i * valueDepth) * 4;
      gemm(qBlock, depth, 1, k, 1, depth, weights, keys, rows, keys, depth, scale, false, inner);
      gemm(doutBlock, valueDepth, 1, v, 1, valueDepth, change, keys, rows, keys, valueDepth, 1, false, inner);
      for (let r: i32 = 0; r < rows; r++) {
        let dot: f32 = 0;
        const at = <usize>(r * valueDepth) * 4;
        for (let t: usize = 0; t < <usize>valueDepth * 4; t += 4) {
          dot += load<f32>(outBlock + at + t) * load<f32>(doutBlock + at + t);
        }
        const shift = load<f32>(norms + <usize>(i + r) * 8);
        const share = load<f32>(norms + <usize>(i + r) * 8, 4);
        const p = weights + <usize>r * rowBytes;
        const d = change + <usize>r * rowBytes;
        if (bias) addRow(p, bias + <usize>(i + r) * rowBytes, keys);
        for (let t: usize = 0; t < body; t += 16) {
          const raised = exp4(v128.sub<f32>(v128.load(p + t), f32x4.splat(shift)));
          const weight = v128.mul<f32>(raised, f32x4.splat(share));
          v128.store(p + t, weight);
          v128.store(d + t, v128.mul<f32>(weight, v128.sub<f32>(v128.load(d + t), f32x4.splat(dot))));
        }
        for (let t = body; t < rowBytes; t += 4) {
          const weight = exp1(load<f32>(p + t) - shift) * share;
          store<f32>(p + t, weight);
          store<f32>(d + t, weight * (load<f32>(d + t) - dot));
        }
      }
      gemm(
        weights,
        1,
        keys,
        doutBlock,
        valueDepth,
        1,
        dv,
        valueDepth,
        keys,
        valueDepth,
        rows,
        1,
        more,
        inner,
      );
      gemm(
        change,
        keys,
        1,
        k,
        depth,
        1,
        dq + <usize>(i * depth) * 4,
        depth,
        rows,
        depth,
        keys,
        scale,
        false,
        inner,
      );
      gemm(change, 1, keys, qBlock, depth, 1, dk, depth, keys, depth, rows, scale, more, inner);
    }
    q += <usize>(queries * depth) * 4;
    dq += <usize>(queries * depth) * 4;
    k += <usize>(keys * depth) * 4;
    dk += <usize>(keys * depth) * 4;
    v += <usize>(keys * valueDepth) * 4;
    dv += <usize>(keys * valueDepth) * 4;
    out += <usize>(queries * valueDepth) * 4;
    dout += <usize>(queries * valueDepth) * 4;
    norms += <usize>queries * 8;
    bias += <usize>biasStep * 4;
  }
}
