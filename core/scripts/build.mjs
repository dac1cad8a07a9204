// Builds core: ES modules + declarations, then the same sources as CommonJS (tslab and older tools `require` it).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
