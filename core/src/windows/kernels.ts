import { compileModule } from '../tensor/wasm-module.js';
import { windowKernelsWasm } from './kernels-wasm.js';

/** What core/assembly/windows.ts exports; pointers are byte addresses, sizes are in elements. */
interface Kernels {
  scanOffsets(
    x: number,
    channels: number,
    window: number,
    points: number,
    distance: number,
    index: number,
    k: number,
    separation: number,
    first: number,
    last: number,
    stride: number,
    worst: number,
    squared: number,
  ): void;
  reconstruct(
    x: number,
    channels: number,
    window: number,
    mean: number,
    scale: number,
    weights: number,
    index: number,
    k: number,
    first: number,
    last: number,
    stride: number,
    residual: number,
    expected: number,
    squares: number,
    covered: number,
    slots: number,
  ): void;
  addContextDistances(
    x: number,
    observed: number,
    points: number,
    from: number,
    to: number,
    first: number,
    count: number,
    into: number,
  ): void;
}

/** The sliding-window kernels on typed arrays, which are copied in and out: nothing stays behind between calls. */
export class WindowKernels {
  /**
   * Enough for some 50,000 windows from the start: growing detaches the buffer before, and after the first detached
   * buffer V8 checks every access to any typed array for it.
   */
  private readonly memory = new WebAssembly.Memory({ initial: 64 });
  private readonly kernels: Kernels;

  /** @throws the engine's own error where it refuses WebAssembly or has no SIMD */
  constructor() {
    const instance = new WebAssembly.Instance(compileModule(windowKernelsWasm), {
      env: { memory: this.memory },
    });
    this.kernels = instance.exports as unknown as Kernels;
  }

  /**
   * `scanOffsets` of core/assembly/windows.ts: changes `distance` and `index` (count × k).
   * @param values n × d values and one point of padding
   * @returns false where the memory does not suffice; nothing has changed then
   */
  scan(
    values: Float64Array,
    shape: { readonly channels: number; readonly window: number; readonly points: number },
    nearest: {
      readonly count: number;
      readonly k: number;
      readonly separation: number;
      readonly distance: Float64Array;
      readonly index: Int32Array;
    },
    ranges: readonly { readonly first: number; readonly last: number; readonly stride: number }[],
  ): boolean {
    const { channels, window, points } = shape;
    const { count, k, separation, distance, index } = nearest;
    const layout = this.layout([
      values.byteLength,
      distance.byteLength,
      index.byteLength,
      count * 8,
      (points + 2) * 16,
    ]);
    if (!layout) return false;
    const [x, distanceAt, indexAt, worst, squared] = layout as [number, number, number, number, number];
    const { buffer } = this.memory;
    const distances = new Float64Array(buffer, distanceAt, distance.length);
    const indices = new Int32Array(buffer, indexAt, index.length);
    new Float64Array(buffer, x, values.length).set(values);
    distances.set(distance);
    indices.set(index);
    for (const { first, last, stride } of ranges) {
      this.kernels.scanOffsets(
        x,
        channels,
        window,
        points,
        distanceAt,
        indexAt,
        k,
        separation,
        first,
        last,
        stride,
        worst,
        squared,
      );
    }
    distance.set(distances);
    index.set(indices);
    return true;
  }

  /**
   * `reconstruct` of core/assembly/windows.ts: adds to the arrays of `into`.
   * @param scaling count × d means and scales of the windows; absent where windows are compared as they are
   * @returns false where the memory does not suffice; nothing has changed then
   */
  reconstruct(
    values: Float64Array,
    shape: { readonly channels: number; readonly window: number },
    scaling: { readonly mean: Float64Array; readonly scale: Float64Array } | undefined,
    keys: { readonly weights: Float64Array; readonly index: Int32Array; readonly k: number },
    queries: readonly { readonly first: number; readonly last: number; readonly stride: number }[],
    into: {
      readonly residual: Float64Array;
      readonly expected: Float64Array;
      readonly squares: Float64Array;
      readonly covered: Float64Array;
    },
  ): boolean {
    const outputs = [into.residual, into.expected, into.squares, into.covered];
    const inputs = [values, keys.weights, ...(scaling ? [scaling.mean, scaling.scale] : []), ...outputs];
    const layout = this.layout([
      ...inputs.map((array) => array.byteLength),
      keys.index.byteLength,
      keys.k * 32,
    ]);
    if (!layout) return false;
    const { buffer } = this.memory;
    const views = inputs.map((array, i) => new Float64Array(buffer, layout[i]!, array.length));
    inputs.forEach((array, i) => views[i]!.set(array));
    const [indexAt, slots] = layout.slice(inputs.length) as [number, number];
    new Int32Array(buffer, indexAt, keys.index.length).set(keys.index);
    const [residual, expected, squares, covered] = layout.slice(inputs.length - 4, inputs.length) as [
      number,
      number,
      number,
      number,
    ];
    for (const { first, last, stride } of queries) {
      this.kernels.reconstruct(
        layout[0]!,
        shape.channels,
        shape.window,
        scaling ? layout[2]! : 0,
        scaling ? layout[3]! : 0,
        layout[1]!,
        indexAt,
        keys.k,
        first,
        last,
        stride,
        residual,
        expected,
        squares,
        covered,
        slots,
      );
    }
    outputs.forEach((array, i) => array.set(views[inputs.length - 4 + i]!));
    return true;
  }

  /**
   * `addContextDistances` of core/assembly/windows.ts over all channels and runs of points: adds to `into`, one sum per
   * shift from `first` on.
   * @param channels d × n values
   * @param observed n values, 1 or 0
   * @returns false where the memory does not suffice; nothing has changed then
   */
  contextDistances(
    channels: readonly Float64Array[],
    observed: Float64Array,
    runs: readonly { readonly from: number; readonly to: number }[],
    first: number,
    into: Float64Array,
  ): boolean {
    const arrays = [observed, into, ...channels];
    const layout = this.layout(arrays.map((array) => array.byteLength));
    if (!layout) return false;
    const views = arrays.map((array, i) => new Float64Array(this.memory.buffer, layout[i]!, array.length));
    arrays.forEach((array, i) => views[i]!.set(array));
    const [seen, sums, ...values] = layout as [number, number, ...number[]];
    for (const { from, to } of runs) {
      for (const x of values) {
        this.kernels.addContextDistances(x, seen, observed.length, from, to, first, into.length, sums);
      }
    }
    into.set(views[1]!);
    return true;
  }

  /** Addresses of blocks of so many bytes, one after the other; undefined where the memory cannot grow to hold them. */
  private layout(sizes: readonly number[]): number[] | undefined {
    // Address 0 means "absent" to the kernels.
    let top = 16;
    const addresses = sizes.map((size) => {
      const at = top;
      top += (size + 15) & ~15;
      return at;
    });
    // Beyond 2 GiB addresses would turn negative on their way through 32-bit integers.
    if (top >= 2 ** 31) return undefined;
    const missing = top - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / 65_536));
      } catch {
        return undefined;
      }
    }
    return addresses;
  }
}

let shared: WindowKernels | null | undefined;

/** The kernels, made on first use; null where the engine refuses WebAssembly. */
export function windowKernels(): WindowKernels | null {
  if (shared === undefined) {
    try {
      shared = new WindowKernels();
    } catch {
      shared = null;
    }
  }
  return shared;
}

/** What the reader must know where WebAssembly is refused; none where it runs. */
export function windowKernelNotes(): string[] {
  if (windowKernels()) return [];
  return [
    'WebAssembly is refused here: the scores are the same, but take longer (a content security policy must allow wasm-unsafe-eval).',
  ];
}
