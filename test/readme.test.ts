import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstDifference } from './notebooks/outputs.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The samples of a page in one language, in order. */
const samples = (page: string, language: string): string[] =>
  [...read(page).matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, l]) => l === language).map(([, , s]) => s!);

/** What stands between `<!-- name -->` and `<!-- /name -->`. */
const section = (page: string, name: string): string =>
  new RegExp(`<!-- ${name} -->(.*)<!-- /${name} -->`, 's').exec(read(page))![1]!.trim();

const heed = (...args: string[]): string =>
  execFileSync(process.execPath, [join(root, 'core/bin/heed.js'), ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', COLUMNS: '100' },
  });

describe('the samples of TypeScript', () => {
  // Inside the repository, so that @heed/core is found as a reader of the README has it.
  const folder = join(root, 'node_modules/.heed/readme-samples');
  const all = ['README.md', 'core/README.md'].flatMap((page) =>
    samples(page, 'ts').map((source, i) => {
      const file = `${page.replace(/\W+/g, '-')}-${i + 1}`;
      return { name: `${page}, sample ${i + 1}`, file: join(folder, file), source };
    }),
  );
  let errors = '';

  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
    // One statement at the end proves that the sample came that far.
    for (const { file, source } of all) {
      writeFileSync(`${file}.mts`, `${source}\nconsole.log('reached the end');\n`);
    }
    const options = '--ignoreConfig --strict --target es2022 --module nodenext --skipLibCheck --types node';
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const files = all.map(({ file }) => `${file}.mts`);
    errors = spawnSync(process.execPath, [compiler, ...options.split(' '), ...files], {
      cwd: root,
      encoding: 'utf8',
    }).stdout;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('are there, and compile under strict', () => {
    expect(all.length).toBeGreaterThanOrEqual(5);
    expect(errors).toBe('');
  });

  test.each(all)('$name runs', ({ file }) => {
    const printed = execFileSync(process.execPath, [`${file}.mjs`], { cwd: root, encoding: 'utf8' });
    expect(printed).toMatch(/reached the end\n$/);
    expect(printed).not.toMatch(/\b(NaN|undefined|false)\b/);
  });
});

describe('what README.md shows of the commands', () => {
  const hint = 'npm run readme writes what they print now';

  test('the recorded incident: equal words, nearly equal numbers', () => {
    const shown = /```text\n(.*)\n```/s.exec(section('README.md', 'incident'))![1]!;
    expect(
      firstDifference(shown.trim(), heed('detect', 'core/data/incident.csv').trim()),
      hint,
    ).toBeUndefined();
  });

  test('the detectors', () => {
    const listed = [...section('README.md', 'detectors').matchAll(/^\| `([\w-]+)` \|/gm)].map(([, id]) => id);
    const detectors = JSON.parse(heed('detectors', '--format', 'json')) as { id: string }[];
    expect(listed, hint).toEqual(detectors.map(({ id }) => id));
  });

  test('every option that a page names exists', () => {
    const help = new Map<string, string>();
    for (const page of ['README.md', 'core/README.md', 'notebooks/README.md', 'CONTRIBUTING.md']) {
      const commands = read(page).matchAll(
        /\bheed (detect|fit|evaluate|detectors|bench|demo|notebook run|notebook|kernel)\b([^\n`|]*)/g,
      );
      for (const [, command, rest] of commands) {
        if (!help.has(command!)) help.set(command!, heed(...command!.split(' '), '--help'));
        for (const [option] of rest!.matchAll(/(?<=\s)--[a-z][a-z-]*/g)) {
          expect(help.get(command!), `${page}: heed ${command} ${option}`).toContain(option);
        }
      }
    }
    expect(help.size).toBeGreaterThan(4);
  });
});
