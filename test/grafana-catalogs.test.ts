// Every text of the plugin is in both catalogs, and says the same things in both.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../grafana-plugin/', import.meta.url));
const catalog = (language: string) =>
  flat(JSON.parse(readFileSync(`${root}src/locales/${language}/heed-anomaly-app.json`, 'utf8')) as object);

function flat(tree: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string'
        ? [[path + key, value] as const]
        : [...flat(value as object, `${path}${key}.`)],
    ),
  );
}

const english = catalog('en-US');
const chinese = catalog('zh-Hans');
/** English has a form for one and one for several; Chinese has one for both. */
const forms = /_(one|other)$/;
const marks = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}|<\/?\d+>/g)].map(([mark]) => mark).sort();

describe('the catalogs', () => {
  it('hold the texts of the sources: npm run catalog -w @heed/grafana-plugin', async () => {
    const { collectTexts } = (await import(`${root}build/catalog.mjs`)) as {
      collectTexts(): Map<string, string>;
    };
    expect(Object.fromEntries(english)).toEqual(Object.fromEntries(collectTexts()));
    expect(english.size).toBeGreaterThan(200);
  });

  it('have the same keys', () => {
    const keys = (texts: Map<string, string>) => [
      ...new Set([...texts.keys()].map((key) => key.replace(forms, ''))),
    ];
    expect(keys(chinese).sort()).toEqual(keys(english).sort());
    expect([...chinese.keys()].filter((key) => key.endsWith('_one'))).toEqual([]);
  });

  it('name the same values and elements, and leave no text empty', () => {
    for (const [key, text] of chinese) {
      expect(text.trim(), key).not.toBe('');
      expect(marks(text), key).toEqual(marks(english.get(key)!));
    }
  });
});

describe('the sources', () => {
  const lint = new ESLint({ cwd: fileURLToPath(new URL('..', import.meta.url)) });
  const rules = ['@grafana/i18n/no-untranslated-strings', '@grafana/i18n/no-translation-top-level'];

  it('have no text outside the catalogs: the rules are on for all of them, and find one that is', async () => {
    const file = `${root}src/panel/HeedPanel.tsx`;
    const { rules: set } = (await lint.calculateConfigForFile(file)) as { rules: Record<string, [number]> };
    for (const rule of rules) expect(set[rule]![0]).toBe(2);
    const [result] = await lint.lintText(
      'export const Spoken = () => <p title="Said">Said in English</p>;\n',
      {
        filePath: file,
      },
    );
    expect(result!.messages.map(({ ruleId }) => ruleId)).toEqual([rules[0], rules[0]]);
  });
});
