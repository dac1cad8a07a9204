// The workers of the pages that run the core, bundled ahead: esbuild takes a second for what would take the site's own
// bundler a minute, since it need not read all of TensorFlow.js to leave it out.
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './pages.mjs';

const apps = join(root, 'docs/site/apps');
/** What the pages themselves need of the core. */
export const client = join(root, 'docs/dist/client.js');

const common = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  logLevel: 'silent',
  loader: { '.csv': 'text' },
};

/**
 * @param {string} folder where the workers go
 * @returns {Promise<{ name: string, kilobytes: number }[]>} what a page loads for its worker at once, gzipped
 */
export async function bundleWorkers(folder) {
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(apps, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'common')
    .map(({ name }) => name);
  const entryPoints = names.map((name) => ({ in: join(apps, name, `${name}-worker.ts`), out: name }));
  const { metafile } = await build({
    ...common,
    entryPoints,
    splitting: true,
    outdir: folder,
    chunkNames: 'parts/[hash]',
    metafile: true,
    absWorkingDir: folder,
  });
  await build({
    ...common,
    stdin: { contents: "export { WorkerPool } from '@heed/core/workers';", resolveDir: apps },
    outfile: client,
  });
  const closure = (file, seen = new Set()) => {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const { path, kind } of metafile.outputs[file].imports) {
      if (kind === 'import-statement') closure(path, seen);
    }
    return seen;
  };
  return names.map((name) => {
    const bytes = [...closure(`${name}.js`)].reduce(
      (sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length,
      0,
    );
    return { name, kilobytes: Math.round(bytes / 1024) };
  });
}
