import crc32 from 'crc-32';
import { HeedError } from '../errors.js';
import type { Preparation } from '../preprocess/preparation.js';
import type { DetectorOptions, DetectorState, Feedback, StateTensor } from '../detectors/base/types.js';

/** What a model file holds. */
export interface ModelContent {
  /** Id of the detector. */
  readonly detector: string;
  readonly options: DetectorOptions;
  /** What it was fitted to; absent for a series. */
  readonly input?: 'graph' | 'graph-sequence';
  /**
   * Names of the channels it was fitted to, in order; empty where it was not fitted. Of a graph the names of the
   * features, of a sequence of graphs the ids of the nodes.
   */
  readonly channels: readonly string[];
  readonly state: DetectorState;
  /** Raw scores of the training series, from which the threshold is set. */
  readonly training?: Float64Array | Float32Array;
  /** What was said of the series it is used on; absent or empty for none. */
  readonly feedback?: readonly Feedback[];
  /** What is done to every series before it is scored; checked by whoever does it. */
  readonly preparation?: Preparation;
}

const formatName = 'heed-model';
/** Rises when a file written now could not be read by the release before. */
export const modelVersion = 2;

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int8: Int8Array,
} as const;
type ArrayName = keyof typeof arrays;

interface TensorJson {
  readonly shape: readonly number[];
  readonly type: ArrayName;
  /** Base64 of the little-endian values. */
  readonly data: string;
}

/**
 * A fitted detector as one JSON text: format and version, detector, options, channels, fitted values, tensors in
 * base64 (little-endian), raw scores of the training series, and a checksum over it all.
 */
export function encodeModel(content: ModelContent): string {
  const body = JSON.stringify({
    detector: content.detector,
    ...(content.input ? { input: content.input } : {}),
    options: content.options,
    channels: content.channels,
    state: content.state.json,
    tensors: Object.fromEntries(
      Object.entries(content.state.tensors).map(([name, tensor]) => [name, encodeTensor(tensor)]),
    ),
    ...(content.training
      ? { training: encodeTensor({ shape: [content.training.length], values: content.training }) }
      : {}),
    ...(content.feedback?.length ? { feedback: content.feedback } : {}),
    ...(content.preparation ? { preparation: content.preparation } : {}),
  });
  return JSON.stringify({
    format: formatName,
    version: modelVersion,
    checksum: computeChecksum(body),
    model: JSON.parse(body),
  });
}

/**
 * Reads what `encodeModel` wrote.
 * @throws HeedError model-version, model-corrupt
 */
