// Compiles core/assembly to WebAssembly (the kernels of sliding windows; those of tensors, once plain and once with
// relaxed SIMD) and writes them as base64 into TypeScript modules: inlined in every bundle, no extra request, nothing
// for a plugin host to serve.
import asc from 'assemblyscript/asc';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = dirname(dirname(fileURLToPath(import.meta.url)));
const tensors = join(core, 'src/tensor/kernels-wasm.ts');
const windows = join(core, 'src/windows/kernels-wasm.ts');
const sources = readdirSync(join(core, 'assembly'))
  .filter((name) => name.endsWith('.ts'))
  .sort();
const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
for (const name of sources) hash.update(name).update(readFileSync(join(core, 'assembly', name)));
const stamp = hash.digest('hex').slice(0, 16);

const current = [tensors, windows].every(
  (target) => existsSync(target) && readFileSync(target, 'utf8').includes(stamp),
);
if (!current) {
  const builds = {
    plain: await compile('index.ts', 'simd'),
    relaxed: await compile('index.ts', 'simd', 'relaxed-simd'),
    // Never relaxed: the last bits of its results would depend on the processor.
    window: await compile('windows.ts', 'simd'),
  };
  write(tensors, {
    plainKernels: ['The kernels of tensors with 128-bit SIMD', builds.plain],
    relaxedKernels: [
      'The same with relaxed SIMD (fused multiply–add where the processor has it)',
      builds.relaxed,
    ],
  });
  // By themselves, since the default detector needs no others.
  write(windows, { windowKernelsWasm: ['The kernels of sliding windows with 128-bit SIMD', builds.window] });
  console.error(
    `kernels: ${Object.entries(builds)
      .map(([name, { length }]) => `${name} ${length} bytes`)
      .join(', ')}`,
  );
}

function write(target, constants) {
  const header = `// Generated from core/assembly by core/scripts/build-kernels.mjs; sources ${stamp}. Do not edit.\n`;
  const lines = Object.entries(constants).map(
    ([name, [what, bytes]]) =>
      `/** ${what}, base64. ${bytes.length} bytes. */\n` +
      `export const ${name} =\n  '${Buffer.from(bytes).toString('base64')}';\n`,
  );
  writeFileSync(target, header + lines.join(''));
}

async function compile(entry, ...features) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      `assembly/${entry}`,
      '--baseDir',
      core,
      '--runtime',
      'stub',
      '--importMemory',
      '--initialMemory',
      '1',
      '--noExportMemory',
      ...features.flatMap((feature) => ['--enable', feature]),
      '-O3',
      '--converge',
      '--noAssert',
      // The kernels share a memory with their caller: they may neither hold data of their own nor abort into it.
      '--use',
      'abort=',
      '--outFile',
      'kernels.wasm',
    ],
    { writeFile: (_name, contents) => (binary = contents) },
  );
  if (error) {
    console.error(stderr.toString());
    throw error;
  }
  if (hasDataSection(binary)) {
    throw new Error(
      'the kernels hold static data, which would overwrite the memory they share with TensorFlow.js',
    );
  }
  return binary;
}

/** Sections follow the 8-byte header as id, LEB128 length, content; 11 is the data section. */
function hasDataSection(bytes) {
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at++];
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (id === 11) return true;
    at += length;
  }
  return false;
}
