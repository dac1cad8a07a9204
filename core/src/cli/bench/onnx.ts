import { createRequire } from 'node:module';
import type { Absent, Contestant } from './harness.js';

interface Shape {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly depth: number;
}
/** The parts of onnxruntime-web and onnx-proto that are used; both are development dependencies. */
interface Ort {
  env: { wasm: { numThreads: number }; logLevel: string };
  InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: object): Promise<unknown>; release(): Promise<void> }>;
  };
  Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => object;
}
interface OnnxProto {
  onnx: { ModelProto: { encode(model: object): { finish(): Uint8Array } } };
}

const float = 1;

/** onnxruntime-web (wasm, one thread) on Q·Kᵀ. */
export function onnxProduct(shape: Shape): Promise<Contestant | Absent> {
  const { batch, queries, keys, depth } = shape;
  return session(
    [
      { opType: 'Transpose', input: ['k'], output: ['kt'], attribute: [integers('perm', [0, 2, 1])] },
      { opType: 'MatMul', input: ['q', 'kt'], output: ['out'] },
    ],
    { q: [batch, queries, depth], k: [batch, keys, depth] },
    [batch, queries, keys],
  );
}

/** onnxruntime-web (wasm, one thread) on softmax(Q·Kᵀ/√k)·V, as a graph of standard operators. */
export function onnxAttention(shape: Shape): Promise<Contestant | Absent> {
  const { batch, queries, keys, depth } = shape;
  return session(
    [
      { opType: 'Transpose', input: ['k'], output: ['kt'], attribute: [integers('perm', [0, 2, 1])] },
      { opType: 'MatMul', input: ['q', 'kt'], output: ['scores'] },
      { opType: 'Mul', input: ['scores', 'scale'], output: ['scaled'] },
      {
        opType: 'Softmax',
        input: ['scaled'],
        output: ['weights'],
        attribute: [{ name: 'axis', type: 2, i: -1 }],
      },
      { opType: 'MatMul', input: ['weights', 'v'], output: ['out'] },
    ],
    { q: [batch, queries, depth], k: [batch, keys, depth], v: [batch, keys, depth] },
    [batch, queries, depth],
    { scale: 1 / Math.sqrt(depth) },
  );
}

function integers(name: string, ints: readonly number[]): object {
  return { name, type: 7, ints };
}

async function session(
  nodes: readonly object[],
  inputs: Readonly<Record<string, readonly number[]>>,
  output: readonly number[],
  constants: Readonly<Record<string, number>> = {},
): Promise<Contestant | Absent> {
  const implementation = 'onnxruntime-web';
  try {
    const require = createRequire(import.meta.url);
    const ort = require('onnxruntime-web') as Ort;
    const { onnx } = require('onnx-proto') as OnnxProto;
    const value = (name: string, shape: readonly number[]) => ({
      name,
      type: { tensorType: { elemType: float, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
    });
    const model = onnx.ModelProto.encode({
      irVersion: 8,
      opsetImport: [{ domain: '', version: 13 }],
      graph: {
        name: 'bench',
        node: nodes,
        input: Object.entries(inputs).map(([name, shape]) => value(name, shape)),
        output: [value('out', output)],
        initializer: Object.entries(constants).map(([name, number]) => ({
          name,
          dataType: float,
          dims: [],
          floatData: [number],
        })),
      },
    }).finish();
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = 'error';
    const loaded = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, shape]) => {
        const size = shape.reduce((x, y) => x * y, 1);
        return [
          name,
          new ort.Tensor(
            'float32',
            Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
            shape,
          ),
        ];
      }),
    );
    return {
      implementation,
      run: () => loaded.run(feeds),
      dispose: () => void loaded.release(),
      note: 'one thread; copies its inputs in and its output out on every run',
    };
  } catch (error) {
    return { implementation, absent: (error as Error).message.split('\n')[0]! };
  }
}
