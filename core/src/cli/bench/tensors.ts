import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { dirname, join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs-core';
import type * as mechanismsModule from '../../tensor/attention/mechanisms.js';
import { supportsKernels, type KernelBuild } from '../../tensor/kernels.js';
import { registerKernels, unregisterKernels } from '../../tensor/tfjs-kernels.js';
import { createRandom } from '../../random.js';
import type { Absent, Contestant } from './harness.js';
import { onnxAttention, onnxProduct } from './onnx.js';
import { pytorchTimes } from './python.js';

type Tf = typeof tfjs;

/** Batched attention scores: 256 products of 64 × 32 by 32 × 64. */
const productShape = { batch: 256, queries: 64, keys: 64, depth: 32 } as const;
export const productOperations = 2 * 256 * 64 * 64 * 32;
/** One attention block: 256 heads of 64 positions, depth 16. */
const attentionShape = { batch: 256, queries: 64, keys: 64, depth: 16 } as const;
export const attentionOperations = 2 * 2 * 256 * 64 * 64 * 16;
export interface Tensors {
  readonly tf: Tf;
  readonly mechanisms: typeof mechanismsModule;
  /** What the engine runs by itself. */
  readonly build: KernelBuild;
  /** True where relaxed SIMD had to be switched on for the comparison. */
  readonly relaxedByFlag: boolean;
}

/** TensorFlow.js with its wasm and cpu backends ready, our kernels not yet in it. */
export async function loadTensors(): Promise<Tensors> {
  const tf = (await import('@tensorflow/tfjs-core')) as unknown as Tf;
  // tfjs-layers registers the gradients as a side effect.
  await import('@tensorflow/tfjs-layers');
  await import('@tensorflow/tfjs-backend-cpu');
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  wasm.setWasmPaths(join(folder, '/'));
  tf.env().set('PROD', true);
  await tf.setBackend('wasm');
  const build = supportsKernels('relaxed') ? 'relaxed' : 'plain';
  return {
    tf,
    mechanisms: await import('../../tensor/attention/mechanisms.js'),
    build,
    relaxedByFlag: build === 'plain' && switchOnRelaxedSimd(),
  };
}

/**
 * Node 20 has relaxed SIMD behind a flag of its engine, Node 22 and browsers since 2023 have it without. This process
 * is the benchmark's own; a library must not change the flags of its host.
 */
function switchOnRelaxedSimd(): boolean {
  try {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  } catch {
    return false;
  }
  return supportsKernels('relaxed');
}

/** Makes the work of a case: by the code that Heed's detectors run, or by what a user of TensorFlow.js writes. */
export type Build = (tensors: Tensors, heed: boolean) => { run: () => void; dispose: () => void };

/**
 * The same work by Heed's code and kernels, by plain TensorFlow.js code on Heed's kernels, and by the same plain code
 * on stock tfjs-wasm and tfjs-cpu.
 */
export async function tensorContestants(
  tensors: Tensors,
  build: Build,
  withCpu: boolean,
): Promise<Contestant[]> {
  const { tf } = tensors;
  const contestant = async (
    implementation: string,
    backend: string,
    kernels: KernelBuild | undefined,
    heed: boolean,
    note?: string,
  ) => {
    const prepare = () => {
      tf.setBackend(backend);
      if (backend !== 'wasm') return;
      unregisterKernels(tf);
      if (kernels) registerKernels(tf, kernels);
    };
    await tf.setBackend(backend);
    prepare();
    const work = build(tensors, heed);
    return {
      implementation,
      prepare,
      run: () => work.run(),
      dispose: () => {
        prepare();
        work.dispose();
      },
      ...(note === undefined ? {} : { note }),
    };
  };
  const { build: ours, relaxedByFlag } = tensors;
  const plain = 'the peers’ plain TensorFlow.js code, with Heed’s kernels registered';
  const byFlag = 'the build that Node 22 and browsers run; here by a flag of the engine';
  return [
    await contestant('heed', 'wasm', ours, true),
    await contestant('heed-unfused', 'wasm', ours, false, plain),
    ...(relaxedByFlag ? [await contestant('heed-relaxed', 'wasm', 'relaxed', true, byFlag)] : []),
    await contestant('tfjs-wasm', 'wasm', undefined, false),
    ...(withCpu ? [await contestant('tfjs-cpu', 'cpu', undefined, false)] : []),
  ];
}

function randomTensor(tf: Tf, shape: readonly number[], seed: number): tfjs.Tensor {
  const random = createRandom(seed);
  const size = shape.reduce((x, y) => x * y, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    [...shape],
  );
}

/** Q·Kᵀ for a batch, and beside it one plain 2-D product of the same work. */
export async function productContestants(tensors: Tensors): Promise<(Contestant | Absent)[]> {
  const { batch, queries, keys, depth } = productShape;
  const build: Build = ({ tf }) => {
    const q = randomTensor(tf, [batch, queries, depth], 1);
    const k = randomTensor(tf, [batch, keys, depth], 2);
    return { run: () => tf.matMul(q, k, false, true).dispose(), dispose: () => tf.dispose([q, k]) };
  };
  const contestants = await tensorContestants(tensors, build, true);
  const { tf } = tensors;
  await tf.setBackend('wasm');
  unregisterKernels(tf);
  // 2·n³ = the case's work for n = 323; the engine's best path, XNNPACK, which only 2-D products take.
  const side = Math.round(Math.cbrt(productOperations / 2));
  const [a, b] = [randomTensor(tf, [side, side], 3), randomTensor(tf, [side, side], 4)];
  return [
    ...contestants.filter((one) => one.implementation !== 'heed-unfused'),
    {
      implementation: 'tfjs-wasm-2d',
      note: `one plain ${side} × ${side} product of the same work, by its own kernels`,
      prepare: () => {
        tf.setBackend('wasm');
        unregisterKernels(tf);
      },
      run: () => tf.matMul(a as tfjs.Tensor2D, b as tfjs.Tensor2D).dispose(),
      dispose: () => tf.dispose([a, b]),
    },
    await onnxProduct(productShape),
    await pytorchTimes('attention-product', productShape),
    await nativeContestant(),
  ];
}

/** softmax(Q·Kᵀ/√k)·V forward, by the function that the attention of the learned detectors is made of. */
export async function attentionContestants(tensors: Tensors): Promise<(Contestant | Absent)[]> {
  const { batch, queries, keys, depth } = attentionShape;
  const build: Build = ({ tf, mechanisms }, heed) => {
    const q = randomTensor(tf, [batch, queries, depth], 1) as tfjs.Tensor3D;
    const k = randomTensor(tf, [batch, keys, depth], 2) as tfjs.Tensor3D;
    const v = randomTensor(tf, [batch, keys, depth], 3) as tfjs.Tensor3D;
    const composed = () => {
      const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(depth)));
      return tf.matMul(weights, v);
    };
    return {
      run: () => tf.tidy(() => void (heed ? mechanisms.scaledDotAttention(q, k, v) : composed())),
      dispose: () => tf.dispose([q, k, v]),
    };
  };
  return [
    ...(await tensorContestants(tensors, build, true)),
    await onnxAttention(attentionShape),
    await pytorchTimes('attention-forward', attentionShape),
    await nativeContestant(),
  ];
}

/** The native engine is another TensorFlow.js build; it takes part where it is installed beside this one. */
export async function nativeContestant(): Promise<Absent> {
  return {
    implementation: 'tfjs-node',
    absent: 'its native library is not installed (npm install tfjs-node-native)',
  };
}
