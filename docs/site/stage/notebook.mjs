// A notebook as a page: its text, its code and what the code brought, with every figure as a file of its own.
import { createHash } from 'node:crypto';
import { escapeText } from './markdown.mjs';

const joinText = (source) => [source ?? ''].flat().join('');

/**
 * @param {string} json the notebook
 * @param {string} name file name without ending
 * @returns {{ markdown: string, figures: Map<string, string | Buffer> }} figures by their path below the static files
 */
export function notebookPage(json, name) {
  const { cells } = JSON.parse(json);
  const figures = new Map();
  /** One figure is one file, however often it is shown. */
  const figure = (content, ending) => {
    const sum = createHash('sha256').update(content).digest('hex').slice(0, 12);
    const path = `figures/${name}-${sum}.${ending}`;
    figures.set(path, content);
    return `/${path}`;
  };
  const parts = cells.map((cell) =>
    cell.cell_type === 'markdown'
      ? escapeText(joinText(cell.source), { keepMath: true })
      : cell.cell_type === 'code'
        ? [
            fence(joinText(cell.source), 'ts'),
            ...(cell.outputs ?? []).map((output) => shown(output, figure)),
          ].join('\n\n')
        : '',
  );
  return { markdown: `${parts.filter(Boolean).join('\n\n')}\n`, figures };
}

function fence(text, language) {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = '`'.repeat(longest + 1);
  return `${marks}${language}\n${text.replace(/\n$/, '')}\n${marks}`;
}

/** The richest form of an output that a page can show. */
function shown(output, figure) {
  if (output.output_type === 'stream') return result(fence(plain(joinText(output.text)), 'txt'));
  if (output.output_type === 'error') return result(fence(plain(output.traceback.join('\n')), 'txt'));
  const data = output.data ?? {};
  const text = plain(joinText(data['text/plain']));
  const svg = joinText(data['image/svg+xml']);
  if (svg) return picture(figure(svg, 'svg'), /aria-label="([^"]*)"/.exec(svg)?.[1] ?? text);
  if (data['image/png'])
    return picture(figure(Buffer.from(joinText(data['image/png']), 'base64'), 'png'), text);
  const html = joinText(data['text/html']);
  // A pre-formatted block of its own: Vue must not look into it, and Markdown must not end it at an empty line.
  if (html) return result(`<div v-pre>${html.replace(/\n\s*\n/g, '\n')}</div>`);
  return text ? result(fence(text, 'txt')) : '';
}

function picture(path, label) {
  const alt = label
    .replace(/^SVG: /, '')
    .replaceAll('\n', ' ')
    .replace(/[[\]]/g, '');
  return result(`![${alt}](${path})`);
}

const result = (markdown) => `<div class="cell-output">\n\n${markdown}\n\n</div>`;

/** Without the colors of a terminal. */
function plain(text) {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\u001b\[[\d;]*m/g, '');
}
