/**
 * Matrix product by packed panels: B is copied into panels of 8 columns, A is read four rows at a time, and a
 * 4 × 8 block of the result stays in registers over one stretch of the inner dimension (Goto & van de Geijn 2008).
 * All pointers are byte addresses in the imported memory; strides count elements of 4 bytes.
 */

import { multiplyAdd } from './exponential';

/** Points of the inner dimension per stretch: a B panel of 256 × 8 floats (8 KB) stays in the first-level cache. */
const DEPTH: i32 = 256;

/** Bytes of scratch that `gemm` needs for m × n × k. */
export function gemmScratchBytes(m: i32, n: i32, k: i32): i32 {
  const depth = min(k, DEPTH);
  return depth * ((n + 7) & ~7) * 4 + depth * ((m + 3) & ~3) * 4 + 128;
}

/** Copies rows p0 … p0 + depth of B into panels of 8 columns, the last padded with zeros. */
function packB(b: usize, rowStride: i32, columnStride: i32, n: i32, depth: i32, target: usize): void {
  for (let j: i32 = 0; j < n; j += 8) {
    const width = min(8, n - j);
    let source = b + (<usize>j * columnStride) * 4;
    if (width == 8 && columnStride == 1) {
      for (let p: i32 = 0; p < depth; p++) {
        v128.store(target, v128.load(source));
        v128.store(target, v128.load(source, 16), 16);
        source += <usize>rowStride * 4;
        target += 32;
      }
    } else if (width == 8 && rowStride == 1) {
      const step = <usize>columnStride * 4;
      let p: i32 = 0;
      for (; p + 4 <= depth; p += 4) {
        transpose4(source, step, target, 32);
        transpose4(source + 4 * step, step, target + 16, 32);
        source += 16;
        target += 128;
      }
      for (; p < depth; p++) {
        for (let q: usize = 0; q < 8; q++) store<f32>(target + q * 4, load<f32>(source + q * step));
        source += 4;
        target += 32;
      }
    } else {
      for (let p: i32 = 0; p < depth; p++) {
        for (let q: i32 = 0; q < 8; q++) {
          store<f32>(target + <usize>q * 4, q < width ? load<f32>(source + (<usize>q * columnStride) * 4) : 0);
        }
        source += <usize>rowStride * 4;
        target += 32;
      }
    }
  }
}

