#!/usr/bin/env node
// Committed (not built), so that npm links the command before the first build.
import { existsSync } from 'node:fs';

const main = new URL('../dist/esm/cli/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('heed: the package is not built yet. Run `npm run build` in the repository first.');
  process.exitCode = 1;
}
