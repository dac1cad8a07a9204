import type * as tfjs from '@tensorflow/tfjs-core';
import { instantiateKernels, supportsKernels, type KernelBuild, type Kernels } from './kernels.js';
import {
  adamInputs,
  adamKernel,
  attentionGradientKernel,
  attentionKernel,
  layerNormGradientKernel,
  layerNormKernel,
  softmaxGradientKernel,
  type AdamAttributes,
} from './kernel-names.js';

/** What is needed of the library, which a caller may have imported as a module or by `import()`. */
type Tf = Pick<
  typeof tfjs,
  'backend' | 'getKernel' | 'registerKernel' | 'unregisterKernel' | 'broadcast_util' | 'util'
>;

/** The parts of TensorFlow.js' wasm backend that kernels working in place on its heap need. */
interface WasmBackend {
  readonly wasm: { readonly HEAPU8: Uint8Array; readonly asm?: Record<string, unknown> };
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: 'float32'): tfjs.TensorInfo;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** Activations that the product's epilogue computes itself; the number is biasActivation's. */
const activations: Readonly<Record<string, number>> = { linear: 0, relu: 1, sigmoid: 2, relu6: 3 };

/** Activations that stay TensorFlow.js' own kernels. */
const elementwise: Readonly<Record<string, string>> = { elu: 'Elu', prelu: 'Prelu', leakyrelu: 'LeakyRelu' };

interface KernelCall {
  readonly inputs: Record<string, tfjs.TensorInfo>;
  readonly attrs: Record<string, unknown>;
  readonly backend: unknown;
}
type KernelFunction = (call: KernelCall) => tfjs.TensorInfo | tfjs.TensorInfo[];

/** What was registered: which build of the kernels, or why none. */
export interface KernelRegistration {
  readonly build: KernelBuild | undefined;
  readonly note: string;
}

let registered: KernelRegistration | undefined;
let stock: Map<string, tfjs.KernelConfig> | undefined;
/** Made once per memory: a fresh instance would start from unoptimized code again. */
const made = new WeakMap<WebAssembly.Memory, Map<KernelBuild, ReturnType<typeof kernelFunctions>>>();

/**
 * Puts Heed's kernels into TensorFlow.js' running wasm backend: batched and fused matrix products, softmax, and
 * operations of our own (attention, layer normalization, Adam). They work in place on the backend's heap; nothing
 * in user code changes. Does nothing where the backend's memory is shared between threads, since the kernels are
 * compiled for an unshared one.
 * @param wanted the build to take; by default relaxed SIMD where the engine has it
 */
export function registerKernels(tf: Tf, wanted?: KernelBuild): KernelRegistration {
  if (registered) return registered;
  const backend = tf.backend() as unknown as WasmBackend;
  const memory = findMemory(backend);
  if (!memory) {
    return {
      build: undefined,
      note: 'the wasm backend runs threads or hides its memory: stock kernels stay',
    };
  }
  const build: KernelBuild = wanted ?? (supportsKernels('relaxed') ? 'relaxed' : 'plain');
  if (!supportsKernels(build)) {
    return { build: undefined, note: 'this engine has no WebAssembly SIMD: stock kernels stay' };
  }
  const builds = made.get(memory) ?? new Map<KernelBuild, ReturnType<typeof kernelFunctions>>();
  const functions = builds.get(build) ?? kernelFunctions(tf, instantiateKernels(memory, build));
  made.set(memory, builds.set(build, functions));
  stock = new Map();
  for (const [name, make] of Object.entries(functions)) {
    const before = tf.getKernel(name, 'wasm');
    if (before) {
      stock.set(name, before);
      tf.unregisterKernel(name, 'wasm');
    }
    const kernelFunc = make(before?.kernelFunc as unknown as KernelFunction) as unknown as tfjs.KernelFunc;
    tf.registerKernel({ kernelName: name, backendName: 'wasm', kernelFunc });
  }
  registered = { build, note: build === 'relaxed' ? 'Heed’s kernels, relaxed SIMD' : 'Heed’s kernels, SIMD' };
  return registered;
}

/** Puts the stock kernels back, for measuring side by side. */
export function unregisterKernels(tf: Tf): void {
  if (!registered) return;
  for (const name of Object.keys(kernelFunctions(tf, {} as Kernels))) {
    tf.unregisterKernel(name, 'wasm');
    const before = stock?.get(name);
    if (before) tf.registerKernel(before);
  }
  registered = undefined;
  stock = undefined;
}

