// Collects the texts of the plugin's sources into the English catalog: npm run catalog -w @heed/grafana-plugin
// `locales/en-US` is for those who translate; the plugin itself takes its English from the sources.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const src = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src');

/**
 * Texts by key, as i18next reads them: `t(key, text)`, `t(key, '', { defaultValue_one, … })`, `<Trans i18nKey>`.
 * @returns {Map<string, string>} sorted by key
 * @throws Error where a key is no plain text, or has two texts
 */
export function collectTexts() {
  const found = new Map();
  const add = (key, text, where) => {
    if (found.has(key) && found.get(key) !== text) throw new Error(`${where}: ${key} has two texts`);
    found.set(key, text);
  };
  for (const file of readdirSync(src, { recursive: true })) {
    if (!/\.tsx?$/.test(file) || /\.test\.tsx?$/.test(file)) continue;
    const source = ts.createSourceFile(
      file,
      readFileSync(join(src, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    const visit = (node) => {
      if (ts.isCallExpression(node) && node.expression.getText() === 't') {
        const [key, text, values] = node.arguments;
        if (!ts.isStringLiteralLike(key) || !ts.isStringLiteralLike(text))
          throw new Error(`${file}: ${node.getText()} has no plain key and text`);
        if (text.text !== '') add(key.text, text.text, file);
        for (const property of values?.properties ?? []) {
          const plural = /^defaultValue_(\w+)$/.exec(property.name?.getText() ?? '');
          if (plural) add(`${key.text}_${plural[1]}`, property.initializer.text, file);
        }
      }
      if (ts.isJsxElement(node) && node.openingElement.tagName.getText() === 'Trans') {
        const key = node.openingElement.attributes.properties.find(
          (attribute) => attribute.name?.getText() === 'i18nKey',
        );
        add(key.initializer.text, childText(node), file);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** As react-i18next numbers what stands in a Trans: text as it is, elements by their place. */
function childText(element) {
  const children = element.children.flatMap((child) => {
    if (!ts.isJsxText(child)) return [child];
    const lines = child.text.split('\n').map((line, i, all) => {
      const start = i === 0 ? line : line.trimStart();
      return i === all.length - 1 ? start : start.trimEnd();
    });
    const text = lines.filter(Boolean).join(' ');
    return text ? [text] : [];
  });
  return children
    .map((child, i) => {
      if (typeof child === 'string') return child;
      if (ts.isJsxExpression(child)) return child.expression.text;
      return `<${i}>${childText(child)}</${i}>`;
    })
    .join('');
}

/** `a.b` and `a.c` as `{ a: { b, c } }`, which is how i18next keeps them. */
export function nested(texts) {
  const out = {};
  for (const [key, text] of texts) {
    const path = key.split('.');
    const last = path.pop();
    path.reduce((at, name) => (at[name] ??= {}), out)[last] = text;
  }
  return out;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(src, 'locales/en-US/heed-anomaly-app.json');
  writeFileSync(file, `${JSON.stringify(nested(collectTexts()), undefined, 2)}\n`);
}
