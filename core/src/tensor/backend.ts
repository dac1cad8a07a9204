import { HeedError } from '../errors.js';

/** The engines TensorFlow.js can run on, best first. */
export type BackendName = 'native' | 'wasm' | 'cpu';

/** What the surface knows about its platform; see `configureBackend`. */
export interface BackendConfiguration {
  /** Engine to use instead of the best one that loads. */
  readonly backend?: BackendName;
  /**
   * Where the three `tfjs-backend-wasm*.wasm` files lie: a folder address ending in `/`, or one address per file.
   * Node finds them by itself; a bundled page must say where it serves them.
   */
  readonly wasmPath?: string | Readonly<Record<string, string>>;
  /** Loads a native engine and registers it as backend `tensorflow`; rejects where it is not installed. */
  readonly loadNative?: () => Promise<unknown>;
}

/** Which engine runs and why. */
export interface BackendReport {
  readonly backend: BackendName;
  /** Why better engines were not taken, and which kernels run. */
  readonly notes: readonly string[];
}

/** Without a first value: a bundler may run this module's body after the first `configureBackend`. */
let configuration: BackendConfiguration | undefined;
let chosen: Promise<BackendReport> | undefined;

/**
 * Tells Heed how to reach TensorFlow.js engines on this platform. Call before the first learned detector is
 * used; later calls take effect only where no engine has been chosen yet.
 */
export function configureBackend(next: BackendConfiguration): void {
  configuration = { ...configuration, ...next };
}

/**
 * Loads TensorFlow.js and makes the best engine current: native where installed, else WebAssembly, else plain
 * JavaScript. Only learned detectors call it, so that everything else starts without TensorFlow.js.
 * @throws HeedError backend-unavailable when the configured engine does not load, or none does
 */
export function chooseBackend(): Promise<BackendReport> {
  chosen ??= choose().catch((error: unknown) => {
    chosen = undefined;
    throw error;
  });
  return chosen;
}

async function choose(): Promise<BackendReport> {
  // tfjs-layers is imported for its side effect too: it registers the gradients, which tfjs-core leaves out.
  const [tf] = await Promise.all([import('@tensorflow/tfjs-core'), import('@tensorflow/tfjs-layers')]);
  const wanted: readonly BackendName[] = configuration?.backend
    ? [configuration.backend]
    : ['native', 'wasm', 'cpu'];
  const notes: string[] = [];
  let cause: unknown;
  for (const backend of wanted) {
    try {
      if (await load(backend, tf, notes)) return { backend, notes };
      if (configuration?.backend) notes.push(`the ${backend} engine does not start here`);
    } catch (error) {
      cause = error;
      notes.push(`${backend}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    }
  }
  throw new HeedError(
    'backend-unavailable',
    `TensorFlow.js does not start (${notes.join('; ')})`,
    'Choose another engine (native, wasm, cpu), or a detector that needs no training.',
    undefined,
    cause,
  );
}

/** True where the engine runs now. */
async function load(
  backend: BackendName,
  tf: typeof import('@tensorflow/tfjs-core'),
  notes: string[],
): Promise<boolean> {
  if (backend === 'native') {
    if (!configuration?.loadNative) return false;
    await configuration.loadNative();
    return tf.setBackend('tensorflow');
  }
  if (backend === 'wasm') {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    if (configuration?.wasmPath !== undefined) wasm.setWasmPaths(configuration.wasmPath as string);
    if (!(await tf.setBackend('wasm'))) return false;
    const { registerKernels } = await import('./tfjs-kernels.js');
    notes.push(registerKernels(tf).note);
    return true;
  }
  await import('@tensorflow/tfjs-backend-cpu');
  return tf.setBackend('cpu');
}
