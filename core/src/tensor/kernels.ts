import { plainKernels, relaxedKernels } from './kernels-wasm.js';
import { compileModule } from './wasm-module.js';

/**
 * The tensor kernels of core/assembly. Pointers are byte addresses in the memory the instance was made with; see the
 * sources there for shapes. Sizes are in elements.
 */
export interface Kernels {
  gemm(
    a: number,
    aRow: number,
    aColumn: number,
    b: number,
    bRow: number,
    bColumn: number,
    c: number,
    ldc: number,
    m: number,
    n: number,
    k: number,
    alpha: number,
    accumulate: boolean,
    scratch: number,
  ): void;
  gemmBatch(
    batch: number,
    a: number,
    aBatch: number,
    aRow: number,
    aColumn: number,
    b: number,
    bBatch: number,
    bRow: number,
    bColumn: number,
    c: number,
    m: number,
    n: number,
    k: number,
    scratch: number,
  ): void;
  gemmScratchBytes(m: number, n: number, k: number): number;
  softmaxRows(source: number, target: number, rows: number, n: number): void;
  softmaxGradientRows(y: number, dy: number, dx: number, rows: number, n: number): void;
  layerNormRows(
    x: number,
    gamma: number,
    beta: number,
    y: number,
    hat: number,
    inverse: number,
    rows: number,
    n: number,
    epsilon: number,
  ): void;
  layerNormGradientRows(
    dy: number,
    hat: number,
    inverse: number,
    gamma: number,
    dx: number,
    dgamma: number,
    dbeta: number,
    rows: number,
    n: number,
  ): void;
  biasActivation(x: number, bias: number, rows: number, n: number, activation: number): void;
  sumOfSquares(x: number, n: number): number;
  adamStep(
    parameter: number,
    gradient: number,
    first: number,
    second: number,
    n: number,
    share: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
  ): void;
  attentionForward(
    batch: number,
    q: number,
    k: number,
    v: number,
    bias: number,
    biasStep: number,
    out: number,
    norms: number,
    queries: number,
    keys: number,
    depth: number,
    valueDepth: number,
    scale: number,
    scratch: number,
  ): void;
  attentionForwardScratchBytes(queries: number, keys: number, depth: number, valueDepth: number): number;
  attentionBackward(
    batch: number,
    q: number,
    k: number,
    v: number,
    bias: number,
    biasStep: number,
    out: number,
    norms: number,
    dout: number,
    dq: number,
    dk: number,
    dv: number,
    queries: number,
    keys: number,
    depth: number,
    valueDepth: number,
    scale: number,
    scratch: number,
  ): void;
  attentionBackwardScratchBytes(queries: number, keys: number, depth: number, valueDepth: number): number;
}

/** Which build of the kernels runs. `relaxed` fuses multiply and add, so its last bits depend on the processor. */
export type KernelBuild = 'plain' | 'relaxed';

const modules = new Map<KernelBuild, WebAssembly.Module>();

/** True where this engine compiles that build; false too where WebAssembly is refused altogether (CSP). */
export function supportsKernels(build: KernelBuild): boolean {
  try {
    compile(build);
    return true;
  } catch {
    return false;
  }
}

function compile(build: KernelBuild): WebAssembly.Module {
  let module = modules.get(build);
  if (!module) {
    module = compileModule(build === 'plain' ? plainKernels : relaxedKernels);
    modules.set(build, module);
  }
  return module;
}

/**
 * Instantiates the kernels on a memory. They hold no data in it and allocate nothing: every pointer is the caller's.
 * @throws the engine's own error where it has no WebAssembly or no SIMD
 */
export function instantiateKernels(memory: WebAssembly.Memory, build: KernelBuild): Kernels {
  const instance = new WebAssembly.Instance(compile(build), { env: { memory } });
  return instance.exports as unknown as Kernels;
}
