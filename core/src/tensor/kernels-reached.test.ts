import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { supportsKernels } from './kernels.js';
import { plainKernels, relaxedKernels } from './kernels-wasm.js';
import { windowKernelsWasm } from '../windows/kernels-wasm.js';

const source = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The text of a module without its comments and without types, in which a name is no use of it. */
function readCode(file: string): string {
  return readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '')
    .replace(/^(?:export )?interface [\s\S]*?^\}/gm, '');
}

/** Files that an entry imports, directly or by others, whether at once or on demand; types do not count. */
function followImports(entry: string): Map<string, string> {
  const found = new Map<string, string>();
  const waiting = [join(source, entry)];
  while (waiting.length > 0) {
    const file = waiting.pop()!;
    if (found.has(file)) continue;
    const code = readCode(file);
    found.set(file, code);
    const imports = code.matchAll(
      /\b(?:import|export)\s+(?!type\b)(?:[^'";()]*?\sfrom\s*)?['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]/g,
    );
    for (const [, at, later] of imports) {
      waiting.push(join(dirname(file), (at ?? later)!.replace(/\.js$/, '.ts')));
    }
  }
  return found;
}

const reached = followImports('index.ts');
const named = (name: string, except: (file: string) => boolean): string[] =>
  [...reached].flatMap(([file, code]) =>
    !except(file) && new RegExp(`\\b${name}\\b`).test(code) ? [file] : [],
  );

function functionsIn(base64: string): string[] {
  const module = new WebAssembly.Module(Buffer.from(base64, 'base64'));
  return WebAssembly.Module.exports(module).flatMap(({ name, kind }) => (kind === 'function' ? [name] : []));
}

describe('every kernel serves what a user can reach from index.ts', () => {
  test('the graph of imports is followed', () => {
    const files = [...reached.keys()].map((file) => file.slice(source.length + 1));
    expect(files).toContain('detectors/learned/self-attention/network.ts');
    expect(files).toContain('tensor/tfjs-kernels.ts');
    expect(files.filter((file) => file.startsWith('cli/'))).toEqual([]);
  });

  const modules: [string, string][] = [
    ['plain', plainKernels],
    ['window', windowKernelsWasm],
    // The same source as `plain`; not every Node compiles it.
    ...(supportsKernels('relaxed') ? ([['relaxed', relaxedKernels]] as [string, string][]) : []),
  ];
  test.each(modules)('functions of the %s module are called', (_, module) => {
    const names = functionsIn(module);
    expect(names.length).toBeGreaterThan(2);
    const isGenerated = (file: string) => file.endsWith('kernels-wasm.ts');
    expect(names.filter((name) => named(`\\.\\s*${name}`, isGenerated).length === 0)).toEqual([]);
  });

  test('operations of our own are run, and what runs them is used', () => {
    const kernels = [
      ...readCode(join(source, 'tensor/kernel-names.ts')).matchAll(/export const (\w+Kernel) =/g),
    ].map(([, name]) => name!);
    expect(kernels.length).toBeGreaterThan(4);
    const isDefinition = (file: string) => /(kernel-names|tfjs-kernels)\.ts$/.test(file);
    for (const kernel of kernels) {
      const files = named(kernel, isDefinition);
      expect(files, kernel).not.toEqual([]);
      for (const file of files) {
        const exported = [...reached.get(file)!.matchAll(/^export (?:function|class) (\w+)/gm)];
        const used = exported.filter(([, name]) => named(name!, (other) => other === file).length > 0);
        expect(used.length, `${kernel} in ${file}`).toBeGreaterThan(0);
      }
    }
  });
});
