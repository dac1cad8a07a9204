'use strict';
const { inspect } = require('node:util');

/** The convention of the Deno kernel: a value with this method says itself how it is shown. */
const DISPLAY = Symbol.for('Jupyter.display');

/**
 * The MIME bundle of a cell's last value. In turn: the value's own display method, Heed's pictures and tables
 * (Series, Detection, AnomalyEvent[], attention matrices), data frames, and Node's inspection.
 */
exports.mimeBundle = async function mimeBundle(value, onError) {
  try {
    if (typeof value?.[DISPLAY] === 'function') return await value[DISPLAY]();
    const bundle = heedCore()?.toMimeBundle?.(value) ?? dataFrameBundle(value);
    if (bundle) return { 'text/plain': short(value), ...bundle };
  } catch (error) {
    // A value that cannot draw itself is still a value.
    onError(error);
  }
  return { 'text/plain': typeof value === 'string' ? value : inspect(value) };
};

let core;
function heedCore() {
  try {
    return (core ??= require('@heed/core/plot'));
  } catch {
    return undefined;
  }
}

function short(value) {
  if (typeof value === 'string') return `SVG: ${/aria-label="([^"]*)"/.exec(value)?.[1] ?? 'a picture'}`;
  return inspect(value, { depth: 1, maxArrayLength: 6, breakLength: 100 });
}

const shownRows = 12;

/** A danfojs DataFrame or Series as an HTML table: head, tail and shape. */
function dataFrameBundle(value) {
  const isFrame = Array.isArray(value?.columns) && Array.isArray(value?.index) && Array.isArray(value?.shape);
  if (!isFrame || typeof value.print !== 'function') return undefined;
  const rows = value.shape.length === 1 ? value.values.map((cell) => [cell]) : value.values;
  const cut = rows.length > shownRows;
  const half = shownRows / 2;
  const row = (at) =>
    `<tr><th>${escapeHtml(value.index[at])}</th>${rows[at].map((cell) => `<td>${escapeHtml(formatCell(cell))}</td>`).join('')}</tr>`;
  const at = rows.map((_, index) => index);
  const body = cut
    ? [
        ...at.slice(0, half).map(row),
        `<tr><th>…</th>${value.columns.map(() => '<td>…</td>').join('')}</tr>`,
        ...at.slice(-half).map(row),
      ]
    : at.map(row);
  const head = `<tr><th></th>${value.columns.map((name) => `<th>${escapeHtml(name)}</th>`).join('')}</tr>`;
  return {
    'text/html': `<table><thead>${head}</thead><tbody>${body.join('')}</tbody></table><p>${rows.length} rows × ${value.columns.length} columns</p>`,
    'text/plain': value.toString(),
  };
}

function formatCell(cell) {
  if (typeof cell === 'number' && !Number.isInteger(cell)) return String(Number(cell.toPrecision(6)));
  if (cell instanceof Date) return cell.toISOString();
  return cell ?? '';
}

function escapeHtml(text) {
  return String(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
