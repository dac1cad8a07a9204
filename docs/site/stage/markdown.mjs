// Makes Markdown that was written for a repository fit for the site.
import { existsSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from './pages.mjs';

/** Code in fences, code in backticks: nothing in there is text. */
const code = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[^\S\n]*$|(`+)(?!`)[\s\S]*?[^`]\2(?!`)/gm;
const math = /\$\$[\s\S]+?\$\$|\$(?!\s)[^$\n]+?\$/g;
/** What GitHub lets through; other angle brackets are text. */
const allowedTags =
  /<(?!\/?(?:a|img|br|p|div|span|sub|sup|details|summary|table|thead|tbody|tr|td|th|b|i|em|strong|kbd|!--)\b|!--|https?:)/g;

/**
 * Applies `change` to what `pattern` does not match, and keeps the rest.
 * @param {string} text
 * @param {RegExp} pattern
 * @param {(text: string) => string} change
 */
function outside(text, pattern, change) {
  let at = 0;
  let out = '';
  for (const match of text.matchAll(pattern)) {
    out += change(text.slice(at, match.index)) + match[0];
    at = match.index + match[0].length;
  }
  return out + change(text.slice(at));
}

/** Escapes what Vue or the math plug-in would take for theirs, outside code. */
export function escapeText(text, { keepMath = false } = {}) {
  const plain = (part) => part.replaceAll('{{', '&#123;&#123;').replace(allowedTags, '&lt;');
  return outside(text, code, (part) =>
    keepMath ? outside(part, math, plain) : plain(part).replace(/(?<!\\)\$/g, () => '\\$'),
  );
}

/**
 * Links of a document as links of the site: to another page by its address, to any other file of the repository by the
 * copy of it that is published with the site.
 * @param {string} text
 * @param {string} source path of the document in the repository
 * @param {Map<string, string>} pageBySource page by source
 * @param {Set<string>} files collects the files to copy
 */
export function rewriteLinks(text, source, pageBySource, files) {
  const target = (link) => {
    // A link with a target of its own is left as it is by the generator, without the base.
    if (link.startsWith('/api/')) return `${process.env.HEED_SITE_BASE ?? '/'}${link.slice(1)}`;
    if (/^([a-z]+:|#|\/)/i.test(link)) return link;
    const [path, anchor] = link.split('#');
    let full = posix.normalize(posix.join(posix.dirname(source), decodeURI(path)));
    if (full.endsWith('/')) full = full.slice(0, -1);
    // The site's own pages name each other without an ending.
    for (const page of [full, `${full}.md`, `${full}/README.md`, `${full}/index.md`]) {
      if (pageBySource.has(page))
        return `${makeAddress(pageBySource.get(page))}${anchor ? `#${anchor}` : ''}`;
    }
    // A folder that is no page stands for the first page in it.
    const inside = [...pageBySource.keys()].sort().find((page) => page.startsWith(`${full}/`));
    if (inside) return makeAddress(pageBySource.get(inside));
    if (full.startsWith('..') || !existsSync(join(root, full)) || statSync(join(root, full)).isDirectory()) {
      return link;
    }
    files.add(full);
    return `/files/${published(full)}`;
  };
  return outside(text, code, (part) =>
    part
      .replace(/(\]\()([^)\s]+)((?:\s+"[^"]*")?\))/g, (_, open, link, close) => open + target(link) + close)
      .replace(/((?:src|href)=")([^"]+)(")/g, (_, open, link, close) => open + target(link) + close)
      .replace(/^(\[[^\]]+\]:\s+)(\S+)/gm, (_, open, link) => open + target(link)),
  );
}

/** Address of a page below the site's root, without an ending. */
export function makeAddress(page) {
  return `/${page.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}`;
}

/** A file without an ending, or with one of Markdown, would be taken for a page. */
function published(file) {
  return /^\.(?!md$|html$)/.test(posix.extname(file)) ? file : `${file}.txt`;
}

/** Where a copied file lies among the static files. */
export function placeFigure(publicFolder, file) {
  return join(publicFolder, 'files', published(file));
}
