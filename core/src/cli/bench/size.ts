import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { BenchResult } from './harness.js';

const entry = fileURLToPath(new URL('../../index.js', import.meta.url));

function row(name: string, implementation: string, value: number, unit: string, note?: string): BenchResult {
  const time = unit === 'ms' ? value : 0;
  return {
    case: name,
    implementation,
    median_ms: time,
    p10_ms: time,
    p90_ms: time,
    ratio_to_heed: null,
    rounds: 1,
    ...(note === undefined ? {} : { note }),
    ...(unit === 'ms' ? {} : { quantity: { value, unit } }),
  };
}

function withRatios(rows: readonly BenchResult[], value: (row: BenchResult) => number): BenchResult[] {
  const ours = rows.find((one) => one.implementation === 'heed');
  return rows.map((one) => ({ ...one, ratio_to_heed: ours ? value(one) / value(ours) : null }));
}

/** What a page loads before its first detection, minified and gzipped: Heed's default detector and its peers. */
export async function bundleSizes(): Promise<BenchResult[]> {
  const require = createRequire(import.meta.url);
  const esbuild = (await import('esbuild')) as typeof import('esbuild');
  const bundle = async (source: string) => {
    const { outputFiles, metafile } = await esbuild.build({
      stdin: { contents: source, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
      bundle: true,
      splitting: true,
      write: false,
      metafile: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      outdir: '/out',
      logLevel: 'silent',
    });
    // Only what loads at once: the entry and its static imports, not what import() brings later.
    const load = new Set<string>();
    const visit = (name: string) => {
      if (load.has(name)) return;
      load.add(name);
      for (const { path, kind } of metafile.outputs[name]?.imports ?? [])
        if (kind === 'import-statement') visit(path);
    };
    visit(Object.keys(metafile.outputs).find((name) => name.endsWith('stdin.js'))!);
    const names = [...load].map((name) => name.split('/').pop()!);
    return outputFiles
      .filter((file) => names.includes(file.path.split('/').pop()!))
      .reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length, 0);
  };
  const heed = JSON.stringify(entry);
  const sources: Readonly<Record<string, string>> = {
    heed: `import { createDetector } from ${heed}; globalThis.detect = createDetector;`,
    'tfjs-cpu': `import * as tf from '@tensorflow/tfjs-core'; import '@tensorflow/tfjs-layers';
      import '@tensorflow/tfjs-backend-cpu'; globalThis.tf = tf;`,
  };
  const rows: BenchResult[] = [];
  for (const [name, source] of Object.entries(sources)) {
    rows.push(row('bundle-gz', name, await bundle(source), 'bytes'));
  }
  try {
    // augurs is one small module and its wasm.
    const outlier = require.resolve('@bsull/augurs/outlier');
    const bytes = [outlier, outlier.replace(/\.js$/, '_bg.wasm')]
      .map((file) => gzipSync(readFileSync(file), { level: 9 }).length)
      .reduce((x, y) => x + y, 0);
    rows.push(row('bundle-gz', 'augurs', bytes, 'bytes', 'its outlier detector alone'));
  } catch {
    // Not installed.
  }
  return withRatios(rows, (one) => one.quantity!.value);
}

/** Peak resident memory of a fresh process that scores 500 series of 1,000 points, and of one that does nothing. */
export function peakMemory(): BenchResult[] {
  const peak = (work: string) => {
    const script = `import * as heed from ${JSON.stringify(entry)};
      ${work}
      console.log(process.resourceUsage().maxRSS * 1024);`;
    const { stdout, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return Number(stdout);
  };
  const score = `const detector = await heed.createDetector('auto');
    for (let i = 0; i < 500; i++) {
      const values = Float64Array.from({ length: 1000 }, (_, t) => Math.sin(t / 8 + i) + 0.1 * Math.sin(t * t));
      await detector.score(heed.createSeries({ channels: [{ name: 'a', values }] }));
    }`;
  return [
    row('memory', 'heed', peak(score), 'bytes', 'whole process, 500 series × 1,000 points'),
    row('memory', 'node', peak(''), 'bytes', 'the same process with nothing to score'),
  ];
}

/** From starting a process to the first detection of 1,000 points. */
export function startupTimes(rounds: number): BenchResult[] {
  const time = (script: string) => {
    const times = Array.from({ length: rounds }, () => {
      const started = performance.now();
      // Beside our own modules, so that peers are found from wherever the command runs.
      const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: dirname(entry),
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(stderr);
      return performance.now() - started;
    }).sort((a, b) => a - b);
    return times[Math.floor(times.length / 2)]!;
  };
  const detect = `import * as heed from ${JSON.stringify(entry)};
    const values = Float64Array.from({ length: 1000 }, (_, t) => Math.sin(t / 8));
    await heed.detect(heed.createSeries({ channels: [{ name: 'a', values }] }));`;
  const tensors = `import '@tensorflow/tfjs-core'; import '@tensorflow/tfjs-layers'; import '@tensorflow/tfjs-backend-cpu';`;
  const rows = [
    row('startup', 'heed', time(detect), 'ms', 'process start to the first detection'),
    row('startup', 'node', time(''), 'ms', 'process start and end'),
    row('startup', 'tfjs-cpu', time(tensors), 'ms', 'process start to the library loaded'),
  ].map((one) => ({ ...one, rounds }));
  return withRatios(rows, (one) => one.median_ms);
}
