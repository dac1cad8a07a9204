import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { configureBackend, type BackendName } from '../tensor/index.js';
import { HeedError } from '../errors.js';

const names: readonly BackendName[] = ['native', 'wasm', 'cpu'];

/**
 * Prepares the choice of TensorFlow.js engine in Node: the native engine where `@tensorflow/tfjs-node` 4 is
 * installed beside the main script, and the engine named by the environment variable HEED_BACKEND (`native`,
 * `wasm` or `cpu`) in place of the best one.
 * @throws HeedError bad-option when HEED_BACKEND names no engine
 */
export function configureNodeBackend(): void {
  const wanted = process.env['HEED_BACKEND'] || undefined;
  if (wanted !== undefined && !names.includes(wanted as BackendName)) {
    throw new HeedError(
      'bad-option',
      `HEED_BACKEND is "${wanted}"`,
      `Set it to ${names.join(', ')} or leave it out.`,
    );
  }
  configureBackend({ ...(wanted === undefined ? {} : { backend: wanted as BackendName }), loadNative });
}

async function loadNative(): Promise<unknown> {
  const require = createRequire(process.argv[1] ?? `${process.cwd()}/`);
  const description = JSON.parse(
    readFileSync(require.resolve('@tensorflow/tfjs-node/package.json'), 'utf8'),
  ) as { version: string };
  // Another major version brings its own TensorFlow.js, whose tensors ours does not know.
  if (!description.version.startsWith('4.')) {
    throw new Error(`@tensorflow/tfjs-node is of version ${description.version}, not 4`);
  }
  return import(pathToFileURL(require.resolve('@tensorflow/tfjs-node')).href);
}
