// What Grafana's catalog wants of a plugin, as far as plugin-validator's rules are documented.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'grafana-plugin/dist');
const text = (path: string) => readFileSync(join(root, path), 'utf8');
interface Entry {
  readonly name: string;
  readonly info: {
    readonly description: string;
    readonly keywords: readonly string[];
    readonly author: { readonly name: string };
    readonly screenshots: ReadonlyArray<{ readonly name: string; readonly path: string }>;
    readonly logos: Readonly<Record<string, string>>;
  };
  readonly languages: readonly string[];
  readonly extensions: { readonly addedLinks: readonly object[] };
}
const app = JSON.parse(readFileSync(join(dist, 'plugin.json'), 'utf8')) as Entry;

describe('the entry in the catalog', () => {
  it('says what it is in a few words, and shows it', () => {
    const { description, keywords, author, screenshots, logos } = app.info;
    expect(description.length).toBeGreaterThan(40);
    expect(description.length).toBeLessThanOrEqual(150);
    expect(keywords.length).toBeGreaterThanOrEqual(3);
    expect(new Set(keywords).size).toBe(keywords.length);
    expect(author.name).not.toBe('');
    expect(app.name).not.toMatch(/grafana/i);
    expect(screenshots.length).toBeGreaterThanOrEqual(3);
    for (const { path } of screenshots) {
      const picture = readFileSync(join(dist, path));
      expect(picture.subarray(1, 4).toString(), path).toBe('PNG');
      // Wide enough to be read in the catalog.
      expect(picture.readUInt32BE(16), path).toBeGreaterThanOrEqual(1200);
      expect(picture.length, path).toBeLessThan(2 ** 20);
    }
    for (const logo of Object.values(logos)) expect(statSync(join(dist, logo)).size).toBeLessThan(100_000);
  });

  it('has a README that reads in the catalog: one title, pictures that are there, no links into a repository', () => {
    const readme = readFileSync(join(dist, 'README.md'), 'utf8');
    expect(readme.match(/^# .+$/gm)).toHaveLength(1);
    expect(readme.startsWith('# ')).toBe(true);
    expect(readme).not.toMatch(/TODO|lorem ipsum|your plugin/i);
    const targets = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) {
      if (/^(https?:|#)/.test(target)) continue;
      expect(existsSync(join(dist, target)), target).toBe(true);
    }
    for (const section of ['Install', 'Development']) expect(readme).toContain(`## ${section}`);
  });

  it('brings a catalog for every language that it names', () => {
    for (const language of app.languages)
      expect(existsSync(join(dist, `locales/${language}/heed-anomaly-app.json`))).toBe(true);
  });

  it('names the links that the app adds as the app does', () => {
    const code = text('grafana-plugin/src/extensions/findAnomalies.ts');
    const said = (field: string) => new RegExp(`^  ${field}: '([^']+)',$`, 'm').exec(code)![1];
    const targets = [...code.matchAll(/'(grafana\/[\w/]+)'/g)].map(([, target]) => target!);
    expect(app.extensions.addedLinks).toEqual([
      { targets, title: said('title'), description: said('description') },
    ]);
  });

  it('holds no secret and points at no source map', () => {
    for (const file of ['module.js', 'datasource/module.js', 'panel/module.js', 'plugin.json', 'README.md']) {
      const content = readFileSync(join(dist, file), 'utf8');
      expect(content, file).not.toMatch(/BEGIN (RSA |EC )?PRIVATE KEY|glsa_[A-Za-z0-9]{20}|sourceMappingURL/);
    }
  });
});

describe('the release workflow', () => {
  it('builds, signs where it may, validates and uploads the plugin, in this order', () => {
    const steps = text('.github/workflows/publish.yml').split('\n  grafana:\n')[1]!;
    const order = [
      '-w @heed/grafana-plugin',
      'sign-plugin',
      'run package',
      'plugin-validator',
      'release upload',
    ];
    const places = order.map((step) => steps.indexOf(step));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    expect(steps).toContain('secrets.GRAFANA_ACCESS_POLICY_TOKEN');
  });
});
