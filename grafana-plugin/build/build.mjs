// Builds dist/: one AMD module per plugin, as Grafana's loader expects, following @grafana/create-plugin's layout.
//
// Nested plugins are served from their own folders (`/public/plugins/<nested id>/`), so nothing is emitted that a
// nested plugin would look for elsewhere: each module is one file, and the scoring engine lies inside it.
import { build as esbuild, context } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const src = join(root, 'src');
const dist = join(root, 'dist');
const watch = process.argv.includes('--watch');
const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const coreFrom = process.env.HEED_CORE;

/** Modules that Grafana gives to plugins; everything else is bundled. */
const shared = [
  'react',
  'react/jsx-runtime',
  'react-dom',
  'react-dom/client',
  'rxjs',
  'lodash',
  'i18next',
  '@emotion/css',
  '@emotion/react',
  '@grafana/data',
  '@grafana/runtime',
  '@grafana/ui',
];

const common = {
  bundle: true,
  minify: !watch,
  target: ['es2020', 'chrome100', 'firefox100', 'safari15'],
  legalComments: 'none',
  logLevel: 'warning',
  logOverride: { 'equals-new-object': 'silent' },
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  ...(coreFrom ? { alias: { '@heed/core': coreFrom } } : {}),
};

/**
 * In the engine that is inlined everywhere, code behind a dynamic import (TensorFlow.js) is left out: asking for it
 * throws, and the pool answers by starting a worker from `learned.js`, which has everything.
 */
const withoutLearned = {
  name: 'without-learned',
  setup(build) {
    build.onResolve({ filter: /.*/ }, (args) =>
      args.kind === 'dynamic-import' ? { path: args.path, namespace: 'learned' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'learned' }, () => ({
      contents: `throw Object.assign(new Error('learned detectors are not in this engine'), { code: 'engine-without-learned' });`,
    }));
  },
};

/** Node built-ins that browser builds of dependencies name but never reach. */
const noNodeModules = {
  name: 'no-node-modules',
  setup(build) {
    build.onResolve(
      { filter: /^(node:)?(fs|path|os|crypto|util|stream|worker_threads|perf_hooks|buffer)(\/promises)?$/ },
      (args) => ({
        path: args.path,
        namespace: 'absent',
      }),
    );
    build.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** What @grafana/i18n detects a language with where Grafana itself starts; a plugin is told. */
const noLanguageDetector = {
  name: 'no-language-detector',
  setup(build) {
    build.onResolve({ filter: /^i18next-browser-languagedetector$/ }, ({ path }) => ({
      path,
      namespace: 'absent',
    }));
  },
};

async function bundleEngine(plugins) {
  const result = await esbuild({
    ...common,
    entryPoints: [join(src, 'shared/engineEntry.ts')],
    format: 'iife',
    write: false,
    platform: 'browser',
    plugins: [...plugins, noNodeModules],
    metafile: true,
  });
  return { text: result.outputFiles[0].text, inputs: Object.keys(result.metafile.inputs) };
}

/**
 * `heed-engine` exports the engine as one function that refers to nothing outside itself. Its text is the worker's
 * source, and calling it is the fallback where workers are refused: one copy of the code serves both.
 */
const inlineEngine = {
  name: 'inline-engine',
  setup(build) {
    build.onResolve({ filter: /^heed-engine$/ }, () => ({ path: 'heed-engine', namespace: 'engine' }));
    build.onLoad({ filter: /.*/, namespace: 'engine' }, async () => {
      const { text, inputs } = await bundleEngine([withoutLearned]);
      return {
        contents: `export function engine(heedScope) {\n${text}\n}\nexport const engineSource = '(' + engine.toString() + ')(self);';`,
        watchFiles: inputs.map((path) => join(process.cwd(), path)),
      };
    });
  },
};

/** Wraps the CommonJS that esbuild makes into `define([...], function …)`. */
function toAmd(code, names) {
  const parameters = names.map((_, i) => `m${i}`);
  return (
    `define(${JSON.stringify(names)},function(${parameters.join(',')}){` +
    `var module={exports:{}},shared={${names.map((name, i) => `${JSON.stringify(name)}:m${i}`).join(',')}};` +
    `(function(module,exports,require){${code}\n})(module,module.exports,function(name){return shared[name]});` +
    `return module.exports});\n`
  );
}

const writeAmd = {
  name: 'write-amd',
  setup(build) {
    build.onEnd((result) => {
      if (result.errors.length > 0) return;
      for (const [path, output] of Object.entries(result.metafile.outputs)) {
        const file = result.outputFiles.find((candidate) => candidate.path === join(process.cwd(), path));
        const names = [...new Set(output.imports.filter((i) => i.external).map((i) => i.path))];
        mkdirSync(dirname(file.path), { recursive: true });
        writeFileSync(file.path, toAmd(file.text, names));
      }
    });
  },
};

/** Folders with a plugin.json: the root and the nested plugins. */
function pluginFolders(folder = src) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? pluginFolders(join(folder, entry.name))
      : entry.name === 'plugin.json'
        ? [relative(src, folder)]
        : [],
  );
}

function copyStatic(folders) {
  const rootId = JSON.parse(readFileSync(join(src, 'plugin.json'), 'utf8')).id;
  const replacements = {
    '%VERSION%': pkg.version,
    '%TODAY%': new Date(Number(process.env.SOURCE_DATE_EPOCH ?? 0) * 1000 || Date.now())
      .toISOString()
      .slice(0, 10),
    '%PLUGIN_ID%': rootId,
  };
  for (const folder of folders) {
    const out = join(dist, folder);
    mkdirSync(out, { recursive: true });
    let text = readFileSync(join(src, folder, 'plugin.json'), 'utf8');
    for (const [name, value] of Object.entries(replacements)) text = text.replaceAll(name, value);
    writeFileSync(join(out, 'plugin.json'), text);
    if (existsSync(join(src, folder, 'img')))
      cpSync(join(src, folder, 'img'), join(out, 'img'), { recursive: true });
  }
  cpSync(join(src, 'locales'), join(dist, 'locales'), { recursive: true });
  // Pictures of the README are the app's screenshots.
  cpSync(join(root, 'docs/img'), join(dist, 'img'), { recursive: true });
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) {
    const text = readFileSync(join(root, name), 'utf8');
    writeFileSync(join(dist, name), text.replaceAll('docs/img/', 'img/'));
  }
}

rmSync(dist, { recursive: true, force: true });
const folders = pluginFolders();
const options = {
  ...common,
  entryPoints: folders.map((folder) => ({
    in: join(src, folder, existsSync(join(src, folder, 'module.tsx')) ? 'module.tsx' : 'module.ts'),
    out: join(folder, 'module'),
  })),
  outdir: dist,
  format: 'cjs',
  platform: 'browser',
  external: shared,
  write: false,
  metafile: true,
  plugins: [inlineEngine, withoutLearned, noLanguageDetector, noNodeModules, writeAmd],
};
copyStatic(folders);
if (watch) {
  await (await context(options)).watch();
  console.error('watching src/ …');
} else {
  await esbuild(options);
}
const learned = await bundleEngine([]);
writeFileSync(join(dist, 'datasource/learned.js'), `var heedScope=self;\n${learned.text}`);
// TensorFlow.js fetches these when a learned detector is first used; the threaded one needs isolation that Grafana has not.
const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'])
  cpSync(join(wasm, 'dist', name), join(dist, 'datasource', name));
