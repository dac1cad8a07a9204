// What is shipped: the layout that Grafana expects, and nothing it would refuse or fail to find.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { pluginSchemas } from './plugin-schema.js';

const root = fileURLToPath(new URL('../grafana-plugin/', import.meta.url));
const dist = join(root, 'dist');
const text = (name: string) => readFileSync(join(dist, name), 'utf8');
const json = (name: string) => JSON.parse(text(name)) as Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any
const files = (folder = ''): string[] =>
  readdirSync(join(dist, folder), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
const modules = ['module.js', 'datasource/module.js', 'panel/module.js'];
const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;

function faultsOf(plugin: { type?: string }): string[] {
  const schema = pluginSchemas[plugin.type as keyof typeof pluginSchemas];
  const ajv = new Ajv({ allErrors: true, strict: true });
  return ajv.validate(schema, plugin)
    ? []
    : ajv.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Modules that Grafana 12.3 and later give to plugins. */
const given = [
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

describe('dist', () => {
  it('has the files of an app with a nested data source and panel, and no others', () => {
    expect(files().filter((name) => !name.endsWith('.png'))).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'module.js',
        'plugin.json',
        'img/logo.svg',
        'locales/en-US/heed-anomaly-app.json',
        'locales/zh-Hans/heed-anomaly-app.json',
        'datasource/module.js',
        'datasource/plugin.json',
        'datasource/learned.js',
        'datasource/tfjs-backend-wasm.wasm',
        'datasource/tfjs-backend-wasm-simd.wasm',
        'datasource/img/logo.svg',
        'panel/module.js',
        'panel/plugin.json',
        'panel/img/logo.svg',
      ].sort(),
    );
    expect(text('LICENSE')).toContain('Apache License');
    expect(text('CHANGELOG.md')).toContain(version);
  });

  it.each(['plugin.json', 'datasource/plugin.json', 'panel/plugin.json'])(
    'describes itself in %s',
    (name) => {
      const plugin = json(name);
      const folder = name.replace(/plugin\.json$/, '');
      expect(plugin.id).toMatch(/^[0-9a-z]+-([0-9a-z]+-)?(app|panel|datasource)$/);
      expect(plugin.id.endsWith(plugin.type)).toBe(true);
      expect(plugin.info.version).toBe(version);
      expect(plugin.info.updated).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(plugin.info.keywords.length).toBeGreaterThan(0);
      expect(plugin.info.description.length).toBeGreaterThan(20);
      expect(plugin.dependencies.grafanaDependency).toBe('>=12.3.0');
      for (const logo of Object.values<string>(plugin.info.logos))
        expect(existsSync(join(dist, folder, logo))).toBe(true);
      for (const shot of plugin.info.screenshots)
        expect(existsSync(join(dist, folder, shot.path))).toBe(true);
      expect(JSON.stringify(plugin)).not.toContain('%');
    },
  );

  it.each(['plugin.json', 'datasource/plugin.json', 'panel/plugin.json'])(
    'keeps to the documented schema in %s, also before it is built',
    (name) => {
      const plugin = json(name);
      expect(faultsOf(plugin)).toEqual([]);
      const written = readFileSync(join(root, 'src', name), 'utf8').replaceAll(
        '%PLUGIN_ID%',
        'heed-anomaly-app',
      );
      const source = JSON.parse(written) as typeof plugin;
      expect(source.info).toMatchObject({ version: '%VERSION%', updated: '%TODAY%' });
      expect({ ...source, info: plugin.info }).toEqual(plugin);
    },
  );

  it('has a schema that finds what Grafana would refuse', () => {
    const plugin = json('datasource/plugin.json');
    const broken = (change: object) => faultsOf({ ...plugin, ...change }).length;
    expect(broken({})).toBe(0);
    expect(broken({ id: 'Heed' })).toBeGreaterThan(0);
    expect(broken({ id: 'heed-anomaly-panel' })).toBeGreaterThan(0);
    expect(broken({ metrics: 'yes' })).toBeGreaterThan(0);
    expect(broken({ autoEnabled: true })).toBeGreaterThan(0);
    expect(broken({ dependencies: { grafanaDependency: 'twelve' } })).toBeGreaterThan(0);
    expect(broken({ info: { ...plugin.info, keywords: [] } })).toBeGreaterThan(0);
    expect(broken({ info: { ...plugin.info, license: 'Apache-2.0' } })).toBeGreaterThan(0);
  });

  it('includes what it names', () => {
    for (const include of json('plugin.json').includes) {
      expect(['datasource', 'panel', 'page']).toContain(include.type);
      if (include.type === 'page') expect(include.path).toMatch(/^\/a\/heed-anomaly-app\//);
      else expect(json(include.path).type).toBe(include.type);
    }
    expect(json('datasource/plugin.json')).toMatchObject({ metrics: true, annotations: true });
  });
});

describe("the dashboards for a Grafana of one's own", () => {
  const folder = join(root, 'provisioning');
  const sources = readFileSync(join(folder, 'datasources/datasources.yaml'), 'utf8');
  const uids = [...sources.matchAll(/^ +uid: (\S+)$/gm)].map(([, uid]) => uid!);
  const dashboards = readdirSync(join(folder, 'dashboards')).filter((name) => name.endsWith('.json'));

  it.each(dashboards)(
    'name only sources that are provisioned, and have an annotation layer of ours (%s)',
    (name) => {
      const written = readFileSync(join(folder, 'dashboards', name), 'utf8');
      const dashboard = JSON.parse(written) as {
        uid: string;
        panels: Array<{ id: number; targets: Array<{ refId: string }> }>;
        annotations: { list: unknown[] };
      };
      const named = [...written.matchAll(/"uid": "([^"]+)"/g)].map(([, uid]) => uid!);
      expect(named.filter((uid) => uid !== dashboard.uid && !uids.includes(uid))).toEqual([]);
      expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
      for (const { targets } of dashboard.panels)
        expect(targets.every(({ refId }) => refId !== '')).toBe(true);
      expect(dashboard.annotations.list[0]).toMatchObject({
        enable: true,
        datasource: { type: 'heed-anomaly-datasource' },
        target: { refId: 'Anno' },
      });
    },
  );
});

describe.each(modules)('%s', (name) => {
  const code = text(name);
  const [, list, body] = /^define\((\[[^\]]*\]),([\s\S]*)$/.exec(code)!;

  it('is an AMD module that asks for nothing but what Grafana gives', () => {
    expect((JSON.parse(list!) as string[]).filter((dependency) => !given.includes(dependency))).toEqual([]);
  });

  it('evaluates no text as code, loads no chunk and needs no Node', () => {
    expect(body).not.toMatch(/\beval\(|new Function\(/);
    expect(body).not.toMatch(/[^.\w]import\(/);
    expect(body).not.toMatch(/require\("(node:)?(fs|path|crypto|worker_threads)"\)/);
    expect(body).not.toContain('dangerouslySetInnerHTML');
    // No path of the machine it was built on.
    expect(body).not.toContain(root);
  });

  it('is at most 195 KB compressed', () => {
    expect(gzipSync(code).length).toBeLessThanOrEqual(195 * 1024);
  });

  it('exports a plugin', () => {
    expect(body).toMatch(/plugin:\(\)=>/);
  });

  it('is the same without the learned detectors, which lie in one file of the data source', () => {
    expect(code).toContain('engine-without-learned');
    expect(code).not.toContain('tfjs-core');
    expect(statSync(join(dist, 'datasource/learned.js')).size).toBeGreaterThan(500_000);
  });
});
