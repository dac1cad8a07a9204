import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, launchChromium } from './browser/chromium.js';
import { runsSlow } from './setup/slow.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The package as users get it: `npm pack`, unpacked into a project of its own whose other dependencies are those
 * of this repository. Nothing here reads core/src.
 */
let project: string;
let installed: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'heed-consumer-'));
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '-w', 'core', '--json', '--pack-destination', project], {
      cwd: root,
      encoding: 'utf8',
    }),
  ) as { filename: string }[];
  installed = join(project, 'node_modules/@heed/core');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, packed[0]!.filename), '-C', installed, '--strip-components=1']);
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(manifest.dependencies), '@types/node', 'undici-types']) {
    const source = join(root, 'node_modules', name);
    if (!existsSync(source)) continue;
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true });
    symlinkSync(source, join(project, 'node_modules', name));
  }
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** A seasonal series with one spike, scored by the default detector; the same text runs in every environment. */
const scoreSpike = `
  const values = Array.from({ length: 600 }, (_, t) => Math.sin((2 * Math.PI * t) / 50) + (t === 431 ? 6 : 0));
  const series = heed.createSeries({ channels: [{ name: 'requests', values }] });
  const detection = await heed.detect(series);
`;
const expectSpike = (answer: { events: [number, number][]; peak: number }) => {
  expect(answer.events.some(([start, end]) => start <= 431 && 431 <= end)).toBe(true);
  expect(answer.peak).toBeGreaterThan(1);
};
const summary = `{ events: detection.events.map((e) => [e.startIndex, e.endIndex]), peak: Math.max(...detection.score) }`;

const oneDetector = `
  import { createDetectorFrom } from '@heed/core/detection';
  import { pca } from '@heed/core/detectors/pca';
  globalThis.detector = createDetectorFrom(pca);
`;