/** Copies rows of A into panels of 4 rows, so that a transposed A is read in order. */
function packA(a: usize, rowStride: i32, columnStride: i32, m: i32, depth: i32, target: usize): void {
  for (let i: i32 = 0; i < m; i += 4) {
    const height = min(4, m - i);
    let source = a + (<usize>i * rowStride) * 4;
    const step = <usize>columnStride * 4;
    if (height == 4 && rowStride == 1) {
      for (let p: i32 = 0; p < depth; p++) {
        v128.store(target, v128.load(source));
        source += step;
        target += 16;
      }
    } else {
      for (let p: i32 = 0; p < depth; p++) {
        for (let q: i32 = 0; q < 4; q++) {
          store<f32>(target + <usize>q * 4, q < height ? load<f32>(source + (<usize>q * rowStride) * 4) : 0);
        }
        source += step;
        target += 16;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function transpose4(source: usize, step: usize, target: usize, targetStep: usize): void {
  const r0 = v128.load(source);
  const r1 = v128.load(source + step);
  const r2 = v128.load(source + 2 * step);
  const r3 = v128.load(source + 3 * step);
  const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(a, b, 0, 1, 4, 5));
  v128.store(target + targetStep, v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  v128.store(target + 2 * targetStep, v128.shuffle<f32>(c, d, 0, 1, 4, 5));
  v128.store(target + 3 * targetStep, v128.shuffle<f32>(c, d, 2, 3, 6, 7));
}

/** Writes four of the eight columns of a result row, scaled, added to what is there or in its place. */
// @ts-ignore: decorator
@inline
function put(c: usize, low: v128, high: v128, width: i32, alpha: v128, accumulate: bool): void {
  low = v128.mul<f32>(low, alpha);
  high = v128.mul<f32>(high, alpha);
  if (width == 8) {
    if (accumulate) {
      low = v128.add<f32>(low, v128.load(c));
      high = v128.add<f32>(high, v128.load(c, 16));
    }
    v128.store(c, low);
    v128.store(c, high, 16);
    return;
  }
  if (width >= 4) {
    v128.store(c, accumulate ? v128.add<f32>(low, v128.load(c)) : low);
    c += 16;
    width -= 4;
    low = high;
  }
  if (width > 0) store<f32>(c, f32x4.extract_lane(low, 0) + (accumulate ? load<f32>(c) : 0));
  if (width > 1) store<f32>(c, f32x4.extract_lane(low, 1) + (accumulate ? load<f32>(c, 4) : 0), 4);
  if (width > 2) store<f32>(c, f32x4.extract_lane(low, 2) + (accumulate ? load<f32>(c, 8) : 0), 8);
}

/**
 * One 4 × 8 block. Row r of A starts at a_r and advances `step` bytes per point of the inner dimension: 4 for an
 * A as it stands, 16 for a packed one.
 */
// @ts-ignore: decorator
@inline
function block(
  a0: usize, a1: usize, a2: usize, a3: usize, step: usize, b: usize, depth: i32,
  c: usize, ldc: usize, height: i32, width: i32, alpha: v128, accumulate: bool,
): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  // V8 unrolls innermost loops of WebAssembly by itself.
  for (let p: i32 = 0; p < depth; p++) {
    const low = v128.load(b);
    const high = v128.load(b, 16);
    const x0 = v128.load_splat<f32>(a0);
    c00 = multiplyAdd(x0, low, c00);
    c01 = multiplyAdd(x0, high, c01);
    const x1 = v128.load_splat<f32>(a1);
    c10 = multiplyAdd(x1, low, c10);
    c11 = multiplyAdd(x1, high, c11);
    const x2 = v128.load_splat<f32>(a2);
    c20 = multiplyAdd(x2, low, c20);
    c21 = multiplyAdd(x2, high, c21);
    const x3 = v128.load_splat<f32>(a3);
    c30 = multiplyAdd(x3, low, c30);
    c31 = multiplyAdd(x3, high, c31);
    a0 += step; a1 += step; a2 += step; a3 += step;
    b += 32;
  }
  put(c, c00, c01, width, alpha, accumulate);
  if (height > 1) put(c + ldc, c10, c11, width, alpha, accumulate);
  if (height > 2) put(c + 2 * ldc, c20, c21, width, alpha, accumulate);
  if (height > 3) put(c + 3 * ldc, c30, c31, width, alpha, accumulate);
}

function blockPlain(
  a0: usize, a1: usize, a2: usize, a3: usize, b: usize, depth: i32,
  c: usize, ldc: usize, height: i32, width: i32, alpha: v128, accumulate: bool,
): void {
  block(a0, a1, a2, a3, 4, b, depth, c, ldc, height, width, alpha, accumulate);
}

function blockPacked(
  a: usize, b: usize, depth: i32, c: usize, ldc: usize, height: i32, width: i32, alpha: v128, accumulate: bool,
): void {
  block(a, a + 4, a + 8, a + 12, 16, b, depth, c, ldc, height, width, alpha, accumulate);
}

/**
 * C (m × n, rows `ldc` apart) = alpha · A (m × k) · B (k × n), or added to C when `accumulate`.
 * A's element (i, p) lies at a + (i·aRow + p·aColumn)·4, B's element (p, j) at b + (p·bRow + j·bColumn)·4: any
 * transposition and any sub-matrix. `scratch` holds gemmScratchBytes(m, n, k).
 */
export function gemm(
  a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, c: usize, ldc: i32,
  m: i32, n: i32, k: i32, alpha: f32, accumulate: bool, scratch: usize,
): void {
  const scale = f32x4.splat(alpha);
  const rowBytes = <usize>ldc * 4;
  const packedB = (scratch + 15) & ~15;
  for (let p: i32 = 0; p < k; p += DEPTH) {
    const depth = min(DEPTH, k - p);
    const add = accumulate || p > 0;
    packB(b + (<usize>p * bRow) * 4, bRow, bColumn, n, depth, packedB);
    const aStart = a + (<usize>p * aColumn) * 4;
    const packed = aColumn != 1;
    const packedA = packedB + <usize>(depth * ((n + 7) & ~7) * 4);
    if (packed) packA(aStart, aRow, aColumn, m, depth, packedA);
    for (let j: i32 = 0; j < n; j += 8) {
      const width = min(8, n - j);
      const panel = packedB + <usize>(j * depth * 4);
      for (let i: i32 = 0; i < m; i += 4) {
        const height = min(4, m - i);
        const target = c + <usize>i * rowBytes + <usize>j * 4;
        if (packed) {
          blockPacked(packedA + <usize>(i * depth * 4), panel, depth, target, rowBytes, height, width, scale, add);
        } else {
          // Rows past the end repeat the last one; their results are not written.
          const a0 = aStart + (<usize>i * aRow) * 4;
          const a1 = height > 1 ? a0 + <usize>aRow * 4 : a0;
          const a2 = height > 2 ? a1 + <usize>aRow * 4 : a1;
          const a3 = height > 3 ? a2 + <usize>aRow * 4 : a2;
          blockPlain(a0, a1, a2, a3, panel, depth, target, rowBytes, height, width, scale, add);
        }
      }
    }
  }
  if (k == 0 && !accumulate) for (let i: i32 = 0; i < m; i++) memory.fill(c + <usize>i * rowBytes, 0, <usize>n * 4);
}

/** `batch` products; a matrix whose batch stride is 0 is used for all of them (broadcasting). */
export function gemmBatch(
  batch: i32, a: usize, aBatch: i32, aRow: i32, aColumn: i32, b: usize, bBatch: i32, bRow: i32, bColumn: i32,
  c: usize, m: i32, n: i32, k: i32, scratch: usize,
): void {
  for (let s: i32 = 0; s < batch; s++) {
    gemm(
      a + (<usize>s * aBatch) * 4, aRow, aColumn, b + (<usize>s * bBatch) * 4, bRow, bColumn,
      c + (<usize>s * m * n) * 4, n, m, n, k, 1, false, scratch,
    );
  }
}
