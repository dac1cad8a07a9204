// Builds the demo host: Grafana's own libraries from npm around the built plugin. `--grafana DIR` takes the Grafana
// and React packages from another folder (the tests use it to run the same host on Grafana 12.4 and React 18).
import { build as esbuild } from 'esbuild';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const versioned = [
  'react',
  'react-dom',
  'i18next',
  'react-i18next',
  '@grafana/data',
  '@grafana/e2e-selectors',
  '@grafana/i18n',
  '@grafana/runtime',
  '@grafana/schema',
  '@grafana/ui',
];

/** Folder of an installed package, as seen from `from`. */
function packageFolder(name, from) {
  for (const base of createRequire(join(from, 'x.js')).resolve.paths(name)) {
    if (existsSync(join(base, name, 'package.json'))) return join(base, name);
  }
  throw new Error(`${name} is not installed; run npm ci`);
}

/**
 * @param {{grafana?: string, out?: string}} options `grafana`: folder whose node_modules hold the Grafana packages
 * @returns {Promise<string>} the folder that was built
 */
export async function buildDemo({ grafana = here, out = join(here, 'dist') } = {}) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const component = (name) =>
    join(packageFolder('@grafana/runtime', grafana), 'dist/esm/components', `${name}.mjs`);
  await esbuild({
    entryPoints: [join(here, 'src/main.tsx')],
    bundle: true,
    format: 'esm',
    splitting: true,
    outdir: join(out, 'assets'),
    target: 'es2022',
    jsx: 'automatic',
    minify: true,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    loader: { '.svg': 'dataurl', '.ttf': 'file', '.woff2': 'file' },
    logLevel: 'error',
    logOverride: { 'import-is-undefined': 'silent' },
    alias: {
      // Set by Grafana itself at start-up and reachable from no entry of the package.
      'grafana-internal/PluginPage': component('PluginPage'),
      'grafana-internal/PanelDataErrorView': component('PanelDataErrorView'),
      'grafana-internal/PanelRenderer': component('PanelRenderer'),
    },
    plugins: [versionsFrom(grafana), compatThroughNamespace],
  });
  copyFileSync(join(here, 'src/boot.js'), join(out, 'boot.js'));
  copyFileSync(join(here, 'src/index.html'), join(out, 'index.html'));
  return out;
}

/** Resolves the packages whose version matters from one folder, whoever imports them: there must be one copy each. */
const versionsFrom = (folder) => ({
  name: 'versions-from',
  setup(build) {
    const filter = new RegExp(`^(${versioned.join('|')})(/|$)`);
    build.onResolve({ filter }, ({ path, kind, resolveDir, pluginData }) =>
      pluginData === 'resolved' || resolveDir === folder
        ? undefined
        : build.resolve(path, { kind, resolveDir: folder, pluginData: 'resolved' }),
    );
  },
});

/** @grafana/plugin-compat imports names that only newer runtimes export; through a namespace they are undefined. */
const compatThroughNamespace = {
  name: 'compat-through-namespace',
  setup(build) {
    build.onLoad({ filter: /plugin-compat[\\/]dist[\\/]esm[\\/].*\.mjs$/ }, (args) => ({
      contents: readFileSync(args.path, 'utf8').replace(
        /import \{([^}]*)\} from '@grafana\/runtime';/g,
        (_all, names) =>
          `import * as rt from '@grafana/runtime'; const {${names.replace(/ as /g, ': ')}} = rt;`,
      ),
      loader: 'js',
    }));
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--grafana');
  const to = process.argv.indexOf('--out');
  await buildDemo({
    ...(at > 0 ? { grafana: process.argv[at + 1] } : {}),
    ...(to > 0 ? { out: process.argv[to + 1] } : {}),
  });
}
