// Which files of the repository are pages of the site, and under which address.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Documents that do not lie in docs/, by the page they become. */
const elsewhere = {
  'README.md': 'readme.md',
  'ACCURACY.md': 'accuracy.md',
  'BENCHMARKS.md': 'benchmarks.md',
  'CHANGELOG.md': 'changelog.md',
  '.github/CODE_OF_CONDUCT.md': 'code-of-conduct.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
  'core/README.md': 'library.md',
  'grafana-plugin/README.md': 'grafana.md',
};

/** Folders in docs/ and notebooks/ that hold no pages. */
const noPages = new Set(['site', 'dist', 'node_modules', 'deploy', 'kernel', 'src', 'tfjs-node-shim']);

/**
 * All pages: path of the source in the repository and of the page below the site's root.
 * @returns {{ source: string, page: string }[]}
 */
export function listPages() {
  const own = markdownIn('docs').map((source) => ({ source, page: source.slice('docs/'.length) }));
  const notebooks = readdirSync(join(root, 'notebooks'))
    .filter((name) => name.endsWith('.ipynb'))
    .map((name) => ({ source: `notebooks/${name}`, page: `notebooks/${name.replace(/ipynb$/, 'md')}` }));
  const course = markdownIn('notebooks').map((source) => ({
    source,
    page: source.replace('README.md', 'index.md').replace('SYLLABUS.md', 'syllabus.md'),
  }));
  const others = Object.entries(elsewhere).map(([source, page]) => ({ source, page }));
  return [...own, ...notebooks, ...course, ...others].sort((a, b) => (a.page < b.page ? -1 : 1));
}

function markdownIn(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return noPages.has(entry.name) ? [] : markdownIn(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** The name of a page in lists: its front matter's title, else its first heading. */
export function readTitle(source) {
  const text = readFileSync(join(root, source), 'utf8');
  if (!source.endsWith('.ipynb')) return titleIn(text, source);
  const first = JSON.parse(text).cells.find((cell) => cell.cell_type === 'markdown');
  return titleIn([first?.source ?? []].flat().join(''), source);
}

function titleIn(text, source) {
  const front = /^---\n([\s\S]*?)\n---/.exec(text)?.[1] ?? '';
  const title = /^title: (.+)$/m.exec(front)?.[1] ?? /^# (.+)$/m.exec(text)?.[1] ?? source;
  return title.replace(/^['"]|['"]$/g, '').replaceAll('`', '');
}