export function decodeModel(text: string): ModelContent {
  let file: { format?: unknown; version?: unknown; checksum?: unknown; model?: unknown };
  try {
    file = JSON.parse(text) as typeof file;
  } catch (cause) {
    throw corrupt('it is not complete JSON', cause);
  }
  if (typeof file !== 'object' || file === null || file.format !== formatName) {
    throw corrupt('it does not say that it is a Heed model');
  }
  if (file.version !== modelVersion) {
    throw new HeedError(
      'model-version',
      `the model file has version ${String(file.version)}, this release reads version ${modelVersion}`,
      'Fit the detector again with this release, or use the release that wrote the file.',
    );
  }
  if (typeof file.model !== 'object' || file.model === null) throw corrupt('its model is missing');
  let body: string;
  try {
    body = JSON.stringify(file.model);
  } catch (cause) {
    throw corrupt('it is nested too deep', cause);
  }
  if (file.checksum !== computeChecksum(body)) throw corrupt('its checksum does not match');
  const model = file.model as {
    detector: string;
    input?: ModelContent['input'];
    options: DetectorOptions;
    channels: string[];
    state: Record<string, unknown>;
    tensors: Record<string, TensorJson>;
    training?: TensorJson;
    feedback?: Feedback[];
    preparation?: Preparation;
  };
  if (
    typeof model.detector !== 'string' ||
    !isRecord(model.options) ||
    !Array.isArray(model.channels) ||
    !isRecord(model.state) ||
    !isRecord(model.tensors) ||
    !isFeedback(model.feedback)
  ) {
    throw corrupt('a part of it is missing');
  }
  if (![undefined, 'graph', 'graph-sequence'].includes(model.input)) {
    throw corrupt(`it was fitted to a "${String(model.input)}"`);
  }
  const tensors = Object.fromEntries(
    Object.entries(model.tensors).map(([name, tensor]) => [name, decodeTensor(name, tensor)]),
  );
  const training = model.training ? decodeTensor('training', model.training).values : undefined;
  return {
    detector: model.detector,
    ...(model.input ? { input: model.input } : {}),
    options: model.options,
    channels: model.channels,
    state: { json: model.state, tensors },
    ...(training ? { training: Float64Array.from(training) } : {}),
    ...(model.feedback ? { feedback: model.feedback } : {}),
    ...(model.preparation === undefined ? {} : { preparation: model.preparation }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFeedback(value: unknown): boolean {
  if (value === undefined) return true;
  return (
    Array.isArray(value) &&
    value.every(
      (item: unknown) =>
        isRecord(item) &&
        Number.isFinite(item.start) &&
        Number.isFinite(item.end) &&
        (item.kind === 'anomaly' || item.kind === 'normal'),
    )
  );
}

function corrupt(what: string, cause?: unknown): HeedError {
  return new HeedError(
    'model-corrupt',
    `the model file is damaged: ${what}`,
    'Copy it again in full, or fit the detector anew.',
    undefined,
    cause,
  );
}

function nameArrayType(values: StateTensor['values']): ArrayName {
  for (const name of Object.keys(arrays) as ArrayName[]) if (values instanceof arrays[name]) return name;
  throw new Error('a tensor of unknown type');
}

function encodeTensor({ shape, values }: StateTensor): TensorJson {
  const type: ArrayName = nameArrayType(values);
  const size = values.BYTES_PER_ELEMENT;
  const view = new DataView(new ArrayBuffer(values.length * size));
  for (let i = 0; i < values.length; i++) {
    if (type === 'float32') view.setFloat32(i * size, values[i]!, true);
    else if (type === 'float64') view.setFloat64(i * size, values[i]!, true);
    else if (type === 'int8') view.setInt8(i, values[i]!);
    else view.setInt32(i * size, values[i]!, true);
  }
  return { shape, type, data: toBase64(new Uint8Array(view.buffer)) };
}

function decodeTensor(name: string, tensor: TensorJson): StateTensor {
  const fault = (what: string): HeedError => corrupt(`the tensor "${name}" ${what}`);
  if (!isRecord(tensor) || !Object.hasOwn(arrays, tensor.type) || !Array.isArray(tensor.shape)) {
    throw fault('has no known type or shape');
  }
  const { shape, type } = tensor;
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(tensor.data);
  } catch {
    throw fault('is not base64');
  }
  const whole = shape.every((side) => Number.isSafeInteger(side) && side >= 0);
  const length = shape.reduce((product, side) => product * side, 1);
  const size = arrays[type].BYTES_PER_ELEMENT;
  // Before memory is taken for it: a shape costs nothing to write.
  if (!whole || bytes.length !== length * size) {
    throw fault(`has ${bytes.length} bytes where its shape is [${shape.slice(0, 8).join(', ')}]`);
  }
  const values = new arrays[type](length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < length; i++) {
    const value =
      type === 'float32'
        ? view.getFloat32(i * size, true)
        : type === 'float64'
          ? view.getFloat64(i * size, true)
          : type === 'int8'
            ? view.getInt8(i)
            : view.getInt32(i * size, true);
    if (!Number.isFinite(value)) throw fault(`holds ${value}`);
    values[i] = value;
  }
  return { shape, values };
}

/** In pieces: `String.fromCharCode` takes its bytes as arguments, of which there may be only so many. */
function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** CRC-32 of the text as UTF-8: guards against damage, not against forgery. */
export function computeChecksum(text: string): string {
  return (crc32.str(text) >>> 0).toString(16).padStart(8, '0');
}
