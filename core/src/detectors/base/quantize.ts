import { checkParts, checkRecord } from '../../check-argument.js';
import { HeedError } from '../../errors.js';
import type { DetectorState, StateTensor } from './types.js';

const SCALE = '#scale';
/** Smaller tensors (biases, thresholds) are kept: they cost nothing and matter most. */
const LEAST = 32;

/**
 * The state with its weight matrices in 8 bits: symmetric, one scale per entry of the last axis (the output of a
 * layer), w ≈ scale · q with q in −127…127. About a quarter of the size; the largest error of a weight is half its
 * scale. Detectors load such a state as any other.
 */
export function quantizeState(state: DetectorState): DetectorState {
  checkParts('state', state, { tensors: checkRecord });
  const tensors: Record<string, StateTensor> = {};
  for (const [name, tensor] of Object.entries(state.tensors)) {
    const { shape, values } = tensor;
    if (!(values instanceof Float32Array) || shape.length < 2 || values.length < LEAST) {
      tensors[name] = tensor;
      continue;
    }
    const width = shape[shape.length - 1]!;
    const scales = new Float32Array(width);
    values.forEach((value, i) => (scales[i % width] = Math.max(scales[i % width]!, Math.abs(value) / 127)));
    const quantized = Int8Array.from(values, (value, i) => {
      const scale = scales[i % width]!;
      return scale > 0 ? Math.round(value / scale) : 0;
    });
    tensors[name] = { shape, values: quantized };
    tensors[name + SCALE] = { shape: [width], values: scales };
  }
  return { json: state.json, tensors };
}

/** Bytes of all tensors of a state. */
export function stateBytes(state: DetectorState): number {
  checkParts('state', state, { tensors: checkRecord });
  return Object.values(state.tensors).reduce((sum, { values }) => sum + values.byteLength, 0);
}

/**
 * The values of a tensor as numbers, whether it is quantized or not.
 * @throws HeedError model-corrupt
 */
export function dequantized(name: string, tensors: Readonly<Record<string, StateTensor>>): Float32Array {
  const { values, shape } = tensors[name]!;
  if (!(values instanceof Int8Array)) return Float32Array.from(values);
  const scales = tensors[name + SCALE]?.values;
  const width = shape[shape.length - 1]!;
  if (scales?.length !== width) {
    throw new HeedError(
      'model-corrupt',
      `the scales of "${name}" are missing`,
      'Fit the detector again and save it anew.',
    );
  }
  return Float32Array.from(values, (value, i) => value * scales[i % width]!);
}
