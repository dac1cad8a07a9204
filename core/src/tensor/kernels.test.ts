import fc from 'fast-check';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { Adam } from './adam.js';
import { instantiateKernels, supportsKernels, type KernelBuild } from './kernels.js';
import { attentionNaive, gemmNaive, layerNormNaive, softmaxNaive } from './kernels.naive.js';
import {
  dotAttentionContext,
  dotAttentionWeights,
  layerNorm,
  maskBias,
  softmax,
} from './operations/index.js';
import { registerKernels, unregisterKernels } from './tfjs-kernels.js';
import { createRandom } from '../random.js';

const builds = (['plain', 'relaxed'] as KernelBuild[]).filter(supportsKernels);

/** Numbers in [−1, 1) from a seed, so that a failing case can be run again. */
function randoms(length: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => random.uniform() * 2 - 1);
}

/** A memory of its own with a bump allocator, in which a kernel's arguments are laid out. */
function workbench(build: KernelBuild) {
  const memory = new WebAssembly.Memory({ initial: 400 });
  const kernels = instantiateKernels(memory, build);
  let top = 64;
  const floats = (length: number) => {
    const at = top;
    // Odd gaps of a poison value: a kernel that writes past its output, or reads past its input, shows.
    top += Math.ceil((length * 4 + 20) / 4) * 4;
    const view = new Float32Array(memory.buffer, at, length);
    new Float32Array(memory.buffer, at + length * 4, 5).fill(NaN);
    return { at, view, guard: new Float32Array(memory.buffer, at + length * 4, 5) };
  };
  const put = (values: Float32Array) => {
    const block = floats(values.length);
    block.view.set(values);
    return block;
  };
  return { kernels, floats, put };
}

/** Largest difference relative to the largest magnitude of the truth. */
function relativeError(got: ArrayLike<number>, truth: ArrayLike<number>, floor = 1e-3): number {
  let error = 0;
  let size = floor;
  for (let i = 0; i < truth.length; i++) {
    error = Math.max(error, Number.isFinite(got[i]!) ? Math.abs(got[i]! - truth[i]!) : Infinity);
    size = Math.max(size, Math.abs(truth[i]!));
  }
  return error / size;
}

const dimension = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 20 }) },
  { weight: 1, arbitrary: fc.integer({ min: 21, max: 257 }) },
);

