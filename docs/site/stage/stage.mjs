// Lays out what the site generator reads, from the documents of the repository as they lie: nothing is kept twice.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { examplePicture } from './example.mjs';
import { escapeText, placeFigure, rewriteLinks } from './markdown.mjs';
import { notebookPage } from './notebook.mjs';
import { listPages, root } from './pages.mjs';
import { bundleWorkers } from './workers.mjs';

const staged = join(root, 'docs/dist/source');
const publicFolder = join(staged, 'public');

/**
 * @returns {Promise<{ pages: number, endings: string[], workers: { name: string, kilobytes: number }[] }>} endings: of
 *   the files that are published as they are
 */
export async function stage() {
  rmSync(staged, { recursive: true, force: true });
  const pages = listPages();
  const pageBySource = new Map(pages.map(({ source, page }) => [source, page]));
  const files = new Set();
  const { svg, reason } = await examplePicture();
  write(join(publicFolder, 'figures/example.svg'), svg);
  cpSync(join(root, 'grafana-plugin/src/img/logo.svg'), join(publicFolder, 'logo.svg'));
  for (const { source, page } of pages) {
    const text = readFileSync(join(root, source), 'utf8');
    let markdown;
    if (source.endsWith('.ipynb')) {
      const { markdown: converted, figures } = notebookPage(
        text,
        page.slice('notebooks/'.length, -'.md'.length),
      );
      for (const [path, content] of figures) write(join(publicFolder, path), content);
      files.add(source);
      markdown = `---\noutline: [2, 3]\n---\n\n${withDownload(converted, source)}`;
    } else if (isOwn(source)) markdown = text.replaceAll('%EXAMPLE_REASON%', reason);
    else markdown = escapeText(text, { keepMath: source.startsWith('notebooks/') });
    write(join(staged, page), rewriteLinks(markdown, source, pageBySource, files));
  }
  for (const file of files) {
    const place = placeFigure(publicFolder, file);
    mkdirSync(dirname(place), { recursive: true });
    cpSync(join(root, file), place);
  }
  const endings = [...new Set([...files].map((file) => extname(file).slice(1)).filter(Boolean))];
  return { pages: pages.length, endings, workers: await bundleWorkers(join(publicFolder, 'workers')) };
}

/** Pages that were written for the site may hold its components; the others are plain Markdown. */
function isOwn(source) {
  return /^docs\/(zh|guide|explorables)\/|^docs\/(index|try)\.md$/.test(source);
}

/** A line under the heading that says how to run it. */
function withDownload(markdown, source) {
  const line = `[Download this notebook](/files/${source}), or open it in Jupyter: \`npx heed notebook ${source}\``;
  return markdown.replace(/^# .+$/m, (heading) => `${heading}\n\n${line}`);
}

function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
