// npm run site: the documents, the notebooks, the API and the pages that run the core, as a folder of static files.
//   HEED_SITE_BASE  path that the site is served below, with a slash at both ends (default /)
//   HEED_SITE_OUT   folder to write (default docs/dist/site)
import { spawn } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { stage } from './stage/stage.mjs';
import { root } from './stage/pages.mjs';

const out = resolve(process.env.HEED_SITE_OUT ?? join(root, 'docs/dist/site'));
process.env.HEED_SITE_OUT = out;
const base = process.env.HEED_SITE_BASE ?? '/';
/** Beside the site, which is emptied when it is built. */
const api = `${out}-api`;
const began = performance.now();

/** Typedoc needs a process of its own: it and the site generator use the processor for as long as they take. */
function buildApi() {
  const typedoc = join(
    dirname(createRequire(import.meta.url).resolve('typedoc/package.json')),
    'bin/typedoc',
  );
  const options = join(root, 'docs/dist/typedoc.json');
  const own = {
    extends: [join(root, 'typedoc.json')],
    out: api,
    readme: 'none',
    // npm run docs and the type check are strict; here a page without a link is better than no site.
    treatWarningsAsErrors: false,
    skipErrorChecking: true,
    navigationLinks: { 'Guide and notebooks': base },
  };
  writeFileSync(options, JSON.stringify(own));
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [typedoc, '--options', options], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.on('error', fail);
    child.on('exit', (code) => (code === 0 ? done() : fail(new Error(`typedoc failed:\n${said}`))));
  });
}

rmSync(api, { recursive: true, force: true });
const { pages, endings, workers } = await stage();
// Whatever ends otherwise is taken for a page of the site.
process.env.VITE_EXTRA_EXTENSIONS = endings.join(',');
await Promise.all([build(dirname(fileURLToPath(import.meta.url))), buildApi()]);
renameSync(api, join(out, 'api'));
for (const { name, kilobytes } of workers) console.log(`worker ${name}: ${kilobytes} KB gzipped`);
console.log(`${pages} pages in ${Math.round((performance.now() - began) / 1000)} s: ${out}`);