describe.each(builds)('the %s kernels against the naive oracles', (build) => {
  test('gemmBatch: every transposition, odd sizes, batches, broadcasting', () => {
    fc.assert(
      fc.property(
        fc.tuple(dimension, dimension, dimension),
        fc.integer({ min: 0, max: 3 }),
        fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
        fc.nat(1000),
        ([m, n, k], batch, [transposeA, transposeB, oneA, oneB], seed) => {
          const { kernels, floats, put } = workbench(build);
          const a = put(randoms((oneA ? 1 : batch) * m * k, seed));
          const b = put(randoms((oneB ? 1 : batch) * k * n, seed + 1));
          const c = floats(batch * m * n);
          const scratch = floats(kernels.gemmScratchBytes(m, n, k) / 4);
          const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
          const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
          const [aStep, bStep] = [oneA ? 0 : m * k, oneB ? 0 : k * n];
          kernels.gemmBatch(
            batch,
            a.at,
            aStep,
            aRow,
            aColumn,
            b.at,
            bStep,
            bRow,
            bColumn,
            c.at,
            m,
            n,
            k,
            scratch.at,
          );
          for (let s = 0; s < batch; s++) {
            const truth = gemmNaive(
              { values: a.view.subarray(s * aStep), row: aRow, column: aColumn },
              { values: b.view.subarray(s * bStep), row: bRow, column: bColumn },
              m,
              n,
              k,
            );
            expect(relativeError(c.view.subarray(s * m * n, (s + 1) * m * n), truth)).toBeLessThan(1e-5);
          }
          expect([...c.guard, ...scratch.guard].every(Number.isNaN)).toBe(true);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  test('gemm writes a sub-matrix, scales, and adds to what is there', () => {
    const { kernels, put, floats } = workbench(build);
    const [m, n, k, ldc] = [5, 7, 300, 10];
    const a = put(randoms(m * k, 1));
    const b = put(randoms(k * n, 2));
    const c = put(new Float32Array(m * ldc).fill(2));
    const scratch = floats(kernels.gemmScratchBytes(m, n, k) / 4);
    kernels.gemm(a.at, k, 1, b.at, n, 1, c.at, ldc, m, n, k, 0.5, true, scratch.at);
    const product = gemmNaive(
      { values: a.view, row: k, column: 1 },
      { values: b.view, row: n, column: 1 },
      m,
      n,
      k,
    );
    const truth = Array.from(c.view, (_, at) => {
      const [i, j] = [Math.floor(at / ldc), at % ldc];
      return j < n ? 2 + 0.5 * product[i * n + j]! : 2;
    });
    expect(relativeError(c.view, truth)).toBeLessThan(1e-5);
  });

  test('softmax and its gradient', () => {
    fc.assert(
      fc.property(dimension, fc.integer({ min: 1, max: 5 }), fc.nat(1000), (n, rows, seed) => {
        const { kernels, floats, put } = workbench(build);
        const x = put(randoms(rows * n, seed).map((value) => value * 30));
        const dy = put(randoms(rows * n, seed + 1));
        const [y, dx] = [floats(rows * n), floats(rows * n)];
        kernels.softmaxRows(x.at, y.at, rows, n);
        expect(relativeError(y.view, softmaxNaive(x.view, rows, n))).toBeLessThan(1e-5);
        kernels.softmaxGradientRows(y.at, dy.at, dx.at, rows, n);
        const truth = y.view.map((value, at) => {
          const row = Math.floor(at / n) * n;
          let dot = 0;
          for (let j = 0; j < n; j++) dot += y.view[row + j]! * dy.view[row + j]!;
          return value * (dy.view[at]! - dot);
        });
        // A saturated softmax has gradients of rounding size: judge them by the size of what went in.
        expect(relativeError(dx.view, truth, 1)).toBeLessThan(1e-5);
        expect([...y.guard, ...dx.guard].every(Number.isNaN)).toBe(true);
      }),
      { numRuns: 40, seed: 2 },
    );
  });

  test('softmax stays finite for the largest and the smallest logits', () => {
    const { kernels, floats, put } = workbench(build);
    const x = put(Float32Array.of(3e38, -3e38, 0, 1e30, -1e30, 88, -88));
    const y = floats(7);
    kernels.softmaxRows(x.at, y.at, 1, 7);
    expect([...y.view]).toEqual([1, 0, 0, 0, 0, 0, 0]);
  });

  test('attention forward, with more queries than one block and unequal depths', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 90 })),
        fc.tuple(fc.integer({ min: 1, max: 33 }), fc.integer({ min: 1, max: 33 })),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(1000),
        fc.constantFrom('none', 'shared', 'each'),
        ([queries, keys], [depth, valueDepth], batch, seed, kind) => {
          const { kernels, floats, put } = workbench(build);
          const q = put(randoms(batch * queries * depth, seed));
          const k = put(randoms(batch * keys * depth, seed + 1));
          const v = put(randoms(batch * keys * valueDepth, seed + 2));
          const out = floats(batch * queries * valueDepth);
          const norms = floats(2 * batch * queries);
          const heads = kind === 'each' ? batch : 1;
          // Every fifth position is forbidden, as a mask forbids it.
          const bias = randoms(heads * queries * keys, seed + 3).map((x, i) => (i % 5 === 0 ? -1e9 : 3 * x));
          const placed = kind === 'none' ? { at: 0 } : put(bias);
          const scratch = floats(
            Math.ceil(kernels.attentionForwardScratchBytes(queries, keys, depth, valueDepth) / 4),
          );
          kernels.attentionForward(
            batch,
            q.at,
            k.at,
            v.at,
            placed.at,
            kind === 'each' ? queries * keys : 0,
            out.at,
            norms.at,
            queries,
            keys,
            depth,
            valueDepth,
            0.7,
            scratch.at,
          );
          const shape = { batch, queries, keys, depth, valueDepth };
          const truth = attentionNaive(
            q.view,
            k.view,
            v.view,
            shape,
            0.7,
            kind === 'none' ? undefined : bias,
          );
          expect(relativeError(out.view, truth)).toBeLessThan(1e-5);
          expect([...out.guard, ...norms.guard, ...scratch.guard].every(Number.isNaN)).toBe(true);
        },
      ),
      { numRuns: 25, seed: 3 },
    );
  });

  test('layer normalization', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 257 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(1000),
        (n, rows, seed) => {
          const { kernels, floats, put } = workbench(build);
          const x = put(randoms(rows * n, seed));
          const gamma = put(randoms(n, seed + 1));
          const beta = put(randoms(n, seed + 2));
          const [y, hat, inverse] = [floats(rows * n), floats(rows * n), floats(rows)];
          kernels.layerNormRows(x.at, gamma.at, beta.at, y.at, hat.at, inverse.at, rows, n, 1e-3);
          const truth = layerNormNaive(x.view, gamma.view, beta.view, rows, n, 1e-3);
          expect(relativeError(y.view, truth)).toBeLessThan(1e-5);
          expect([...y.guard, ...hat.guard, ...inverse.guard].every(Number.isNaN)).toBe(true);
        },
      ),
      { numRuns: 40, seed: 4 },
    );
  });

  test('bias and activation', () => {
    const { kernels, put } = workbench(build);
    const functions = [
      (x: number) => x,
      (x: number) => Math.max(0, x),
      (x: number) => 1 / (1 + Math.exp(-x)),
      (x: number) => Math.min(6, Math.max(0, x)),
    ];
    functions.forEach((activate, kind) => {
      const x = put(randoms(3 * 11, kind).map((value) => value * 9));
      const bias = put(randoms(11, kind + 50));
      const truth = Array.from(x.view, (value, at) => activate(value + bias.view[at % 11]!));
      kernels.biasActivation(x.at, bias.at, 3, 11, kind);
      expect(relativeError(x.view, truth)).toBeLessThan(1e-5);
    });
  });
});