function findMemory(backend: WasmBackend): WebAssembly.Memory | undefined {
  const exported = Object.values(backend.wasm?.asm ?? {}).find(
    (value) => value instanceof WebAssembly.Memory,
  );
  const memory = exported as WebAssembly.Memory | undefined;
  if (!memory || memory.buffer !== backend.wasm.HEAPU8.buffer) return undefined;
  return typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer
    ? undefined
    : memory;
}

/** Each kernel as a function of the stock one, which serves what ours does not. */
function kernelFunctions(
  tf: Tf,
  kernels: Kernels,
): Record<string, (fallback: KernelFunction) => KernelFunction> {
  const at = (backend: WasmBackend, tensor: tfjs.TensorInfo) =>
    backend.dataIdMap.get(tensor.dataId).memoryOffset >>> 0;
  const output = (backend: WasmBackend, shape: readonly number[]) => backend.makeOutput(shape, 'float32');

  /** Runs `work` with scratch memory on the backend's heap. */
  const withScratch = (backend: WasmBackend, bytes: number, work: (scratch: number) => void) => {
    const scratch = output(backend, [Math.ceil(bytes / 4)]);
    work(at(backend, scratch));
    backend.disposeData(scratch.dataId, true);
  };

  const product = (
    backend: WasmBackend,
    a: tfjs.TensorInfo,
    b: tfjs.TensorInfo,
    transposeA: boolean,
    transposeB: boolean,
  ): tfjs.TensorInfo => {
    const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
    const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
    const m = transposeA ? aColumns : aRows;
    const k = transposeA ? aRows : aColumns;
    const n = transposeB ? bRows : bColumns;
    if (k !== (transposeB ? bColumns : bRows)) {
      throw new Error(`matMul: inner dimensions differ, ${a.shape.join('×')} and ${b.shape.join('×')}`);
    }
    const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const out = output(backend, [...outer, m, n]);
    const aBatch = tf.util.sizeFromShape(a.shape.slice(0, -2));
    const bBatch = tf.util.sizeFromShape(b.shape.slice(0, -2));
    const batch = tf.util.sizeFromShape(outer);
    if (batch === 0 || m === 0 || n === 0) return out;
    const aStrides: [number, number] = transposeA ? [1, aColumns] : [aColumns, 1];
    const bStrides: [number, number] = transposeB ? [1, bColumns] : [bColumns, 1];
    const [pa, pb, pc] = [at(backend, a), at(backend, b), at(backend, out)];
    if (bBatch === 1 && !transposeA && aBatch === batch) {
      // One B for all: the batch is just more rows, and B is packed once.
      withScratch(backend, kernels.gemmScratchBytes(batch * m, n, k), (scratch) =>
        kernels.gemm(pa, ...aStrides, pb, ...bStrides, pc, n, batch * m, n, k, 1, false, scratch),
      );
      return out;
    }
    withScratch(backend, kernels.gemmScratchBytes(m, n, k), (scratch) => {
      if ((aBatch === batch || aBatch === 1) && (bBatch === batch || bBatch === 1)) {
        const aStep = aBatch === 1 ? 0 : m * k;
        const bStep = bBatch === 1 ? 0 : k * n;
        kernels.gemmBatch(batch, pa, aStep, ...aStrides, pb, bStep, ...bStrides, pc, m, n, k, scratch);
        return;
      }
      const aAt = broadcastOffsets(a.shape.slice(0, -2), outer);
      const bAt = broadcastOffsets(b.shape.slice(0, -2), outer);
      for (let s = 0; s < batch; s++) {
        const [sa, sb] = [pa + aAt(s) * m * k * 4, pb + bAt(s) * k * n * 4];
        kernels.gemm(sa, ...aStrides, sb, ...bStrides, pc + s * m * n * 4, n, m, n, k, 1, false, scratch);
      }
    });
    return out;
  };

  /** Address of an attention's bias and the step from one head's to the next: 0 where all share one. */
  const biasAt = (backend: WasmBackend, bias: tfjs.TensorInfo | undefined): [number, number] => {
    if (!bias) return [0, 0];
    const [queries, keys] = bias.shape.slice(-2) as [number, number];
    const shared = tf.util.sizeFromShape(bias.shape) === queries * keys;
    return [at(backend, bias), shared ? 0 : queries * keys];
  };

  const isFloat = (...tensors: (tfjs.TensorInfo | undefined)[]) =>
    tensors.every((t) => !t || t.dtype === 'float32');

  return {
    BatchMatMul: (fallback) => (call) => {
      const { a, b } = call.inputs as { a: tfjs.TensorInfo; b: tfjs.TensorInfo };
      if (!isFloat(a, b)) return fallback(call);
      const { transposeA, transposeB } = call.attrs as { transposeA: boolean; transposeB: boolean };
      return product(call.backend as WasmBackend, a, b, transposeA, transposeB);
    },

    // Stock _FusedMatMul adds the bias of a batch of products at the wrong places (TensorFlow.js 4.22), so every
    // activation goes through our product.
    _FusedMatMul: (fallback) => (call) => {
      const { a, b, bias, preluActivationWeights } = call.inputs as Record<'a' | 'b', tfjs.TensorInfo> & {
        bias?: tfjs.TensorInfo;
        preluActivationWeights?: tfjs.TensorInfo;
      };
      const { transposeA, transposeB, activation, leakyreluAlpha } = call.attrs as {
        transposeA: boolean;
        transposeB: boolean;
        activation?: string;
        leakyreluAlpha?: number;
      };
      const columns = transposeB ? b.shape.at(-2)! : b.shape.at(-1)!;
      const biasFits = !bias || (bias.shape.length <= 1 && tf.util.sizeFromShape(bias.shape) === columns);
      if (!biasFits || !isFloat(a, b, bias)) return fallback(call);
      const backend = call.backend as WasmBackend;
      const out = product(backend, a, b, transposeA, transposeB);
      const kind = activations[activation ?? 'linear'];
      if (kind !== 0 || bias) {
        const rows = columns === 0 ? 0 : tf.util.sizeFromShape(out.shape) / columns;
        kernels.biasActivation(at(backend, out), bias ? at(backend, bias) : 0, rows, columns, kind ?? 0);
      }
      if (kind !== undefined) return out;
      const activate = tf.getKernel(elementwise[activation!] ?? '', 'wasm')?.kernelFunc as
        KernelFunction | undefined;
      if (!activate) throw new Error(`matMul: the activation "${activation}" is not known here`);
      const inputs: Record<string, tfjs.TensorInfo> = preluActivationWeights
        ? { x: out, alpha: preluActivationWeights }
        : { x: out, features: out };
      const activated = activate({ inputs, backend, attrs: { alpha: leakyreluAlpha } });
      backend.disposeData(out.dataId, true);
      return activated;
    },

    Softmax: (fallback) => (call) => {
      const { logits } = call.inputs as { logits: tfjs.TensorInfo };
      const { dim } = call.attrs as { dim: number };
      if (!isFloat(logits) || dim !== logits.shape.length - 1) return fallback(call);
      const backend = call.backend as WasmBackend;
      const out = output(backend, logits.shape);
      const n = logits.shape.at(-1)!;
      kernels.softmaxRows(at(backend, logits), at(backend, out), tf.util.sizeFromShape(logits.shape) / n, n);
      return out;
    },

    [softmaxGradientKernel]: () => (call) => {
      const { y, dy } = call.inputs as { y: tfjs.TensorInfo; dy: tfjs.TensorInfo };
      const backend = call.backend as WasmBackend;
      const out = output(backend, y.shape);
      const n = y.shape.at(-1)!;
      const rows = tf.util.sizeFromShape(y.shape) / n;
      kernels.softmaxGradientRows(at(backend, y), at(backend, dy), at(backend, out), rows, n);
      return out;
    },

    [attentionKernel]: () => (call) => {
      const { q, k, v, bias } = call.inputs as Record<'q' | 'k' | 'v', tfjs.TensorInfo> & {
        bias?: tfjs.TensorInfo;
      };
      const backend = call.backend as WasmBackend;
      const [batch, queries, depth] = q.shape as [number, number, number];
      const [, keys, valueDepth] = v.shape as [number, number, number];
      const out = output(backend, [batch, queries, valueDepth]);
      const norms = output(backend, [batch, queries, 2]);
      withScratch(
        backend,
        kernels.attentionForwardScratchBytes(queries, keys, depth, valueDepth),
        (scratch) =>
          kernels.attentionForward(
            batch,
            at(backend, q),
            at(backend, k),
            at(backend, v),
            ...biasAt(backend, bias),
            at(backend, out),
            at(backend, norms),
            queries,
            keys,
            depth,
            valueDepth,
            (call.attrs as { scale: number }).scale,
            scratch,
          ),
      );
      return [out, norms];
    },

    [attentionGradientKernel]: () => (call) => {
      const { q, k, v, out, norms, dout, bias } = call.inputs as Record<
        'q' | 'k' | 'v' | 'out' | 'norms' | 'dout',
        tfjs.TensorInfo
      > & { bias?: tfjs.TensorInfo };
      const backend = call.backend as WasmBackend;
      const [batch, queries, depth] = q.shape as [number, number, number];
      const [, keys, valueDepth] = v.shape as [number, number, number];
      const [dq, dk, dv] = [output(backend, q.shape), output(backend, k.shape), output(backend, v.shape)];
      withScratch(
        backend,
        kernels.attentionBackwardScratchBytes(queries, keys, depth, valueDepth),
        (scratch) =>
          kernels.attentionBackward(
            batch,
            at(backend, q),
            at(backend, k),
            at(backend, v),
            ...biasAt(backend, bias),
            at(backend, out),
            at(backend, norms),
            at(backend, dout),
            at(backend, dq),
            at(backend, dk),
            at(backend, dv),
            queries,
            keys,
            depth,
            valueDepth,
            (call.attrs as { scale: number }).scale,
            scratch,
          ),
      );
      return [dq, dk, dv];
    },

    [layerNormKernel]: () => (call) => {
      const { x, gamma, beta } = call.inputs as Record<'x' | 'gamma' | 'beta', tfjs.TensorInfo>;
      const backend = call.backend as WasmBackend;
      const n = x.shape.at(-1)!;
      const rows = tf.util.sizeFromShape(x.shape) / n;
      const [y, hat, inverse] = [output(backend, x.shape), output(backend, x.shape), output(backend, [rows])];
      const { epsilon } = call.attrs as { epsilon: number };
      kernels.layerNormRows(
        at(backend, x),
        at(backend, gamma),
        at(backend, beta),
        at(backend, y),
        at(backend, hat),
        at(backend, inverse),
        rows,
        n,
        epsilon,
      );
      return [y, hat, inverse];
    },

    [layerNormGradientKernel]: () => (call) => {
      const { dy, hat, inverse, gamma } = call.inputs as Record<
        'dy' | 'hat' | 'inverse' | 'gamma',
        tfjs.TensorInfo
      >;
      const backend = call.backend as WasmBackend;
      const n = hat.shape.at(-1)!;
      const rows = tf.util.sizeFromShape(hat.shape) / n;
      const [dx, dgamma, dbeta] = [output(backend, hat.shape), output(backend, [n]), output(backend, [n])];
      kernels.layerNormGradientRows(
        at(backend, dy),
        at(backend, hat),
        at(backend, inverse),
        at(backend, gamma),
        at(backend, dx),
        at(backend, dgamma),
        at(backend, dbeta),
        rows,
        n,
      );
      return [dx, dgamma, dbeta];
    },

    // All parameters at once: the gradients' norm is that of all together, and one call costs less than forty.
    [adamKernel]: () => (call) => {
      const backend = call.backend as WasmBackend;
      const { count, clip, rate, beta1, beta2, epsilon } = call.attrs as unknown as AdamAttributes;
      const blocks = Array.from({ length: count }, (_, i) => {
        const [parameter, gradient, first, second] = adamInputs(i).map((name) => call.inputs[name]!);
        const size = tf.util.sizeFromShape(parameter!.shape);
        const [p, g, m, v] = [parameter, gradient, first, second].map((tensor) => at(backend, tensor!));
        return [p!, g!, m!, v!, size] as const;
      });
      const norm = Math.sqrt(blocks.reduce((sum, [, g, , , size]) => sum + kernels.sumOfSquares(g, size), 0));
      const share = Math.min(1, clip / (norm + 1e-12));
      for (const [p, g, m, v, size] of blocks) {
        kernels.adamStep(p, g, m, v, size, share, rate, beta1, beta2, epsilon);
      }
      return [];
    },
  };
}

/** For a broadcast outer shape: which matrix of `shape` belongs to the s-th product. */
function broadcastOffsets(shape: readonly number[], outer: readonly number[]): (s: number) => number {
  const padded = [...outer.slice(shape.length).map(() => 1), ...shape];
  const strides = padded.map((size, at) =>
    size === 1 ? 0 : padded.slice(at + 1).reduce((x, y) => x * y, 1),
  );
  return (s) => {
    let offset = 0;
    for (let at = outer.length - 1; at >= 0; at--) {
      offset += (s % outer[at]!) * strides[at]!;
      s = Math.floor(s / outer[at]!);
    }
    return offset;
  };
}
