import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

export interface WorkerPage {
  /** Address of an empty page whose `/worker.js` is the worker. */
  readonly address: string;
  close(): void;
}

/**
 * Bundles the core, as it is in the source, into a module worker and serves it beside an empty page; the wasm files of
 * TensorFlow.js are at `/wasm/`.
 * @param source the worker, resolved from this folder
 */
export async function serveWorker(source: string): Promise<WorkerPage> {
  const { outputFiles } = await esbuild.build({
    stdin: {
      // A promise that fails in the worker fails the worker: else the page would wait for its answer.
      contents: `onunhandledrejection = ({ reason }) => setTimeout(() => { throw reason; });\n${source}`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      sourcefile: 'worker.js',
    },
    entryNames: 'worker',
    outdir: '/out',
    bundle: true,
    splitting: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  });
  const files = new Map(outputFiles.map((file) => [`/${file.path.split('/').pop()}`, file.text]));
  const engines = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/wasm/')) {
      response.setHeader('content-type', 'application/wasm');
      response.end(readFileSync(join(engines, basename(request.url))));
      return;
    }
    const body = files.get(request.url ?? '');
    // A part may be empty, and is a script all the same.
    response.setHeader('content-type', body === undefined ? 'text/html' : 'text/javascript');
    response.end(body ?? '<!doctype html><title>worker</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => server.close(),
  };
}