describe('the kernels under TensorFlow.js', () => {
  beforeAll(async () => {
    const require = createRequire(import.meta.url);
    setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
    await tf.setBackend('wasm');
    expect(registerKernels(tf).build).toBeDefined();
  });

  const random = (shape: number[], seed: number) =>
    tf.tensor(
      randoms(
        shape.reduce((x, y) => x * y, 1),
        seed,
      ),
      shape,
    );

  // Compared with the definition: TensorFlow.js' own kernels pair the wrong matrices when both sides broadcast.
  test('matMul broadcasts as NumPy does', () => {
    const cases: { left: number[]; right: number[]; pairs: [number, number][] }[] = [
      {
        left: [2, 1, 4, 5],
        right: [3, 5, 6],
        pairs: [
          [0, 0],
          [0, 1],
          [0, 2],
          [1, 0],
          [1, 1],
          [1, 2],
        ],
      },
      {
        left: [2, 4, 5],
        right: [5, 6],
        pairs: [
          [0, 0],
          [1, 0],
        ],
      },
      {
        left: [1, 7, 9],
        right: [4, 9, 2],
        pairs: [
          [0, 0],
          [0, 1],
          [0, 2],
          [0, 3],
        ],
      },
      { left: [3, 4], right: [4, 1], pairs: [[0, 0]] },
    ];
    for (const { left, right, pairs } of cases) {
      const [a, b] = [random(left, 1), random(right, 2)];
      const [m, k, n] = [left.at(-2)!, left.at(-1)!, right.at(-1)!];
      const got = tf.matMul(a, b).dataSync();
      pairs.forEach(([i, j], at) => {
        const truth = gemmNaive(
          { values: a.dataSync().subarray(i * m * k), row: k, column: 1 },
          { values: b.dataSync().subarray(j * k * n), row: n, column: 1 },
          m,
          n,
          k,
        );
        expect(relativeError(got.subarray(at * m * n, (at + 1) * m * n), truth)).toBeLessThan(1e-5);
      });
    }
  });

  test('a fused product with bias and every activation gives what the parts give', () => {
    const [a, b, bias] = [
      random([4, 9, 7], 1) as tf.Tensor3D,
      random([4, 7, 5], 2) as tf.Tensor3D,
      random([5], 3),
    ];
    const parts = tf.add(tf.matMul(a, b), bias);
    const table: [string, tf.Tensor][] = [
      ['linear', parts],
      ['relu', tf.relu(parts)],
      ['sigmoid', tf.sigmoid(parts)],
      ['relu6', tf.relu6(parts)],
      ['elu', tf.elu(parts)],
    ];
    for (const [activation, truth] of table) {
      const fused = tf.fused.matMul({ a, b, bias, activation: activation as 'relu' });
      expect(relativeError(fused.dataSync(), truth.dataSync())).toBeLessThan(1e-5);
    }
  });

  /** Central differences of Σ f·weight in 40 random coordinates of every input, beside the gradient. */
  function checkGradient(f: (...x: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): void {
    const weight = random(f(...inputs).shape, 99);
    const loss = (...x: tf.Tensor[]) => tf.sum(tf.mul(f(...x), weight)) as tf.Scalar;
    const gradients = tf.grads(loss)(inputs);
    const pick = createRandom(5);
    inputs.forEach((input, which) => {
      const values = input.dataSync().slice();
      const gradient = gradients[which]!.dataSync();
      const scale = Math.max(...Array.from(gradient, Math.abs));
      for (let sample = 0; sample < 40; sample++) {
        const at = pick.integer(0, values.length - 1);
        const moved = (by: number) => {
          const changed = values.slice();
          changed[at] = changed[at]! + by;
          return loss(
            ...inputs.map((x, i) => (i === which ? tf.tensor(changed, x.shape) : x)),
          ).dataSync()[0]!;
        };
        const h = 2e-2;
        // Fourth order: with f32 values a second-order difference would be too coarse to tell.
        const slope = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
        expect(Math.abs(slope - gradient[at]!) / scale).toBeLessThan(2e-3);
      }
    });
  }

  const attention = (bias?: tf.Tensor) => (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
    dotAttentionContext(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D, 1 / Math.sqrt(5), bias);
  const composed =
    (bias?: tf.Tensor) =>
    (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor3D =>
      tf.matMul(
        dotAttentionWeights(q as tf.Tensor3D, k as tf.Tensor3D, 1 / Math.sqrt(5), bias),
        v as tf.Tensor3D,
      );

  test('attention: gradient against finite differences, and against the composed operations', () => {
    const [q, k, v] = [random([2, 70, 5], 1), random([2, 9, 5], 2), random([2, 9, 3], 3)];
    checkGradient(attention(), [q, k, v]);
    const weight = random([2, 70, 3], 4);
    const mask = tf.greater(random([70, 9], 5), 0);
    const masks: (tf.Tensor | undefined)[] = [
      undefined,
      maskBias(mask),
      maskBias(tf.greater(random([2, 70, 9], 6), -0.5)),
      // Rows that may attend to nothing: softmax then spreads evenly, and so must its gradient.
      maskBias(tf.mul(mask, tf.greater(random([70, 1], 7), 0))),
    ];
    for (const bias of masks) {
      const differentiate = (f: ReturnType<typeof attention>) =>
        tf.grads((q, k, v) => tf.sum(tf.mul(f(q!, k!, v!), weight)) as tf.Scalar)([q, k, v]);
      // Made inside the function as a network makes it, so that it is freed with the other intermediate results.
      const inside = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
        attention(bias && tf.mul(bias, 1))(q, k, v);
      const truth = composed(bias)(q, k, v).dataSync();
      expect(relativeError(attention(bias)(q, k, v).dataSync(), truth)).toBeLessThan(1e-5);
      const [ours, theirs] = [differentiate(inside), differentiate(composed(bias))];
      ours.forEach((gradient, i) => {
        expect(relativeError(gradient.dataSync(), theirs[i]!.dataSync())).toBeLessThan(1e-5);
      });
    }
  });

  test('softmax and layer normalization: gradients against finite differences', () => {
    checkGradient((x) => softmax(x!), [random([3, 4, 13], 1)]);
    checkGradient(
      (x, gamma, beta) => layerNorm(x!, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-3),
      [random([3, 4, 13], 1), random([13], 2), random([13], 3)],
    );
  });

  /** Minimizes Σ (x − 1)² over two variables by `step`, which is given the gradients. */
  const descend = (
    step: (variables: Map<string, tf.Variable>, gradients: Map<string, tf.Tensor>) => void,
  ) => {
    const variables = new Map<string, tf.Variable>([
      ['x', tf.variable(tf.tensor1d([3, -2, 0.5, 7, 1]))],
      ['y', tf.variable(tf.tensor2d([-1, 4, 2, 0.1, 9, -6], [2, 3]))],
    ]);
    for (let i = 0; i < 25; i++) {
      tf.tidy(() => {
        const gradients = new Map([...variables].map(([name, v]) => [name, tf.mul(tf.sub(v, 1), 2)]));
        step(variables, gradients);
      });
    }
    return [...variables.values()].flatMap((variable) => [...variable.dataSync()]);
  };

  test('Adam takes the steps of TensorFlow.js’ own', () => {
    // Epsilon far below the gradients: the two place it differently (inside and outside the bias correction).
    const adam = new Adam(0.1, Infinity, 0.9, 0.999, 1e-12);
    const ours = descend((variables, gradients) => adam.apply(variables, gradients));
    const stock = tf.train.adam(0.1, 0.9, 0.999, 1e-12);
    const theirs = descend((variables, gradients) =>
      stock.applyGradients(
        [...gradients].map(([name, tensor]) => ({ name: variables.get(name)!.name, tensor })),
      ),
    );
    expect(relativeError(ours, theirs)).toBeLessThan(1e-5);
    adam.dispose();
  });

  test('Adam clips the norm of all gradients together, by the kernel as by plain arrays', () => {
    const steps = (by: number) => {
      const adam = new Adam(0.1, by);
      const path = descend((variables, gradients) => adam.apply(variables, gradients));
      adam.dispose();
      return path;
    };
    const clipped = steps(1);
    unregisterKernels(tf);
    const arrays = steps(1);
    registerKernels(tf);
    expect(relativeError(clipped, arrays)).toBeLessThan(1e-6);
    expect(relativeError(clipped, steps(Infinity))).toBeGreaterThan(1e-3);
  });

  test('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const [q, k, v] = [random([2, 8, 4], 1), random([2, 8, 4], 2), random([2, 8, 4], 3)];
      tf.grad((q) => tf.sum(attention()(q, k, v)))(q);
      tf.matMul(q, k, false, true);
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});
