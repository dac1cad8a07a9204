// What can be said without docker of the files for a Grafana of one's own: that they parse and name nothing that is
// not there.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../grafana-plugin/', import.meta.url));
const text = (name: string) => readFileSync(join(root, name), 'utf8');
const all = (source: string, pattern: RegExp) => [...source.matchAll(pattern)].map(([, found]) => found!);
const idOf = (name: string) =>
  (JSON.parse(text(name)) as { id: string }).id.replace('%PLUGIN_ID%', 'heed-anomaly-app');
const ids = ['plugin.json', 'datasource/plugin.json', 'panel/plugin.json'].map((name) => idOf(`src/${name}`));
const compose = text('docker-compose.yaml');
const services = all(compose, /^ {2}([\w-]+):$/gm);
const dashboards = readdirSync(join(root, 'provisioning/dashboards')).filter((name) =>
  name.endsWith('.json'),
);

describe('the files for a Grafana in docker', () => {
  it.each([
    'docker-compose.yaml',
    'provisioning/dashboards/dashboards.yaml',
    'provisioning/datasources/datasources.yaml',
    'provisioning/plugins/app.yaml',
    'provisioning/prometheus/prometheus.yml',
  ])('parse as YAML (%s)', async (name) => {
    await expect(format(text(name), { parser: 'yaml' })).resolves.toContain(':');
    await expect(format(`${text(name)}\n - : [`, { parser: 'yaml' })).rejects.toThrow();
  });

  it('mount folders and files that exist, or that the build makes', () => {
    const mounted = all(compose, /^ +- (\.[^:]*):/gm);
    expect(mounted).toContain('./dist');
    const missing = mounted.filter((path) => path !== './dist' && !existsSync(join(root, path)));
    expect(missing).toEqual([]);
    const scripts = all(compose, /'([\w/.-]+\.mjs)'/g);
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((script) => !existsSync(join(root, '..', script)))).toEqual([]);
  });

  it('allow every plugin of ours, by the ids in their plugin.json, and mount the app under its own', () => {
    const [allowed] = all(compose, /GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS: (\S+)/g);
    expect(allowed!.split(',').sort()).toEqual([...ids].sort());
    expect(compose).toContain(`./dist:/var/lib/grafana/plugins/${ids[0]}:ro`);
    expect(all(text('provisioning/plugins/app.yaml'), /type: (\S+)/g)).toEqual([ids[0]]);
    expect(all(text('provisioning/datasources/datasources.yaml'), /type: (\S+)/g)).toContain(ids[1]);
    expect(text('README.md')).toContain(`UNSIGNED_PLUGINS=${ids.join(',')}`);
  });

  it('name hosts that are services, on the ports that these listen on', () => {
    const [prometheus] = all(
      text('provisioning/datasources/datasources.yaml'),
      /url: http:\/\/([^:/]+):9090/g,
    );
    expect(services).toContain(prometheus);
    const targets = all(text('provisioning/prometheus/prometheus.yml'), /targets: \['([^:']+):/g);
    expect(targets.filter((host) => host !== 'localhost' && !services.includes(host))).toEqual([]);
    expect(text('provisioning/prometheus/prometheus.yml')).toContain(
      `shop:${all(compose, /service\.mjs', '(\d+)'/g)[0]}`,
    );
  });

  it('provide the dashboards that README and compose file point to', () => {
    const uids = dashboards.map(
      (name) => (JSON.parse(text(`provisioning/dashboards/${name}`)) as { uid: string }).uid,
    );
    const named = new Set(all(compose + text('README.md'), /localhost:3000(?:\/d|.*? and \/d)\/([\w-]+)/g));
    expect(named.size).toBeGreaterThan(0);
    expect([...named].filter((uid) => !uids.includes(uid))).toEqual([]);
    // Where Grafana looks for dashboards is where they are mounted.
    const [path] = all(text('provisioning/dashboards/dashboards.yaml'), /path: (\S+)/g);
    expect(compose).toContain(`./provisioning/dashboards:${path}:`);
  });

  it.each(dashboards)('draw with panels that are ours or built in (%s)', (name) => {
    const { panels } = JSON.parse(text(`provisioning/dashboards/${name}`)) as {
      panels: Array<{ type: string; datasource?: { type: string } }>;
    };
    const known = [...ids, 'timeseries', 'table', 'nodeGraph', 'text', 'row'];
    expect(panels.map(({ type }) => type).filter((type) => !known.includes(type))).toEqual([]);
    const sources = panels.flatMap(({ datasource }) => datasource?.type ?? []);
    expect(sources.filter((type) => ![ids[1], 'prometheus'].includes(type))).toEqual([]);
  });

  it('are read by the specs under the names they have', () => {
    const specs = text('e2e/heed.spec.ts');
    for (const file of all(specs, /readProvisionedDashboard\(\{ fileName: '([^']+)'/g))
      expect(dashboards).toContain(file);
    const sources = text('provisioning/datasources/datasources.yaml');
    const named = all(specs, /readProvisionedDataSource\(\{ fileName: 'datasources\.yaml', name: '([^']+)'/g);
    expect(named.length).toBeGreaterThan(0);
    for (const source of named) expect(sources).toContain(`name: ${source}\n`);
    // Test ids that the specs look for are in the sources of the plugin.
    const code = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name.endsWith('.tsx'))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
    const wanted = all(specs, /(?:getByTestId\(|, )'(heed-[\w-]+)'/g);
    expect(wanted.length).toBeGreaterThan(5);
    expect(wanted.filter((id) => !code.includes(`data-testid="${id}"`))).toEqual([]);
  });
});
