// Compiles core/assembly to WebAssembly, once plain and once with relaxed SIMD, and writes both as base64 into one
// TypeScript module: inlined in every bundle, no extra request, nothing for a plugin host to serve.
import asc from 'assemblyscript/asc';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(core, 'src/backend/kernels-wasm.ts');
const sources = readdirSync(join(core, 'assembly'))
  .filter((name) => name.endsWith('.ts'))
  .sort();
const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
for (const name of sources) hash.update(name).update(readFileSync(join(core, 'assembly', name)));
const stamp = hash.digest('hex').slice(0, 16);

if (!existsSync(target) || !readFileSync(target, 'utf8').includes(stamp)) {
  const plain = await compile('simd');
  const relaxed = await compile('simd', 'relaxed-simd');
  writeFileSync(
    target,
    `// Generated from core/assembly by core/scripts/build-kernels.mjs; sources ${stamp}. Do not edit.\n` +
      `/** The kernels with 128-bit SIMD, base64. ${plain.length} bytes. */\n` +
      `export const plainKernels =\n  '${Buffer.from(plain).toString('base64')}';\n` +
      `/** The same with relaxed SIMD (fused multiply–add where the processor has it). ${relaxed.length} bytes. */\n` +
      `export const relaxedKernels =\n  '${Buffer.from(relaxed).toString('base64')}';\n`,
  );
  console.error(`kernels: ${plain.length} bytes, with relaxed SIMD ${relaxed.length} bytes`);
}

async function compile(...features) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      'assembly/index.ts',
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
