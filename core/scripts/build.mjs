// Builds core: ES modules + declarations, then the same sources as CommonJS (tslab and older tools `require` it).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const core = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

function compile(...args) {
  execFileSync(process.execPath, [tsc, ...args], { cwd: core, stdio: 'inherit' });
}

execFileSync(process.execPath, [join(core, 'scripts/build-kernels.mjs')], { cwd: core, stdio: 'inherit' });

// A build info without its output would make tsc believe there is nothing to do.
const fresh = existsSync(join(core, 'dist/esm/index.js')) ? [] : ['--force'];
compile('-b', 'tsconfig.lib.json', ...fresh);
compile('-p', 'tsconfig.cjs.json');
mkdirSync(join(core, 'dist/cjs'), { recursive: true });
writeFileSync(join(core, 'dist/cjs/package.json'), '{ "type": "commonjs" }\n');
// There is no import.meta in CommonJS; what it is needed for, the place of this very file, is known there otherwise.
writeFileSync(
  join(core, 'dist/cjs/node/location.js'),
  "'use strict';\nexports.location = require('node:url').pathToFileURL(__filename).href;\n",
);

/** `@heed/core/detectors/<id>` gives one detector's definition and brings no other along: a file of one line for each. */
async function writeDetectorEntries() {
  const byModule = new Map();
  for (const list of ['detectors/builtin.js', 'detectors/learned/index.js']) {
    const file = join(core, 'dist/esm', list);
    for (const [, name, path] of readFileSync(file, 'utf8').matchAll(/^import { (\w+) } from '(.+)';$/gm))
      byModule.set(join(dirname(file), path), name);
  }
  for (const format of ['esm', 'cjs', 'types']) {
    const folder = join(core, 'dist', format, 'detectors/by-id');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  for (const [module, name] of byModule) {
    const definition = (await import(pathToFileURL(module).href))[name];
    if (definition.id === undefined) continue; // a list of detectors
    const path = `../${relative(join(core, 'dist/esm/detectors'), module).replaceAll('\\', '/')}`;
    const write = (format, ending, text) =>
      writeFileSync(join(core, 'dist', format, 'detectors/by-id', definition.id + ending), text);
    write('esm', '.js', `export { ${name} } from '${path}';\n`);
    write('types', '.d.ts', `export { ${name} } from '${path}';\n`);
    write('cjs', '.js', `exports.${name} = require('${path}').${name};\n`);
  }
}
await writeDetectorEntries();