describe('the packed package', () => {
  test('holds the build, the command, the data and the license, and no tests or sources', () => {
    const names = readdirSync(installed, { recursive: true }).map(String);
    for (const wanted of [
      'bin/heed.js',
      'dist/esm/index.js',
      'dist/cjs/index.js',
      'dist/types/index.d.ts',
      'LICENSE',
    ]) {
      expect(names).toContain(wanted);
    }
    expect(names.filter((name) => /\.(test|naive)\.|^src|tsbuildinfo$/.test(name))).toEqual([]);
  });

  test('works by import', () => {
    const script = `import * as heed from '@heed/core'; ${scoreSpike} console.log(JSON.stringify(${summary}))`;
    writeFileSync(join(project, 'by-import.mjs'), script);
    expectSpike(JSON.parse(execFileSync('node', ['by-import.mjs'], { cwd: project, encoding: 'utf8' })));
  });

  test('works by require', () => {
    const script = `const heed = require('@heed/core'); (async () => { ${scoreSpike} console.log(JSON.stringify(${summary})) })()`;
    writeFileSync(join(project, 'by-require.cjs'), script);
    expectSpike(JSON.parse(execFileSync('node', ['by-require.cjs'], { cwd: project, encoding: 'utf8' })));
  });

  test('gives its Node entry by import and by require', () => {
    writeFileSync(
      join(project, 'node-entry.mjs'),
      `import { readSeriesFile } from '@heed/core/node'; console.log(typeof readSeriesFile)`,
    );
    writeFileSync(
      join(project, 'node-entry.cjs'),
      `console.log(typeof require('@heed/core/node').readSeriesFile)`,
    );
    for (const file of ['node-entry.mjs', 'node-entry.cjs']) {
      expect(execFileSync('node', [file], { cwd: project, encoding: 'utf8' }).trim()).toBe('function');
    }
  });

  test('gives every sub-path by import, by require and to node10 resolution, from one copy of the code', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
      typesVersions: Record<'*', Record<string, string[]>>;
    };
    const patterns = Object.keys(manifest.exports).filter(
      (path) => /^\.\/[a-z/*]+$/.test(path) && !path.startsWith('./data/'),
    );
    const paths = patterns.filter((path) => !path.includes('*'));
    expect(paths).toHaveLength(14);
    expect(Object.keys(manifest.typesVersions['*'])).toEqual(patterns.map((path) => path.slice(2)));
    for (const [file] of Object.values(manifest.typesVersions['*']))
      expect(existsSync(join(installed, file!.replace('*', 'pca'))), file).toBe(true);
    const subPaths = JSON.stringify(paths.map((path) => `@heed/core/${path.slice(2)}`));
    // A class or a registry that came twice would not know itself again.
    const check = `
      const same = names.every((name) => !root[name] || all[name] === root[name]);
      console.log(JSON.stringify({ sizes: modules.map((module) => Object.keys(module).length), same }));`;
    const scripts = {
      'paths.mjs': `const modules = await Promise.all(${subPaths}.map((path) => import(path)));
        const root = await import('@heed/core'); const all = modules.at(-1); const names = Object.keys(all); ${check}`,
      'paths.cjs': `const modules = ${subPaths}.map((path) => require(path));
        const root = require('@heed/core'); const all = modules.at(-1); const names = Object.keys(all); ${check}`,
    };
    for (const [file, script] of Object.entries(scripts)) {
      writeFileSync(join(project, file), script);
      const { sizes, same } = JSON.parse(
        execFileSync('node', [file], { cwd: project, encoding: 'utf8' }),
      ) as { sizes: number[]; same: boolean };
      expect(same, file).toBe(true);
      expect(sizes.filter((size) => size === 0)).toEqual([]);
      const separate = sizes.slice(0, -1);
      expect(sizes.at(-1)!).toBeGreaterThan(Math.max(...separate));
    }
  });

  test('gives every detector by its id, by import and by require', () => {
    const check = (load: (path: string) => string) => `
      const { listDetectors } = ${load(`'@heed/core'`)};
      const found = [];
      for (const definition of listDetectors())
        found.push(Object.values(${load(`'@heed/core/detectors/' + definition.id`)}).includes(definition));
      console.log(found.length, found.every(Boolean));`;
    writeFileSync(
      join(project, 'ids.mjs'),
      check((path) => `(await import(${path}))`),
    );
    writeFileSync(
      join(project, 'ids.cjs'),
      check((path) => `require(${path})`),
    );
    for (const file of ['ids.mjs', 'ids.cjs'])
      expect(execFileSync('node', [file], { cwd: project, encoding: 'utf8' })).toMatch(/^[1-9]\d true\n$/);
  });

  test.runIf(runsSlow)('gives types to TypeScript 5.0 with node10 resolution, as tslab has it', () => {
    const source = `
      import { createDetector, createSeries, type Detection, type Series } from '@heed/core';
      import { readSeriesFile } from '@heed/core/node';
      import { pca } from '@heed/core/detectors/pca';
      import { createDetectorFrom } from '@heed/core/detection';
      import { plotSeries } from '@heed/core/plot';
      import * as heed from '@heed/core/all';
      declare module '@heed/core' {
        interface DetectorOptionsById { 'ends-in-seven': { readonly digit: number } }
      }
      export const picture: string = plotSeries(heed.generateSeries('spike'));
      export const alone = createDetectorFrom(pca, { window: 20 });
      export const registered = createDetector('ends-in-seven', { digit: 7 });
      // @ts-expect-error the option has another name
      export const misspelled = createDetector('ends-in-seven', { digits: 7 });
      export const series: Series = createSeries({ channels: [{ name: 'a', values: [1, 2, 3] }] });
      export async function first(): Promise<number> {
        const detection: Detection = await (await createDetector('auto')).score(series);
        const { series: read } = await readSeriesFile('x.csv');
        return detection.events[0].severity + read.time.length;
      }
      // @ts-expect-error a Detection has no such field: proves that the types are not "any"
      export const wrong = async () => (await (await createDetector('auto')).score(series)).nonsense;
    `;
    writeFileSync(join(project, 'consumer.ts'), source);
    const tsc = join(root, 'node_modules/typescript-5.0/bin/tsc');
    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--lib',
      'es2022,dom',
      '--module',
      'commonjs',
    ];
    const node10 = ['--moduleResolution', 'node10', '--types', 'node', '--esModuleInterop'];
    const { stdout } = spawnSync('node', [tsc, ...options, ...node10, 'consumer.ts'], {
      cwd: project,
      encoding: 'utf8',
    });
    // TensorFlow.js' own declarations have errors under `strict`; ours and the consumer's may have none.
    const errors = stdout.split('\n').filter((line) => /^(consumer\.ts|.*@heed\/core).*error TS/.test(line));
    expect(errors).toEqual([]);
  });

  test('bundles for a browser without Node code and without TensorFlow.js in what the default detector loads', async () => {
    const bundle = await bundleForBrowser(`import * as heed from '@heed/core'; globalThis.heed = heed;`);
    const eager = eagerInputs(bundle.metafile!);
    expect(eager.filter((name) => name.includes('@tensorflow'))).toEqual([]);
    expect(eager.length).toBeGreaterThan(5);
  });

  // Kilobytes, minified and gzipped, of what loads before anything asks for more: a little over what it is now.
  test.each([
    ['a series', `export { createSeries } from '@heed/core'`, 3.5],
    ['one detector', `export { pca } from '@heed/core/detectors/pca'`, 9],
    ['one detector and all that makes events of its scores', oneDetector, 63],
    ['a picture', `export { plotSeries } from '@heed/core/plot'`, 30],
    ['the default detector', `export { detect } from '@heed/core'`, 98],
  ])('costs a page that imports %s what it must, not more', async (_, source, kilobytes) => {
    const size = eagerSize(await bundleForBrowser(source)) / 1000;
    expect(size).toBeLessThan(kilobytes);
    // Something was measured.
    expect(size).toBeGreaterThan(0.6 * kilobytes);
  });

  const executable = findChromium();
  test.skipIf(!executable)('scores in a page and in a Web Worker of a real browser', async () => {
    const bundle = await bundleForBrowser(
      `import * as heed from '@heed/core';
      globalThis.answer = (async () => { ${scoreSpike} return ${summary}; })();
      if (typeof WorkerGlobalScope !== 'undefined') globalThis.answer.then(postMessage);`,
    );
    const files = new Map(bundle.outputFiles!.map((file) => [`/${file.path.split('/').pop()}`, file.text]));
    const server = createServer((request, response) => {
      const body = files.get(request.url ?? '');
      // A part may be empty, and is a script all the same.
      response.setHeader('content-type', body === undefined ? 'text/html' : 'text/javascript');
      response.end(body ?? '<!doctype html><title>worker</title>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address() as { port: number };
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${address.port}/`);
      const inWorker = await page.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const worker = new Worker('/entry.js', { type: 'module' });
            worker.onmessage = (event) => resolve(event.data);
            worker.onerror = (event) => reject(new Error(event.message));
          }),
      );
      await page.addScriptTag({ url: '/entry.js', type: 'module' });
      const inPage = await page.evaluate(
        () => (globalThis as unknown as { answer: Promise<unknown> }).answer,
      );
      expectSpike(inPage as Parameters<typeof expectSpike>[0]);
      expect(inWorker).toEqual(inPage);
    } finally {
      await browser.close();
      server.close();
    }
  });
});

/** Bundles `source` against the packed package with code splitting, so that lazy parts stay apart. */
function bundleForBrowser(source: string) {
  return esbuild.build({
    stdin: { contents: source, resolveDir: project, sourcefile: 'entry.js' },
    entryNames: 'entry',
    outdir: join(project, 'bundle'),
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  });
}

/** Bytes, gzipped, of the chunks that load at once. */
function eagerSize({ metafile, outputFiles }: Awaited<ReturnType<typeof bundleForBrowser>>): number {
  const eager = eagerOutputs(metafile!).map((name) => name.split('/').pop());
  return outputFiles!
    .filter(({ path }) => eager.includes(path.split('/').pop()))
    .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}

/** Chunks that load before anything asks for them: what the entry imports statically, all the way down. */
function eagerOutputs({ outputs }: esbuild.Metafile): string[] {
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const { path, kind } of outputs[name]?.imports ?? []) if (kind === 'import-statement') visit(path);
  };
  visit(Object.keys(outputs).find((name) => name.endsWith('entry.js'))!);
  return [...seen];
}

/** Input files that load before anything asks for them. */
function eagerInputs(metafile: esbuild.Metafile): string[] {
  return eagerOutputs(metafile).flatMap((name) => Object.keys(metafile.outputs[name]?.inputs ?? {}));
}
